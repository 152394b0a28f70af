"""From the heading to the table of errors and the file of failed rows (S1-2.3.4, S1-4.11b, B18)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.said import SEPARATOR, in_language
from business.exchange import parts
from business.exchange.columns import Column, Part
from business.exchange.failures import write_failures
from business.exchange.layout import Header, guessed, header_of, records_of
from business.exchange.opening import opened
from business.exchange.reading import Failed, Record, RowError, Trial, chunks, outcomes
from business.exchange.refusal import FileRefused
from business.exchange.sheet import Row
from business.fields.field_type import FieldError
from config.text import Text
from tests.business.exchange.kinds import COLUMNS, HOUSE, OWNER, PHONE, TEXT, came_back


def header(*lines: str) -> Header:
    return header_of(opened("\n".join(lines).encode())[0], COLUMNS)


def test_the_heading_is_found_beneath_a_title() -> None:
    assert header("房号,业主,电话", "1-101,张三,1") == Header(1, ("房号", "业主", "电话"))
    assert header("业主清单,,,", "制表：李,,2026,", "房号,业主,电话,x", "1,2,3,4").row == 3
    assert header("业主,,", "编号,业主,情况", "1,张三,x").row == 2
    assert header("清单,,,", "alpha,beta,gamma,", "x,y,z,w").row == 2


def test_the_heading_is_found_beneath_a_title_merged_across_the_sheet() -> None:
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet()
    sheet.merge_range("A1:D1", "业主")
    sheet.merge_range("A2:A3", "房号")
    sheet.merge_range("B2:C2", "住户")
    sheet.write_row("B3", ["业主", "电话"])
    sheet.write_row("A4", ["1-101", "张三", "138"])
    book.close()
    assert header_of(opened(target.getvalue())[0], COLUMNS) == Header(3, ("房号", "业主", "电话"))


def test_a_sheet_without_words_has_no_heading() -> None:
    with pytest.raises(FileRefused, match="no heading"):
        header("1,2", "3,4")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["房号", "业主", "电话"], {0: "house", 1: "owner", 2: "phone"}),
        (["HOUSE ", " owner", "Phone"], {0: "house", 1: "owner", 2: "phone"}),
        (["房屋编号", "产权人", "手机号码"], {0: "house", 1: "owner", 2: "phone"}),
        (["* 房 号（必填）", "业主【可多个】", "电话(11位)"], {0: "house", 1: "owner", 2: "phone"}),
        (["面积", "Size", "move-in date"], {1: "size", 2: "since"}),
        (["迁入日期", "应收金额（元）", "建筑面积"], {0: "since", 1: "fee"}),
        (["业主1", "业主2", "电话1"], {0: "owner", 1: "owner"}),
        (["联系电话", "电话", ""], {1: "phone"}),
        (["Owners", "Hous"], {0: "owner", 1: "house"}),
        (["错误原因", "Reason refused", "无关"], {}),
    ],
)
def test_fields_are_guessed_from_headings(labels: list[str], expected: dict[int, str]) -> None:
    """In either language, by synonym, with notes and signs beside; the better of two likenesses wins."""
    assert guessed(labels, COLUMNS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三、李四", [("张三", None), ("李四", None)]),
        ("张三;李四； 王五", [("张三", None), ("李四", None), ("王五", None)]),
        ("张三\n李四\n", [("张三", None), ("李四", None)]),
        ("张三，李四,王五", [("张三", None), ("李四", None), ("王五", None)]),
        ("张三(60%)、李四（40％）", [("张三", Fraction(3, 5)), ("李四", Fraction(2, 5))]),
        ("张三 1/3;李四:2/3", [("张三", Fraction(1, 3)), ("李四", Fraction(2, 3))]),
        ("张三 33.5%", [("张三", Fraction(335, 1000))]),
        ("王五（租户、临时）", [("王五（租户、临时）", None)]),
        ('"Smith, John";"O""Neil" (50%)', [("Smith, John", None), ('O"Neil', Fraction(1, 2))]),
        ("、；", []),
        ('3" pipe', [('3" pipe', None)]),
        ("张三(60%、李四", [("张三(60%、李四", None)]),
    ],
)
def test_several_values_in_one_cell(text: str, expected: list[tuple[str, Fraction | None]]) -> None:
    """多个业主 with shares."""
    assert parts.split(text) == expected


@pytest.mark.parametrize("share", ["0%", "120%", "3/2", "1/0", "0/1"])
def test_a_share_of_nothing_or_of_more_than_all_is_refused(share: str) -> None:
    with pytest.raises(FieldError, match="between 0 and 100%"):
        parts.split(f"张三({share})")


@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.sampled_from("张a \"'、;，,()（）%1/2:\n")).filter(bool),
            st.none() | st.fractions(Fraction(1, 10**6), 1),
        )
    )
)
def test_values_joined_come_apart_again(pairs: list[tuple[str, Fraction | None]]) -> None:
    assert parts.split(parts.joined(pairs)) == pairs


CSV = """业主登记表,,,,
房号*,业主,电话,面积（㎡）,入住日期
1-101,张三(60%)、李四(40%),13800138000,89.5,2026-11-21
1-102,王五,,many,2026/01/02
,赵六,1,1,
1-101,钱七,2,2,2026-13-01
1-101,孙八,3,3,
"""


def failures_of(data: bytes, keys: tuple[str, ...] = ()) -> list[RowError]:
    return [
        error
        for outcome in came_back(data, COLUMNS, keys)
        if isinstance(outcome, Failed)
        for error in outcome.errors
    ]


def test_rows_become_records() -> None:
    first = came_back(CSV.encode(), COLUMNS)[0]
    assert first == Record(
        3,
        {
            "house": "1-101",
            "owner": (Part("张三", Fraction(3, 5)), Part("李四", Fraction(2, 5))),
            "phone": "13800138000",
            "size": Decimal("89.5"),
            "since": date(2026, 11, 21),
        },
    )


def test_every_error_names_row_column_value_reason_and_way_out() -> None:
    """In both languages; all errors of a row, not only the first."""
    found = failures_of(CSV.encode(), ("house",))
    assert [(e.row, e.column, e.label.zh, e.value) for e in found] == [
        (4, "D", "面积（㎡）", "many"),
        (5, "A", "房号", ""),
        (6, "E", "入住日期", "2026-13-01"),
        (7, "A", "房号", "1-101"),
    ]
    assert "is required" in found[1].reason
    assert in_language(found[3].reason, "zh") == "与第 3 行重复：房号 相同"
    assert in_language(found[3].reason, "en") == "the same House as in row 3"
    assert in_language(found[0].fix, "en") == "correct cell D4 and import again"
    for error in found:
        assert SEPARATOR in error.reason
        assert SEPARATOR in error.fix


def test_a_number_whose_last_digits_are_lost_is_refused_rather_than_imported_wrong() -> None:
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["房号", "电话"])
    sheet.write_row(1, 0, ["1-101", 110101199003070011])
    book.close()
    (error,) = failures_of(target.getvalue())
    assert "more than 15 digits" in error.reason
    assert error.column == "B"


def test_several_columns_of_one_field_of_many_values_are_taken_together() -> None:
    (record,) = came_back("房号,业主1,业主2,业主3\n1,张三,,李四、王五\n".encode(), COLUMNS)
    assert isinstance(record, Record)
    assert record.values["owner"] == (Part("张三"), Part("李四"), Part("王五"))


def test_blank_keys_are_no_duplicates() -> None:
    data = "房号,电话\n1,\n2,\n3,9\n4,9\n".encode()
    assert [(e.row, e.column) for e in failures_of(data, ("phone",))] == [(5, "B")]
    assert failures_of(data, ("house", "phone")) == []


def test_a_required_column_must_be_mapped() -> None:
    with pytest.raises(FileRefused, match="required columns are not mapped: House"):
        outcomes([], Header(1, ("电话",)), {0: "phone"}, COLUMNS)


def test_failed_rows_come_back_and_can_be_imported_once_corrected() -> None:
    """Nothing is lost: good and failed rows together are the file; the first mapping still fits."""
    sheet = opened(CSV.encode())[0]
    first = header_of(sheet, COLUMNS)
    mapping = guessed(first.labels, COLUMNS)
    trial = Trial()
    target = BytesIO()
    tried = outcomes(records_of(sheet, first), first, mapping, COLUMNS, ["house"])
    written = write_failures(target, first, trial.failures(tried), "zh")
    assert (trial.good, trial.failed, trial.error_count, written.rows) == (1, 4, 4, 4)

    again = opened(target.getvalue())[0]
    second = header_of(again, COLUMNS)
    assert second.labels == (*first.labels, "错误原因")
    assert second.fingerprint == first.fingerprint
    rows = list(records_of(again, second))
    assert [row.cells[:5] for row in rows] == [row.cells for row in records_of(sheet, first)][1:]
    assert str(rows[0].cells[5]).startswith("面积（㎡）: “many”不对")
    corrected = [
        Row(row.number, (f"2-{row.number}", *row.cells[1:3], None, None, row.cells[5])) for row in rows
    ]
    results = list(outcomes(corrected, second, mapping, COLUMNS, ["house"]))
    assert [type(result) for result in results] == [Record] * 4


def test_cells_of_failed_rows_stay_what_they_were() -> None:
    """Dates, formulas, cells to the right of the heading."""
    row = Row(9, ("=1+1", date(2026, 1, 2), True, None, "outside", date(1890, 1, 1)))
    error = RowError(9, "A", Text("甲", "A"), "", "r", "f")
    target = BytesIO()
    write_failures(target, Header(1, ("a", "b", "c")), iter([Failed(row, (error,))]), "en")
    found = [row.cells for row in opened(target.getvalue())[0].rows()]
    assert found[1] == ("=1+1", date(2026, 1, 2), "TRUE", "A: r", None, "outside", "1890-01-01")


def test_a_trial_keeps_the_first_errors_and_counts_all() -> None:
    rows = (Row(number, (None,)) for number in range(5000))
    trial = Trial(shown=10)
    tried = outcomes(rows, Header(0, ("房号",)), {0: "house"}, [HOUSE])
    assert sum(1 for _ in trial.failures(tried)) == 5000
    assert (len(trial.errors), trial.error_count, trial.failed, trial.good) == (10, 5000, 5000, 0)


def test_rows_are_read_one_at_a_time() -> None:
    """Memory does not grow with the file, and whoever takes chunks may stop between them."""
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for number in range(1_000_000):
            taken += 1
            yield Row(number, (str(number),))

    pieces = chunks(Trial().watch(outcomes(rows(), Header(0, ("房号",)), {0: "house"}, [HOUSE])), 100)
    first = next(pieces)
    assert (len(first), taken) == (100, 100)


def test_the_last_chunk_is_shorter() -> None:
    assert [len(chunk) for chunk in chunks(range(7), 3)] == [3, 3, 1]
    assert list(chunks([], 3)) == []


def test_a_field_type_that_breaks_is_not_taken_for_a_wrong_cell() -> None:
    def broken(_value: object) -> Any:
        raise ZeroDivisionError

    column = Column("x", Text("甲", "X"), type(TEXT)("x", TEXT.label, TEXT.column, broken, TEXT.show))
    with pytest.raises(ZeroDivisionError):
        list(outcomes([Row(1, ("a",))], Header(0, ("x",)), {0: "x"}, [column]))


def test_columns_without_a_place_in_a_short_row_are_blank() -> None:
    (record,) = outcomes(
        [Row(2, ("1",))],
        Header(1, ("房号", "电话", "业主")),
        {0: "house", 1: "phone", 2: "owner"},
        [HOUSE, PHONE, OWNER],
    )
    assert record == Record(2, {"house": "1", "phone": None, "owner": None})
