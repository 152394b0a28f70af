"""Sheets as people make them: merged cells, dates, long numbers, hidden sheets (S1-2.3.4, B18)."""

from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from business.exchange.delimited import decoded
from business.exchange.opening import opened
from business.exchange.refusal import FileRefused
from business.exchange.sheet import ROWS, Imprecise, letter
from tests.business.exchange.old_workbook import old_workbook

MOMENT = datetime.fromisoformat("2026-11-21 08:30:05")


def made(fill: Callable[[Any, Any], None]) -> bytes:
    """A workbook, filled by `fill(book, sheet)`."""
    target = BytesIO()
    book = Workbook(target)
    fill(book, book.add_worksheet("住户"))
    book.close()
    return target.getvalue()


def cells(data: bytes) -> list[tuple[Any, ...]]:
    return [row.cells for row in opened(data)[0].rows()]


def test_numbers_come_as_they_were_typed() -> None:
    """A phone number that Excel keeps as 13800138000.0; a number with digits lost is marked."""

    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [13800138000.0, 0.1, -3, 1.5e-7, 110101199003070011, 89.5, True])

    (row,) = cells(made(fill))
    assert row == ("13800138000", "0.1", "-3", "0.00000015", "110101199003070000", "89.5", True)
    assert [type(cell) for cell in row] == [str, str, str, str, Imprecise, str, bool]


def test_dates_are_dates_and_dates_as_text_are_text() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day, moment, clock = (
            book.add_format({"num_format": f}) for f in ("yyyy/m/d", "yyyy-mm-dd hh:mm:ss", "hh:mm")
        )
        sheet.write_datetime(0, 0, date(2026, 11, 21), day)
        sheet.write_datetime(0, 1, MOMENT, moment)
        sheet.write_datetime(0, 2, time(8, 30), clock)
        sheet.write_string(0, 3, "2026年11月21日")

    assert cells(made(fill)) == [(date(2026, 11, 21), MOMENT, "08:30", "2026年11月21日")]


def test_merged_cells_hold_their_value_everywhere() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range("B2:D2", "title")
        sheet.merge_range("B3:B5", "3栋")
        sheet.write_column("C3", ["301", "302", "303"])
        sheet.merge_range("D4:E5", 7)

    found = [(row.number, *row.cells) for row in opened(made(fill))[0].rows()]
    assert found == [
        (1, None, None, None, None),
        (2, None, "title", "title", "title"),
        (3, None, "3栋", "301", None),
        (4, None, "3栋", "302", "7", "7"),
        (5, None, "3栋", "303", "7", "7"),
    ]


def test_an_old_workbook_reads_like_a_new_one() -> None:
    data = old_workbook([(0, 0, "业主"), (1, 1, 13800138000.0), (3, 0, "'=1")], [(0, 1, 0, 0)])
    sheet = opened(data)[0]
    assert sheet.name == "一"
    assert list(sheet.rows()) == [
        (1, ("业主", None)),
        (2, ("业主", "13800138000")),
        (3, (None, None)),
        (4, ("=1", None)),
    ]


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>
<table:table table:name="住户">%s</table:table>
</office:spreadsheet></office:body>
</office:document-content>"""
TEXT_CELL = '<table:table-cell %s office:value-type="string"><text:p>%s</text:p></table:table-cell>'


def open_document(rows: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS % rows)
    return target.getvalue()


def test_an_open_document_reads_with_its_merged_cells_filled() -> None:
    """And the blank rest of the sheet, which it declares as one cell repeated, is no table."""
    rows = (
        "<table:table-row>"
        + TEXT_CELL % ('table:number-columns-spanned="2" table:number-rows-spanned="2"', "业主")
        + "<table:covered-table-cell/>"
        + TEXT_CELL % ("", "c")
        + '<table:table-cell table:number-columns-repeated="16381"/></table:table-row>'
        + '<table:table-row><table:covered-table-cell table:number-columns-repeated="2"/>'
        + TEXT_CELL % ("", "d")
        + "</table:table-row>"
        + '<table:table-row table:number-rows-repeated="1048574">'
        + '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert cells(open_document(rows)) == [("业主", "业主", "c"), ("业主", "业主", "d")]


@pytest.mark.parametrize(
    "row",
    [
        '<table:table-row table:number-rows-repeated="1048576">'
        + TEXT_CELL % ("", "x")
        + "</table:table-row>",
        "<table:table-row>"
        + TEXT_CELL % ('table:number-columns-repeated="16384"', "x")
        + "</table:table-row>",
    ],
)
def test_an_open_document_that_repeats_a_value_without_end_is_refused(row: str) -> None:
    """S-40."""
    with pytest.raises(FileRefused, match="more than the limit"):
        opened(open_document(row))


def test_only_visible_sheets_with_content_are_offered() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "a")
        hidden = book.add_worksheet("密")
        hidden.write(0, 0, "b")
        hidden.hide()
        book.add_worksheet("空")
        book.add_worksheet("车辆").write(2, 1, "c")

    sheets = opened(made(fill))
    assert [sheet.name for sheet in sheets] == ["住户", "车辆"]
    assert list(sheets[1].rows()) == [(1, (None, None)), (2, (None, None)), (3, (None, "c"))]


def test_a_sheet_can_be_gone_through_again() -> None:
    sheet = opened(made(lambda _book, sheet: sheet.write_row(0, 0, ["a", "b"])))[0]
    assert list(sheet.rows()) == list(sheet.rows()) == [(1, ("a", "b"))]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_of_any_encoding_and_separator(encoding: str, separator: str) -> None:
    rows = [("业主", "房号", "note"), ("张三", "3-2-501", "x"), ("李 四", "3-2-502", "y")]
    text = "\r\n".join(separator.join(row) for row in rows)
    assert cells(text.encode(encoding)) == rows


def test_utf_8_comes_before_gb18030() -> None:
    """The bytes of Chinese in UTF-8 are often valid GB18030 as well."""
    assert "业主姓名".encode().decode("gb18030") != "业主姓名"
    assert decoded("业主姓名".encode()) == "业主姓名"
    assert decoded("镕㐀𠮷€".encode("gb18030")) == "镕㐀𠮷€"


def test_separators_inside_quotation_marks_do_not_count() -> None:
    assert cells(b'"a;1;2","b;3;4"\n"c;5;6","d;7;8"\n') == [("a;1;2", "b;3;4"), ("c;5;6", "d;7;8")]
    assert cells(b'a "x", b;c\nd "y", e;f\n') == [('a "x"', " b;c"), ('d "y"', " e;f")]


def test_rows_bear_the_number_of_the_line_they_begin_in() -> None:
    rows = list(opened(b'a,b\n"1\n2\n3",x\n\n4,y\n')[0].rows())
    assert [(row.number, row.cells) for row in rows if row.cells] == [
        (1, ("a", "b")),
        (2, ("1\n2\n3", "x")),
        (6, ("4", "y")),
    ]


def test_xml_rows_may_be_elements_or_attributes() -> None:
    data = """<?xml version="1.0"?><x:list xmlns:x="urn:x"><columns><column name="note"/></columns>
    <row id="1"><owner>张三</owner><owner>李四</owner></row>
    <x:row id="2" plate=""><x:owner>a<!-- c -->b</x:owner></x:row>
    </x:list>"""
    assert [(row.number, row.cells) for row in opened(data.encode())[0].rows()] == [
        (0, ("note", "id", "owner", "plate")),
        (1, (None, "1", "张三\n李四", None)),
        (2, (None, "2", "ab", None)),
    ]


def test_columns_have_letters() -> None:
    assert [letter(column) for column in (0, 25, 26, 199, 701, 702)] == ["A", "Z", "AA", "GR", "ZZ", "AAA"]


def test_the_full_number_of_rows_is_read() -> None:
    data = b"a,b\n" + b"1,2\n" * ROWS
    assert sum(1 for _ in opened(data)[0].rows()) == ROWS + 1
