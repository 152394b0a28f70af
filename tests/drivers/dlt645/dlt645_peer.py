"""A meter and a reader that are not ours: the package dlt645, installed once into a cache folder."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator

from tests.drivers.installed import python_packages

PINNED = (
    "dlt645==3.2.0 --hash=sha256:021a40c21b6c2ad4ed1bbd97bb851756cb63b2c55e201ac05a27e217b0c66dba",
    "loguru==0.7.3 --hash=sha256:31a33c10c8e1e10422bfd431aeb5d351c7cf7fa671e3c4df004162264b28220c",
)
"""What it needs beside pyserial, which is here anyway."""

METER = """
import sys
import dlt645
meter = dlt645.MeterServerService.new_tcp_server("127.0.0.1", 0, 600.0)
meter.set_address(sys.argv[1])
meter.set_password("02123456")
meter.set_00(0x00000000, 12345.67)
meter.set_00(0x00010000, 23456.78)
meter.set_02(0x02010100, 229.8)
meter.set_02(0x02030000, -3.5)
meter.set_02(0x02800002, 49.98)
meter.server.start()
print(meter.server.port, flush=True)
sys.stdin.read()
meter.server.stop()
"""
READER = """
import sys
import dlt645
reader = dlt645.MeterClientService.new_tcp_client("127.0.0.1", int(sys.argv[2]), 10.0)
reader.connect()
print(reader.read_address().value, flush=True)
reader.set_address(sys.argv[1])
print(reader.read_00(0x00010000).value, flush=True)
print(reader.read_02(0x02010100).value, flush=True)
print(reader.read_02(0x02030000).value, flush=True)
print(reader.read_02(0x02800008), flush=True)
reader.disconnect()
"""


@contextlib.asynccontextmanager
async def running(script: str, *told: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of the scripts in a process of its own, which ends with the block."""
    place = await asyncio.to_thread(python_packages, "dlt645-3.2.0", PINNED)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        *told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(place)},
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()
