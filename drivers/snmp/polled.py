"""One device that is polled: an agent, or one context of it."""

import asyncio
from collections.abc import Iterable

from config.site import Device
from drivers.driver import (
    Cadence,
    LinkError,
    Quality,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.paced import PacedDriver
from drivers.samples import Samples
from drivers.snmp import ber, objects
from drivers.snmp.credentials import Credentials
from drivers.snmp.pdu import SYS_UP_TIME, Pdu, Type, Varbind, status_text
from drivers.snmp.plan import AlarmTable, Plan, value
from drivers.snmp.schema import Connection
from drivers.snmp.security import Association, Community, User
from drivers.snmp.session import Patience, Session
from drivers.snmp.terms import Version
from drivers.snmp.variables import ABSENT, Found, Variables, column


class PolledDriver(PacedDriver):
    """`connect` waits as long as its back-off says: just call it again."""

    def __init__(self, device: Device, cadence: Cadence, plan: Plan, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self.connection = device.connection
        self.plan = plan
        self.samples = Samples(len(plan.sources), plan.texts)
        self.credentials: Credentials | None = None
        self._backoff = surroundings.shares.backoff(("snmp", device.id))
        self._patience = Patience(device.template.timeout_s, device.connection.retries)
        self._session: Session | None = None
        self._writer: Session | None = None
        self._variables: Variables | None = None
        self._tags: dict[bytes, int] = {}
        """The types in which variables came: in these they are set."""

    async def connect(self) -> None:
        clock = self.surroundings.clock
        await asyncio.sleep(self._backoff.delay_s(clock()))
        self._backoff.started(clock())
        if self.credentials is None:
            self.credentials = Credentials.of(self.connection, self.surroundings.secret)
        session = self._session = self._session or self._speak(self.credentials.reading)
        if self._writer is not None:
            self._writer.close()
        await session.open()
        await self.reached(session.address)
        answer = await session.read(Pdu(Type.GET, 0, [Varbind(SYS_UP_TIME)]))
        if answer.status and answer.status not in ABSENT:
            raise session.failed(status_text(answer.status))
        self._variables = Variables(self.plan.asked, self.plan.options.max_oids, clock)

    async def reached(self, address: str) -> None:
        """The agent's address has been looked up; whether anybody answers there is not known yet."""

    async def turn(self) -> Iterable[Scan]:
        session, variables = self._session, self._variables
        if session is None or variables is None:
            raise LinkError(f"{self.device.id} 未连接", f"{self.device.id} is not connected")
        found = await variables.read(session)
        for table in self.plan.tables:
            await self._read_table(session, table, found)
        self._backoff.succeeded()
        now_ns = self.surroundings.wall_ns()
        for oid, columns in self.plan.variables.items():
            varbind = found[oid]
            if not isinstance(varbind, Quality):
                self._tags[oid] = varbind.tag
            for at in columns:
                if isinstance(varbind, Quality):
                    self.samples.put(at, "", varbind, now_ns)
                else:
                    self.samples.put(at, *value(self.plan.sources[at], varbind), now_ns)
        return self.samples.scans(now_ns)

    def read_alarm(self, at: int, held: float, quality: Quality, time_ns: int) -> None:
        """The alarm table tells how the point at that column stands."""
        self.samples.put(at, held, quality, time_ns)

    async def write(self, point: int, value: Value) -> None:
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        session = await self._writing(name)
        order = f"{name} := {value}"
        try:
            answer = await session.write([self._varbind(point, value)])
        except WriteError as error:
            kind = WriteUnknown if isinstance(error, WriteUnknown) else WriteError
            raise kind(f"{order}：{error.why.zh}", f"{order}: {error}") from error
        if answer.status:
            why = status_text(answer.status)
            raise WriteError(f"{order}：{why.zh}", f"{order}: {why.en}")

    async def close(self) -> None:
        for session in (self._session, self._writer):
            if session is not None:
                session.close()
        self._variables = None

    async def _read_table(self, session: Session, table: AlarmTable, found: Found) -> None:
        counted = found.get(table.counter) if table.counter is not None else None
        is_empty = isinstance(counted, Varbind) and objects.number(counted.tag, counted.content) == 0
        bulk = self.connection.version is not Version.V1
        rows = [] if is_empty else await column(session, table.column, self.plan.options.max_rows, bulk=bulk)
        if rows is None:
            quality = Quality.BAD_SENSOR_FAULT
        elif not rows and isinstance(counted, Quality):
            quality = counted  # neither rows nor their number: the agent has no such table
        else:
            quality = Quality.GOOD
        present = {row.content for row in rows or ()}
        now_ns = self.surroundings.wall_ns()
        for at, alarm in table.alarms:
            self.read_alarm(at, float(alarm in present), quality, now_ns)

    def _varbind(self, point: int, value: Value) -> Varbind:
        source = self.plan.sources[point]
        if source.variable is None or source.bit is not None:
            raise WriteError(
                "只能写入整个变量，不能写入其中的位或报警",
                "only a whole variable can be set, neither a bit nor an alarm",
            )
        oid = ber.oid_content(source.variable)
        tag = self._tags.get(oid) if source.write_as is None else objects.TAGS[source.write_as]
        if tag is None:
            raise WriteError(
                "尚未读到，类型未知；请在其 source 中写明 write_as",
                "not read yet, so its type is not known; say write_as in its source",
            )
        return Varbind(oid, tag, objects.encoded(tag, value, source.encoding))

    async def _writing(self, name: str) -> Session:
        """With a community of its own, writing is a conversation of its own."""
        if self._session is None or self._variables is None or self.credentials is None:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        if self.credentials.writing == self.credentials.reading:
            return self._session
        if self._writer is None:
            self._writer = self._speak(self.credentials.writing)
        if not self._writer.is_open:
            await self._writer.open()
        return self._writer

    def _speak(self, who: Community | User) -> Session:
        security: Community | Association = (
            who
            if isinstance(who, Community)
            else Association(who, self.connection.context.encode(), self.surroundings.clock)
        )
        return Session(self.connection.host, self.connection.port, security, self._patience)
