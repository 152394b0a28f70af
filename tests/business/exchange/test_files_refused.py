"""Files that are no table, or would harm whoever reads them (S-40)."""

import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.said import in_language
from business.exchange.opening import opened
from business.exchange.refusal import FileRefused
from business.exchange.sheet import COLUMNS, FILE_BYTES, HEADER_ROWS, ROWS, letter
from tests.business.exchange.old_workbook import BOF, compound_file, old_workbook


def refusal(data: bytes | Path) -> str:
    """The English half; both halves must be there."""
    with pytest.raises(FileRefused) as caught:
        for sheet in opened(data):
            list(sheet.rows())
    said = str(caught.value)
    assert in_language(said, "zh") != in_language(said, "en")
    return in_language(said, "en")


def workbook() -> bytes:
    target = BytesIO()
    book = Workbook(target)
    book.add_worksheet("one").write_row(0, 0, ["a", "b"])
    book.close()
    return target.getvalue()


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts edited."""
    target = BytesIO()
    with ZipFile(BytesIO(workbook())) as source, ZipFile(target, "w", ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            copy.writestr(name, content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0" * 100])
def test_an_empty_file(data: bytes) -> None:
    assert "empty" in refusal(data)


def test_a_workbook_of_nothing() -> None:
    target = BytesIO()
    book = Workbook(target)
    book.add_worksheet()
    book.close()
    assert "holds nothing" in refusal(target.getvalue())


@pytest.mark.parametrize("at", [4, 100, -200])
def test_a_broken_workbook(at: int) -> None:
    assert "broken" in refusal(workbook()[:at])
    damaged = bytearray(workbook())
    with ZipFile(BytesIO(damaged)) as archive:
        start = archive.getinfo(SHEET).header_offset
    damaged[start + 60 : start + 90] = bytes(30)
    assert "broken" in refusal(bytes(damaged))


def test_a_workbook_whose_xml_is_broken() -> None:
    assert "broken" in refusal(changed("xl/workbook.xml", b"<sheets>", b"<sheets"))


def test_an_encrypted_workbook() -> None:
    """Excel puts an xlsx with a password into the container of its old format."""
    assert "password" in refusal(compound_file("EncryptedPackage", bytes(5000)))


def test_an_old_workbook_with_a_password() -> None:
    filepass = b"\x2f\x00\x36\x00" + b"\x01\x00\x01\x00\x01\x00" + bytes(48)
    assert "password" in refusal(compound_file("Workbook", BOF + filepass))


def test_an_archive_with_a_password() -> None:
    data = bytearray(workbook())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "password" in refusal(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01'><html>",
        b"<?xml version='1.0'?>\n<!-- saved --><html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<table border=1>\n<tr><td>1</td></tr></table>",
        "<HTML>业主</HTML>".encode("utf-16"),
    ],
)
def test_a_web_page_that_bears_the_name_of_a_table(data: bytes) -> None:
    assert "web page (HTML)" in refusal(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"{\\rtf1}", "RTF"),
        (b"MZ\x90\0", "EXE"),
        (
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
            "XML 2003",
        ),
        (compound_file("WordDocument", bytes(5000)), "doc"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(data: bytes, name: str) -> None:
    assert f"the file is {name}" in refusal(data)


@pytest.mark.parametrize("inside", ["word/document.xml", "xl/workbook.bin", "photo.jpg"])
def test_an_archive_of_another_kind(inside: str) -> None:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr(inside, b"x")
    assert "cannot be imported" in refusal(target.getvalue())


def test_the_kind_is_told_by_the_content_and_not_by_the_name(tmp_path: Path) -> None:
    """A workbook called .csv, text called .xlsx (S-40)."""
    (tmp_path / "a.csv").write_bytes(workbook())
    (tmp_path / "b.xlsx").write_bytes(b"a,b\n1,2\n")
    assert opened(tmp_path / "a.csv")[0].name == "one"
    assert [row.cells for row in opened(tmp_path / "b.xlsx")[0].rows()] == [("a", "b"), ("1", "2")]


def test_a_file_too_big(tmp_path: Path) -> None:
    """Only one byte beyond the limit is read."""
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(FILE_BYTES * 4)
    assert f"more than the limit of {FILE_BYTES} bytes" in refusal(tmp_path / "big.csv")


def test_a_file_that_unpacks_to_too_much() -> None:
    """Whether in one part or in many (S-40)."""
    for part in ("xl/sharedStrings.xml", "xl/media/picture.png"):
        target = BytesIO()
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"x")
            archive.writestr(part, bytes(20_000_000))
        assert "unpacks to more than" in refusal(target.getvalue())


def test_a_part_that_lies_about_its_size() -> None:
    """The declared size is small, what it unpacks to is not."""
    packed = zlib.compress(bytes(20_000_000))[2:-4]
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"x")
        archive.writestr("xl/sharedStrings.xml", b"y" * 64)
    data = target.getvalue()
    with ZipFile(BytesIO(data)) as archive:
        member = archive.getinfo("xl/sharedStrings.xml")
        begin = member.header_offset + 30 + len(member.filename)
    small = data[begin : begin + member.compress_size]
    forged = data.replace(small, packed).replace(
        len(small).to_bytes(4, "little") + (64).to_bytes(4, "little"),
        len(packed).to_bytes(4, "little") + (64).to_bytes(4, "little"),
    )
    directory = forged.index(b"PK\x01\x02")
    end = forged.rindex(b"PK\x05\x06")
    forged = forged[: end + 16] + directory.to_bytes(4, "little") + forged[end + 20 :]
    assert "broken" in refusal(forged)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="B1"', b'r="XFD1"'),
        (b'r="B1"', b"r = 'A1048576'"),
        (b'r="B1"', f'r="{letter(COLUMNS)}1"'.encode()),
        (b'r="B1"', f'r="B{ROWS + HEADER_ROWS + 1}"'.encode()),
        (b'r="B1"', b'r="B99999999999999999999"'),
    ],
)
def test_a_cell_far_away_is_refused_before_the_area_is_laid_out(old: bytes, new: bytes) -> None:
    """Two cells in opposite corners would take hundreds of gigabytes."""
    assert "beyond the limits" in refusal(changed(SHEET, old, new))


def test_a_nameless_cell_in_a_row_far_away() -> None:
    far = b'</row><row r="1048576"><c t="n"><v>1</v></c></row>'
    assert "beyond the limits" in refusal(changed(SHEET, b"</row>", far))


def test_mere_formats_may_reach_to_the_end() -> None:
    """As Excel writes them where a whole column was coloured."""
    data = changed(
        SHEET, b"</row>", b'</row><row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576"/></row>'
    )
    assert [row.cells for row in opened(data)[0].rows()] == [("a", "b")]


def test_too_many_rows_and_too_many_columns() -> None:
    assert f"limit of {ROWS} rows" in refusal(b"a,b\n" * (ROWS + HEADER_ROWS + 1))
    assert f"limit of {COLUMNS} columns" in refusal(b",".join([b"a"] * (COLUMNS + 1)))
    assert f"limit of {ROWS} rows" in refusal(b"<a>" + b"<b/>" * (ROWS + 1) + b"</a>")
    assert f"limit of {COLUMNS} columns" in refusal(old_workbook([(0, 0, "a"), (0, COLUMNS, "b")]))


def test_xml_with_entities() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a><r><v>&c;</v></r></a>'
    assert "entities" in refusal(b"<?xml version='1.0'?>" + bomb)
    assert "entities" in refusal(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><r>&x;</r></a>')


@pytest.mark.parametrize(
    "data", [b"<a><b></a>", b"<a>", b"<a/>junk", b"<?xml version='1.0' encoding='nonsense'?><a/>"]
)
def test_broken_xml_names_the_place(data: bytes) -> None:
    assert "wrong at line 1" in refusal(data)


def test_xml_too_deep() -> None:
    assert "levels deep" in refusal(b"<a>" * 100_000)


def test_bytes_that_are_no_text() -> None:
    assert "neither text nor" in refusal(bytes(range(1, 256)) * 4)
    assert "neither text nor" in refusal(b"a,b\n1,\0\n" + b"x" * 300)


def test_a_csv_that_cannot_be_cut_into_cells_names_the_line() -> None:
    text = 'a,b\n1,2\n"' + "x" * 140_000 + '",2\n'
    assert "line 3 cannot be read" in refusal(text.encode())


def test_a_crafted_workbook_ends_its_reader_and_not_us() -> None:
    """A sector chain that runs in a circle, for which the parser would take all memory there is (S-40)."""
    data = bytearray(old_workbook([(0, 0, "a")]))
    directory = len(data) // 512 - 3
    entry = len(data) - 512 + 4 * directory
    data[entry : entry + 4] = directory.to_bytes(4, "little")
    assert "broken" in refusal(bytes(data))
