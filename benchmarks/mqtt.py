"""Thousands of devices behind one MQTT broker (mosquitto), each publishing JSON once a period.

Measured is the process that would be a field process: its share of one core while every message is read,
mapped and handed on as scans; how long it takes to subscribe for all of them; what memory a device costs.
`late_s` is how long after the last publication the last value was there.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.ports import free_ports
from benchmarks.report import report
from benchmarks.setting import begin, parser
from config.site import Device, HistoryPolicy, Point, PointKind, Template
from config.text import Text
from drivers.cadence import Cadence, Ticks
from drivers.driver import Reading, Surroundings
from drivers.mqtt.packets import publication
from drivers.mqtt.publisher import MqttDecoder, MqttDriver
from drivers.mqtt.schema import Connection, Options, Source
from drivers.shares import Shares

NAME = Text("名", "name")
FIELDS = ("t", "h", "co2", "power")
SLICES = 100
"""Parts of a period in which the devices take turns."""
CONNECT = bytes.fromhex("101000044d5154540402003c0004") + b"load"
LATE_S = 30.0


class NoPlant:
    def reading(self, device: str, point: str) -> Reading | None:
        return None


def made(devices: int, port: int) -> tuple[Surroundings, list[MqttDriver]]:
    points = tuple(
        Point(
            id=name, name=NAME, kind=PointKind.ANALOGUE, unit="", low=0, high=1, plausible_low=0,
            plausible_high=1, scale=1, offset=0, decimals=1, deadband=0, fault_codes=(), frozen_s=0,
            history=HistoryPolicy.NONE, states={}, rules=(), write=None,
            source=Source(topic="up", path=f"data.{name}"),
        )
        for name in FIELDS
    )  # fmt: skip
    options = Options(silent_s=60, time_path="ts", time_format="ms")
    template = Template("t", "t", NAME, "mqtt", 1.0, 1.0, points, options)
    decoder = MqttDecoder(template)
    surroundings = Surroundings(
        Shares(time.monotonic), Ticks(time.monotonic), NoPlant(), lambda: True, time.monotonic, time.time_ns
    )
    drivers = []
    for at in range(devices):
        connection = Connection(host="127.0.0.1", port=port, base=f"site/d{at}")
        device = Device(f"d{at}", NAME, "", template, "s", "z", connection, 1.0, "", "field")
        drivers.append(MqttDriver(device, Cadence(1.0, at % SLICES / SLICES), decoder, surroundings))
    return surroundings, drivers


async def publish(port: int, devices: int, period_s: float, seconds: float) -> None:
    """The load, in a process of its own: one connection that speaks for all devices."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(CONNECT)
    await reader.readexactly(4)
    began = time.monotonic()
    rounds = round(seconds / period_s)
    for turn in range(rounds):
        for part in range(SLICES):
            await asyncio.sleep(max(0.0, began + (turn + part / SLICES) * period_s - time.monotonic()))
            now_ms = time.time_ns() // 1_000_000
            for at in range(part, devices, SLICES):
                data = dict.fromkeys(FIELDS, turn + at % 100 / 100)
                payload = json.dumps({"ts": now_ms, "data": data}).encode()
                writer.write(publication(f"site/d{at}/up", payload, 0, 0, retained=False))
            await writer.drain()
    writer.write(b"\xe0\x00")
    await writer.drain()
    writer.close()


async def measure(port: int, devices: int, period_s: float, seconds: float) -> None:
    process = psutil.Process()
    before_mb = process.memory_info().rss / 1e6
    surroundings, drivers = made(devices, port)
    began = time.monotonic()
    await asyncio.gather(*(driver.connect() for driver in drivers))
    subscribed_s = time.monotonic() - began
    last = [-1.0] * devices
    scans = 0

    async def pump(at: int) -> None:
        nonlocal scans
        async for scan in drivers[at].scans():
            scans += 1
            last[at] = scan.raw.values[0]

    pumps = [asyncio.create_task(pump(at)) for at in range(devices)]
    await asyncio.sleep(1.0)
    busy_s, began = time.process_time(), time.monotonic()
    load = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.mqtt", "--load", str(port), "--devices", str(devices),
        "--period", str(period_s), "--seconds", str(seconds), "--cores", "all",
    )  # fmt: skip
    await load.wait()
    took_s, busy_s = time.monotonic() - began, time.process_time() - busy_s
    ended = time.monotonic()
    final = round(seconds / period_s) - 1
    while not all(value >= final for value in last) and time.monotonic() - ended < LATE_S:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    messages = devices * (final + 1)
    report(
        "mqtt",
        devices=devices,
        messages=messages,
        messages_per_s=messages / took_s,
        core_share=busy_s / took_s,
        us_per_message=busy_s / messages * 1e6,
        scans=scans,
        devices_up_to_date=sum(value >= final for value in last),
        late_s=time.monotonic() - ended,
        subscribed_s=subscribed_s,
        kb_per_device=(process.memory_info().rss / 1e6 - before_mb) * 1000 / devices,
    )
    for task in pumps:
        task.cancel()
    await asyncio.wait(pumps)
    await asyncio.gather(*(driver.close() for driver in drivers))
    surroundings.ticks.close()
    await surroundings.shares.close()


def served(arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    broker = shutil.which("mosquitto", path=f"/usr/sbin:{os.environ['PATH']}")
    if broker is None:
        raise SystemExit("mosquitto is not installed; scripts/system-packages installs it")
    return subprocess.Popen([broker, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    flags = parser("mqtt", __doc__)
    flags.add_argument("--devices", type=int, default=5000)
    flags.add_argument("--period", type=float, default=1.0)
    flags.add_argument("--seconds", type=float, default=20.0)
    flags.add_argument("--load", type=int, default=0, help="only publish, to the broker at this port")
    told = flags.parse_args()
    begin(told.cores)
    if told.load:
        asyncio.run(publish(told.load, told.devices, told.period, told.seconds))
        return
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(
            f"listener {port} 127.0.0.1\nuser root\nallow_anonymous true\nmax_queued_messages 0\n", "utf-8"
        )
        broker = served(["-c", str(config)])
        try:
            time.sleep(1.0)
            asyncio.run(measure(port, told.devices, told.period, told.seconds))
        finally:
            broker.terminate()
            broker.wait()


if __name__ == "__main__":
    main()
