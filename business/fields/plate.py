"""Number plates of vehicles (GA 36): kept without dots and blanks, shown as on the plate."""

import re
from enum import StrEnum

from sqlalchemy import String

from business.fields.field_type import FieldType
from business.fields.written import narrow, wrong
from config.text import Text

_PLACE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_SIGN = "[A-HJ-NP-Z0-9]"
KEPT = 10


class PlateKind(StrEnum):
    ORDINARY = "ordinary"
    NEW_ENERGY_SMALL = "new-energy-small"
    NEW_ENERGY_LARGE = "new-energy-large"
    TRAILER = "trailer"
    DRIVING_SCHOOL = "driving-school"
    POLICE = "police"
    HONG_KONG = "hong-kong"
    MACAO = "macao"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    EMERGENCY = "emergency"
    ARMED_POLICE = "armed-police"
    ARMY = "army"


_KINDS = {
    PlateKind.ORDINARY: rf"{_PLACE}[A-HJ-Z]{_SIGN}{{5}}",
    # D and F since 2016; A, B, C, E (electric) and G, H, J, K (others) since those run out.
    PlateKind.NEW_ENERGY_SMALL: rf"{_PLACE}[A-HJ-Z][A-HJK]{_SIGN}[0-9]{{4}}",
    PlateKind.NEW_ENERGY_LARGE: rf"{_PLACE}[A-HJ-Z][0-9]{{5}}[A-HJK]",
    PlateKind.TRAILER: rf"{_PLACE}[A-HJ-Z]{_SIGN}{{4}}挂",
    PlateKind.DRIVING_SCHOOL: rf"{_PLACE}[A-HJ-Z]{_SIGN}{{4}}学",
    PlateKind.POLICE: rf"{_PLACE}[A-HJ-Z]{_SIGN}{{4}}警",
    PlateKind.HONG_KONG: rf"粤Z{_SIGN}{{4}}港",
    PlateKind.MACAO: rf"粤Z{_SIGN}{{4}}澳",
    PlateKind.EMBASSY: r"使[0-9]{6}|[0-9]{6}使",
    PlateKind.CONSULATE: rf"{_PLACE}[A-HJ-Z][0-9]{{4}}领",
    PlateKind.EMERGENCY: rf"{_PLACE}[XS][0-9]{{4}}应急",
    PlateKind.ARMED_POLICE: rf"WJ{_PLACE}?[0-9]{{4}}[0-9A-Z]",
    PlateKind.ARMY: r"[A-Z]{2}[0-9]{5}",
}
_ANY = re.compile("|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in _KINDS.items()))


def plate() -> FieldType[str]:
    def parse(value: object) -> str:
        found = re.sub(r"[\s·•・.\-]", "", narrow(value)).upper().replace("領", "领").replace("粵", "粤")
        if _ANY.fullmatch(found):
            return found
        raise wrong(found, *_why(found))

    return FieldType("plate", Text("车牌号", "Number plate"), lambda: String(KEPT), parse, _show, _mask)


def kind_of(found: str) -> PlateKind:
    """Of a plate that was parsed."""
    match = _ANY.fullmatch(found)
    assert match is not None and match.lastgroup is not None
    return PlateKind[match.lastgroup]


def _why(found: str) -> tuple[str, str]:
    """The rule it breaks and the way out."""
    if not re.match(rf"{_PLACE}|使|WJ|[A-Z]{{2}}|[0-9]", found):
        zh = "的首字不是省、自治区、直辖市简称；请写全，例如 粤B12345"
        en = "does not begin with the sign of a province: write the whole plate, as in 粤B12345"
    elif re.search("[IO]", found[2:]):
        zh = "含有字母 I 或 O，车牌序号中不使用；可能是数字 1 或 0，请核对"
        en = "holds the letter I or O, which plates do not: it may be the digit 1 or 0"
    elif len(found) == 8:  # one more than the ordinary ones
        zh = "不符合新能源号牌规则；小型车为 D、F 等字母加 1 位再加 4 位数字，大型车为 5 位数字加 D 或 F"
        en = (
            "is no new-energy plate: a letter such as D or F, one sign and 4 digits for a small vehicle, "
            "5 digits and D or F for a large one: check it"
        )
    else:
        zh = f"不是车牌号（现有 {len(found)} 位）；普通车牌 7 位，例如 粤B12345，新能源 8 位，例如 粤BD12345"
        en = (
            f"is no number plate, it has {len(found)} characters: 7 for an ordinary one, as in 粤B12345, "
            "8 for new energy, as in 粤BD12345"
        )
    return zh, en


def _show(found: str, _language: str) -> str:
    return f"{found[:2]}·{found[2:]}" if re.match(_PLACE, found) else found


def _mask(found: str) -> str:
    return found[:2] + "*" * (len(found) - 4) + found[-2:]
