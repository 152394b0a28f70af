"""A field process without sockets: the real supervision tree over drivers that answer at once.

`python -m benchmarks.fake_field --devices N --crashes N` prints what a device actor weighs and how soon one
that crashes runs again, as JSON.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from actors.dispatcher import Dispatcher
from actors.life import Life
from actors.loop import IoLoop
from actors.outlets import Outlets
from benchmarks.setting import until
from benchmarks.site import write_site
from config.load import load_site
from config.site import Device, Site, Template
from drivers import SCHEMAS
from drivers.cadence import Ticks
from drivers.driver import Cadence, Columns, Decoder, Driver, Scan, Surroundings, Value
from drivers.shares import Shares
from supervisor.plant import Plant
from supervisor.spec import Child
from supervisor.supervisor import Supervisor

START_S = 120.0


class FakeDriver:
    """Connects at once, scans once, then waits; raises when it is told to."""

    def __init__(self, made: "FakeDrivers", device: str) -> None:
        self._made = made
        self._device = device
        self._broken = asyncio.Event()

    async def connect(self) -> None:
        self._made.connected(self._device, self)

    async def scans(self) -> AsyncIterator[Scan]:
        yield Scan(time.time_ns(), 1.0)
        await self._broken.wait()
        raise RuntimeError("broken by the benchmark")

    def crash(self) -> None:
        """On the loop."""
        self._broken.set()

    async def write(self, point: int, value: Value) -> None:
        raise AssertionError(f"nobody writes here: {point} := {value}")

    def hurry(self) -> None:
        """Nothing to hurry: it scanned already."""

    async def close(self) -> None:
        """Nothing is open."""


class FakeDecoder:
    def decode(self, raws: Sequence[Any]) -> Columns:
        return Columns(np.array(raws, float).reshape(-1, 1), np.zeros((len(raws), 1), np.uint8))


class FakeDrivers:
    """The protocol, and who is connected since when."""

    name = "modbus"

    def __init__(self) -> None:
        self.drivers: dict[str, FakeDriver] = {}
        self.connected_s: dict[str, float] = {}

    def decoder(self, template: Template) -> Decoder:
        assert len(template.points) == 1, "one point a device: columns weigh next to nothing then"
        return FakeDecoder()

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        return FakeDriver(self, device.id)

    def connected(self, device: str, driver: FakeDriver) -> None:
        self.drivers[device] = driver
        self.connected_s[device] = time.monotonic()


class Root:
    """Hears that the tree stands."""

    def __init__(self) -> None:
        self.heard = threading.Event()

    def tell(self, message: Life) -> None:
        self.heard.set()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fake_field", description=__doc__)
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--crashes", type=int, required=True)
    told = parser.parse_args()
    logging.disable(logging.CRITICAL)  # the crashes are meant
    with tempfile.TemporaryDirectory(prefix="steward-") as folder:
        endpoints = [("127.0.0.1", 1024 + at) for at in range(told.devices)]
        write_site(Path(folder), endpoints, registers=1, alarm_limit=None)
        site = load_site(Path(folder), SCHEMAS, version=1)
    with ExitStack() as exits:
        loop, dispatcher = IoLoop(), Dispatcher()
        loop.start()
        exits.callback(loop.stop)
        dispatcher.start()
        exits.callback(dispatcher.stop, 2.0)
        drivers = FakeDrivers()
        plant = _plant(site, drivers, loop, dispatcher)
        gc.collect()
        before = psutil.Process().memory_info().rss
        began = time.monotonic()
        root, listener = _start(plant.children())
        exits.callback(root.stop)
        started = listener.heard.wait(START_S)
        if not started:
            raise TimeoutError(f"{told.devices} devices did not start within {START_S:g} s")
        until(lambda: len(drivers.connected_s) == told.devices, START_S, "every device is connected")
        start_s = time.monotonic() - began
        time.sleep(1.0)  # the first scans are judged
        gc.collect()
        grown = psutil.Process().memory_info().rss - before
        restarts_ms = [_crash(loop, drivers, f"d{device:05}") for device in range(told.crashes)]
    print(
        json.dumps(
            {"kib_per_device": grown / 1024 / told.devices, "start_s": start_s, "restarts_ms": restarts_ms}
        ),
        flush=True,
    )
    os._exit(0)  # 5,000 actors need not be dismantled one by one


def _plant(site: Site, drivers: FakeDrivers, loop: IoLoop, dispatcher: Dispatcher) -> Plant:
    outlets = Outlets(
        process="field",
        version=1,
        loop=loop,
        publish=lambda _topic, _message: None,
        history=lambda _messages, _state: None,
        totals={},
        condition=lambda _message, _state: None,
        remember=lambda _state: None,
        recall={},
        clock=time.monotonic,
        wall_ns=time.time_ns,
    )
    return Plant(
        site,
        "field",
        protocols={drivers.name: drivers},
        surroundings=lambda matrices: Surroundings(
            shares=Shares(time.monotonic),
            ticks=Ticks(time.monotonic),
            plant=matrices,
            may_poll=lambda: True,
            clock=time.monotonic,
            wall_ns=time.time_ns,
        ),
        dispatcher=dispatcher,
        outlets=outlets,
    )


def _start(children: Sequence[Child]) -> tuple[Any, Root]:
    listener = Root()
    return Supervisor.start("field", listener, children), listener


def _crash(loop: IoLoop, drivers: FakeDrivers, device: str) -> float:
    """Milliseconds from a driver's defect until the restarted device is connected."""
    crashed_s, old = time.monotonic(), drivers.drivers[device]
    loop.call_soon(old.crash)
    until(lambda: drivers.drivers[device] is not old, 30.0, f"{device} runs again", every_s=0.001)
    return (drivers.connected_s[device] - crashed_s) * 1e3


if __name__ == "__main__":
    sys.exit(main())
