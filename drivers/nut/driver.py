"""UPSes behind Network UPS Tools (RFC 9271): one UPS of an upsd."""

import asyncio
from collections.abc import Iterable, Mapping

from config.secrets import SecretError
from config.site import Device, Template
from drivers.driver import (
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.nut import points
from drivers.nut.answer import Refused
from drivers.nut.line import Unsayable
from drivers.nut.schema import Connection, Source
from drivers.nut.upsd import Lost, Upsd
from drivers.paced import PacedDriver
from drivers.readings import ReadingsDecoder

STALE = "DATA-STALE"


class NutDriver(PacedDriver):
    """All variables come with one question. `connect` paces itself: just call it again."""

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._timeout_s = device.template.timeout_s
        self._backoff = surroundings.shares.backoff(("nut-ups", device.id))
        self._upsd: Upsd | None = None

    async def connect(self) -> None:
        clock = self.surroundings.clock
        if self._upsd is None:
            self._upsd = self.surroundings.shares.acquire(self._key, self._make)
        await asyncio.sleep(self._backoff.delay_s(clock()))
        await self._upsd.opened()
        self._backoff.started(clock())
        await self._variables(self._upsd)

    async def turn(self) -> Iterable[Scan]:
        if self._upsd is None:
            raise LinkError(f"{self.device.id} 未连接", f"{self.device.id} is not connected")
        variables = await self._variables(self._upsd)
        self._backoff.succeeded()
        sources = [point.source for point in self.device.template.points]
        return [Scan(self.surroundings.wall_ns(), points.readings(sources, variables))]

    async def write(self, point: int, value: Value) -> None:
        name = f"{self.device.id}/{self.device.template.points[point].id} := {value}"
        source = self.device.template.points[point].source
        assert isinstance(source, Source)
        order = points.order(self._connection.ups, source, value)
        if order is None:
            raise WriteError(
                f"{name}：写 0 不起作用；其 source 中没有 off",
                f"{name}: writing 0 does nothing; its source has no `off`",
            )
        if self._upsd is None:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        try:
            await self._upsd.order(self._timeout_s, *order)
        except (Refused, Lost, Unsayable) as error:
            kind = WriteUnknown if isinstance(error, Lost) else WriteError
            raise kind(f"{name}：{error.why.zh}", f"{name}: {error}") from error

    async def close(self) -> None:
        if self._upsd is not None:
            upsd, self._upsd = self._upsd, None
            await self.surroundings.shares.release(self._key, upsd)

    @property
    def _key(self) -> tuple[object, ...]:
        return "nut", self._connection.model_copy(update={"ups": ""})

    def _make(self) -> Upsd:
        shares = self.surroundings.shares
        return Upsd(self._connection, self._password, shares.backoff(self._key), shares.clock)

    def _password(self) -> str:
        try:
            return self.surroundings.secret(self._connection.password).reveal()
        except SecretError as error:
            raise LinkError(error.why.zh, error.why.en) from error

    async def _variables(self, upsd: Upsd) -> Mapping[str, str] | None:
        """None while upsd has no fresh ones. Raises LinkError."""
        ups = self._connection.ups
        try:
            said = await upsd.listed(self._timeout_s, "VAR", ups)
        except Refused as error:
            if error.code == STALE:
                return None
            raise await upsd.without(ups, error, self._timeout_s) from error
        return {line[0]: line[1] for line in said if len(line) == 2}


class Nut:
    """The protocol as the composition root knows it."""

    name = "nut"

    def decoder(self, template: Template) -> Decoder:
        del template
        return ReadingsDecoder()

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        del decoder
        return NutDriver(device, cadence, surroundings)
