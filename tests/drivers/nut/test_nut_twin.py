"""The twin of upsd shows what it is told and hears what is written; what a site file may say."""

import pytest
from pydantic import ValidationError

from benchmarks.ports import free_port
from drivers import SCHEMAS
from drivers.driver import Cadence, Quality, WriteError
from drivers.nut.driver import Nut
from drivers.nut.schema import Connection, Kind, Options, Source
from drivers.nut.twin import NutTwin
from drivers.twin import Fault
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within

BEEPER = {
    "variable": "ups.beeper.status",
    "equals": "enabled",
    "command": "beeper.enable",
    "off": "beeper.disable",
}
POINTS = (
    point("voltage", Source(variable="input.voltage"), scale=0.1),
    point("on-battery", Source(variable="ups.status", flag="OB")),
    point("low", Source(variable="ups.status", flag="LB")),
    point("beeper", Source.model_validate(BEEPER)),
    point("model", Source(variable="ups.model", type=Kind.TEXT)),
    point("delay", Source(variable="ups.delay.start")),
    point("off", Source(command="load.off.delay", parameter=True)),
    point("mute", Source(command="beeper.mute")),
)
NUT = SCHEMAS["nut"]


async def test_what_is_put_is_read_and_what_is_written_is_heard() -> None:
    process = Process()
    kind = template("nut", POINTS, Options(), timeout_s=2.0)
    heard: list[tuple[str, str, float | str]] = []
    twin = NutTwin(
        [device("d", kind, Connection(host="127.0.0.1", ups="rack"))], lambda *write: heard.append(write)
    )
    values: dict[str, float | str] = {
        "voltage": 229.5,
        "on-battery": 1.0,
        "low": 1.0,
        "beeper": 1.0,
        "model": 'Smart "1" \\',
        "delay": 10.0,
    }
    for name, value in values.items():
        twin.put("d", name, value)
        assert twin.value("d", name) == pytest.approx(value) if isinstance(value, float) else value
    port = await twin.start(free_port())
    decoder = Nut().decoder(kind)
    reached = device("d", kind, Connection(host="127.0.0.1", port=port, ups="rack"))
    driver = Nut().driver(reached, Cadence(0.05), decoder, process.surroundings)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        columns = decoder.decode([pump.scans[-1].raw])
        assert columns.quality[0].tolist() == [*[Quality.GOOD] * 6, *[Quality.BAD_NOT_READ] * 2]
        assert columns.values[0, :4].tolist() == [pytest.approx(2295), 1, 1, 1]
        assert columns.texts[4][0] == values["model"]
        for at, value in ((5, 20), (4, "new name"), (3, 0), (6, 120), (7, 1)):
            await within(driver.write(at, value))
        assert heard == [
            ("d", "delay", 20), ("d", "model", "new name"), ("d", "beeper", 0),
            ("d", "off", 120), ("d", "mute", 1),
        ]  # fmt: skip
        twin.put("d", "low", 0)
        await until(lambda: pump.scans[-1].raw.values[1:4] == [1, 0, 0])
        twin.misbehave("d", Fault.FAILED)
        with pytest.raises(WriteError, match="DRIVER-NOT-CONNECTED"):
            await within(driver.write(7, 1))
    await twin.stop()
    await process.close()


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (Source(), "a source is variable or command"),
        (Source(command="beeper.mute", flag="OB"), "belong to variable"),
        (Source(variable="ups.status", flag="OB", type=Kind.TEXT), "leave type out"),
        (Source(variable="ups.status", flag="OB", equals="OL"), "give one of them"),
        (Source(variable="ups.status", off="beeper.disable"), "belong to command"),
        (Source(command="a", off="b", parameter=True), "leave off out"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(source: Source, problem: str) -> None:
    assert any(problem in said for said in NUT.problems(source, Options()))


def test_good_sources_have_no_problems() -> None:
    for one in POINTS:
        assert isinstance(one.source, Source)
        assert not list(NUT.problems(one.source, Options()))
        assert not NUT.references(one.source)


@pytest.mark.parametrize(
    "wrong", [{"ups": "two words"}, {"ups": "u", "user": "admin"}, {"ups": "u", "tls": "perhaps"}, {}]
)
def test_a_connection_outside_its_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Connection.model_validate({"host": "h", **wrong})
