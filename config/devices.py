"""Makes the resolved devices: each with its template, its place and the driver's idea of where it is."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel

from config.check import check_placement
from config.driver_schema import Addressed, DriverSchema, Exacting, Held, Holding
from config.entries import Entry, fill_entry, named
from config.own_alarms import OwnAlarms
from config.problems import BUILT_IN, Problems, Where
from config.schema import DeviceTable
from config.site import Device, Node, Picture, Subsystem
from config.templates import Built, Templates, digest, report
from config.validate import validated


class Devices:
    """Resolves the devices of one site; whatever is wrong goes to `problems`."""

    def __init__(
        self,
        templates: Templates,
        zones: Mapping[str, Where],
        subsystems: Mapping[str, Where],
        trades: Mapping[str, Subsystem],
        nodes: Mapping[str, Where],
        problems: Problems,
    ) -> None:
        """`zones`, `subsystems` and `nodes` are all that are written down, `trades` the subsystems that are
        right."""
        self._templates = templates
        self._zones = zones
        self._subsystems = subsystems
        self._trades = trades
        self._nodes = nodes
        self._problems = problems
        self._placed: set[tuple[str, str]] = set()

    def all(self, entries: list[Entry], alarms: list[Entry]) -> dict[str, Device]:
        """`alarms` are the tables of alarms that single devices have of their own."""
        devices = named(entries, DeviceTable, "device", self._problems)
        self._own = OwnAlarms(alarms, devices.known, self._problems, self._templates.classes)
        by_place = {entry.where: entry for entry in entries}
        resolved: dict[str, Device] = {}
        built: dict[str, Built] = {}
        for name, table in devices.tables.items():
            device, template = self._resolve(by_place[devices.known[name]], table)
            if device is not None:
                resolved[name] = device
            if template is not None:
                built[name] = template
        self._check_references(devices.known, built)
        self._check_addresses(devices.known, resolved)
        return self._together(devices.known, resolved)

    def with_nodes(self, nodes: Mapping[str, Node]) -> dict[str, Node]:
        """The nodes with the alarms that the tables of `all` say of them."""
        return self._own.with_nodes(nodes)

    def _resolve(self, entry: Entry, table: DeviceTable) -> tuple[Device | None, Built | None]:
        where, problems = entry.where, self._problems
        for key, name, known in (
            ("zone", table.zone, self._zones),
            ("subsystem", table.subsystem, self._subsystems),
            ("profile", table.profile, self._templates.profiles),
        ):
            if name not in known:
                problems.unknown(where.at(key), key, name, known)
        if table.profile not in self._templates.profiles:
            return None, None
        for at, node in enumerate(table.upstream):
            if node not in self._nodes:
                problems.unknown(where.at("upstream", at), "node", node, self._nodes)
        family = self._templates.family(table.profile)
        if family is None:
            return None, None
        if family.is_base:
            self._problems.add(
                where.at("profile"),
                table.profile,
                f"profile {table.profile!r} is only for other profiles to extend: it has no driver",
                "Name one that extends it; steward profile list shows them",
                zh=f"模板 {table.profile!r} 没有驱动，只供继承；请写继承它的模板，见 steward profile list",
            )
            return None, None
        family = self._own.family(table.id, family)
        built = self._templates.get(family, table.parameters, where, table.id)
        driver = self._templates.driver(family)
        connection = None if driver is None else self._connection(entry, table, driver)
        if built is None or driver is None or connection is None:
            return None, built
        self._check_placement(built, table)
        template = built.template
        if isinstance(driver, Exacting):
            sources = (point.source for point in template.points)
            for zh, en in driver.lacks(connection, template.options, sources):
                problems.add(where.at("connection"), None, en, zh=zh)
        period_s = template.period_s if table.period_s is None else table.period_s
        content = (table.id, table.name, table.tag, table.subsystem, table.zone, connection, period_s)
        device = Device(
            id=table.id,
            name=table.name.text(),
            tag=table.tag,
            template=template,
            subsystem=table.subsystem,
            zone=table.zone,
            connection=connection,
            period_s=period_s,
            digest=digest(built.digest, *content),
            process=self._process(table, driver),
            upstream=tuple(table.upstream),
            own_rules=self._own.own_rules(table.id),
            picture=_picture(table),
        )
        return device, built

    def _process(self, table: DeviceTable, driver: DriverSchema) -> str:
        """Heavy protocols have a process of their own beside that of the subsystem."""
        trade = self._trades.get(table.subsystem)
        own = trade.field if trade is not None else ""
        return f"{own}-{driver.name}" if driver.heavy else own

    def _connection(self, entry: Entry, table: DeviceTable, driver: DriverSchema) -> BaseModel | None:
        def place(*keys: str | int) -> Where:
            return entry.where.at("connection", *keys)

        filled = fill_entry(table.connection, driver.connection, entry.numbers, place, self._problems)
        return None if filled is None else validated(driver.connection, filled, place, self._problems)

    def _check_placement(self, built: Built, table: DeviceTable) -> None:
        trade = self._trades.get(table.subsystem)
        if trade is None or (built.template.id, trade.id) in self._placed:
            return
        self._placed.add((built.template.id, trade.id))
        for point, finding, is_unknown in check_placement(built.template, trade):
            where = built.place(point, finding.keys)
            if is_unknown and where.file.startswith(BUILT_IN):
                continue  # it serves every site: a set that this one does not use is just never in force
            known = dict.fromkeys(trade.limit_sets) if is_unknown else None
            report(self._problems, where, finding, known, f"device {table.id}")

    def _together(self, known: Mapping[str, Where], devices: Mapping[str, Device]) -> dict[str, Device]:
        """The devices, those that hold the same thing in the process of the first of them."""
        first: dict[str, tuple[Device, str]] = {}
        placed: dict[str, Device] = {}
        for device in devices.values():
            held = self._held(device)
            if held is None:
                placed[device.id] = device
                continue
            other, medium = first.setdefault(held.address, (device, held.medium))
            placed[device.id] = replace(device, process=other.process)
            if held.medium != medium:
                self._problems.add(
                    known[device.id].at("connection"),
                    None,
                    f"{held.address} is {held.medium} here, and {medium} of device {other.id!r}",
                    "Say the same of it in all devices that share it",
                )
        return placed

    def _held(self, device: Device) -> Held | None:
        template = device.template
        driver = self._templates.drivers[template.driver]
        if not isinstance(driver, Holding):
            return None
        return driver.held(device.connection, template.options, (point.source for point in template.points))

    def _check_addresses(self, known: Mapping[str, Where], devices: Mapping[str, Device]) -> None:
        first: dict[tuple[str, ...], str] = {}
        for device in devices.values():
            connection, where = device.connection, known[device.id].at("connection")
            if isinstance(connection, Addressed):
                place = device.template.driver, connection.line.address, connection.address
                if (name := first.setdefault(place, device.id)) != device.id:
                    self._problems.add(
                        where.at("address"),
                        connection.address,
                        f"{connection.address} on {connection.line.address} is device {name!r} already",
                        "Give each device of a line an address of its own",
                    )
            elif type(connection).model_fields:  # a virtual device is nowhere
                # Behind one address there may be several of different profiles, or of other parameters.
                name = first.setdefault((device.template.id, connection.model_dump_json()), device.id)
                if name != device.id:
                    self._problems.add(
                        where,
                        None,
                        f"it is read at the same place and in the same way as device {name!r}",
                        "Correct its connection or its parameters, or remove one of the two",
                        zh=f"与设备 {name} 的连接、模板和参数完全相同，等于同一设备登记两次；"
                        "请改正连接或参数，或删去其一",
                    )

    def _check_references(self, known: Mapping[str, Where], built: Mapping[str, Built]) -> None:
        for name, one in built.items():
            for point, reference in one.references:
                device, slash, other = reference.partition("/")
                where = one.place(point, ("source",))
                if not slash or device not in known:
                    self._problems.unknown(where, "device", device, known)
                elif device in built and other not in built[device].family.points:
                    points = [f"{device}/{each}" for each in built[device].family.points]
                    self._problems.unknown(where, "point", reference, points)
                elif device == name and other == point:
                    message = f"point {point!r} of {name} reads itself"
                    self._problems.add(where, reference, message, "Name another point")


def _picture(table: DeviceTable) -> Picture | None:
    return None if table.picture is None else Picture(table.picture.address, table.picture.user)
