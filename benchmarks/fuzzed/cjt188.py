"""CJ/T 188: frames out of a stream, and the decoding of what they bring."""

from benchmarks.fuzzed.meter_reads import decode
from benchmarks.fuzzed.target import Target
from drivers.cjt188.frame import Frame, frames, parsed
from drivers.cjt188.layouts import HEATED, METERED, READING, Place, Quantity
from drivers.cjt188.plan import As, Item, Read, Reader, plan, settled_read
from drivers.cjt188.units import OWN

_NOW_NS = 1_700_000_000 * 10**9
_READER = Reader(28800, unit_first=False, wall_ns=lambda: _NOW_NS)
_AS = {Quantity.VALVE: As.VALVE, Quantity.CLOCK_DRIFT: As.DRIFT, Quantity.CLOCK: As.TEXT}


def _item(column: int, quantity: Quantity, place: Place) -> Item:
    target = OWN[place.dimension] if place.dimension is not None else None
    return Item(column, place, target, read_as=_AS.get(quantity, As.VALUE))


def _reads(places: dict[Quantity, Place]) -> list[Read]:
    items = [_item(at, quantity, place) for at, (quantity, place) in enumerate(places.items())]
    settled = settled_read(items, list(places), _READER)
    return [*plan(items, [0.0] * len(items), _READER), *((settled,) if settled is not None else ())]


_ALL = [*_reads(METERED), *_reads(HEATED)]


def _feed(received: bytes) -> None:
    for raw in frames(received):
        answer = parsed(raw)
        assert answer.framed() == raw
        _decode(answer.data[3:])
    _decode(received)  # a checksum stops most mutants; what stands behind it takes any bytes


def _decode(data: bytes) -> None:
    for read in _ALL:
        decode(read, data)


def _answer(data: str, type_: int = 0x10, control: int = 0x81) -> bytes:
    return Frame(type_, "78330011223344", control, bytes.fromhex(data)).framed(wake=4)


_NAME = f"{READING:04X}"
TARGETS = (
    Target(
        "cjt188",
        (
            _answer(f"{_NAME}01 007766552C 007766552C 31012211051520 2184"),
            _answer(
                f"{_NAME}02 0002000005 0002000008 0000000017 0000000035 003410002C 352500 662500 000000"
                "53001210071520 0000",
                0x20,
            ),
            _answer("D12003 002000002C"),
            _answer("810504 01 00010000 00020000 00030000 0000"),
            _answer("01 0001", control=0xC1),
            _answer("A01705 0100", control=0x84),
        ),
        _feed,
    ),
)
