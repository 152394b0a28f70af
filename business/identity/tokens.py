"""Session tokens: random, held by the browser or program alone; everybody else knows only the fingerprint.

They say nothing by themselves, unlike signed ones (JWT): each request looks its token up, so that the end of
a session, the disabling of a user and the loss of a role count at once and in every process, with neither a
list of revoked tokens nor a signing key that would have to be kept and changed.
"""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """SHA-256 of a token, hexadecimal. No salt is needed: the token is as random as a key."""
    return hashlib.sha256(token.encode()).hexdigest()
