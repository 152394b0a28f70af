"""The database driver: one device is some rows of a table that another system fills."""

from collections.abc import Iterable, Mapping

from config.secrets import SecretError
from config.site import Device, Template
from drivers import plain
from drivers.database.database import Database
from drivers.database.plan import Plan
from drivers.database.row_times import RowTimes
from drivers.database.schema import Connection, Options
from drivers.database.table import Member, Table
from drivers.database.tally import Tally
from drivers.driver import Cadence, Decoder, Driver, LinkError, Scan, Surroundings, Value, WriteError
from drivers.paced import PacedDriver
from drivers.readings import ReadingsDecoder

FRESH = 0.9
"""Of a period: what was read this long ago for another device serves this one too."""


class SqlDecoder(ReadingsDecoder):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan


class SqlDriver(PacedDriver):
    """Its counts go on after a restart (Stateful)."""

    follows = True

    def __init__(self, device: Device, cadence: Cadence, plan: Plan, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._place = device.connection.place
        self._fresh_s = FRESH * cadence.period_s
        match = {name: plain.text(value) for name, value in device.connection.match.items()}
        self._tally = Tally(plan)
        self._handed_on = self._tally.state()
        """The table may bring rows between the turns."""
        self._member = Member(self._tally, match, plan.columns, RowTimes(plan.options.zone))
        self._options: Options = plan.options
        self._database: Database | None = None
        self._table: Table | None = None

    @property
    def _keys(self) -> tuple[tuple[object, ...], tuple[object, ...]]:
        database = ("sql", self._place, self.device.template.timeout_s)
        return database, (*database, self._options)

    async def connect(self) -> None:
        shares, (database_key, table_key) = self.surroundings.shares, self._keys
        if self._database is None:
            self._database = shares.acquire(database_key, self._new_database)
        database = self._database
        if self._table is None:
            self._table = shares.acquire(
                table_key,
                lambda: Table(database, self._options, shares, self.surroundings.wall_ns, table_key),
            )
        await self._table.join(self._member)

    async def turn(self) -> Iterable[Scan]:
        if self._table is None:
            raise LinkError(f"{self.device.id} 未连接", f"{self.device.id} is not connected")
        await self._table.fresh(self._member, self._fresh_s)
        scans = tuple(self._tally.scans(self.surroundings.wall_ns()))
        self._handed_on = self._tally.state()
        return scans

    async def write(self, point: int, value: Value) -> None:
        name = self.device.template.points[point].id
        raise WriteError(
            f"{self.device.id}/{name}：数据库只读；不能写入 {value}",
            f"{self.device.id}/{name}: the database is only read; {value} cannot be written to it",
        )

    async def close(self) -> None:
        shares, (database_key, table_key) = self.surroundings.shares, self._keys
        if self._table is not None:
            table, self._table = self._table, None
            table.leave(self._member)
            await shares.release(table_key, table)
        if self._database is not None:
            database, self._database = self._database, None
            await shares.release(database_key, database)

    def state(self) -> Mapping[str, float]:
        return self._handed_on

    def restore(self, state: Mapping[str, float]) -> None:
        self._tally.restore(state)
        self._handed_on = self._tally.state()

    def _new_database(self) -> Database:
        return Database(self._place, self._password, self.device.template.timeout_s)

    def _password(self) -> str:
        if not self._place.password:
            return ""
        try:
            return self.surroundings.secret(self._place.password).reveal()
        except SecretError as error:
            raise LinkError(f"{self._place.zh}：{error.why.zh}", f"{self._place}: {error}") from error


class Sql:
    """The protocol as the composition root knows it."""

    name = "sql"

    def decoder(self, template: Template) -> Decoder:
        return SqlDecoder(Plan(template))

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, SqlDecoder)
        return SqlDriver(device, cadence, decoder.plan, surroundings)
