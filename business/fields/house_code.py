"""House codes as people say and write them: 3-2-501, 3栋2单元501, 3#-2-501, A座1203, 三栋二单元五零一."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from sqlalchemy import String

from business.fields.field_type import FieldType
from business.fields.texts import same
from business.fields.written import narrow, wrong
from config.text import Text

KEPT = 40
SEARCHED = 200
"""Characters of a search that may be a code."""
FEWEST_ROOM_DIGITS: Final = 3
"""A bare number of so many is a room: 501; one of fewer is a building or a unit."""


class _Role(Enum):
    BUILDING = auto()
    UNIT = auto()
    FLOOR = auto()
    ROOM = auto()


_MARKS = {
    _Role.BUILDING: "[#号]?[栋幢座楼]|#",
    _Role.UNIT: "单元|[门梯]",
    _Role.FLOOR: "层",
    _Role.ROOM: "号?[室房户]",
}
_MARK = "|".join((*_MARKS.values(), "号"))
"""'号' tells nothing: 12号501室, 501号."""
_WORDS = {
    "BUILDING": "栋",
    "BLDG": "栋",
    "BLOCK": "栋",
    "UNIT": "单元",
    "FLOOR": "层",
    "ROOM": "室",
    "RM": "室",
}
_BEFORE = re.compile(rf"\b({'|'.join(_WORDS)})\b[\s.:]*([0-9A-Z]+)")
_SIMPLIFIED = str.maketrans("號樓棟單門層戶兩", "号楼栋单门层户两")
_NUMERALS = "零〇一二两三四五六七八九十百千"
_PIECE = re.compile(
    rf"(?P<name>[0-9A-Z]+|[{_NUMERALS}]+(?={_MARK}|[-/]|$)|[一-鿿]{{1,12}}?[0-9A-Z]*(?=[栋幢座楼#/-]|号楼))"
    rf"(?P<mark>{_MARK})?[-/]*"
)


@dataclass(frozen=True, slots=True)
class HouseCode:
    """Where a house is; of an incomplete code, as typed into a search, the parts that it tells."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None

    def __str__(self) -> str:
        return "-".join(part for part in (self.building, self.unit, self.room) if part is not None)


@lru_cache(maxsize=2_000)
def parse_house_code(text: str) -> HouseCode:
    """A complete code: a building and a room, and a unit between them where there are units. Raises
    FieldError."""
    found = _read(text, complete=True)
    if found is None or found.building is None or found.room is None:
        raise wrong(
            text,
            "不是完整的房号；请写成 楼栋-单元-房间（3-2-501）或 楼栋-房间（A-1203）",
            "is no complete house code: write building-unit-room (3-2-501) or building-room (A-1203)",
        )
    return found


def search_house_code(text: str) -> HouseCode | None:
    """A complete code or a part of one: a building, a building and a unit, a room; None for anything else."""
    return _read(text, complete=False) if len(text) <= SEARCHED else None


def house_code() -> FieldType[str]:
    """Kept as its canonical text, 3-2-501."""

    def parse(value: object) -> str:
        code = str(parse_house_code(narrow(value)))
        if len(code) > KEPT:
            raise wrong(
                code,
                f"有 {len(code)} 个字符，最多 {KEPT} 个；请用较短的楼栋名",
                f"has {len(code)} characters, at most {KEPT} are kept: call the building by a shorter name",
            )
        return code

    return FieldType("house_code", Text("房号", "House code"), lambda: String(KEPT), parse, same)


def _read(text: str, *, complete: bool) -> HouseCode | None:
    plain = _BEFORE.sub(
        lambda found: f"{found[2]}{_WORDS[found[1]]} ", narrow(text).upper().translate(_SIMPLIFIED)
    )
    plain = re.sub(r"(?<=[0-9A-Z])\s+(?=[0-9A-Z])", "-", plain).replace("_", "-")
    plain = re.sub(r"\s+", "", plain).strip("-/")
    pieces: list[tuple[str, _Role | None]] = []
    at = 0
    while at < len(plain):
        piece = _PIECE.match(plain, at)
        if piece is None or len(pieces) > len(_Role):
            return None
        pieces.append((_name(piece["name"]), _role(piece["mark"])))
        at = piece.end()
    return _placed([one for one in pieces if one[1] is not _Role.FLOOR], complete=complete)


def _role(mark: str | None) -> _Role | None:
    if mark is None:
        return None
    return next((role for role, marks in _MARKS.items() if re.fullmatch(marks, mark)), None)


def _placed(pieces: list[tuple[str, _Role | None]], *, complete: bool) -> HouseCode | None:
    """The pieces with their roles; those that bear no mark get theirs by place."""
    order = [_Role.BUILDING, _Role.UNIT, _Role.ROOM]
    found: dict[_Role, str] = {}
    for index, (name, role) in enumerate(pieces):
        if role is None:
            role = _by_place(name, index, len(pieces), found, complete=complete)
        later = any(order.index(role) <= order.index(one) for one in found)
        if later:
            return None
        found[role] = name
    if not found:
        return None
    return HouseCode(found.get(_Role.BUILDING), found.get(_Role.UNIT), found.get(_Role.ROOM))


def _by_place(name: str, index: int, count: int, found: dict[_Role, str], *, complete: bool) -> _Role:
    long = len(re.sub("[^0-9]", "", name)) >= FEWEST_ROOM_DIGITS
    last = index == count - 1
    if index == 0 and (count > 1 or not long):
        return _Role.BUILDING
    if last and (complete or long or _Role.UNIT in found or not found):
        return _Role.ROOM
    return _Role.UNIT


def _name(written: str) -> str:
    """Chinese numerals as digits, numbers without leading zeros."""
    if all(c in _NUMERALS for c in written):
        written = _digits(written)
    return written.lstrip("0") or "0" if written.isdecimal() else written


def _digits(numerals: str) -> str:
    """五零一 is 501, 十二 is 12, 一百零二 is 102."""
    values = {**dict(zip("零〇一二三四五六七八九", (0, *range(10)), strict=True)), "两": 2}
    units = {"十": 10, "百": 100, "千": 1000}
    if not any(c in units for c in numerals):
        return "".join(str(values[c]) for c in numerals)
    total, digit = 0, None
    for c in numerals:
        if c in units:
            total += (1 if digit is None else digit) * units[c]
            digit = None
        elif values[c]:
            digit = values[c]
    return str(total + (digit or 0))
