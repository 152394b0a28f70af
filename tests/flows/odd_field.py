"""A field process with a defect: composed as the real one, with another row of `DRIVERS` or another file.

STEWARD_ODD=decode: devices whose temperature reads 66 break the decoder.
STEWARD_ODD=close: no device lets go. STEWARD_ODD=full: the history outbox has a disk of a few KiB.
STEWARD_ODD=start: it never gets ready.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.channels.outbox import Outbox
from actors.channels.outbox_file import connect
from config.site import Device, Template
from drivers.driver import Cadence, Columns, Decoder, Driver, Surroundings
from drivers.modbus.driver import Modbus
from supervisor.processes import field
from tests.flows.house import TEMPERATURE

BROKEN = 66
PAGES = 12
"""Seven are taken by empty tables."""


class OddDecoder:
    def __init__(self, decoder: Decoder) -> None:
        self.sound = decoder

    def decode(self, raws: Sequence[Any]) -> Columns:
        columns = self.sound.decode(raws)
        if (columns.values[:, TEMPERATURE] == BROKEN).any():
            raise ArithmeticError("a defect of this profile")
        return columns


class OddModbus:
    name = "modbus"

    def __init__(self) -> None:
        self._modbus = Modbus()
        self._odd = os.environ["STEWARD_ODD"]

    def decoder(self, template: Template) -> Decoder:
        decoder = self._modbus.decoder(template)
        return OddDecoder(decoder) if self._odd == "decode" else decoder

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        sound = decoder.sound if isinstance(decoder, OddDecoder) else decoder
        driver = self._modbus.driver(device, cadence, sound, surroundings)
        if self._odd == "close":
            driver.close = _never  # type: ignore[method-assign]
        return driver


def small_outbox(path: Path, **more: Any) -> Outbox:
    open_file = _small_file if path.name == "history.db" else connect
    return Outbox(path, open_file=open_file, **more)


def _small_file(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    # The size of a page is settled by the first table.
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("CREATE TABLE IF NOT EXISTS settled (page)")
    connection.execute(f"PRAGMA max_page_count = {PAGES}")
    return connection


async def _never() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


def main() -> int:
    if os.environ["STEWARD_ODD"] == "full":
        field.Outbox = small_outbox  # type: ignore[attr-defined, assignment]
    if os.environ["STEWARD_ODD"] == "start":
        sys.exit("a defect of the start")
    field.DRIVERS = {"modbus": OddModbus()}  # type: ignore[attr-defined]
    return field.main()
