"""Carries commands from `core` to the field processes, over the loop, without blocking whoever gives them."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from actors.channels.command import Envelope, Reply
from actors.channels.command_client import CommandClient, new_id
from actors.codecs import FIELD_COMMANDS
from actors.loop import IoLoop, Timer
from actors.messages import CommandResult, Issuer, PassAcknowledgement, ReadConditions, Stage
from actors.paths import RunPaths
from actors.said import in_both, said

logger = logging.getLogger(__name__)

ITSELF = Issuer("core", "", "core")
GATHER_S = 0.2
"""Zones ask for the condition sets one by one; the field processes are asked once for all of them."""
READ_TTL_S = 10.0
PASS_TTL_S = 30.0
"""A field process that is restarted meanwhile still gets it."""


class Forwarder:
    """One client a field process. A Service; commands may be given from any thread."""

    def __init__(self, loop: IoLoop, paths: RunPaths) -> None:
        self._loop = loop
        self._paths = paths
        self._clients: dict[str, CommandClient] = {}
        self._reading: dict[str, Timer] = {}
        self._fields: tuple[str, ...] = ()

    def start(self) -> None:
        """Clients start with their first command."""

    def stop(self, timeout_s: float) -> bool:
        for timer in self._reading.values():
            timer.cancel()
        closed = threading.Event()
        self._loop.spawn(self._close(), on_error=_log).then(closed.set)
        return closed.wait(timeout_s)

    def use(self, fields: tuple[str, ...]) -> None:
        self._fields = fields

    def forward(self, processes: tuple[str, ...], envelope: Envelope, reply: Reply) -> None:
        """Send under the command's own id; `reply` hears every stage, of several processes how it ended."""
        if len(processes) > 1:
            reply = Together(processes, reply).came
        for process in processes:
            self._forward(process, envelope, reply)

    def _forward(self, process: str, envelope: Envelope, reply: Reply) -> None:
        def broken(error: BaseException) -> None:
            reply(CommandResult(envelope.id, Stage.UNKNOWN, _broken(process, error), None, time.time_ns()))

        self._loop.spawn(self._send(process, envelope, reply), on_error=broken)

    def pass_on(
        self, process: str, command: PassAcknowledgement, issuer: Issuer, taken: Callable[[str], object]
    ) -> None:
        """A command that comes of one which was carried out: it has no record of its own. `taken` hears ''
        once the process keeps it, else why it does not."""

        def answered(result: CommandResult) -> None:
            if result.stage.is_final:
                taken("" if result.stage is Stage.DONE else result.detail or str(result.stage))

        deadline_s = time.monotonic() + PASS_TTL_S
        envelope = Envelope(new_id(), issuer, PASS_TTL_S, deadline_s, command)
        self._forward(process, envelope, answered)

    def read_conditions(self) -> None:
        for field in self._fields:
            if field not in self._reading:
                self._reading[field] = self._loop.call_later(GATHER_S, partial(self._read, field))

    def _read(self, field: str) -> None:
        self._reading.pop(field, None)
        self._loop.spawn(self._ask_to_read(field), on_error=_log)

    async def _ask_to_read(self, field: str) -> None:
        client = await self._client(field)
        result = await client.ask(ReadConditions(), ITSELF, READ_TTL_S)
        if result.stage is not Stage.DONE:
            # Not up yet: it sends its conditions by itself with its first scans.
            logger.info("%s was not asked for its conditions: %s", field, in_both(result.detail))

    async def _send(self, process: str, envelope: Envelope, reply: Reply) -> None:
        client = await self._client(process)
        left_s = max(0.1, envelope.deadline_s - time.monotonic())
        results = client.send(envelope.body, envelope.issuer, left_s, name=envelope.id)
        async for result in results:
            reply(replace(result, id=envelope.id))

    async def _client(self, process: str) -> CommandClient:
        client = self._clients.get(process)
        if client is None:
            client = self._clients[process] = CommandClient(self._paths.command(process), FIELD_COMMANDS)
            await client.start()
        return client

    async def _close(self) -> None:
        for client in self._clients.values():
            await client.stop()


_WORSE = (Stage.DONE, Stage.CONFIRMED, Stage.REFUSED, Stage.FAILED, Stage.UNKNOWN)


class Together:
    """One command that several processes carry out: it has ended when each has, as badly as the worst."""

    def __init__(self, processes: tuple[str, ...], reply: Reply) -> None:
        self._left = len(processes)
        self._reply = reply
        self._ends: list[CommandResult] = []

    def came(self, result: CommandResult) -> None:
        if not result.stage.is_final:
            return
        self._ends.append(result)
        if len(self._ends) == self._left:
            self._reply(max(self._ends, key=lambda one: _WORSE.index(one.stage)))


def _broken(process: str, error: BaseException) -> str:
    return said(f"送往 {process} 时出错：{error!r}", f"an error on the way to {process}: {error!r}")


def _log(error: BaseException) -> None:
    logger.error("core could not reach a field process", exc_info=error)
