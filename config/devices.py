"""Makes the resolved devices: each with its template, its place and the driver's idea of where it is."""

from collections.abc import Mapping

from pydantic import BaseModel

from config.check import check_placement
from config.driver_schema import DriverSchema
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
        return resolved

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
        family = self._own.family(table.id, family)
        built = self._templates.get(family, table.parameters, where, table.id)
        connection = self._connection(entry, table, self._templates.driver(family))
        if built is None or connection is None:
            return None, built
        self._check_placement(built, table)
        template = built.template
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
            upstream=tuple(table.upstream),
            own_rules=self._own.own_rules(table.id),
            picture=_picture(table),
        )
        return device, built

    def _connection(self, entry: Entry, table: DeviceTable, driver: DriverSchema | None) -> BaseModel | None:
        if driver is None:
            return None

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
