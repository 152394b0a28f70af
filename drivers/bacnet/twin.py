"""The simulated twin: real BACnet devices on loopback addresses, played by bacpypes3 from their templates.

A device without an address in its connection, which is found by Who-Is, gets a loopback address of its own.
"""

import time
from collections.abc import Iterable

from pydantic import BaseModel

from config.site import Device
from drivers.bacnet.address import PORT, place
from drivers.bacnet.layout import Layout, Place
from drivers.bacnet.names import EVENT_STATES
from drivers.bacnet.played import PlayedDevice
from drivers.bacnet.played_objects import assign, held, made
from drivers.bacnet.schema import EVENT_STATE, PRESENT_VALUE, Connection
from drivers.bacnet.tags import ObjectId
from drivers.twin import Fault as Fault
from drivers.twin import OnWrite, Twin

NORMAL = EVENT_STATES["normal"]


def home(connection: BaseModel) -> tuple[str, int]:
    """Where a device is played."""
    assert isinstance(connection, Connection)
    if connection.address:
        where = place(connection.address)
        if not where.network:
            return where.host, where.port
    instance = connection.device
    return f"127.{64 + (instance >> 16)}.{instance >> 8 & 255}.{instance & 255}", PORT


class BacnetTwin:
    """One device at one address, made of all that is configured there. What it shows survives a `stop`;
    what was commanded does not."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        self._devices = {device.id: device for device in devices}
        self._layouts = {id_: Layout(device.template) for id_, device in self._devices.items()}
        self._on_write = on_write
        first = next(iter(self._devices.values()))
        assert isinstance(first.connection, Connection)
        self._instance = first.connection.device
        self._host, self._port = home(first.connection)
        self._shown: dict[tuple[str, int], float | str] = {}
        self._fault = Fault.NONE
        self._records: list[tuple[ObjectId, float, int]] = []
        self.played: PlayedDevice | None = None
        """The device while it is on."""

    async def start(self, port: int | None = None, host: str | None = None) -> int:
        """Listen at `port` (0: any that is free) and `host` instead of where the connection says; returns
        the port."""
        host, port = host or self._host, self._port if port is None else port
        played = PlayedDevice(self._instance, next(iter(self._devices)), (host, port or self._port))
        port = await played.open(host, port)
        self.played = played
        for id_, device in self._devices.items():
            self._furnish(played, device, self._layouts[id_])
        for log, value, at_ns in self._records:
            played.record(played.get_object_id(tuple(log)), value, at_ns)
        self.misbehave("", self._fault)
        return port

    async def stop(self) -> None:
        if self.played is not None:
            self.played.close()
            self.played = None

    def drop(self) -> None:
        """There are no connections: what is forgotten are subscriptions."""
        if self.played is not None:
            self.played.forget()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        del device_id  # all that is configured here is one device
        self._fault = fault
        if self.played is not None:
            self.played.fault = fault
            self.played.wire.silent = fault is Fault.SILENT

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        """Let a point show `value` (engineering units, or as the property holds it with `raw`).

        On a point that is a trend log, it is recorded. Raises ValueError for what a property cannot hold.
        """
        template = self._devices[device_id].template
        column = template.index[point_id]
        point, place_ = template.points[column], self._layouts[device_id].places[column]
        if not isinstance(value, str) and not raw:
            value = (value - point.offset) / point.scale
        if place_.form.one_of and not place_.form.is_list and not isinstance(value, str):
            value = min(place_.form.one_of) if value else NORMAL
        if place_.is_log:
            assert place_.log is not None
            assert not isinstance(value, str)
            self.record(place_.log, value, time.time_ns())
            return
        self._shown[device_id, column] = value
        if self.played is not None:
            self._assign(self.played, place_, value)

    def record(self, log: ObjectId, value: float, at_ns: int) -> None:
        """A trend log of the device records a value."""
        self._records.append((log, value, at_ns))
        if self.played is not None:
            self.played.record(self.played.get_object_id(tuple(log)), value, at_ns)

    def value(self, device_id: str, point_id: str) -> float | str:
        """What a client would read now, in engineering units."""
        template = self._devices[device_id].template
        column = template.index[point_id]
        place_ = self._layouts[device_id].places[column]
        value = self._shown.get((device_id, column), "" if place_.form.text else 0.0)
        if self.played is not None and not place_.is_log:
            value = held(self.played.get_object_id(tuple(place_.ref.object)), place_)
        point = template.points[column]
        if isinstance(value, str):
            return value
        if place_.form.one_of and not place_.form.is_list:
            value = float(value in place_.form.one_of)
        return value * point.scale + point.offset

    def _furnish(self, played: PlayedDevice, device: Device, layout: Layout) -> None:
        assert isinstance(device.connection, Connection)
        for class_ in device.connection.notification_classes:
            if played.get_object_id(("notification-class", class_)) is None:
                played.add_class(class_)
        for column, place_ in enumerate(layout.places):
            point = device.template.points[column]
            for object_ in {place_.ref.object, place_.log or place_.ref.object}:
                if played.get_object_id(tuple(object_)) is None:
                    name = (
                        f"{device.id}/{point.id}"
                        if object_ == place_.ref.object
                        else f"{device.id}/{object_}"
                    )
                    played.add_object(made(object_, name, point.name.zh, point.unit, self._written))
            if (device.id, column) in self._shown:
                self._assign(played, place_, self._shown[device.id, column])

    def _assign(self, played: PlayedDevice, place_: Place, value: float | str) -> None:
        form = place_.form
        if place_.relinquishes or form.bit is not None or (form.is_list and not form.one_of):
            return  # these follow from what others show
        object_ = played.get_object_id(tuple(place_.ref.object))
        before = int(object_.eventState) if place_.ref.property == EVENT_STATE else NORMAL
        assign(object_, place_, value)
        if place_.ref.property != PRESENT_VALUE:
            played.tell(object_)
        if place_.ref.property == EVENT_STATE and int(object_.eventState) != before:
            played.happen(object_, int(object_.eventState), before)

    def _written(self, object_: ObjectId, property_: int) -> None:
        """Somebody has written: tell what the points made of it have become."""
        for id_, layout in self._layouts.items():
            for column, place_ in enumerate(layout.places):
                if (
                    place_.ref.object == object_
                    and place_.ref.property == property_
                    and not place_.relinquishes
                ):
                    point = self._devices[id_].template.points[column].id
                    self._on_write(id_, point, self.value(id_, point))


class BacnetTwins:
    """The twins of BACnet as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        return home(connection)

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return BacnetTwin(devices, on_write)
