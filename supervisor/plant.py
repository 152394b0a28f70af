"""The part of the supervision tree that one configuration makes: sweeps, subsystems and their devices."""

from collections.abc import Callable, Mapping
from functools import partial

from actors import kept, link_condition
from actors.actor import Ref
from actors.address import Address
from actors.condition_set import stored
from actors.device import DeviceActor, Reseat, TellState
from actors.dispatcher import Dispatcher
from actors.gather import FULL_ROWS, Gathered, Gatherer, phase_s
from actors.link_condition import LinkCondition
from actors.matrices import Matrices
from actors.messages import ConditionChanged, DeviceState, Link
from actors.outlets import Outlets
from actors.subsystem import SubsystemActor
from actors.sweep import Lost, SayEverything, SweepActor
from actors.table import Table, tables
from config.limit_schedule import LimitSchedule
from config.rules import DEVICE_FAULT
from config.site import Device, Site
from drivers.driver import Cadence, Decoder, DriverType, Surroundings
from supervisor.change import Change, difference
from supervisor.restart import Breaker
from supervisor.spec import (
    AddChild,
    Child,
    ChildFaulted,
    ChildHealed,
    FaultNews,
    Place,
    RemoveChild,
    ReplaceChild,
)
from supervisor.supervisor import Supervisor

CHANGE_S = 15.0
"""What one part may take to stop and start when the configuration changes."""
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
        self._root: Mapping[str, Address] = {}
        self._above: Address | None = None
        """The supervisor of the sweeps and subsystems."""
        for table in self.tables.values():
            self._prepare(table)

    def _prepare(self, table: Table) -> None:
        self._decoders[table.id] = self._protocols[table.template.driver].decoder(table.template)
        self._gatherers[table.id] = Gatherer(
            partial(self._hand_on, table.id), self._out.wall_ns, min(FULL_ROWS, len(table.devices))
        )

    # -- finding

    def device(self, device: str) -> Address | None:
        """The device's actor, None for a device that this process does not have."""
        found = self.site.devices.get(device)
        return None if found is None else self._members.get(found.subsystem, {}).get(device)

    def subsystem(self, subsystem: str) -> Address | None:
        return self._members.get(subsystem, {}).get(STATE)

    def supervisor(self, subsystem: str) -> Address | None:
        """Of the subsystem's devices."""
        return self._root.get(f"subsystem/{subsystem}")

    def sweeps(self) -> tuple[Address, ...]:
        return tuple(self._sweeps[table] for table in self.tables)

    # -- child specs

    def children(self) -> list[Child]:
        """The sweeps first: devices hand their scans to them."""
        return [
            Child(SWEEPS, self._start_sweeps, start_s=60.0),
            *(
                self._subsystem(subsystem)
                for subsystem in self.site.subsystems
                if self.process in self.site.processes_of(subsystem)
            ),
        ]

    def _subsystem(self, subsystem: str) -> Child:
        return Child(f"subsystem/{subsystem}", partial(self._start_subsystem, subsystem), start_s=60.0)

    def _sweep(self, table: Table) -> Child:
        return Child(table.id, partial(self._start_sweep, table), breaker=Breaker())

    def _state(self, subsystem: str) -> Child:
        return Child(STATE, partial(self._start_state, subsystem))

    def _start_sweeps(self, place: Place) -> Ref:
        self._root, self._above = place.siblings, place.supervisor
        children = [self._sweep(table) for table in self.tables.values()]
        return Supervisor.start(place.name, place.supervisor, children, on_fault=self._sweep_faulted)

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
            limit_sets={id_: self._limit_set(id_) for id_ in {device.subsystem for device in table.devices}},
            outlets=self._out,
        )

    def _limit_set(self, id_: str) -> str:
        subsystem = self.site.subsystems[id_]
        schedule = LimitSchedule.of(self.site, subsystem)
        return kept.read_limit_set(self._out.recall, subsystem, schedule, self._out.wall_ns())

    def _start_subsystem(self, subsystem: str, place: Place) -> Ref:
        devices = [
            device
            for device in self.site.devices.values()
            if device.subsystem == subsystem and device.process == self.process
        ]
        children = [self._state(subsystem), *map(self.child, devices)]
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
            schedule=LimitSchedule.of(self.site, self.site.subsystems[subsystem]),
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

    # -- another configuration

    def use(self, site: Site) -> Change:
        """Go over to another version; on a thread that may wait. Only what differs is stopped and started.

        `outlets.version` must be the new version already. Raises pykka.Timeout or SupervisionError when a
        part does not stop or start in time: then only a restart of the process brings the whole of it.
        """
        new = {table.id: table for table in tables(site, self.process)}
        change = difference(self.process, self.site, site, self.tables, new)
        self._leave(change)
        self.site, self.tables = site, new
        self._table_of = {device.id: table for table in new.values() for device in table.devices}
        for id_ in change.renewed_tables:
            self._prepare(new[id_])
        self.matrices.use(tuple(new.values()), site.version, change.renewed_tables)
        sweeps = self._root[SWEEPS]
        for id_ in change.renewed_tables:
            child = self._sweep(new[id_])
            _ask(sweeps, ReplaceChild(child) if id_ in self._sweeps else AddChild(child))
        for id_ in new.keys() - set(change.renewed_tables):
            self._sweeps[id_].tell(SayEverything())
        for id_ in change.reseated:
            self._reseat(id_)
        self._enter(change)
        for id_ in change.removed_tables:
            _ask(sweeps, RemoveChild(id_))
            del self._decoders[id_], self._gatherers[id_]
        return change

    def _leave(self, change: Change) -> None:
        """Stop what is no more, and what moves to another subsystem."""
        for id_ in (*change.removed, *change.moved):
            subsystem = self.site.devices[id_].subsystem
            if subsystem not in change.removed_subsystems:
                _ask(self._root[f"subsystem/{subsystem}"], RemoveChild(id_))
        for id_ in change.removed_subsystems:
            assert self._above is not None
            _ask(self._above, RemoveChild(f"subsystem/{id_}"))
            del self._members[id_]

    def _enter(self, change: Change) -> None:
        """Start what is new or differs. A new subsystem starts with all its devices."""
        for id_ in change.added_subsystems:
            assert self._above is not None
            _ask(self._above, AddChild(self._subsystem(id_)))
        for id_ in change.changed_subsystems:
            _ask(self._root[f"subsystem/{id_}"], ReplaceChild(self._state(id_)))
        for id_ in (*change.added, *change.moved, *change.replaced):
            device = self.site.devices[id_]
            if device.subsystem not in change.added_subsystems:
                child = self.child(device)
                request = ReplaceChild(child) if id_ in change.replaced else AddChild(child)
                _ask(self._root[f"subsystem/{device.subsystem}"], request)

    def _reseat(self, id_: str) -> None:
        table = self._table_of[id_]
        address = self.device(id_)
        if address is not None:
            address.tell(Reseat(table.row[id_], self._gatherers[table.id].put, self._sweeps[table.id]))

    # -- devices set aside

    def _faulted(self, news: FaultNews) -> None:
        """On a supervisor's thread: one alarm for a device whose actor keeps failing."""
        match news:
            case ChildFaulted(name, error):
                table = self._table_of[name]
                self._sweeps[table.id].tell(Lost(table.row[name]))
                self._set_aside(self.site.devices[name], error)
            case ChildHealed(name):
                self._tell_fault(name, active=False)

    def _sweep_faulted(self, news: FaultNews) -> None:
        """The judging of a whole table keeps failing: none of its devices can be seen any more."""
        for device in self.tables[news.name].devices:
            match news:
                case ChildFaulted(_, error):
                    self._set_aside(device, error)
                case ChildHealed():
                    self._tell_fault(device.id, active=False)
                    if (address := self.device(device.id)) is not None:
                        address.tell(TellState())

    def _set_aside(self, device: Device, error: str) -> None:
        state = DeviceState(device.id, Link.FAULTED, self._out.wall_ns(), error, "", "", ())
        self._out.publish(f"device/{device.id}/", state)
        if (subsystem := self.subsystem(device.subsystem)) is not None:
            subsystem.tell(state)
        self._tell_fault(device.id, active=True)

    def _tell_fault(self, device: str, *, active: bool) -> None:
        condition = LinkCondition(0.0, 0.0, active, self._out.wall_ns())
        change: ConditionChanged = link_condition.changed(device, DEVICE_FAULT, condition, self._out.version)
        key, body = stored(change)
        self._out.condition(change, {key: body})


def _ask(supervisor: Address, request: AddChild | RemoveChild | ReplaceChild) -> None:
    """Ask a supervisor and wait until it is done."""
    future = supervisor.ask(request, timeout_s=CHANGE_S)
    future.get(timeout=CHANGE_S)


class _Member:
    """Tells whichever actor now stands for a device: sweeps start before the devices do."""

    __slots__ = ("_device", "_plant")

    def __init__(self, plant: Plant, device: str) -> None:
        self._plant = plant
        self._device = device

    def tell(self, message: object) -> bool:
        address = self._plant.device(self._device)
        return address is not None and address.tell(message)
