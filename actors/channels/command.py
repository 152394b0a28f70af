"""The command channel: a command is executed at most once, and its issuer hears how far it came.

A command carries a time to live that runs on the receiver's monotonic clock. Nobody ever sends one twice.
"""

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import zmq

from actors.channels.socket_owner import Failed, SocketOwner, router
from actors.messages import CommandResult, Issuer, Stage
from actors.said import in_both, said
from actors.wire import Codec, WireError

logger = logging.getLogger(__name__)

REMEMBERED = 4_096
"""Commands whose results a server still knows without asking its ledger."""
CLOCK_ERROR_S = 5.0
"""How far the issuer's clock may be off; beyond that the clock check refuses commands anyway."""


@dataclass(frozen=True, slots=True)
class Command:
    """What travels. `body` is an encoded command message."""

    id: str
    issuer: Issuer
    ttl_s: float
    sent_ns: int
    body: bytes


RESULTS = Codec(CommandResult)
COMMANDS = Codec(Command)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command as its handler gets it."""

    id: str
    issuer: Issuer
    ttl_s: float
    deadline_s: float
    """Monotonic; checked again by whoever executes."""
    body: Any

    def has_expired(self, now_s: float) -> bool:
        return now_s >= self.deadline_s


class Ledger(Protocol):
    """Where an executor remembers commands across restarts; `Outbox` is one."""

    def mark_seen(self, command: str, timeout_s: float = ...) -> bool:
        """Committed before the command touches anything; False when it was seen before."""

    def finish_seen(self, command: str) -> None:
        """The command has its result."""

    def interrupted(self) -> tuple[str, ...]:
        """Seen, and without a result: *unknown*, never repeated."""


Reply = Callable[[CommandResult], None]
"""May be called from any thread, several times; what comes after a final result is left out."""


@dataclass(slots=True)
class _Known:
    """What this server knows of a command: who asked, and what was answered."""

    peers: set[bytes] = field(default_factory=set)
    results: list[bytes] = field(default_factory=list)
    is_finished: bool = False


class CommandServer(SocketOwner):
    """handle(envelope, reply) is called in the server's thread and must hand the command on at once.

    A command that comes twice is handled once; the second issuer hears what the first heard.
    """

    def __init__(
        self,
        endpoint: str,
        codec: Codec,
        handle: Callable[[Envelope, Reply], None],
        *,
        on_failure: Failed,
        context: zmq.Context[Any] | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__("command server", on_failure, context)
        self._endpoint = endpoint
        self._codec = codec
        self._handle = handle
        self._clock_ns = clock_ns
        self._socket: Any = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[tuple[bytes, bytes, bytes]] = queue.SimpleQueue()
        self.refused = 0

    def _open(self, context: zmq.Context[Any]) -> Any:
        self._socket = router(context, self._endpoint)
        return self._socket

    def _received(self, frames: list[bytes]) -> None:
        peer, name = frames[0], frames[1] if len(frames) == 3 else b""
        try:
            if len(frames) != 3:
                raise WireError(f"{len(frames) - 1} frames; a command is its id and its body")
            command = COMMANDS.decode(frames[2])
            if command.id.encode() != name or not name:
                raise WireError(f"the frame says command {name!r}, the body {command.id!r}")
            if self._has_known(peer, command.id):
                return
            self._check_age(command)
            envelope = Envelope(
                command.id,
                command.issuer,
                command.ttl_s,
                time.monotonic() + command.ttl_s,
                self._codec.decode(command.body),
            )
        except WireError as error:
            self.refused += 1
            logger.warning("%s: refused %r of %r: %s", self.name, name[:80], peer, in_both(str(error)))
            self._answers.put((peer, name, self._refusal(name, str(error))))
            return
        with self._lock:
            self._known[command.id] = _Known({peer})
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._handle(envelope, lambda result: self._reply(command.id, result))

    def _check_age(self, command: Command) -> None:
        age_s = (self._clock_ns() - command.sent_ns) / 1e9
        if not 0 < command.ttl_s < 3600:
            raise WireError(
                said(
                    f"有效期 {command.ttl_s} s 不在 0 与 3600 s 之间",
                    f"a time to live of {command.ttl_s} s is not between 0 and 3600 s",
                )
            )
        if age_s > command.ttl_s + CLOCK_ERROR_S:
            raise WireError(
                said(
                    f"命令已过 {age_s:.1f} s，有效期为 {command.ttl_s} s；请重新下达",
                    f"it is {age_s:.1f} s old and was to live {command.ttl_s} s; give it again",
                )
            )

    def _has_known(self, peer: bytes, command: str) -> bool:
        with self._lock:
            known = self._known.get(command)
            if known is None:
                return False
            known.peers.add(peer)
            for result in known.results:
                self._answers.put((peer, command.encode(), result))
            return True

    def _reply(self, command: str, result: CommandResult) -> None:
        if result.id != command:
            raise ValueError(f"command {command} was answered with the result of {result.id}")
        frame = RESULTS.encode(result)
        with self._lock:
            known = self._known.get(command)
            if known is None or known.is_finished:
                return
            known.results.append(frame)
            known.is_finished = result.stage.is_final
            for peer in known.peers:
                self._answers.put((peer, command.encode(), frame))
        self.wake()

    def _refusal(self, name: bytes, reason: str) -> bytes:
        return RESULTS.encode(
            CommandResult(name.decode(errors="replace")[:80], Stage.REFUSED, reason, None, self._clock_ns())
        )

    def _turn(self, now_s: float) -> float:
        while True:
            try:
                answer = self._answers.get_nowait()
            except queue.Empty:
                return float("inf")
            try:
                self._socket.send_multipart(answer, zmq.NOBLOCK)
            except zmq.Again:
                logger.warning("%s: %r does not take its results; one is left out", self.name, answer[0])
