"""What Web Push asks of its senders: messages that only the browser can read (RFC 8291, coded as aes128gcm of
RFC 8188), and a signature by which its service knows the sender (VAPID, RFC 8292)."""

import base64
import json
import os
from binascii import Error
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_CURVE = ec.SECP256R1()
_RECORD: Final = 4096
"""Bytes of the one record that a message is."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Of the sender. A subscription is good for the pair under which it was made, and for no other."""

    private: str
    """base64url, a secret."""
    public: str
    """base64url, for browsers."""


def new_key_pair() -> KeyPair:
    key = ec.generate_private_key(_CURVE)
    private = key.private_numbers().private_value.to_bytes(32)
    return KeyPair(encoded(private), encoded(point(key.public_key())))


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError for what is no key of this curve."""
    raw = decoded(text)
    if len(raw) != 32:
        raise ValueError(f"{len(raw)} bytes instead of 32")
    return ec.derive_private_key(int.from_bytes(raw), _CURVE)


def public_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    """Raises ValueError for what is no point of this curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def sealed(
    content: bytes,
    receiver: bytes,
    secret: bytes,
    *,
    salt: bytes | None = None,
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """For a browser with the public key `receiver` and the secret `auth`. Salt and key are new for each
    message; only a published example gives its own. Raises ValueError for a key that is none."""
    salt, own = salt or os.urandom(16), own or ec.generate_private_key(_CURVE)
    mine = point(own.public_key())
    shared = own.exchange(ec.ECDH(), public_key(receiver))
    keying = _derived(shared, secret, b"WebPush: info\0" + receiver + mine, 32)
    key = _derived(keying, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keying, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD.to_bytes(4) + bytes([len(mine)]) + mine
    return header + AESGCM(key).encrypt(nonce, content + b"\x02", None)


def vapid(key: ec.EllipticCurvePrivateKey, audience: str, contact: str, until_s: int) -> str:
    """The header Authorization for the origin `audience`."""
    claims = {"aud": audience, "exp": until_s, "sub": contact}
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={encoded(point(key.public_key()))}"


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    plain = text.strip().rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), b"-_", validate=True)
    except Error as error:
        raise ValueError(str(error)) from error


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _part(claims: dict[str, Any]) -> str:
    return encoded(json.dumps(claims, separators=(",", ":")).encode())
