"""Tables to read and to print: text and PDF (S1-2.3.4, S1-4.11b, B18, S-43)."""

import re
import zlib
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from actors.said import in_language
from business.exchange.columns import Column, Part
from business.exchange.pdf_file import PDF_CELLS, PDF_TEXT, write_pdf
from business.exchange.refusal import FileRefused
from business.exchange.text import width, wrapped, writable
from business.exchange.text_file import TXT_COLUMN, write_txt
from config.text import Text
from tests.business.exchange.hostile import ALL, MARKUP
from tests.business.exchange.kinds import COLUMNS, HOUSE, TEXT, table, written

ROWS: list[dict[str, Any]] = [
    {"house": "1-101", "owner": (Part("张三"), Part("李四")), "size": Decimal("89.5"), "fee": 123400},
    {"house": "1-102", "owner": None, "phone": "line one\nline two", "fee": -5},
]


def test_text_is_aligned_with_chinese_two_columns_wide() -> None:
    lines = written(write_txt, COLUMNS, ROWS).decode().splitlines()
    assert lines == [
        "业主清单  2026-11-21",
        "",
        "房号   业主        电话      面积（㎡）  应收金额  入住日期",
        "-----  ----------  --------  ----------  --------  --------",
        "1-101  张三、李四            89.5        1234.00",
        "1-102              line one              -0.05",
        "                   line two",
    ]


def test_text_loses_nothing_of_a_long_value() -> None:
    long = "甲乙丙x" * 50
    lines = written(write_txt, (HOUSE,), [{"house": long}]).decode().splitlines()[4:]
    assert "".join(lines) == long
    assert max(map(width, lines)) <= TXT_COLUMN
    assert wrapped("a\n\nbcd", 2) == ["a", "", "bc", "d"]


def test_text_with_hostile_values_keeps_one_line_a_line() -> None:
    target = BytesIO()
    write_txt(target, table((HOUSE,), [{"house": text} for text in ALL]))
    expected = "".join(writable(text)[0] for text in ALL)
    found = target.getvalue().decode().split("\n", 4)[4]
    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", expected)


def pdf_text(pdf: bytes) -> str:
    """All text of a PDF as a reader copies it: the glyphs of a font back to characters by its own table."""
    objects = {int(m[1]): m.start() for m in re.finditer(rb"^(\d+) 0 obj\n", pdf, re.MULTILINE)}

    def stream(number: int) -> bytes:
        start = pdf.index(b"stream\n", objects[number]) + len(b"stream\n")
        return zlib.decompressobj().decompress(pdf[start:])

    characters: dict[bytes, dict[int, str]] = {}
    for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", pdf):
        body = pdf[objects[int(number)] : pdf.index(b"endobj", objects[int(number)])]
        unicode_map = re.search(rb"/ToUnicode (\d+) 0 R", body)
        assert unicode_map, "a font whose text cannot be copied"
        cmap = stream(int(unicode_map[1]))
        characters[name] = {
            int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
            for glyph, text in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap)
        }
    pages = [int(number) for number in re.findall(rb"/Contents (\d+) 0 R", pdf)]
    text = ""
    for page in pages:
        for name, shown in re.findall(rb"/(f\d+) [\d.]+ Tf.*?Tm\s*(.*?)\s*T[jJ]", stream(page), re.DOTALL):
            for literal in re.findall(rb"\(((?:\\.|[^\\()])*)\)", shown, re.DOTALL):
                glyphs = re.sub(rb"\\([0-7]{3}|.)", _unescaped, literal, flags=re.DOTALL)
                codes = [int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2)]
                text += "".join(characters[name].get(code, "?") for code in codes)
        text += "\f"
    return text


def _unescaped(found: re.Match[bytes]) -> bytes:
    escape = found[1]
    if len(escape) == 3:
        return bytes([int(escape, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(escape, escape)


def test_a_pdf_embeds_the_chinese_font_and_its_text_can_be_copied() -> None:
    pdf = written(write_pdf, COLUMNS, ROWS)
    assert pdf.startswith(b"%PDF-")
    fonts = {name.split(b"+")[1] for name in re.findall(rb"/FontName/(\S+?)/", pdf)}
    assert fonts == {b"NotoSansCJKsc-Regular", b"NotoSansCJKsc-Bold"}
    text = pdf_text(pdf)
    for expected in ("业主清单", "2026-11-21", "应收金额", "张三、李四", "1234.00", "第1页，共1页"):
        assert expected in text.replace(" ", "")


def test_a_pdf_repeats_its_heading_and_counts_its_pages() -> None:
    rows = [{"house": f"{number}"} for number in range(200)]
    pages = pdf_text(written(write_pdf, (HOUSE,), rows, "en")).replace(" ", "").split("\f")[:-1]
    assert len(pages) > 2
    assert all("House" in page for page in pages)
    assert [f"page{n}of{len(pages)}" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)


def test_what_users_wrote_is_never_markup() -> None:
    """Neither in cells nor in title or labels (S-43)."""
    pdf = pdf_text(written(write_pdf, (HOUSE,), [{"house": text} for text in MARKUP]))
    found = re.sub(r"[\s\u200b]", "", pdf)
    for text in (
        "#setpage(width:1pt)",
        '#read("/etc/passwd")',
        "$x^2$",
        "*bold*_it_`raw`=head",
        "//comment/**/",
        "----...~",
    ):
        assert text in found
    target = BytesIO()
    named = Column("house", Text("#panic()", "#panic()"), TEXT)
    write_pdf(target, table((named,), [], "en"))
    assert "#panic()" in pdf_text(target.getvalue())


def test_a_pdf_of_hostile_texts_opens() -> None:
    target = BytesIO()
    result = write_pdf(
        target, table((HOUSE,), [{"house": text} for text in [*ALL, "x" * 50_000, "业" * 50_000]])
    )
    assert (result.rows, result.cut) == (len(ALL) + 2, 2)
    assert pdf_text(target.getvalue()).count("x") > PDF_TEXT - 100


def test_a_pdf_too_long_names_the_way_out() -> None:
    rows = [{"house": "x"}] * (PDF_CELLS + 1)
    with pytest.raises(FileRefused) as caught:
        write_pdf(BytesIO(), table((HOUSE,), rows))
    assert in_language(str(caught.value), "en").endswith("export to Excel")


def test_the_same_table_gives_the_same_pdf() -> None:
    assert written(write_pdf, COLUMNS, ROWS) == written(write_pdf, COLUMNS, ROWS)
