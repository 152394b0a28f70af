"""OPC UA servers whose nodes all change once a second, and what it costs one process to hold them.

A farm is several servers in processes of their own, some thousands of nodes each: one of asyncua's takes a
minute to make ten thousand, and a core to change them. Node i of a server holds the number of changes + i.

    points           nodes of all servers, each a point of a device
    devices          which share one session for each server
    cpu_pct          of one core, of the process that holds the drivers
    us_per_change    the same by change
    changes_per_s    of all points, by those of a sample of them; less than points where a change was missed
    pss_mb           of that process
    farm_cores       of the servers
"""

import argparse
import asyncio
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import psutil

from benchmarks.report import Meter, report
from benchmarks.setting import begin, parser

LARGEST_SERVER = 2500
POINTS_OF_A_DEVICE = 100
NAMESPACE = 2
READY_WITHIN_S = 120.0
WARM_UP_S = 5.0


class Cost(NamedTuple):
    """Of holding so many points for so long."""

    points: int
    devices: int
    cpu_pct: float
    us_per_change: float
    changes_per_s: float
    pss_mb: float
    farm_cores: float


class Process:
    """A role of this module in a process of its own, which says when it is ready and ends with its input."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.opcua_farm", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=Path(__file__).parents[1],
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            pass

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self) -> str:
        """One line, for one that is sent."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        return self.said()

    def said(self) -> str:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], READY_WITHIN_S)[0]:
            raise TimeoutError(f"process {self.pid} said nothing within {READY_WITHIN_S:g} s")
        line = self._process.stdout.readline()
        if not line:
            raise ConnectionError(f"process {self.pid} ended with code {self._process.wait()}")
        return line.decode().strip()


class OpcUaFarm:
    """`with OpcUaFarm(10_000) as farm: connect(*farm.urls)`."""

    def __init__(self, points: int) -> None:
        servers = -(-points // LARGEST_SERVER)
        self._sizes = [points // servers + (at < points % servers) for at in range(servers)]
        self._exits = ExitStack()
        self.urls: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            processes = [exits.enter_context(Process("--serve", str(size))) for size in self._sizes]
            self.urls = tuple(f"opc.tcp://127.0.0.1:{process.said()}" for process in processes)
            self.pids = [process.pid for process in processes]
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def cpu_s(self) -> float:
        """CPU seconds that the farm used so far, to be left out of what is measured."""
        times = [psutil.Process(pid).cpu_times() for pid in self.pids]
        return sum(one.user + one.system for one in times)

    @property
    def told(self) -> Sequence[str]:
        """For whoever holds them: url and number of nodes by turns."""
        return [text for url, size in zip(self.urls, self._sizes, strict=True) for text in (url, str(size))]


def cost(points: int, seconds: float = 20.0) -> Cost:
    """Measure a process of its own that holds so many points."""
    with OpcUaFarm(points) as farm, Process("--hold", *farm.told) as holder:
        devices = int(holder.said())
        time.sleep(WARM_UP_S)
        farm_s, before, began = farm.cpu_s(), int(holder.ask()), time.monotonic()
        with Meter(holder.pid) as meter:
            time.sleep(seconds)
        changes, took_s = int(holder.ask()) - before, time.monotonic() - began
        farm_s = farm.cpu_s() - farm_s
    per_s = changes / took_s * points / devices
    return Cost(
        points,
        devices,
        100 * meter.cores,
        1e6 * meter.cores / per_s if per_s else 0.0,
        per_s,
        meter.pss_max_mb,
        farm_s / took_s,
    )


async def _serve(nodes: int) -> None:
    from asyncua import Server, ua

    logging.getLogger("asyncua").setLevel(logging.ERROR)
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:campus-steward:farm")
    folder = await server.nodes.objects.add_object("ns=1;s=farm", "farm")
    made = [
        await folder.add_variable(ua.NodeId(at, NAMESPACE), f"{NAMESPACE}:{at}", float(at))  # type: ignore[arg-type]
        for at in range(1, nodes + 1)
    ]
    await server.start()
    assert server.bserver is not None
    print(server.bserver.port, flush=True)
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    changes = 0
    while not ended.done():
        began = time.monotonic()
        changes += 1
        now: Any = datetime.now(UTC)
        for at, node in enumerate(made):
            value = ua.DataValue(ua.Variant(float(changes + at)), SourceTimestamp=now)
            await server.write_attribute_value(node.nodeid, value)
            if at % 100 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(max(0.0, began + 1.0 - time.monotonic()))
    os._exit(0)


async def _hold(told: Sequence[str]) -> None:
    from config.site import Device, HistoryPolicy, Point, PointKind, Template
    from config.text import Text
    from drivers.cadence import Cadence, Ticks
    from drivers.driver import Driver, Reading, Surroundings
    from drivers.opcua.driver import OpcUa
    from drivers.opcua.schema import Connection, Options, Source
    from drivers.shares import Shares

    class Plant:
        def reading(self, device: str, point: str) -> Reading | None:
            return None

    name = Text("点", "point")

    def point(node: int) -> Point:
        return Point(
            id=f"p{node}", name=name, kind=PointKind.ANALOGUE, unit="", low=0, high=1, plausible_low=0,
            plausible_high=1, scale=1, offset=0, decimals=1, deadband=0, fault_codes=(), frozen_s=0,
            history=HistoryPolicy.NONE, states={}, rules=(), write=None,
            source=Source(node=f"ns={NAMESPACE};i={node}"),
        )  # fmt: skip

    surroundings = Surroundings(
        Shares(time.monotonic), Ticks(time.monotonic), Plant(), lambda: True, time.monotonic, time.time_ns
    )
    drivers: list[Driver] = []
    for url, size in zip(told[::2], map(int, told[1::2]), strict=True):
        for first in range(1, size + 1, POINTS_OF_A_DEVICE):
            nodes = range(first, min(first + POINTS_OF_A_DEVICE, size + 1))
            made = Template("t", "t", name, "opcua", 1.0, 10.0, tuple(map(point, nodes)), Options())
            connection = Connection.model_validate({"url": url, "security": "none"})
            device = Device(
                id=f"{url}-{first}", name=name, tag="", template=made, subsystem="s", process="s", zone="z",
                connection=connection, period_s=1.0, digest="",
            )  # fmt: skip
            phase_s = len(drivers) % 100 / 100
            drivers.append(OpcUa().driver(device, Cadence(1.0, phase_s), OpcUa().decoder(made), surroundings))
    changes = 0

    async def pump(driver: Driver, ready: asyncio.Event) -> None:
        nonlocal changes
        await driver.connect()
        ready.set()
        last = None
        async for scan in driver.scans():
            value = scan.raw.values[0]
            changes += value != last
            last = value

    events = [asyncio.Event() for _ in drivers]
    tasks = [asyncio.create_task(pump(*one)) for one in zip(drivers, events, strict=True)]
    await asyncio.gather(*(event.wait() for event in events))
    print(len(drivers), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(changes, flush=True)
    del tasks
    os._exit(0)


def main() -> None:
    flags = parser("opcua_farm", __doc__)
    flags.add_argument("--points", type=int, nargs="*", default=[1_000, 5_000, 10_000])
    flags.add_argument("--seconds", type=float, default=20.0, help="length of the window")
    flags.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    flags.add_argument("--hold", nargs="*", help=argparse.SUPPRESS)
    told = flags.parse_args()
    if told.serve:
        asyncio.run(_serve(told.serve))
    elif told.hold:
        asyncio.run(_hold(told.hold))
    else:
        begin(told.cores)
        for points in told.points:
            report("opcua", **cost(points, told.seconds)._asdict())


if __name__ == "__main__":
    main()
