"""The devices of a BACnet network, or the objects of one, for `steward discover bacnet`."""

from collections.abc import AsyncIterator

from pydantic import Field

from drivers.bacnet.discovery import devices, objects, opened
from drivers.bacnet.schema import LAST_INSTANCE, Connection
from drivers.driver import LinkError, Surroundings
from drivers.exploring import Row


class Where(Connection):
    device: int = Field(
        default=-1, ge=-1, le=LAST_INSTANCE, description="Only this one, with its objects; -1: all devices."
    )
    wait_s: float = Field(default=3.0, gt=0, le=60, description="For answers to Who-Is.")


class BacnetExplorer:
    where = Where

    async def explore(self, where: Where, surroundings: Surroundings) -> AsyncIterator[Row]:
        async with opened(where, surroundings.clock) as station:
            low, high = (0, LAST_INSTANCE) if where.device < 0 else (where.device, where.device)
            at = await station.located(where.place, where.router, where.wait_s) if where.address else None
            found = await devices(station, low, high, where.wait_s, at)
            if where.device < 0:
                for device in found:
                    yield {
                        "device": str(device.instance), "address": str(device.address),
                        "vendor": str(device.vendor),
                    }  # fmt: skip
                return
            if not found:
                raise LinkError(
                    f"设备 {where.device} 在 {where.wait_s:g} s 内无应答；"
                    "请写明其 address，换用其他 interface，或加大 wait_s",
                    f"device {where.device} did not answer within {where.wait_s:g} s;"
                    " give its address, another interface, or a longer wait_s",
                )
            async for one in objects(station, found[0]):
                yield {
                    "object": one.source, "name": one.name, "value": one.value, "units": one.units,
                    "description": one.description,
                }  # fmt: skip
