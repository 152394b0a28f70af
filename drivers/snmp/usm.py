"""The cryptography of the User-based Security Model (RFC 3414, RFC 3826, RFC 7860)."""

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from drivers.snmp.ber import Malformed
from drivers.snmp.terms import Auth, Priv

SHORTEST_PASSPHRASE = 8
"""Characters (RFC 3414 section 11.2)."""
_STRETCHED = 1048576

_HASHES = {
    Auth.MD5: ("md5", 12),
    Auth.SHA: ("sha1", 12),
    Auth.SHA224: ("sha224", 16),
    Auth.SHA256: ("sha256", 24),
    Auth.SHA384: ("sha384", 32),
    Auth.SHA512: ("sha512", 48),
}
"""Name of the hash, and to how many octets a digest is cut."""
_KEY_SIZES = {
    Priv.DES: 16,
    Priv.AES128: 16,
    Priv.AES192: 24,
    Priv.AES256: 32,
    Priv.AES192_CISCO: 24,
    Priv.AES256_CISCO: 32,
}


@dataclass(frozen=True, slots=True)
class Master:
    """What a user's passphrases become for every engine alike: made once, for it costs milliseconds."""

    auth: Auth
    priv: Priv
    auth_key: bytes = field(default=b"", repr=False)
    priv_key: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, auth: Auth, auth_phrase: str, priv: Priv, priv_phrase: str) -> "Master":
        return cls(
            auth,
            priv,
            b"" if auth is Auth.NONE else stretched(auth, auth_phrase),
            b"" if priv is Priv.NONE else stretched(auth, priv_phrase),
        )

    def localized(self, engine_id: bytes) -> "Keys":
        if self.auth is Auth.NONE:
            return Keys(self.auth, self.priv, b"", b"")
        auth_key = _localized(self.auth, self.auth_key, engine_id)
        if self.priv is Priv.NONE:
            return Keys(self.auth, self.priv, auth_key, b"")
        return Keys(self.auth, self.priv, auth_key, self._priv_key(engine_id))

    def _priv_key(self, engine_id: bytes) -> bytes:
        size = _KEY_SIZES[self.priv]
        last = key = _localized(self.auth, self.priv_key, engine_id)
        while len(key) < size:
            if self.priv in (Priv.AES192_CISCO, Priv.AES256_CISCO):
                last = _localized(self.auth, stretched_octets(self.auth, last), engine_id)
                key += last
            else:
                key += hashlib.new(_HASHES[self.auth][0], key).digest()
        return key[:size]


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys at one engine."""

    auth: Auth
    priv: Priv
    auth_key: bytes = field(repr=False)
    priv_key: bytes = field(repr=False)

    @property
    def digest_size(self) -> int:
        return 0 if self.auth is Auth.NONE else _HASHES[self.auth][1]

    def digest(self, message: bytes) -> bytes:
        """Of a message whose own digest is still zeros."""
        name, size = _HASHES[self.auth]
        return hmac.digest(self.auth_key, message, name)[:size]

    def encrypted(self, plain: bytes, boots: int, time_s: int, counter: int) -> tuple[bytes, bytes]:
        """The cipher text and its salt; `counter` is never used twice with one key."""
        if self.priv is Priv.DES:
            salt = (boots & 0xFFFFFFFF).to_bytes(4, "big") + (counter & 0xFFFFFFFF).to_bytes(4, "big")
            plain += bytes(-len(plain) % 8)
        else:
            salt = (counter & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
        encryptor = self._cipher(boots, time_s, salt).encryptor()
        return encryptor.update(plain) + encryptor.finalize(), salt

    def decrypted(self, secret: bytes, boots: int, time_s: int, salt: bytes) -> bytes:
        """Raises Malformed where it cannot have been encrypted so."""
        if len(salt) != 8 or (self.priv is Priv.DES and len(secret) % 8):
            raise Malformed(f"{len(secret)} encrypted octets with a salt of {len(salt)}")
        decryptor = self._cipher(boots, time_s, salt).decryptor()
        return decryptor.update(secret) + decryptor.finalize()

    def _cipher(self, boots: int, time_s: int, salt: bytes) -> Cipher[CBC] | Cipher[CFB]:
        if self.priv is Priv.DES:
            key, before = self.priv_key[:8], self.priv_key[8:]
            vector = bytes(one ^ other for one, other in zip(before, salt, strict=True))
            return Cipher(TripleDES(3 * key), CBC(vector))
        clock = (boots & 0xFFFFFFFF).to_bytes(4, "big") + (time_s & 0xFFFFFFFF).to_bytes(4, "big")
        return Cipher(AES(self.priv_key), CFB(clock + salt))


def stretched(auth: Auth, phrase: str) -> bytes:
    """A passphrase as a key (RFC 3414 section A.2)."""
    return stretched_octets(auth, phrase.encode())


def stretched_octets(auth: Auth, phrase: bytes) -> bytes:
    repeated = phrase * (_STRETCHED // len(phrase) + 1)
    return hashlib.new(_HASHES[auth][0], repeated[:_STRETCHED]).digest()


def _localized(auth: Auth, key: bytes, engine_id: bytes) -> bytes:
    return hashlib.new(_HASHES[auth][0], key + engine_id + key).digest()
