"""CSV and its kin: encoding and separator found out, rows with the number of the line they begin in."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from business.exchange.refusal import refused
from business.exchange.sheet import Row, Sheet, limited
from business.exchange.text import meant

SEPARATORS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 100_000


def delimited_sheet(data: bytes) -> Sheet:
    """Raises FileRefused where the bytes are no text."""
    text = decoded(data)
    separator = separator_of(text)
    return Sheet("", lambda: limited(_rows(text, separator)))


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 (with its mark, or with every second byte zero), or else GB18030."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings = ["utf-16"]
    elif data[1:200:2].count(0) * 4 > len(data[:200]):
        encodings = ["utf-16-le"]
    elif data[0:200:2].count(0) * 4 > len(data[:200]):
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise refused(
        "文件不是文本，也不是可识别的表格；请另存为 xlsx 或 UTF-8 编码的 CSV",
        "the file is neither text nor a known table: save it as xlsx, or as CSV in UTF-8",
    )


def separator_of(text: str) -> str:
    """The separator that cuts the most of the first rows into the same number of columns, and into the most.

    First with quotation marks taken strictly, so that separators inside them do not count, then leniently.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    for strict in (True, False):
        merits = {separator: _merit(sample, separator, strict=strict) for separator in SEPARATORS}
        if any(columns for _, columns in merits.values()):
            return max(SEPARATORS, key=lambda separator: merits[separator])
    return SEPARATORS[0]


def _merit(sample: str, separator: str, *, strict: bool) -> tuple[int, int]:
    """How many rows have the most frequent number of columns, and that number; zeros where it is one."""
    counts: Counter[int] = Counter()
    try:
        for row in islice(
            csv.reader(StringIO(sample, newline=""), delimiter=separator, strict=strict), _SAMPLE_ROWS
        ):
            counts[len(row)] += len(row) > 1
    except csv.Error as error:
        if len(sample) < _SAMPLE_CHARACTERS or "unexpected end" not in str(error):
            return (0, 0)
    columns, rows = max(counts.items(), key=lambda found: (found[1], found[0]), default=(0, 0))
    return (rows, columns) if rows else (0, 0)


def _rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    number = 1
    try:
        for cells in reader:
            yield Row(number, tuple(map(meant, cells)))
            number = reader.line_num + 1
    except csv.Error as cause:
        raise refused(
            f"第 {number} 行无法读取：引号没有成对，或单元格超过 {csv.field_size_limit()} 个字符；请更正该行",
            f"line {number} cannot be read: a quotation mark is missing, "
            f"or a cell has more than {csv.field_size_limit()} characters: correct the line",
        ) from cause
