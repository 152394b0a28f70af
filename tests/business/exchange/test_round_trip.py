"""What is exported comes back when it is imported (S1-2.3.4, S1-4.11b, B18, S-43)."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from defusedxml import ElementTree  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st

from business.exchange.columns import Column, Part
from business.exchange.reading import Record
from business.exchange.text import escaped, unescaped, writable
from business.exchange.text_file import write_csv
from business.exchange.xlsx_file import CELL_UNITS, CUT, write_xlsx
from business.exchange.xml_file import write_xml
from config.text import Text
from tests.business.exchange.hostile import ALL, FORMULAS
from tests.business.exchange.kinds import (
    DATE,
    DECIMAL,
    FLAG,
    INTEGER,
    MOMENT,
    MONEY,
    TEXT,
    Writer,
    came_back,
    table,
    written,
)

WRITERS: list[Writer] = [write_xlsx, write_csv, write_xml]
KEY = Column("key", Text("行号", "Line"), INTEGER, required=True)
NOTE = Column("note", Text("情况", "Situation"), TEXT)
COLUMNS = (
    KEY,
    NOTE,
    Column("people", Text("成员", "Members"), TEXT, many=True),
    Column("size", Text("大小", "Size"), DECIMAL),
    Column("fee", Text("费用", "Fee"), MONEY),
    Column("begin", Text("起始", "Begin"), DATE),
    Column("seen", Text("时刻", "Seen at"), MOMENT),
    Column("let", Text("出租", "Let"), FLAG),
)

texts = st.text(st.characters(codec="utf-8"), max_size=30).filter(
    lambda text: text.strip()
) | st.sampled_from(ALL)
names = texts.map(lambda text: writable(text)[0]).filter(lambda text: text.strip())
shares = st.none() | st.fractions(Fraction(1, 1000), 1, max_denominator=1000)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "note": draw(st.none() | texts),
        "people": tuple(Part(*pair) for pair in draw(st.lists(st.tuples(names, shares), max_size=4))) or None,
        "size": draw(st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2)),
        "fee": draw(st.none() | st.integers(-(10**17), 10**17)),
        "begin": draw(st.none() | st.dates()),
        "seen": draw(st.none() | st.datetimes(timezones=st.none()).map(without_midnight)),
        "let": draw(st.none() | st.booleans()),
    }


BLANK: dict[str, Any] = dict.fromkeys(("note", "people", "size", "fee", "begin", "seen", "let"))


def without_midnight(moment: datetime) -> datetime:
    """A workbook cannot tell midnight from the day."""
    return moment if moment.time() > datetime.min.time() else moment.replace(hour=1)


def kept(record: dict[str, Any]) -> dict[str, Any]:
    """The record as any file can hold it."""
    note = record["note"]
    note = None if note is None else writable(note)[0]
    return record | {"note": note if note and note.strip() else None}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("language", ["zh", "en"])
@settings(max_examples=25)
@given(st.lists(records(), max_size=5))
@example([BLANK | {"note": "\x1b\n"}])
def test_records_come_back_from_every_format(
    writer: Writer, language: str, found: list[dict[str, Any]]
) -> None:
    """Whatever their values and in either language."""
    rows = [{"key": at} | record for at, record in enumerate(found)]
    outcomes = came_back(written(writer, COLUMNS, rows, language), COLUMNS)
    assert [outcome.values for outcome in outcomes if isinstance(outcome, Record)] == [kept(r) for r in rows]
    assert len(outcomes) == len(rows)


@pytest.mark.parametrize("writer", WRITERS)
def test_hostile_texts_come_back_as_they_were(writer: Writer) -> None:
    """Formulas, markup, odd letters, broken characters (S-43)."""
    rows = [{"key": at, "note": text} for at, text in enumerate(ALL)]
    outcomes = came_back(written(writer, (KEY, NOTE), rows), (KEY, NOTE))
    found = [outcome.values["note"] for outcome in outcomes if isinstance(outcome, Record)]
    expected = [writable(text)[0] for text in ALL]
    assert found == [text if text.strip() else None for text in expected]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """In CSV, and in a workbook that is saved as one (S-43)."""
    plain = writable(text)[0]
    assert escaped(plain).startswith("'") or not re.match(r"[\s']*[=+\-@＝＋－＠]|\s", plain)
    assert unescaped(escaped(plain)) == plain
    data = written(write_csv, (KEY, NOTE), [{"key": 1, "note": text}]).decode("utf-8-sig")
    assert not re.search(r'"\s*[=+@＝＋－＠]', data)
    book = ZipFile(BytesIO(written(write_xlsx, (KEY, NOTE), [{"key": 1, "note": text}])))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert not any("hyperlink" in name or "external" in name for name in book.namelist())


@given(st.text(alphabet=st.sampled_from("'=+-@＝ \t\n5.a")))
def test_the_escape_can_always_be_undone(text: str) -> None:
    assert unescaped(escaped(text)) == text


def test_a_negative_number_is_no_formula() -> None:
    assert escaped("-12.50") == "-12.50"


@pytest.mark.parametrize("writer", WRITERS)
def test_left_out_characters_are_counted(writer: Writer) -> None:
    """A control character or half a character is no reason to lose the table, nor to hide what was lost."""
    target = BytesIO()
    result = writer(target, table((KEY, NOTE), [{"key": 1, "note": "a\x00b\ud83dc\x1b"}]))
    assert (result.rows, result.dropped) == (1, 3)


def test_a_text_beyond_a_cell_is_cut_and_counted() -> None:
    """32,767 UTF-16 units, and the file still opens (S-43)."""
    long = ["x" * CELL_UNITS, "x" * (CELL_UNITS + 1), "😀" * CELL_UNITS, "=" + "y" * CELL_UNITS]
    target = BytesIO()
    result = write_xlsx(target, table((KEY, NOTE), [{"key": n, "note": text} for n, text in enumerate(long)]))
    found = [o.values["note"] for o in came_back(target.getvalue(), (KEY, NOTE)) if isinstance(o, Record)]
    assert result.cut == 3
    assert found[0] == long[0]
    assert found[1] == "x" * (CELL_UNITS - 1) + CUT
    assert found[2] == "😀" * ((CELL_UNITS - 1) // 2) + CUT
    assert found[3].startswith("=yyy")
    assert found[3].endswith(CUT)


def test_xml_is_well_formed_with_any_text() -> None:
    root = ElementTree.fromstring(
        written(write_xml, (KEY, NOTE), [{"key": n, "note": text} for n, text in enumerate(ALL)])
    )
    assert [record.findtext("key") for record in root.findall("record")] == [str(n) for n in range(len(ALL))]
    assert [column.get("zh") for column in root.find("columns")] == ["行号", "情况"]


def test_dates_money_and_numbers_are_such_in_a_workbook() -> None:
    """So that a person can add them up; a code that only looks like a number stays text."""
    row = {"key": 7, "note": "0012", "size": Decimal("89.5"), "fee": 123456, "begin": date(2026, 11, 21)}
    book = ZipFile(BytesIO(written(write_xlsx, COLUMNS, [row])))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<v>([^<]+)</v>", sheet) == ["7", "89.5", "1234.56", "46347"]
    assert "0012" in sheet
    assert 'state="frozen"' in sheet
    assert "yyyy-mm-dd" in book.read("xl/styles.xml").decode()
    assert date(1899, 12, 30) + timedelta(46347) == date(2026, 11, 21)
