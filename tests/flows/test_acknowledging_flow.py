"""An operator acknowledges an alarm of an OPC UA server: from the gate to the server, and to the journal."""

import asyncio
import contextlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.messages import AcknowledgeAlarm, Alarm, Issuer
from benchmarks.ports import free_port, free_ports
from drivers.opcua.schema import Event, Options, Show, Source
from drivers.opcua.twin import OpcUaTwin
from tests.drivers.opcua.opcua_rig import plain
from tests.drivers.plant import device, point, template
from tests.flows.house import House, eventually

TRIP = Event(source="AHU1", condition="Trip")
SITE = """
[site]
id = "small"
name = {{ zh = "小园区", en = "Small" }}
timezone = "Asia/Shanghai"

[settings]
control = {{ port = {ports[0]} }}
office = {{ port = {ports[1]} }}
ballast_mb = 1

[[zone]]
id = "campus"
name = {{ zh = "园区", en = "Campus" }}
kind = "site"

[[subsystem]]
id = "hvac"
kind = "hvac"
name = {{ zh = "暖通", en = "HVAC" }}

[profile.unit]
name = {{ zh = "机组", en = "Unit" }}
driver = "opcua"
period_s = 0.2
timeout_s = 2
[[profile.unit.point]]
id = "trip"
name = {{ zh = "跳闸", en = "Trip" }}
kind = "discrete"
source = {{ event = {{ source = "AHU1", condition = "Trip" }} }}
[[profile.unit.point.rule]]
name = "tripped"
kind = "state"
limit = 1
priority = "high"

[[device]]
id = "ahu-1"
name = {{ zh = "机组1", en = "Unit 1" }}
profile = "unit"
subsystem = "hvac"
zone = "campus"
connection = {{ url = "opc.tcp://127.0.0.1:{port}", security = "none" }}
"""


class Server:
    """The twin of a server, on a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        points = (
            point("trip", Source(event=TRIP)),
            point("seen", Source(event=TRIP, show=Show.ACKNOWLEDGED)),
        )
        played = device("plc", template("opcua", points, Options()), plain("127.0.0.1", 4840))
        self.heard: list[tuple[str, str, float | str]] = []
        self.twin = OpcUaTwin([played], lambda *write: self.heard.append(write))
        self.port = 0

    def __enter__(self) -> "Server":
        self._thread.start()
        self.port = self.does(self.twin.start(free_port()))
        return self

    def __exit__(self, *_: object) -> None:
        self.does(self.twin.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def trips(self) -> None:
        def put() -> None:
            self.twin.put("plc", "seen", 0)
            self.twin.put("plc", "trip", 1)

        self._loop.call_soon_threadsafe(put)

    def is_normal(self) -> None:
        self._loop.call_soon_threadsafe(lambda: self.twin.put("plc", "trip", 0))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def home(server: Server) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    ports = free_ports(2)
    (folder / "site").mkdir()
    (folder / "site" / "site.toml").write_text(SITE.format(ports=ports, port=server.port), "utf-8")
    found = House(folder / "site", ports, folder / "run")
    try:
        yield found.start()
    finally:
        with contextlib.suppress(AttributeError):
            found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def alarm(home: House, holds: Callable[[Alarm], bool]) -> Alarm:
    def found() -> Alarm | None:
        one = home.alarms().get("ahu-1/trip/tripped")
        return one if one is not None and holds(one) else None

    result: Alarm = eventually(found, what="the alarm")
    return result


def acknowledge(home: House, by: Issuer, event: int) -> None:
    (*_, last) = home.tell(AcknowledgeAlarm("ahu-1", "trip", "tripped", event, "已派人"), by)
    assert last.stage == "done", last


def test_the_server_hears_it_now_or_when_it_is_back(home: House, server: Server) -> None:
    chief = home.administrator()
    server.trips()
    first = alarm(home, lambda one: one.state == "unacknowledged")
    acknowledge(home, chief, first.event)
    eventually(lambda: server.heard == [("plc", "seen", 1.0)], what="the acknowledgement at the server")
    eventually(lambda: home.journal("ahu-1")[-1].transition == "device_acknowledged", what="its row")
    row = home.journal("ahu-1")[-1]
    assert (row.user, row.event, row.state) == ("chief", first.event, "acknowledged")

    server.is_normal()
    eventually(lambda: "ahu-1/trip/tripped" not in home.alarms(), what="its end")
    server.trips()
    second = alarm(home, lambda one: one.state == "unacknowledged" and one.event == first.event + 1)
    server.heard.clear()
    server.does(server.twin.stop())
    eventually(lambda: "ahu-1//comm-loss" in home.alarms(), what="the loss of the server")
    acknowledge(home, chief, second.event)
    assert not server.heard
    server.does(server.twin.start(server.port))
    eventually(lambda: server.heard == [("plc", "seen", 1.0)], what="the acknowledgement at the server")
    eventually(lambda: home.journal("ahu-1")[-1].transition == "device_acknowledged", what="its row")
    assert home.journal("ahu-1")[-1].event == second.event


def test_the_server_hears_it_though_core_is_killed_over_it(home: House, server: Server) -> None:
    chief = home.administrator()
    server.trips()
    first = alarm(home, lambda one: one.state == "unacknowledged")
    with home.away("field-opcua"):  # so that it cannot have been passed on
        acknowledge(home, chief, first.event)
        core = home.kill("core")
    home.wait_back("core", core)
    eventually(lambda: server.heard == [("plc", "seen", 1.0)], what="the acknowledgement at the server")
    eventually(lambda: home.journal("ahu-1")[-1].transition == "device_acknowledged", what="its row")
    row = home.journal("ahu-1")[-1]
    assert (row.user, row.event, row.state) == ("chief", first.event, "acknowledged")
