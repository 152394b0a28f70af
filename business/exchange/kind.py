"""Which kind of file it is, by its first bytes and never by its name; what we do not read is named."""

import re
import zlib
from enum import Enum, auto
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from business.exchange.refusal import FileRefused, refused
from business.exchange.sheet import FILE_BYTES

UNPACKED_BYTES = 500_000_000
RATIO = 100
"""How many times bigger than itself a packed file may unpack to (S-40)."""
_SLACK_BYTES = 10_000_000
"""What is no bigger unpacked does no harm, however well it packs."""
_PIECE_BYTES = 1 << 20
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_PROLOGUE = re.compile(rb"(?:<\?.*?\?>|<!--.*?-->|\s)+", re.DOTALL)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|script|style|div|table[^>]*>\s*<(?:thead|tbody|tr|caption|colgroup))\b",
    re.IGNORECASE,
)


_LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
"""An xls begins with its version; a note that it is encrypted follows at once."""


class Kind(Enum):
    XLSX = auto()
    ODS = auto()
    XLS = auto()
    XML = auto()
    TEXT = auto()


def kind_of(data: bytes) -> Kind:
    """The kind of a file of at most FILE_BYTES. Raises FileRefused for one that holds no table."""
    if len(data) > FILE_BYTES:
        raise refused(
            f"文件有 {len(data)} 字节，超过上限 {FILE_BYTES} 字节，请分成几个文件导入",
            f"the file has {len(data)} bytes, more than the limit of {FILE_BYTES} bytes: split it",
        )
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise refused("文件是空的，请检查所选文件", "the file is empty: check which file was chosen")
    if data.startswith(b"PK"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(data)
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            raise _not_a_table(name)
    return _text(data)


def locked() -> FileRefused:
    return refused(
        "文件有打开密码，请在表格软件中取消密码后另存再导入",
        "the file is locked with a password: remove it in the spreadsheet program, save, and import again",
    )


def broken() -> FileRefused:
    return refused(
        "文件已损坏，请用表格软件打开后另存为 xlsx 再导入",
        "the file is broken: open it in the spreadsheet program, save it as xlsx, and import that",
    )


def _packed(data: bytes) -> Kind:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.flag_bits & 1 for member in members):
                raise locked()
            _unpack(archive, len(data))
            names = {member.filename for member in members}
            mimetype = archive.read("mimetype") if "mimetype" in names else b""
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise locked()
    except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as cause:
        raise broken() from cause
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Kind.ODS
    raise _not_a_table(
        "xlsb" if "xl/workbook.bin" in names else "docx" if "word/document.xml" in names else "zip"
    )


def _unpack(archive: ZipFile, packed_bytes: int) -> None:
    """Every part is unpacked once, for its true size and its checksum: what is declared may be a lie."""
    total = 0
    for member in archive.infolist():
        size = 0
        with archive.open(member) as part:
            while piece := part.read(_PIECE_BYTES):
                size += len(piece)
                total += len(piece)
                bomb = size > _SLACK_BYTES and size > RATIO * member.compress_size
                if bomb or total > _SLACK_BYTES + RATIO * packed_bytes or total > UNPACKED_BYTES:
                    raise refused(
                        f"文件解压后过大（超过 {RATIO} 倍或 {UNPACKED_BYTES} 字节），请另存为 CSV 后导入",
                        f"the file unpacks to more than {RATIO} times its size or {UNPACKED_BYTES} bytes: "
                        "save it as CSV and import that",
                    )


def _compound(data: bytes) -> Kind:
    """The container of xls is also that of doc, and of an xlsx with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data or _LOCKED_XLS.search(data):
        raise locked()
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return Kind.XLS
    raise _not_a_table("doc")


def _text(data: bytes) -> Kind:
    start = data[:4096].lstrip(b"\xef\xbb\xbf\t\r\n ")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        start = data[:4096].decode("utf-16", "ignore").lstrip().encode()
    if not start.startswith(b"<"):
        return Kind.TEXT
    prologue = _PROLOGUE.match(start)
    if _HTML.match(start, prologue.end() if prologue else 0):
        raise refused(
            "文件其实是网页（HTML），只是用了表格的扩展名；请用表格软件打开，另存为 xlsx 再导入",
            "the file is a web page (HTML) that only bears the name of a table: "
            "open it in the spreadsheet program, save it as xlsx, and import that",
        )
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise _not_a_table("XML 2003 (SpreadsheetML)")
    return Kind.XML


def _not_a_table(name: str) -> FileRefused:
    return refused(
        f"文件是 {name}，不能导入；可导入 xlsx、xls、ods、csv、xml，请另存为其中一种",
        f"the file is {name}, which cannot be imported: save it as xlsx, xls, ods, csv or xml",
    )
