"""Session tokens: random, held by the browser alone; everybody else knows only the fingerprint."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits as text for a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """SHA-256 of a token, hexadecimal. No salt is needed: the token is as random as a key."""
    return hashlib.sha256(token.encode()).hexdigest()
