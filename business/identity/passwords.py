"""Passwords: the policy, and argon2 with a bound on how many are hashed at once."""

import re
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from business.identity.model import plain_name

MIN_LENGTH = 10
MAX_LENGTH = 200
CLASSES = 3
NO_PASSWORD = ""
"""In the place of a hash: no password fits."""
AT_ONCE = 2
"""Hashes at the same time: each takes 64 MB and a core for 150 ms."""

_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^a-zA-Z0-9]"))
LEAST_GUESSES = 10**9
"""What a password that is made of common words, names, years and keyboard walks must take at the least."""
_OURS = ("steward", "woaini", "5201314", "1314520", "wuye", "yuanqu", "xiaoqu", "guanli", "admin")
"""Words that people here think of, beside the lists of the estimator."""
_ESTIMATED = 72
"""Characters that the estimator looks at; longer ones cost it time."""


def weakness(password: str, user: str) -> str:
    """Why the password is refused, as the code of a `Refusal`; '' when it is good enough (S-02)."""
    kinds = sum(1 for kind in _KINDS if kind.search(password))
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return "password-length"
    if kinds < CLASSES:
        return "password-classes"
    if plain_name(user) in password.casefold():
        return "password-has-name"
    if zxcvbn(password[:_ESTIMATED], user_inputs=list(_OURS))["guesses"] < LEAST_GUESSES:
        return "password-common"
    return ""


class Passwords:
    """Hashes and checks. A check against nobody's hash costs what a check against somebody's costs (S-04)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = ""

    def hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(unicodedata.normalize("NFKC", password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; None stands for a user who does not exist;
        neither that nor NO_PASSWORD is ever right, and both cost as much."""
        if not self._nobody:
            self._nobody = self.hash("nobody has this password")
        with self._turn:
            try:
                self._hasher.verify(password_hash or self._nobody, unicodedata.normalize("NFKC", password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(password_hash)
