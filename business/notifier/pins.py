"""PINs of calls: a few digits that come before the key."""

from typing import Final

from business.identity.passwords import Passwords

_PASSWORDS: Final = Passwords()


def fits(pin_hash: str, digits: str) -> bool:
    return _PASSWORDS.verify(pin_hash, digits)
