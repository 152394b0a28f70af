"""The signature of what outside systems post: Standard Webhooks (version 1.0), HMAC-SHA256."""

import base64
import binascii
import hmac
import re

PREFIX = "whsec_"
SHORTEST = 16
"""Bytes of a key."""
WINDOW_S = 300
"""A post that was signed longer ago than this, or later than now by this, is not believed."""
ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Without a dot: the signed text is told apart by dots, and another id and time could be read into it."""
MOST_SIGNATURES = 10
"""A sender that renews its key signs with the one before too."""


def key_of(secret: str) -> bytes:
    """The key behind `whsec_` in Base64, or the bytes of any other text. Raises ValueError."""
    if secret.startswith(PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raise ValueError(f"what stands behind {PREFIX} is not Base64") from None
    else:
        key = secret.encode()
    if len(key) < SHORTEST:
        raise ValueError(f"the key has {len(key)} bytes, at least {SHORTEST} are needed")
    return key


def is_signed(key: bytes, id_: str, at_s: int, body: str, signatures: str) -> bool:
    """Whether one of the space-delimited signatures is right; takes as long whichever it is."""
    if not ID.fullmatch(id_):
        return False
    signed = f"{id_}.{at_s}.{body}".encode("utf-8", "replace")
    right = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = [one.encode("utf-8", "replace") for one in signatures.split()[:MOST_SIGNATURES]]
    return any([hmac.compare_digest(one, right) for one in given])  # noqa: C419 - all of them, always
