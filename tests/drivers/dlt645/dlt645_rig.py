"""DL/T 645 meters on a line that misbehaves as told, and the rigs around them."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.site import Device, Point, PointKind, Template
from drivers import bcd, layout
from drivers.dlt645.driver import Dlt645, Dlt645Driver, MeterDecoder
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.frame import ANSWER, FAILED, Frame, frames, parsed
from drivers.dlt645.played import Played
from drivers.dlt645.schema import Connection, Control, Options, QuantityName, Source
from drivers.driver import Cadence, Driver, Scan
from drivers.line_twin import answered
from drivers.twin import Fault
from tests.drivers.bad_line import TIMEOUT_S, BadLine
from tests.drivers.bad_peer import BadPeerRig
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

ADDRESS, NEIGHBOUR = "202311000123", "202311000124"
PASSWORD = "meter-password"


def of(name: str, quantity: str, *, text: bool = False, **more: object) -> Point:
    source = Source.model_validate({"quantity": QuantityName(quantity), **more})
    made = point(name, source)
    return replace(made, kind=PointKind.TEXT) if text else made


def control(name: str, what: Control) -> Point:
    return point(name, Source(control=what))


POINTS_2007 = (
    of("energy", "energy-import"),
    of("energy-1", "energy-import", tariff=1),
    of("energy-2", "energy-import", tariff=2),
    of("export", "energy-export"),
    of("voltage-1", "voltage", phase=1),
    of("voltage-2", "voltage", phase=2),
    of("voltage-3", "voltage", phase=3),
    of("power", "power"),
    of("power-1", "power", phase=1),
    of("frequency", "frequency"),
    of("demand-max", "demand-import"),
    of("demand-time", "demand-import", field=1, text=True),
    of("remaining", "remaining-amount"),
    control("relay", Control.RELAY),
    of("under-voltage", "status", number=4, bit=1),
    of("losses", "power-losses"),
)
VALUES_2007 = [
    123456.78,
    100.25,
    200.5,
    7.0,
    229.8,
    230.1,
    231.2,
    -3.5,
    1.25,
    50.02,
    12.3456,
    math.nan,
    88.8,
    1.0,
]
VALUES_2007 += [1.0, 3.0]
DEMAND_TIME = "2024-05-06 07:15"


def shanghai() -> datetime:
    return datetime.now(UTC) + timedelta(hours=8)


def played_2007(address: str = ADDRESS) -> Played:
    meter = Played(address, EDITION_2007, shanghai)
    for identifier, value in {
        0x00010000: 123456.78,
        0x00010100: 100.25,
        0x00010200: 200.5,
        0x00020000: 7.0,
        0x02010100: 229.8,
        0x02010200: 230.1,
        0x02010300: 231.2,
        0x02030000: -3.5,
        0x02030100: 1.25,
        0x02800002: 50.02,
        0x00900200: 88.8,
        0x03110000: 3.0,
    }.items():
        form = EDITION_2007.layout_of(identifier)
        assert form is not None
        meter.items[identifier] = layout.encoded(layout.fields(form)[0], value)
    peak, when = layout.fields("XX.XXXX,YYMMDDhhmm")
    meter.items[0x01010000] = layout.encoded(peak, 12.3456) + layout.encoded(when, DEMAND_TIME)
    for number in range(1, 8):
        meter.items[0x04000500 + number] = bytes(2)
    meter.items[0x04000504] = b"\x02\x00"
    return meter


def spoilt(mood: Ailment, raw: bytes) -> bytes:
    """How answers of DL/T 645 go wrong."""
    answer = parsed(next(frames(raw)))
    match mood:
        case Ailment.WRONG_ID:
            return replace(answer, data=bytes([answer.data[0] ^ 0x7A]) + answer.data[1:]).framed()
        case Ailment.WRONG_UNIT:
            return replace(answer, address=f"{int(answer.address) + 1:012d}").framed()
        case Ailment.WRONG_LENGTH:
            return replace(answer, data=answer.data[:-1]).framed()
        case Ailment.EXCEPTION:
            return Frame(answer.address, answer.function | ANSWER | FAILED, b"\x01").framed()
        case _:
            return raw


class Dlt645Rig(BadPeerRig):
    """The driver against meters on a misbehaving line."""

    def __init__(
        self,
        options: Options | None = None,
        process: Process | None = None,
        points: tuple[Point, ...] = POINTS_2007,
    ) -> None:
        self.meter, self.other = played_2007(), played_2007(NEIGHBOUR)
        self.meters = [self.meter, self.other]
        self.mute: set[int] = set()
        """Identifiers that no meter says anything to."""
        self.template: Template = template(
            "dlt645", points, options or Options(), period_s=0.05, timeout_s=TIMEOUT_S
        )
        self.line = BadLine(frames, self._answer, spoilt)
        super().__init__(self.line, process)
        self.decoder = Dlt645().decoder(self.template)
        self.process.secrets[PASSWORD] = "123456"

    def _answer(self, raw: bytes) -> bytes:
        if int.from_bytes(parsed(raw).data[:4], "little") in self.mute:
            return b""
        return answered(self.meters, parsed(raw))

    def make(self) -> Dlt645Driver:
        return self.on(ADDRESS)

    def neighbour(self) -> Driver:
        self.other.fault = Fault.SILENT
        return self.on(NEIGHBOUR)

    def on(self, address: str) -> Dlt645Driver:
        made = self.device(address)
        assert isinstance(self.decoder, MeterDecoder)
        return Dlt645Driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def device(self, address: str) -> Device:
        connection = Connection(
            host=self.HOST,
            port=self.line.port,
            address=address,
            turnaround_s=0,
            password=PASSWORD,
            operator="00000042",
        )
        return device(f"meter-{address[-3:]}", self.template, connection)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        values = columns.values[0].tolist()
        text = columns.texts[11][0]
        same = all(
            math.isclose(a, b, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
            for a, b in zip(values, VALUES_2007, strict=True)
        )
        return same and text == DEMAND_TIME and not columns.quality.any()


POINTS_1997 = (
    of("energy", "energy-import"),
    of("energy-1", "energy-import", tariff=1),
    of("voltage-1", "voltage", phase=1),
    of("voltage-2", "voltage", phase=2),
    of("power", "power"),
    of("drift", "clock-drift"),
)


def played_1997() -> Played:
    meter = Played(ADDRESS, EDITION_1997, shanghai)
    meter.items = {
        0x9010: bcd.packed(4567_89, 4),
        0x9011: bcd.packed(1000_00, 4),
        0xB611: bcd.packed(220, 2),
        0xB612: bcd.packed(221, 2),
        0xB630: bcd.packed(15000, 3),
        0xC117: bytes((0x00, 0x01)),
    }
    return meter
