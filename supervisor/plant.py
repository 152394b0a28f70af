"""The part of the supervision tree that one configuration makes: sweeps, subsystems and their devices."""

from collections.abc import Callable, Mapping
from functools import partial

from actors import link_condition
from actors.actor import Ref
from actors.address import Address
from actors.condition_set import stored
from actors.device import DeviceActor
from actors.dispatcher import Dispatcher
from actors.gather import FULL_ROWS, Gathered, Gatherer, phase_s
from actors.link_condition import LinkCondition
from actors.matrices import Matrices
from actors.messages import ConditionChanged, DeviceState, Link
from actors.outlets import Outlets
from actors.subsystem import SubsystemActor
from actors.sweep import Lost, SweepActor
from actors.table import Table, tables
from config.site import DEVICE_FAULT, Device, Site
from drivers.driver import Cadence, Decoder, DriverType, Surroundings
from supervisor.restart import Breaker
from supervisor.spec import Child, ChildFaulted, ChildHealed, FaultNews, Place
from supervisor.supervisor import Supervisor

SWEEPS = "sweeps"
STATE = "(state)"
"""The name of a subsystem's own actor among its devices; it has a character no device id has."""


class Plant:
    """Makes the child specs of one field process and knows where its actors are."""

    def __init__(
        self,
        site: Site,
        process: str,
        *,
        protocols: Mapping[str, DriverType],
        surroundings: Callable[[Matrices], Surroundings],
        dispatcher: Dispatcher,
        outlets: Outlets,
    ) -> None:
        self.site = site
        self.process = process
        self.tables = {table.id: table for table in tables(site, process)}
        self.matrices = Matrices(tuple(self.tables.values()), site.version)
        self._table_of = {device.id: table for table in self.tables.values() for device in table.devices}
        self._protocols = protocols
        self._surroundings = surroundings(self.matrices)
        self._dispatcher = dispatcher
        self._out = outlets
        self._decoders: dict[str, Decoder] = {}
        self._gatherers: dict[str, Gatherer] = {}
        self._sweeps: Mapping[str, Address] = {}
        self._members: dict[str, Mapping[str, Address]] = {}
        self.supervisors: dict[str, Address] = {}
        """Of the subsystems, by subsystem id."""
        for table in self.tables.values():
            protocol = protocols[table.template.driver]
            self._decoders[table.id] = protocol.decoder(table.template)
            self._gatherers[table.id] = Gatherer(
                partial(self._hand_on, table.id), outlets.wall_ns, min(FULL_ROWS, len(table.devices))
            )

    # -- finding

    def device(self, device: str) -> Address | None:
        """The device's actor, None for a device that this process does not have."""
        found = self.site.devices.get(device)
        return None if found is None else self._members.get(found.subsystem, {}).get(device)

    def subsystem(self, subsystem: str) -> Address | None:
        return self._members.get(subsystem, {}).get(STATE)

    def sweeps(self) -> tuple[Address, ...]:
        return tuple(self._sweeps[table] for table in self.tables)

    # -- child specs

    def children(self) -> list[Child]:
        """The sweeps first: devices hand their scans to them."""
        return [
            Child(SWEEPS, self._start_sweeps, start_s=60.0),
            *(
                Child(f"subsystem/{subsystem.id}", partial(self._start_subsystem, subsystem.id), start_s=60.0)
                for subsystem in self.site.subsystems.values()
                if subsystem.field == self.process
            ),
        ]

    def _start_sweeps(self, place: Place) -> Ref:
        children = [
            Child(table.id, partial(self._start_sweep, table), breaker=Breaker())
            for table in self.tables.values()
        ]
        return Supervisor.start(place.name, place.supervisor, children)

    def _start_sweep(self, table: Table, place: Place) -> Ref:
        self._sweeps = place.siblings
        return SweepActor.start(
            place.name,
            place.supervisor,
            dispatcher=self._dispatcher,
            table=table,
            decoder=self._decoders[table.id],
            matrices=self.matrices,
            devices=[_Member(self, device.id) for device in table.devices],
            outlets=self._out,
        )

    def _start_subsystem(self, subsystem: str, place: Place) -> Ref:
        self.supervisors[subsystem] = place.siblings[place.name]
        devices = [device for device in self.site.devices.values() if device.subsystem == subsystem]
        children = [Child(STATE, partial(self._start_state, subsystem)), *map(self.child, devices)]
        return Supervisor.start(place.name, place.supervisor, children, on_fault=self._faulted)

    def child(self, device: Device) -> Child:
        """Devices start together, and each is limited by itself."""
        return Child(device.id, partial(self._start_device, device), breaker=Breaker(), concurrent=True)

    def _start_state(self, subsystem: str, place: Place) -> Ref:
        self._members[subsystem] = place.siblings
        concerned = [
            table.id
            for table in self.tables.values()
            if any(device.subsystem == subsystem for device in table.devices)
        ]
        return SubsystemActor.start(
            place.name,
            place.supervisor,
            dispatcher=self._dispatcher,
            subsystem=self.site.subsystems[subsystem],
            sweeps=[self._sweeps[table] for table in concerned],
            outlets=self._out,
        )

    def _start_device(self, device: Device, place: Place) -> Ref:
        table = self._table_of[device.id]
        row = table.row[device.id]
        cadence = Cadence(table.period_s, phase_s(row, len(table.devices), table.period_s))
        protocol = self._protocols[device.template.driver]
        return DeviceActor.start(
            place.name,
            place.supervisor,
            dispatcher=self._dispatcher,
            device=device,
            row=row,
            make_driver=partial(
                protocol.driver, device, cadence, self._decoders[table.id], self._surroundings
            ),
            gather=self._gatherers[table.id].put,
            sweep=self._sweeps[table.id],
            subsystem=place.siblings[STATE],
            plant=self.matrices,
            outlets=self._out,
        )

    def _hand_on(self, table: str, gathered: Gathered) -> None:
        self._sweeps[table].tell(gathered)

    # -- devices set aside

    def _faulted(self, news: FaultNews) -> None:
        """On a supervisor's thread: one alarm for a device whose actor keeps failing."""
        match news:
            case ChildFaulted(name, error):
                device = self.site.devices[name]
                table = self._table_of[name]
                now_ns = self._out.wall_ns()
                self._sweeps[table.id].tell(Lost(table.row[name]))
                state = DeviceState(name, Link.FAULTED, now_ns, error, "", "", ())
                self._out.publish(f"device/{name}/", state)
                if (subsystem := self.subsystem(device.subsystem)) is not None:
                    subsystem.tell(state)
                self._tell_fault(name, active=True)
            case ChildHealed(name):
                self._tell_fault(name, active=False)

    def _tell_fault(self, device: str, *, active: bool) -> None:
        condition = LinkCondition(0.0, 0.0, active, self._out.wall_ns())
        change: ConditionChanged = link_condition.changed(device, DEVICE_FAULT, condition, self._out.version)
        key, body = stored(change)
        self._out.condition(change, {key: body})


class _Member:
    """Tells whichever actor now stands for a device: sweeps start before the devices do."""

    __slots__ = ("_device", "_plant")

    def __init__(self, plant: Plant, device: str) -> None:
        self._plant = plant
        self._device = device

    def tell(self, message: object) -> bool:
        address = self._plant.device(self._device)
        return address is not None and address.tell(message)
