"""`field` in which every fifth device never comes back from close, not even when it is cancelled."""

import asyncio
import sys
from contextlib import suppress
from unittest.mock import patch

from config.site import Device
from drivers import DRIVERS
from drivers.driver import Cadence, Decoder, Driver, Surroundings
from drivers.modbus.decoding import RegisterDecoder
from drivers.modbus.driver import Modbus, ModbusDriver
from supervisor.processes import field

EVERY = 5


class HangingDriver(ModbusDriver):
    async def close(self) -> None:
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)


class HangingModbus(Modbus):
    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, RegisterDecoder)
        kind = HangingDriver if int(device.id.removeprefix("d")) % EVERY == 0 else ModbusDriver
        return kind(device, cadence, decoder, surroundings)


def main() -> int:
    with patch.object(field, "DRIVERS", {**DRIVERS, "modbus": HangingModbus()}):
        return field.main()


if __name__ == "__main__":
    sys.exit(main())
