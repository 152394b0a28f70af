"""Writes over REST: the same commands through the same channel as the pages send them."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from actors.codecs import CORE_COMMANDS
from actors.messages import CommandResult, Issuer, Stage
from actors.wire import Codec
from business.access import Refusal
from business.audit.chain import digest_of
from business.audit.trail import Recorded, recorded
from business.commands import BUSINESS_COMMANDS
from business.rest.asking import TTL_S, Asking, Commands, Outside, Ports, address_of
from business.rest.problems import BUSY_S, Refusing, refused
from config.text import Text

_UNKNOWN = Text(
    "尚不知道结果；请带同一个 Idempotency-Key 重试，不会重复执行",
    "The outcome is not known yet; try again with the same Idempotency-Key: nothing is done twice",
)
_AWAY = Text(
    "办公服务没有应答，什么也没有执行；请重试", "The office does not answer; nothing was done, try again"
)
_NOT_DONE = Text(
    "实时服务没有执行该命令；请稍后用新的 Idempotency-Key 重试",
    "The core process has not carried it out; try again later, with a new Idempotency-Key",
)
_DEFECT = Text("程序内部错误，已记入日志", "An error within the program; it is in the log")

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=128,
        pattern=r"^[!-~]*$",
        description="Your own id of this write. The same id again is answered as before and does nothing",
        examples=["9f0c1d4e-5a1b-4c58-8a50-6f4f2d1b7c11"],
    ),
]


@dataclass(frozen=True, slots=True)
class Way:
    """To whom commands go, in which form, and how the trail tells one from another."""

    commands: Callable[[Ports], Commands]
    codec: Codec
    digest: Callable[[Any], str]


def _of_business(command: Any) -> str:
    return digest_of(type(command).__name__, repr(command))


def _of_plant(command: Any) -> str:
    return digest_of(type(command).__name__, CORE_COMMANDS.encode(command).hex())


OFFICE = Way(lambda ports: ports.office, BUSINESS_COMMANDS, _of_business)
PLANT = Way(lambda ports: ports.gate, CORE_COMMANDS, _of_plant)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends commands of one issuer."""

    ports: Ports
    issuer: Issuer
    key: str = ""
    way: Way = OFFICE

    async def __call__(self, command: Any) -> str:
        """Carry it out; what it answers (the id of what was made, or ''). Raises Refusing."""
        command = self.way.codec.decode(self.way.codec.encode(command))  # as it arrives and is recorded
        name = command_id(self.issuer.user, self.key) if self.key else ""
        result = await final_result(self.ports, command, self.issuer, name, self.way)
        if self.key and result.stage is not Stage.UNKNOWN:
            await self._check_same(name, command)
        if result.stage in {Stage.DONE, Stage.CONFIRMED}:
            return str(result.value) if self.way is PLANT and result.value is not None else result.detail
        raise await self._trouble(result)

    async def _check_same(self, name: str, command: Any) -> None:
        """The channel repeats an answer by the id alone: whether it is this command's, the trail knows."""
        record = await asyncio.to_thread(_record, self.ports, name)
        if record is not None and record.body_digest != self.way.digest(command):
            raise refused(Refusal.ID_TAKEN)

    async def _trouble(self, result: CommandResult) -> Refusing:
        again = {"Retry-After": str(BUSY_S)}
        if result.stage is Stage.REFUSED:
            return refused(result.detail)
        if result.stage is Stage.FAILED and self.way is PLANT:
            return Refusing(503, _NOT_DONE, headers=again)
        if result.stage is Stage.FAILED:
            # One that failed is on record as failed; one that was never sent is not, though an earlier one
            # under its key may have been done.
            tried = await asyncio.to_thread(_record, self.ports, result.id)
            if tried is not None and tried.result == Stage.FAILED:
                return Refusing(500, _DEFECT)
            return Refusing(503, _AWAY, headers=again)
        return Refusing(503, _UNKNOWN, headers=again)


def command_id(user: str, key: str) -> str:
    """The id of a user's command; another user's key never meets it. 64 characters."""
    return hashlib.sha256(f"rest\n{user}\n{key}".encode()).hexdigest()


async def final_result(
    ports: Ports, command: Any, issuer: Issuer, name: str = "", way: Way = OFFICE
) -> CommandResult:
    last = CommandResult(name, Stage.UNKNOWN, "", None, ports.wall_ns())
    async for result in way.commands(ports).send(command, issuer, TTL_S, name=name):
        last = result
    return last


def _record(ports: Ports, name: str) -> Recorded | None:
    with ports.authority.open() as session:
        return recorded(session, name)


async def sender_of(ports: Outside, issuer: Asking, idempotency_key: IdempotencyKey = "") -> Sender:
    return Sender(ports, issuer, idempotency_key)


async def stranger_of(request: Request, ports: Outside) -> Sender:
    """For commands that open a session."""
    return Sender(ports, Issuer("", "", address_of(request)))


async def plant_sender_of(ports: Outside, issuer: Asking, idempotency_key: IdempotencyKey = "") -> Sender:
    return Sender(ports, issuer, idempotency_key, PLANT)


Send = Annotated[Sender, Depends(sender_of)]
SendToPlant = Annotated[Sender, Depends(plant_sender_of)]
Stranger = Annotated[Sender, Depends(stranger_of)]
