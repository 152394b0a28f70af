"""What people write for a text, a number, an amount, a day: read as meant, or refused with the way out."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from actors.said import SEPARATOR, in_language
from business.exchange.columns import Column
from business.exchange.table import Yuan, native_of
from business.fields.field_type import FieldError
from business.fields.registry import made
from business.fields.written import SHOWN
from config.text import Text
from tests.business.fields.numbers_of_nobody import COLOURS, Directory

NOON = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001  # as a spreadsheet hands it on
NOON_NS = 1_772_339_400 * 10**9
HASH = "0123456789abcdef" * 4

READ: list[tuple[str, Any, Any]] = [
    ("text", "  a\u200bb\tc \n", "ab c"),
    ("text", "e\u0301", "é"),
    ("text", 13800138000.0, "13800138000"),
    ("text", 12.5, "12.5"),
    ("text", True, "TRUE"),
    ("text", date(2026, 3, 1), "2026-03-01"),
    ("text", "👨‍👩‍👧", "👨‍👩‍👧"),
    ("text", "\u202d138\u202c", "138"),
    ("note", " 一\r\n二\r三\t四 ", "一\n二\n三    四"),
    ("integer", "１，２３４", 1234),
    ("integer", "-5", -5),
    ("integer", "7.0", 7),
    ("integer", 7.0, 7),
    ("decimal", "+1,234.50", Decimal("1234.5")),
    ("decimal", ".5", Decimal("0.5")),
    ("decimal", 0.1, Decimal("0.1")),
    ("decimal", 1e-2, Decimal("0.01")),
    ("decimal", "100", Decimal(100)),
    ("area", "85.50㎡", Decimal("85.5")),
    ("area", "８５．５ 平方米", Decimal("85.5")),
    ("area", "85.5 m²", Decimal("85.5")),
    ("money", "1,234.50", 123450),
    ("money", "￥1234.5", 123450),
    ("money", "¥ 1234.5", 123450),
    ("money", "１２３４．５０元", 123450),
    ("money", "人民币1,234.50元", 123450),
    ("money", "-￥0.01", -1),
    ("money", "RMB 12", 1200),
    ("money", "12元人民币", 1200),
    ("money", "0.10", 10),
    ("money", Decimal("12.30"), 1230),
    ("money", 1230, 1230),
    ("percent", "60%", Decimal(60)),
    ("percent", "６０％", Decimal(60)),
    ("percent", "33.3333%", Decimal("33.3333")),
    ("percent", "60", Decimal(60)),
    ("percent", "0.5%", Decimal("0.5")),
    ("percent", "0", Decimal(0)),
    ("percent", Decimal("0.5"), Decimal("0.5")),
    *(
        ("date", written, date(2026, 3, 1))
        for written in (
            "2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "2026年03月01号", "20260301",
            "２０２６-３-１",
            "2026-03-01 00:00:00", "2026-03-01T00:00", NOON, date(2026, 3, 1), "46082", 46082,
        )
    ),
    *(
        ("month", written, date(2026, 3, 1))
        for written in ("2026-03", "2026/3", "2026年3月", "202603", "2026-03-17", NOON, date(2026, 3, 31))
    ),
    *(
        ("moment", written, NOON_NS)
        for written in (
            "2026-03-01 12:30", "2026/3/1 12:30:00", "2026年3月1日 12:30", "2026-03-01T12:30:00+08:00",
            "2026-03-01T04:30:00Z", NOON, NOON.replace(tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 3, 1, 4, 30, tzinfo=UTC), NOON_NS,
        )
    ),
    ("moment", "2026-03-01 12:30:00.000000001", NOON_NS + 1),
    *(("boolean", written, True) for written in ("是", "yes", "Y", "1", 1, 1.0, "√", "✓", "TRUE",
    "有", True)),
    *(("boolean", written, False) for written in ("否", "no", "N", "0", 0, "×", "false", "无", False)),
    ("url", " https://example.com/a?b=1#c ", "https://example.com/a?b=1#c"),
    ("email", " Anna.Berg@EXAMPLE.com ", "Anna.Berg@example.com"),
    ("email", "ａｎｎａ＠example.com", "anna@example.com"),
    ("tags", "重点、VIP,老人；VIP", ("重点", "VIP", "老人")),
    ("tags", ["#重点", "＃VIP"], ("重点", "VIP")),
    ("files", f"{HASH} {HASH.upper()}", (HASH,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "value"), READ, ids=[f"{n}-{g!r}" for n, g, _ in READ])
def test_what_people_write_is_read_as_meant(name: str, given: Any, value: Any) -> None:
    found = made(name).parse(given)
    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[str, dict[str, Any], Any, str, str]] = [
    ("text", {"most": 3}, "一二三四", "“一二三四”有 4 个字符，最多 3 个；请缩短",
     "'一二三四' has 4 characters, at most 3 are kept: shorten it"),
    ("text", {}, "a\x07b", "控制字符 U+0007", "control character U+0007"),
    ("text", {}, "a\x1eb", "控制字符 U+001E", "control character U+001E"),
    ("text", {}, "\ud800", "控制字符 U+D800", "control character U+D800"),
    ("text", {}, "\u200b\u200b", "只有不可见字符", "invisible characters only"),
    ("text", {}, b"x", "不是文本", "neither text nor"),
    ("integer", {}, "1.5", "不是整数；请去掉小数", "no whole number: leave the decimals out"),
    ("integer", {"least": 1, "most": 9}, 12, "“12”不在 1 到 9 之间；请核对", "'12' is not between 1 and 9"),
    ("integer", {}, True, "不是数字", "is no number"),
    ("integer", {}, "12,34", "不是数字", "is no number"),
    ("integer", {}, "5²", "不是数字", "is no number"),
    ("integer", {}, "٣", "不是数字", "is no number"),
    ("decimal", {}, "1e3", "不是数字；请只填写数字，例如 1234.5", "write digits only, as in 1234.5"),
    ("decimal", {}, float("nan"), "不是数字", "is no number"),
    ("decimal", {}, Decimal("Infinity"), "不是数字", "is no number"),
    ("decimal", {}, "1.234", "小数超过 2 位；请四舍五入到 2 位", "more than 2 decimals: round it to 2"),
    ("decimal", {}, "1.0000000000000000000000000000001", "不是数字", "is no number"),
    ("decimal", {}, Decimal("1E+999999"), "不是数字", "is no number"),
    ("integer", {}, Decimal("1E+999999"), "不是数字", "is no number"),
    ("integer", {}, "1" * 5000, "有 5000 个字符", "has 5000 characters"),
    ("decimal", {"most": Decimal(5)}, "5.01", "到 5 之间", "and 5: check"),
    ("area", {}, "-1", "不在 0 到", "not between 0 and"),
    ("money", {}, "12.345", "小数超过 2 位", "more than 2 decimals"),
    ("money", {}, 12.5, "浮点数不精确；请以文本填写", "give it as text"),
    ("money", {}, "1.2万", "不是数字", "is no number"),
    ("money", {"least": 0}, "-1", "“-1”不在 0.00 到", "is not between 0.00 and"),
    ("money", {}, "1人民币2", "不是数字", "is no number"),
    ("money", {}, "-￥-5", "不是数字", "is no number"),
    ("money", {}, "壹佰元", "不是数字", "is no number"),
    ("percent", {}, "0.6", "可能是 0.6%，也可能是 60%；请带上 % 填写",
     "may be 0.6% or 60%: write it with a % sign"),
    ("percent", {}, "1", "可能是 1%，也可能是 100%", "may be 1% or 100%"),
    ("percent", {}, "100.1", "不在 0 到 100 之间", "not between 0 and 100"),
    ("percent", {}, "33.33333%", "小数超过 4 位", "more than 4 decimals"),
    ("date", {}, "2026-02-30", "不是日期；请写成 2026-03-01", "write year-month-day"),
    ("date", {}, "01/03/2026", "不是日期", "is no date"),
    ("date", {}, "2026-W09-7", "不是日期", "is no date"),
    ("date", {}, "26-3-1", "不是日期", "is no date"),
    ("date", {}, "2026-3/1", "不是日期", "is no date"),
    ("date", {}, "2026-03-01 08:30", "不是日期", "is no date"),
    ("date", {}, "1899-12-31", "不在 1900-01-01 到 2199-12-31 之间；请核对年份", "check the year"),
    ("month", {}, "2026.10", "不是月份；请写成 2026-03", "is no month"),
    ("month", {}, "2026-13", "不是月份", "is no month"),
    ("moment", {}, "2026-03-01", "不是时刻；请写成 2026-03-01 08:30", "is no time"),
    ("moment", {}, "2026-03-01 25:00", "不是时刻", "is no time"),
    ("boolean", {}, "x", "不是“是”或“否”；请填写 是 或 否", "neither yes nor no"),
    ("boolean", {}, 2, "不是“是”或“否”", "neither yes nor no"),
    ("choice", {"options": COLOURS}, "黄", "“黄”不在可选值中；请填写：红、绿、蓝",
     "'黄' is none of the choices: write red, green"),
    ("choice", {"options": COLOURS}, "红", "不在可选值中", "none of the choices"),
    ("url", {}, "www.example.com", "请以 http:// 或 https:// 开头", "begin with http://"),
    ("url", {}, "javascript:alert(1)", "不是网址", "no web address"),
    ("url", {}, "https://", "不是网址", "no web address"),
    ("url", {}, "https://a b.cn", "不含空格", "without blanks"),
    ("url", {}, "http://a.cn:99999", "不是网址", "no web address"),
    ("email", {}, "anna.example.com", "请写成 名称@域名", "write name@domain"),
    ("email", {}, "a..b@example.com", "不是邮箱地址", "no e-mail address"),
    ("email", {}, "a@b", "不是邮箱地址", "no e-mail address"),
    ("email", {}, "a@x.cn\r\nBcc: b@x.cn", "不是邮箱地址", "no e-mail address"),
    ("tags", {"most": 1}, "a,b", "有 2 个标签，最多 1 个", "are 2 tags, at most 1"),
    ("tags", {}, ["a,b"], "不是标签", "is no tag"),
    ("tags", {}, "、、", "不是标签", "is no tag"),
    ("files", {}, "abc", "请先上传文件", "upload the file first"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "how", "given", "zh", "en"), REFUSED, ids=[f"{n}-{g!r:.40}" for n, _, g, _, _ in REFUSED]
)
def test_what_cannot_be_held_is_refused_with_value_rule_and_way_out(
    name: str, how: dict[str, Any], given: Any, zh: str, en: str
) -> None:
    with pytest.raises(FieldError) as caught:
        made(name, **how).parse(given)
    text = str(caught.value)
    assert zh in in_language(text, "zh")
    assert en in in_language(text, "en")
    assert text.count(SEPARATOR) == 1


def test_an_error_repeats_no_more_of_a_value_than_fits() -> None:
    with pytest.raises(FieldError) as caught:
        made("integer").parse("x" * 1000)
    assert "x" * (SHOWN - 1) + "…" in str(caught.value)
    with pytest.raises(FieldError) as caught:
        made("text").parse("x" * 100_000)
    assert "…" in str(caught.value)
    assert len(str(caught.value)) < 4 * SHOWN + 100


def test_choices_are_written_as_key_or_as_label_in_either_language() -> None:
    colour = made("choice", options=COLOURS)
    for written in ("g", "绿", "green", "GREEN", " Green "):
        assert colour.parse(written) == "g"
    for written in ("blue-2", "蓝", "ｂｌｕｅ"):
        assert colour.parse(written) == "blue-2"
    assert colour.parse("r") == "r", "a key is clear where a label is not"
    assert (colour.show("g", "zh"), colour.show("g", "en")) == ("绿", "green")


def test_a_dictionary_is_asked_for_its_entries_every_time() -> None:
    entries: dict[str, dict[str, Text]] = {"colours": COLOURS}
    colour = made("dictionary", name="colours", entries=entries.__getitem__)
    assert colour.parse("绿") == "g"
    with pytest.raises(FieldError):
        colour.parse("黄")
    entries["colours"] = {"y": Text("黄", "yellow")}
    assert colour.parse("黄") == "y"
    assert colour.show("g", "zh") == "g", "an entry taken out is shown by its code"
    kept = made("dictionary", name="colours", entries=entries.__getitem__, retired=lambda _name: COLOURS)
    assert [kept.show(key, "zh") for key in ("g", "y", "gone")] == ["绿", "黄", "gone"]
    with pytest.raises(FieldError):
        kept.parse("绿")


def test_a_reference_says_when_a_name_is_nobodys_or_several() -> None:
    house = made("reference", entity=Text("房屋", "house"), directory=Directory())
    assert house.parse("3-2-501") == 1
    assert house.parse("车库 #3") == 3
    assert house.show(3, "zh") == "车库 #3"
    assert house.show(9, "zh") == "#9"
    for given, zh, en in [
        ("车库", "对应 2 个房屋；请写明编号：#2、#3", "is the name of 2 of house: write which"),
        ("阁楼", "不是已有的房屋；请先登记", "is the name of no house: enter it first"),
        ("#9", "不是已有的房屋", "is the name of no house"),
        (9, "不是已有的房屋", "is the name of no house"),
    ]:
        with pytest.raises(FieldError) as caught:
            house.parse(given)
        assert zh in in_language(str(caught.value), "zh")
        assert en in in_language(str(caught.value), "en")


def test_an_hour_that_comes_twice_is_shown_with_its_offset() -> None:
    moment = made("moment", zone="Asia/Shanghai")
    first = int(datetime(1991, 9, 14, 16, 30, tzinfo=UTC).timestamp()) * 10**9
    second = first + 3600 * 10**9
    shown = [moment.show(one, "zh") for one in (first, second)]
    assert shown[0] != shown[1]
    assert [moment.parse(one) for one in shown] == [first, second]


def test_numbers_go_into_a_spreadsheet_as_numbers() -> None:
    def native(name: str, value: Any) -> Any:
        return native_of(Column("c", Text("列", "column"), made(name)), "zh")(value)

    assert native("money", 123450) == Yuan(1234.5)
    assert native("area", made("area").parse("85.50")) == 85.5
    assert native("decimal", made("decimal").parse("100.00")) == 100.0
    assert native("integer", 7) == 7.0
    assert native("date", date(2026, 3, 1)) == date(2026, 3, 1)
    assert native("percent", Decimal(60)) == "60%"
    assert native("boolean", True) == "是"


def test_money_is_shown_in_yuan_with_two_decimals() -> None:
    money = made("money")
    assert [money.show(fen, "zh") for fen in (123450, 5, -5, 0)] == ["1,234.50", "0.05", "-0.05", "0.00"]


def test_an_unknown_type_or_parameter_is_refused() -> None:
    with pytest.raises(KeyError):
        made("colour")
    with pytest.raises(TypeError):
        made("text", longest=5)
    with pytest.raises(ValueError, match="15 digits"):
        made("decimal", digits=18).column()
