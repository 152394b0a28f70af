"""The forms in which records leave."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from business.exchange.pdf_file import write_pdf
from business.exchange.table import Table, Written
from business.exchange.text_file import write_csv, write_txt
from business.exchange.xlsx_file import write_xlsx
from business.exchange.xml_file import write_xml

FORMATS: Final[Mapping[str, Callable[[BinaryIO, Table], Written]]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
    "xml": write_xml,
    "pdf": write_pdf,
    "txt": write_txt,
}
"""By the ending of the file."""
