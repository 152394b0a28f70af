"""Numbers that obey every rule, drawn at random: hypothesis strategies by the name of the field type."""

import string
from datetime import date
from typing import Any

from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from business.fields.field_type import FieldType
from business.fields.registry import made
from config.text import Text

TODAY = date(2026, 11, 21)
COLOURS = {
    "r": Text("红", "red"),
    "g": Text("绿", "green"),
    "blue-2": Text("蓝", "Blue"),
    "x": Text("红", "Red, too"),
}
SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Directory:
    """Houses, of which two are called alike, and one after the number of another."""

    titles = {1: "3-2-501", 2: "车库", 3: "车库", 4: "A #2", 5: "#1"}  # noqa: RUF012  # never changed

    def find(self, text: str) -> list[int]:
        return [one for one, title in self.titles.items() if title == text]

    def title(self, record: int, _language: str) -> str | None:
        return self.titles.get(record)


def _card(parts: tuple[str, date, int]) -> str:
    district, born, order = parts
    number = f"{district}{born:%Y%m%d}{order:03}"
    return number + ric.calc_check_digit(number + "0")


def cards() -> st.SearchStrategy[str]:
    districts = st.sampled_from(["110105", "310115", "440305", "500112", "460105", "810000", "830000"])
    born = st.dates(date(1900, 1, 1), TODAY)
    return st.tuples(districts, born, st.integers(0, 999)).map(_card)


def credit_codes() -> st.SearchStrategy[str]:
    body = st.tuples(
        st.sampled_from("1591ANY"),
        st.sampled_from("1239"),
        st.from_regex(r"[0-9]{6}", fullmatch=True),
        st.text(CREDIT, min_size=9, max_size=9),
    ).map("".join)
    return body.map(lambda code: code + uscc.calc_check_digit(code))


def bank_cards() -> st.SearchStrategy[str]:
    body = st.from_regex(r"[1-9][0-9]{10,17}", fullmatch=True)
    return body.map(lambda number: number + luhn.calc_check_digit(number))


def mobiles() -> st.SearchStrategy[str]:
    return st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True)


def phones() -> st.SearchStrategy[str]:
    landlines = st.from_regex(r"\+86(10|2[0-57-9]|755|571)6[0-9]{6}", fullmatch=True).map(
        lambda number: number + "0" if number[3:5] == "10" or number[3] == "2" else number + "1"
    )
    abroad = st.sampled_from(
        ["+16502530000", "+85291234567", "+85366123456", "+442079460958", "+81312345678"]
    )
    main = mobiles() | landlines | abroad | st.just("+864008001234")
    return main | st.builds("{};ext={}".format, main, st.integers(0, 999999))


def _marked(body: str, *tails: str) -> st.SearchStrategy[str]:
    place = st.text("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", min_size=1, max_size=1)
    return st.tuples(place, st.from_regex(body, fullmatch=True), st.sampled_from(tails or ("",))).map("".join)


def plates() -> st.SearchStrategy[str]:
    return st.one_of(
        _marked(r"[A-HJ-Z][A-HJ-NP-Z0-9]{5}"),
        _marked(r"[A-HJ-Z][DF][A-HJ-NP-Z0-9][0-9]{4}"),
        _marked(r"[A-HJ-Z][0-9]{5}[DF]"),
        _marked(r"[A-HJ-Z][A-HJ-NP-Z0-9]{4}", "挂", "学", "警"),
        _marked(r"[A-HJ-Z][0-9]{4}", "领"),
        st.from_regex(r"粤Z[A-HJ-NP-Z0-9]{4}[港澳]", fullmatch=True),
        st.from_regex(r"使[0-9]{6}", fullmatch=True),
    )


def house_codes() -> st.SearchStrategy[str]:
    name = st.from_regex(r"[1-9A-Z][0-9A-Z]{0,4}|[紫荆苑东西一][紫荆苑阁轩]{1,4}[0-9]?", fullmatch=True)
    unit = st.from_regex(r"[1-9A-Z][0-9A-Z]{0,2}", fullmatch=True)
    room = st.from_regex(r"[1-9A-Z][0-9A-Z]{0,5}", fullmatch=True)
    return st.tuples(name, unit, room).map("-".join) | st.tuples(name, room).map("-".join)


def _proper(text: st.SearchStrategy[str], kind: FieldType[Any]) -> st.SearchStrategy[Any]:
    """Texts as they come out of `parse`."""
    return text.filter(lambda one: bool(one.strip())).map(kind.parse)


WRITABLE = st.characters(exclude_categories=("Cs", "Cc", "Cf"), exclude_characters="\ufffe\uffff\u2028\u2029")
TEXT = made("text")
LOCAL = string.ascii_letters + string.digits

TYPES: dict[str, tuple[FieldType[Any], st.SearchStrategy[Any]]] = {
    "text": (TEXT, _proper(st.text(WRITABLE, min_size=1, max_size=60), TEXT)),
    "note": (
        made("note"),
        _proper(
            st.text(WRITABLE | st.just("\n"), min_size=1, max_size=99),
            made("note"),
        ),
    ),
    "person_name": (made("person_name"), st.sampled_from(["张三", "欧阳娜娜", "Anna Berg", "买买提·艾力"])),
    "url": (
        made("url"),
        st.from_regex(
            r"https?://[a-z]{1,9}\.(cn|com)(:[1-9][0-9]{1,3})?(/[a-z0-9%?=&#]{0,9})?", fullmatch=True
        ),
    ),
    "email": (
        made("email"),
        st.builds(
            "{}@{}.cn".format,
            st.text(LOCAL, min_size=1, max_size=64),
            st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True),
        ),
    ),
    "tags": (
        made("tags"),
        st.lists(st.sampled_from(["重点", "VIP", "a b", "C#", "老人"]), min_size=1, unique=True).map(tuple),
    ),
    "files": (
        made("files"),
        st.lists(st.from_regex("[0-9a-f]{64}", fullmatch=True), min_size=1, unique=True, max_size=4).map(
            tuple
        ),
    ),
    "integer": (made("integer"), st.integers(-(10**15) + 1, 10**15 - 1)),
    "decimal": (made("decimal", scale=3), st.decimals(-999999999, 999999999, places=3)),
    "money": (made("money"), st.integers(-(10**15) + 1, 10**15 - 1)),
    "area": (made("area"), st.decimals(0, 9999999999, places=2)),
    "percent": (made("percent"), st.decimals(0, 100, places=4)),
    "date": (made("date"), st.dates(date(1900, 1, 1), date(2199, 12, 31))),
    "month": (made("month"), st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(lambda d: d.replace(day=1))),
    "moment": (made("moment"), st.integers(-2208988800 * 10**9, 7258032000 * 10**9)),
    "boolean": (made("boolean"), st.booleans()),
    "choice": (made("choice", options=COLOURS), st.sampled_from(["g", "blue-2"])),
    "dictionary": (
        made("dictionary", name="colours", entries=lambda _name: COLOURS),
        st.sampled_from([*COLOURS]),
    ),
    "reference": (
        made("reference", entity=Text("房屋", "house"), directory=Directory()),
        st.sampled_from([*Directory.titles]),
    ),
    "identity_card": (made("identity_card", today=lambda: TODAY), cards()),
    "credit_code": (made("credit_code"), credit_codes()),
    "phone": (made("phone"), phones()),
    "mobile": (made("mobile"), mobiles()),
    "plate": (made("plate"), plates()),
    "district": (made("district"), st.sampled_from(["110000", "110105", "440300", "441900", "810000"])),
    "bank_card": (made("bank_card"), bank_cards()),
    "postal_code": (made("postal_code"), st.from_regex(r"0[1-9][0-9]{4}|[1-8][0-9]{5}", fullmatch=True)),
    "house_code": (made("house_code"), house_codes()),
}
"""A type of each name, and canonical values of it."""
