"""CJ/T 188 meters on a line that misbehaves as told, and the rig around them."""

from dataclasses import replace

from config.site import Point
from drivers.cjt188.driver import Cjt188, Cjt188Driver, MeterDecoder
from drivers.cjt188.frame import ANSWER, FAILED, Frame, frames, parsed
from drivers.cjt188.layouts import Quantity
from drivers.cjt188.played import Played
from drivers.cjt188.schema import Connection, Control, Options, Source
from drivers.driver import Cadence, Driver, Scan
from drivers.line_twin import answered
from drivers.twin import Fault
from tests.drivers.bad_line import TIMEOUT_S, BadLine
from tests.drivers.bad_peer import BadPeerRig
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

ADDRESS, NEIGHBOUR = "78330011223344", "78330011223345"


def of(name: str, quantity: Quantity, unit: str = "") -> Point:
    return replace(point(name, Source(quantity=quantity)), unit=unit)


WATER = (
    of("volume", Quantity.VOLUME, "m³"),
    of("litres", Quantity.VOLUME, "L"),
    of("settled", Quantity.SETTLED_VOLUME, "m³"),
    of("battery", Quantity.BATTERY_LOW),
    point("valve", Source(control=Control.VALVE)),
)
READING = bytes.fromhex("00776655 2C 00506655 2C 31012211051520 0400")
"""556677.00 m³, 556650.00 m³, 2015-05-11 22:01:31, valve open, battery low."""
VALUES = [556677.0, 556677000.0, 556650.0, 1.0, 1.0]


def played(address: str = ADDRESS) -> Played:
    return Played(0x10, address, items={0x901F: READING})


def spoilt(mood: Ailment, raw: bytes) -> bytes:
    """How answers of CJ/T 188 go wrong."""
    answer = parsed(next(frames(raw)))
    match mood:
        case Ailment.WRONG_ID:
            return replace(answer, data=b"\xd1\x20" + answer.data[2:]).framed()
        case Ailment.WRONG_UNIT:
            return replace(answer, address=f"{int(answer.address) + 1:014d}").framed()
        case Ailment.WRONG_LENGTH:
            return replace(answer, data=answer.data[:-1]).framed()
        case Ailment.EXCEPTION:
            refusal = answer.data[2:3] + b"\x00\x01"
            return Frame(answer.type, answer.address, answer.function | ANSWER | FAILED, refusal).framed()
        case _:
            return raw


class Cjt188Rig(BadPeerRig):
    """The driver against meters on a misbehaving line."""

    def __init__(
        self,
        options: Options | None = None,
        process: Process | None = None,
        points: tuple[Point, ...] = WATER,
    ) -> None:
        self.meter, self.other = played(), played(NEIGHBOUR)
        self.meters = [self.meter, self.other]
        self.template = template(
            "cjt188", points, options or Options(), period_s=0.05, timeout_s=TIMEOUT_S
        )  # fmt: skip
        self.line = BadLine(frames, self._answer, spoilt)
        super().__init__(self.line, process)
        self.decoder = Cjt188().decoder(self.template)

    def _answer(self, raw: bytes) -> bytes:
        return answered(self.meters, parsed(raw))

    def make(self) -> Cjt188Driver:
        return self.on(ADDRESS)

    def neighbour(self) -> Driver:
        self.other.fault = Fault.SILENT
        return self.on(NEIGHBOUR)

    def on(self, address: str) -> Cjt188Driver:
        connection = Connection(host=self.HOST, port=self.line.port, address=address, turnaround_s=0)
        made = device(f"meter-{address[-3:]}", self.template, connection)
        assert isinstance(self.decoder, MeterDecoder)
        return Cjt188Driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == VALUES and not columns.quality.any()
