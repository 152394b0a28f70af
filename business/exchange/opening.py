"""A file, whatever it is, as sheets."""

from pathlib import Path

from business.exchange.delimited import delimited_sheet
from business.exchange.kind import Kind, kind_of
from business.exchange.markup import xml_sheet
from business.exchange.refusal import refused
from business.exchange.sheet import FILE_BYTES, Sheet
from business.exchange.stored import parse, sheets_of


def opened(file: bytes | Path) -> list[Sheet]:
    """The sheets that hold anything, at least one. Blocks: reads and unpacks the file.

    Workbooks are parsed in a process of their own: one of 5 kB whose sector chain runs in a circle took
    24 GB. Raises FileRefused where it is broken, locked, empty, too big or no table; OSError where there is
    none.
    """
    data = file if isinstance(file, bytes) else _content(file)
    match kind_of(data):
        case Kind.XML:
            return [xml_sheet(data)]
        case Kind.TEXT:
            return [delimited_sheet(data)]
        case _:
            return sheets_of(parse(data))


def sheets_in(data: bytes) -> list[Sheet]:
    """The same, all of it in this process, which is confined. Raises FileRefused."""
    match kind_of(data):
        case Kind.XML:
            return [xml_sheet(data)]
        case Kind.TEXT:
            return [delimited_sheet(data)]
        case kind:
            from business.exchange.workbook import workbook_sheets

            sheets = workbook_sheets(data, kind)
    if not sheets:
        raise refused(
            "表格中没有内容，请检查所选文件", "the workbook holds nothing: check which file was chosen"
        )
    return sheets


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FILE_BYTES + 1)
