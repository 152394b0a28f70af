"""DL/T 645: frames out of a stream, and the decoding of what they bring."""

from benchmarks.fuzzed.meter_reads import decode
from benchmarks.fuzzed.target import Target
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.frame import Frame, frames, parsed
from drivers.dlt645.load_profile import SECTIONS, profile_reads, section_of
from drivers.dlt645.plan import Item, plan

_FORMS = (
    (0x00010000, "XXXXXX.XX"),
    (0x00010100, "XXXXXX.XX"),
    (0x01010000, "XX.XXXX,YYMMDDhhmm"),
    (0x02030000, "-XX.XXXX"),
    (0x04000102, "hhmmss"),
    (0x04000402, "NNNNNNNNNNNN"),
    (0x04000404, "AAAAAA"),
    (0x04000503, "BBBB"),
)
_ITEMS = [
    *(Item(at, identifier, form, text=at % 2 > 0) for at, (identifier, form) in enumerate(_FORMS)),
    Item(len(_FORMS), 0x01010000, "XX.XXXX,YYMMDDhhmm", field=1),
]
_READS = plan(_ITEMS, [0.0] * len(_ITEMS), EDITION_2007, 28800, blocks=True)
_READS_1997 = plan(
    [Item(0, 0x9010, "XXXXXX.XX"), Item(1, 0x9011, "XXXXXX.XX"), Item(2, 0xB611, "XXXX")],
    [0.0] * 3,
    EDITION_1997,
    28800,
    blocks=True,
)
_CLASSES = profile_reads(
    [
        Item(at, identifier, EDITION_2007.layout_of(identifier) or "")
        for at, identifier in enumerate(identifier for section in SECTIONS for identifier in section)
    ],
    EDITION_2007,
    28800,
)


def _feed(received: bytes) -> None:
    for raw in frames(received):
        answer = parsed(raw)
        assert answer.framed() == raw
        for word in answer.data[:1] if answer.failed else b"":
            assert EDITION_2007.refusal(word).zh
        _decode_all(answer.data)
    _decode_all(received)  # a checksum stops most mutants; what stands behind it takes any bytes


def _decode_all(data: bytes) -> None:
    for read in _CLASSES:
        try:
            _, section = section_of(data[4:], read.identifier >> 16 & 0xFF)
        except ValueError:
            continue
        decode(read, section)
    for size, reads in ((4, _READS), (2, _READS_1997)):
        for read in reads:
            decode(read, data[size:])


def _answer(data: str, control: int = 0x91) -> bytes:
    return Frame("202311000123", control, bytes.fromhex(data)).framed(wake=4)


TARGETS = (
    Target(
        "dlt645",
        (
            _answer("00000100 67452301"),
            _answer("00FF0100 67452301 67452301 67452301 67452301 67452301"),
            _answer("00000101 563412 1507060524"),
            _answer("00000302 005083"),
            _answer("02040004 203112010024"),
            _answer("FF050004 0000 0000 1000 0000 0000 0000 0000"),
            _answer("00000100 67452301 01", 0xB2),
            _answer("02", 0xD1),
            _answer("1F90 67452301 67452301 AA", 0x81),
            _answer("02000006 A0A01C0500010117992310240724" + "00" * 10 + "50AAAAAAAAAAAAE1E5"),
            _answer("01000406 A0A01B4507020126AAAAAA7856341200070000" + "00" * 4 + "FFFFFFFFAAAAAAE3E5"),
        ),
        _feed,
    ),
)
