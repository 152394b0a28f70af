"""The twin shows what it is told, in every kind of register, and hears what is written."""

from collections.abc import AsyncIterator

import pytest

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver
from drivers.modbus.driver import Modbus
from drivers.modbus.registers import Kind, Order, Table
from drivers.modbus.schema import Connection, Options, Source
from drivers.modbus.twin import ModbusTwin
from tests.drivers.plant import Process, device, point, template, within

KINDS: dict[str, tuple[Source, float, float | str]] = {
    "int16": (Source(address=0, type=Kind.INT16), 0.1, -21.5),
    "uint32": (Source(address=2, type=Kind.UINT32, order=Order.CDAB), 1.0, 70000.0),
    "int64": (Source(address=4, type=Kind.INT64, order=Order.DCBA), 1.0, -(2.0**40)),
    "float32": (Source(address=8, type=Kind.FLOAT32, order=Order.BADC), 1.0, 1.5),
    "float64": (Source(address=10, type=Kind.FLOAT64), 1.0, 1e-9),
    "bcd": (Source(address=14, type=Kind.BCD32), 1.0, 12345678.0),
    "low-bit": (Source(address=20, bit=0), 1.0, 1.0),
    "field": (Source(address=20, bit=4, bits=3), 1.0, 5.0),
    "name": (Source(address=30, type=Kind.STRING, length=4, encoding="gb18030"), 1.0, "空调"),
    "lamp": (Source(table=Table.COIL, address=5), 1.0, 1.0),
    "door": (Source(table=Table.DISCRETE, address=33), 1.0, 1.0),
    "input": (Source(table=Table.INPUT, address=100, type=Kind.UINT16), 1.0, 9.0),
}
WRITABLE = [name for name in KINDS if name not in ("door", "input")]
TEMPLATE = template(
    "modbus",
    tuple(point(name, source, scale=scale) for name, (source, scale, _) in KINDS.items()),
    Options(mask_write=True),
    timeout_s=2.0,
)


class Pair:
    """A twin and the driver that reads it."""

    def __init__(self) -> None:
        self.process = Process()
        self.heard: list[tuple[str, str, float | str]] = []
        self.twin = ModbusTwin(
            [device("d", TEMPLATE, Connection(host="127.0.0.1", unit=7))],
            lambda *write: self.heard.append(write),
        )
        self.decoder = Modbus().decoder(TEMPLATE)
        self.driver: Driver

    async def start(self) -> None:
        port = await self.twin.start(free_port())
        reached = device("d", TEMPLATE, Connection(host="127.0.0.1", port=port, unit=7))
        self.driver = Modbus().driver(reached, Cadence(0.05), self.decoder, self.process.surroundings)
        await within(self.driver.connect())

    async def read(self) -> dict[str, float | str]:
        """Engineering values of one scan."""
        scans = self.driver.scans()
        scan = await within(anext(scans))
        await scans.aclose()  # type: ignore[attr-defined]
        columns = self.decoder.decode([scan.raw])
        assert not columns.quality.any()
        return {
            name: columns.texts[at][0] if at in columns.texts else float(columns.values[0, at]) * row[1]
            for at, (name, row) in enumerate(KINDS.items())
        }


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    await pair.start()
    yield pair
    await pair.driver.close()
    await pair.twin.stop()
    await pair.process.close()


async def test_every_kind_of_register_arrives_as_it_was_put(pair: Pair) -> None:
    for name, (_, _, value) in KINDS.items():
        pair.twin.put("d", name, value)
    read = await pair.read()
    for name, (_, _, value) in KINDS.items():
        assert read[name] == (value if isinstance(value, str) else pytest.approx(value)), name
        assert pair.twin.value("d", name) == read[name]


@pytest.mark.parametrize("name", WRITABLE)
async def test_every_writable_kind_is_written_and_heard(pair: Pair, name: str) -> None:
    _, scale, value = KINDS[name]
    at = list(KINDS).index(name)
    await within(pair.driver.write(at, value if isinstance(value, str) else value / scale))
    assert [write[:2] for write in pair.heard] == [("d", name)] or name in ("low-bit", "field")
    assert ("d", name) in [write[:2] for write in pair.heard]
    expected = value if isinstance(value, str) else pytest.approx(value)
    assert next(write[2] for write in pair.heard if write[1] == name) == expected
    assert (await pair.read())[name] == expected


async def test_writing_a_field_leaves_the_other_bits_of_its_register_alone(pair: Pair) -> None:
    pair.twin.put("d", "low-bit", 1)
    await within(pair.driver.write(list(KINDS).index("field"), 6))
    read = await pair.read()
    assert (read["low-bit"], read["field"]) == (1.0, 6.0)


async def test_a_dropped_connection_is_reopened(pair: Pair) -> None:
    await pair.read()
    pair.twin.drop()
    await pair.driver.close()
    await within(pair.driver.connect())
    await pair.read()
