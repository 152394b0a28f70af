"""Writes over REST: the same commands through the same channel as the pages send them."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from actors.messages import CommandResult, Issuer, Stage
from business.access import Refusal
from business.audit.chain import digest_of
from business.audit.trail import Recorded, recorded
from business.commands import BUSINESS_COMMANDS
from business.rest.asking import TTL_S, Asking, Outside, Ports, address_of
from business.rest.problems import BUSY_S, Refusing, refused
from config.site import Text

_UNKNOWN = Text(
    "尚不知道结果；请带同一个 Idempotency-Key 重试，不会重复执行",
    "The outcome is not known yet; try again with the same Idempotency-Key: nothing is done twice",
)
_AWAY = Text(
    "办公服务没有应答，什么也没有执行；请重试", "The office does not answer; nothing was done, try again"
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
class Sender:
    """Sends commands of one issuer."""

    ports: Ports
    issuer: Issuer
    key: str = ""

    async def __call__(self, command: Any) -> str:
        """Carry it out; what it answers (the id of what was made, or ''). Raises Refusing."""
        command = BUSINESS_COMMANDS.decode(BUSINESS_COMMANDS.encode(command))  # as it arrives and is recorded
        name = command_id(self.issuer.user, self.key) if self.key else ""
        result = await final_result(self.ports, command, self.issuer, name)
        if self.key and result.stage is not Stage.UNKNOWN:
            await self._check_same(name, command)
        if result.stage in {Stage.DONE, Stage.CONFIRMED}:
            return result.detail
        raise await self._trouble(result)

    async def _check_same(self, name: str, command: Any) -> None:
        """The channel repeats an answer by the id alone: whether it is this command's, the trail knows."""
        record = await asyncio.to_thread(_record, self.ports, name)
        if record is not None and record.body_digest != digest_of(type(command).__name__, repr(command)):
            raise refused(Refusal.ID_TAKEN)

    async def _trouble(self, result: CommandResult) -> Refusing:
        again = {"Retry-After": str(BUSY_S)}
        if result.stage is Stage.REFUSED:
            return refused(result.detail)
        if result.stage is Stage.FAILED:
            # One that failed is on record; one that was never sent is not.
            tried = await asyncio.to_thread(_record, self.ports, result.id)
            if tried is not None:
                return Refusing(500, _DEFECT)
            return Refusing(503, _AWAY, headers=again)
        return Refusing(503, _UNKNOWN, headers=again)


def command_id(user: str, key: str) -> str:
    """The id of a user's command; another user's key never meets it. 64 characters."""
    return hashlib.sha256(f"rest\n{user}\n{key}".encode()).hexdigest()


async def final_result(ports: Ports, command: Any, issuer: Issuer, name: str = "") -> CommandResult:
    last = CommandResult(name, Stage.UNKNOWN, "", None, ports.wall_ns())
    async for result in ports.office.send(command, issuer, TTL_S, name=name):
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


Send = Annotated[Sender, Depends(sender_of)]
Stranger = Annotated[Sender, Depends(stranger_of)]
