"""Time-based one-time passwords (RFC 6238), and the recovery codes that stand in for them."""

import hmac
import re
import secrets
import unicodedata

import pyotp

from business.identity.tokens import fingerprint

STEP_NS = 30 * 1_000_000_000
WINDOW = 1
"""Steps before and after now whose codes are accepted."""
SECRET_LENGTH = 32
"""Base32 characters: 160 bits, as RFC 4226 recommends."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    return pyotp.random_base32(SECRET_LENGTH)


def is_secret(text: str) -> bool:
    return re.fullmatch(f"[A-Z2-7]{{{SECRET_LENGTH}}}", text) is not None


def provisioning_uri(secret: str, user: str, site: str) -> str:
    """What an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=site)


def accepted_step(secret: str, code: str, now_ns: int, last: int) -> int | None:
    """The time step of which this is the code; None for a wrong code, and for one of `last` or before."""
    given = "".join(unicodedata.normalize("NFKC", code).split()).encode()
    generator, step = pyotp.HOTP(secret), now_ns // STEP_NS
    found = None
    for each in range(step - WINDOW, step + WINDOW + 1):
        if hmac.compare_digest(generator.at(each).encode(), given) and each > last:
            found = each
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Each 59 random bits, in three groups that a person can copy."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        for _ in range(RECOVERY_CODES)
    )


def recovery_fingerprint(code: str) -> str:
    """The same for a code however a person types its groups."""
    return fingerprint(re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", code).casefold()))
