"""Numbers that pass every check and belong to nobody.

Identity cards and credit codes name the district 460199, which was never assigned. Telephones begin with 154,
which no operator was given. Plates bear an office letter that their province does not use (琼 ends with F, 宁
with E, 青 with H, 藏 with J).
"""

import random
from datetime import date

from stdnum.cn import ric, uscc

DISTRICT = "460199"
MOBILE = "154"
LOCAL_PLATES = "琼K"
OTHER_PLATES = ("宁K", "青M", "藏P")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SERIALS = len(_LETTERS) * 10_000
_SCATTER = 104_729
"""A prime that shares no factor with the number of serials: what follows each other looks drawn."""
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_number(dice: random.Random, born: date, *, male: bool) -> str:
    order = dice.randrange(1, 499) * 2 + male
    body = f"{DISTRICT}{born:%Y%m%d}{order:03}"
    return body + ric.calc_check_digit(body + "0")


def mobile(dice: random.Random) -> str:
    return f"{MOBILE}{dice.randrange(100_000_000):08}"


def plate(dice: random.Random, number: int, *, electric: bool) -> str:
    """Another one for every number."""
    prefix = LOCAL_PLATES if dice.random() < 0.85 else dice.choice(OTHER_PLATES)
    series, serial = divmod(number * _SCATTER, _SERIALS)
    assert series < _SCATTER, f"there are {_SERIALS} plates, and this is number {number}"
    letter, digits = divmod(serial, 10_000)
    signs = f"{_LETTERS[letter]}{digits:04}"
    return f"{prefix}{'DF'[number % 2] if electric else ''}{signs}"


def credit_code(number: int) -> str:
    """Another one for every number."""
    rest, signs = number * _SCATTER % 31**6, ""
    for _ in range(6):
        rest, sign = divmod(rest, 31)
        signs = _CODE_SIGNS[sign] + signs
    body = f"91{DISTRICT}MA5{signs}"
    return body + uscc.calc_check_digit(body)
