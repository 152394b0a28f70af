"""The signature of a delivery, as the Standard Webhooks specification (version 1.0) has it."""

import base64
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits as text, for the receiver to keep."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(delivery: str, at_s: int, body: str, keys: Iterable[str]) -> dict[str, str]:
    """Of one attempt: who it is from and when, with a signature by each of the secrets.

    The receiver computes HMAC-SHA256 over 'ID.TIMESTAMP.BODY', and refuses what is older than some minutes.
    """
    signed = f"{delivery}.{at_s}.{body}".encode()
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{_mac(key, signed)}" for key in keys),
    }


def _mac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
