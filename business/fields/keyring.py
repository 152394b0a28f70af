"""The keys of the sealed columns: the newest seals, all of them open."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.secrets import SHORTEST, SecretError, secret

NAME = "sealing-keys"
"""Of the secret: one key a line, at least 32 random bytes each, the newest last."""
FORM = b"\x01"
KEY_ID_BYTES, NONCE_BYTES, TAG_BYTES, INDEX_BYTES = 4, 12, 16, 16
HEADER_BYTES = len(FORM) + KEY_ID_BYTES
_LEAST = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class SealError(Exception):
    """Raised when a sealed value cannot be written or read; never says a value or a key."""


class KeyUnknown(SealError):
    """Raised for a value under a key that this process was not given."""


class SealBroken(SealError):
    """Raised for bytes that are not what was sealed for this place: changed, cut, or of another column."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Key:
    header: bytes
    cipher: AESGCM
    master: bytes


class Keyring:
    """What seals and opens. `place` is table.column everywhere: nothing opened in one fits another."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        """The texts of the keys, the newest last. Raises SecretError."""
        short = next((number for number, key in enumerate(keys, start=1) if len(key.encode()) < SHORTEST), 0)
        if short or not keys:
            raise SecretError(
                f"{NAME} 的第 {short or 1} 个密钥缺失或不足 {SHORTEST} 字节；生成命令：openssl rand -hex 32",
                f"key {short or 1} of the {NAME} is missing or has fewer than {SHORTEST} bytes; "
                "make one with: openssl rand -hex 32",
            )
        self._keys = {key.header: key for key in map(_key, keys)}
        if len(self._keys) < len(keys):
            raise SecretError(
                f"{NAME} 中有一个密钥重复；请去掉一个",
                f"a key stands twice in the {NAME}; leave one of them out",
            )
        self._newest = list(self._keys.values())[-1]
        self._index_keys: dict[tuple[bytes, str], bytes] = {}

    def __repr__(self) -> str:
        return f"Keyring of {len(self._keys)}"

    @property
    def header(self) -> bytes:
        """What everything begins with that the newest key sealed."""
        return self._newest.header

    @property
    def ids(self) -> tuple[str, ...]:
        """What tells the keys apart, the newest last; it says nothing about them."""
        return tuple(header[len(FORM) :].hex() for header in self._keys)

    def seal(self, text: str, place: str) -> bytes:
        header, nonce = self._newest.header, secrets.token_bytes(NONCE_BYTES)
        return header + nonce + self._newest.cipher.encrypt(nonce, text.encode(), header + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Raises SealError."""
        header, nonce, rest = (
            sealed[:HEADER_BYTES],
            sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES],
            sealed[HEADER_BYTES + NONCE_BYTES :],
        )
        if len(sealed) < _LEAST or header[: len(FORM)] != FORM:
            raise SealBroken(f"a value of {place} is not sealed, or cut; restore it from a backup")
        key = self._keys.get(header)
        if key is None:
            raise KeyUnknown(
                f"a value of {place} was sealed with the key {header[len(FORM) :].hex()}, which is not among "
                f"the {NAME}; add the line of that key before the others"
            )
        try:
            return key.cipher.decrypt(nonce, rest, header + place.encode()).decode()
        except InvalidTag:
            raise SealBroken(
                f"a value of {place} was changed, or sealed for another column; restore it from a backup"
            ) from None

    def index(self, text: str, place: str) -> bytes:
        """By which the value is found without being opened, under the newest key."""
        return self._index(self._newest, text, place)

    def indexes(self, text: str, place: str) -> list[bytes]:
        """Under every key: what is not resealed yet is found too."""
        return [self._index(key, text, place) for key in self._keys.values()]

    def _index(self, key: _Key, text: str, place: str) -> bytes:
        purpose = key.header, place
        index_key = self._index_keys.get(purpose)
        if index_key is None:
            index_key = self._index_keys[purpose] = _derived(key.master, f"index {place}", 32)
        return hmac.digest(index_key, text.encode(), sha256)[:INDEX_BYTES]


def keyring(environ: Mapping[str, str], directory: Path, *, generate: bool = False) -> Keyring:
    """From the secret of that name (see `config.secrets`); with `generate` drawn where there is none."""
    found = secret(NAME, environ, directory=directory, generate=generate)
    return Keyring(tuple(found.reveal().split()))


def _key(text: str) -> _Key:
    master = text.encode()
    header = FORM + _derived(master, "id", KEY_ID_BYTES)
    return _Key(header, AESGCM(_derived(master, "seal", 32)), master)


def _derived(master: bytes, purpose: str, length: int) -> bytes:
    """Keys of different purposes tell nothing about each other."""
    return HKDF(SHA256(), length, salt=None, info=f"steward {purpose}".encode()).derive(master)
