"""Writes just enough of the old Excel format (BIFF8 in a compound file) for a test to read."""

import struct
from collections.abc import Sequence

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


BOF = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6))
_SHEET_BOF = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
_EOF = _record(0x000A, b"")


def compound_file(stream: str, content: bytes) -> bytes:
    """A compound file of one stream."""
    content = content.ljust(4096, b"\0")
    content += bytes(-len(content) % _SECTOR)
    count = len(content) // _SECTOR
    assert count < 126
    chain = [*range(1, count), _END, _END, _FAT]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1)
    header += struct.pack("<IIIIIII", count, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", count + 1, *[_FREE] * 108)
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry(stream, 2, 0, len(content))
    return header + content + directory.ljust(_SECTOR, b"\0") + fat


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1)
    return entry + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)


def old_workbook(
    cells: Sequence[tuple[int, int, str | float]], merged: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """One sheet '一' of cells (row, column, value) and merged areas (first row, last row, columns alike)."""
    name = struct.pack("<BB", 1, 1) + "一".encode("utf-16-le")
    place = len(BOF) + 4 + 6 + len(name) + len(_EOF)
    book = BOF + _record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + _EOF
    sheet = _SHEET_BOF
    for row, column, value in cells:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet += _record(0x0204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        else:
            sheet += _record(0x0203, at + struct.pack("<d", value))
    if merged:
        areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
        sheet += _record(0x00E5, struct.pack("<H", len(merged)) + areas)
    return compound_file("Workbook", book + sheet + _EOF)
