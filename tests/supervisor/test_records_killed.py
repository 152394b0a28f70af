"""A real field process is killed while it brings over what devices have recorded: each is recorded once."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from actors.loop import IoLoop
from actors.paths import RunPaths
from benchmarks.ports import free_port
from config.load import load_site
from drivers import SCHEMAS, layout
from drivers.bacnet.schema import object_of
from drivers.bacnet.twin import BacnetTwin
from drivers.dlt645.twin import Dlt645Twin
from tests.drivers.small_site import SMALL
from tests.supervisor.killed_field import field_process, good_values

KILLS = 6
RECORDS_BETWEEN = 11
WITHIN_S = 60.0
QUARTER_S = 900
FIRST_S = int(time.time()) // QUARTER_S * QUARTER_S - 90 * QUARTER_S
OLD_S = FIRST_S + 80 * QUARTER_S
"""What is of now has a later time."""
DEVICE = """
[profile.logger]
name = {{ zh = "记录仪", en = "Logger" }}
period_s = 0.2
{profile}
[[profile.logger.point]]
id = "number"
name = {{ zh = "序号", en = "Number" }}
kind = "counter"
{point}
[[device]]
id = "logger-1"
name = {{ zh = "记录仪", en = "Logger" }}
profile = "logger"
subsystem = "s"
zone = "z"
connection = {{ {connection} }}
"""


class Recorder(Protocol):
    """A device that records numbers, each at its own time."""

    process: str
    """The field process that serves it."""
    site: str

    def record(self, number: int) -> None: ...

    def stop(self) -> None: ...


def at_s(number: int) -> int:
    return FIRST_S + number * QUARTER_S


class OnLoop:
    """A played device, on a loop of its own."""

    def __init__(self) -> None:
        self._loop = IoLoop(fast=False)  # as the simulators
        self._loop.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        found: list[Any] = []
        ended = threading.Event()

        async def worked() -> None:
            try:
                found.append(await work)
            finally:
                ended.set()

        self._loop.spawn(worked(), on_error=lambda error: None)
        assert ended.wait(WITHIN_S)
        return found[0]

    def end(self) -> None:
        assert self._loop.stop()


class Table:
    """Rows that another system writes."""

    process = "field"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "others.db"
        self._do("CREATE TABLE readings (id INTEGER PRIMARY KEY, number INTEGER, at TEXT)")
        self.site = SMALL + DEVICE.format(
            profile="""driver = "sql"
options = { table = "readings", watermark = "id", time = "at", zone = "UTC", begin = "start" }""",
            point='source = { column = "number" }',
            connection=f'product = "sqlite", file = "{self._file}"',
        )

    def record(self, number: int) -> None:
        at = datetime.fromtimestamp(at_s(number), UTC)
        self._do("INSERT INTO readings (number, at) VALUES (?, ?)", number, f"{at:%F %T}")

    def stop(self) -> None:
        pass

    def _do(self, statement: str, *parameters: object) -> None:
        connection = sqlite3.connect(self._file)
        with connection:
            connection.execute(statement, parameters)
        connection.close()


class Meter(OnLoop):
    """A DL/T 645 meter with a load profile."""

    process = "field"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.site = self._site(folder, 1)
        (device,) = load_site(folder, SCHEMAS).devices.values()
        self._twin = Dlt645Twin([device], lambda *_: None)
        self.site = self._site(folder, self.run(self._twin.start(free_port())))
        self._meter = self._twin.meter("logger-1")
        self._meter.items[0x04000A05] = bytes((0x15, 0))

    def _site(self, folder: Path, port: int) -> str:
        site = SMALL + DEVICE.format(
            profile='driver = "dlt645"\noptions = { load_hours = 24 }',
            point='unit = "kWh"\nsource = { quantity = "energy-import" }',
            connection=f'host = "127.0.0.1", port = {port}, address = "000000000001"',
        )
        (folder / "site.toml").write_text(site, "utf-8")
        return site

    def record(self, number: int) -> None:
        async def recorded() -> None:
            self._meter.items[0x00010000] = layout.encoded(layout.fields("XXXXXX.XX")[0], float(number))
            self._meter.record_load(datetime.fromtimestamp(at_s(number) + 8 * 3600, UTC))

        self.run(recorded())

    def stop(self) -> None:
        self.run(self._twin.stop())
        self.end()


class Logger(OnLoop):
    """A BACnet device with a trend log."""

    process = "field-bacnet"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.site = self._site(folder, 1)
        (device,) = load_site(folder, SCHEMAS).devices.values()
        self._twin = BacnetTwin([device], lambda *_: None)
        self.site = self._site(folder, self.run(self._twin.start(0, "127.0.0.1")))

    def _site(self, folder: Path, port: int) -> str:
        site = SMALL + DEVICE.format(
            profile='driver = "bacnet"\noptions = { log_period_s = 0.2 }',
            point='source = { object = "analog-input,1", log = "trend-log,1" }',
            connection=f'device = 77, address = "127.0.0.1:{port}", interface = "127.0.0.1/8", port = 0',
        )
        (folder / "site.toml").write_text(site, "utf-8")
        return site

    def record(self, number: int) -> None:
        async def recorded() -> None:
            self._twin.record(object_of("trend-log,1"), float(number), at_s(number) * 10**9)

        self.run(recorded())

    def stop(self) -> None:
        self.run(self._twin.stop())
        self.end()


@pytest.fixture(params=[Table, Meter, Logger])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorder]:
    made: Recorder = request.param(tmp_path)
    yield made
    made.stop()


def test_what_a_device_recorded_is_in_the_history_once_however_often_the_process_is_killed(
    recorder: Recorder, paths: RunPaths, tmp_path: Path
) -> None:
    def recorded() -> Counter[int]:
        found = good_values(field.history) if field.history.exists() else ()
        return Counter(value for time_ns, value in found if time_ns < OLD_S * 10**9)

    def wait_for(numbers: int) -> None:
        until_s = time.monotonic() + WITHIN_S
        while len(recorded()) < numbers:
            assert time.monotonic() < until_s, recorded()
            time.sleep(0.02)

    last = 0
    with field_process(paths, tmp_path, recorder.site, recorder.process) as field:
        for killing in range(KILLS):
            for _ in range(RECORDS_BETWEEN):
                last += 1
                recorder.record(last)
            known = len(recorded())
            field.start()
            if killing % 2:
                wait_for(known + 1)  # they are in the history, and the next is under way
            else:
                time.sleep(0.2 * killing)  # at another place of its turn each time
            field.kill()
        field.start()
        wait_for(last)
        field.kill()
        last += 1
        recorder.record(last)  # before the start: a meter without a new one is not asked for two minutes
        field.start()
        wait_for(last)
        field.kill()
    assert recorded() == Counter(range(1, last + 1))
