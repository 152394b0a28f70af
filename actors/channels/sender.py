"""Ships the rows of an outbox in order, again after every loss, until the receiver has committed them."""

import logging
import math
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import zmq

from actors.channels.outbox import Outbox
from actors.channels.outbox_reader import OutboxReader, Row
from actors.channels.shipping import (
    MAX_BYTES,
    MAX_ROWS,
    TO_RECEIVER,
    TO_SENDER,
    Acknowledged,
    Hello,
    Rows,
    Welcome,
)
from actors.channels.socket_owner import Failed, SocketOwner, dealer
from actors.wire import WireError

logger = logging.getLogger(__name__)

IN_FLIGHT = 4
HELLO_S = 0.5
"""Between questions to a receiver that does not answer."""


@dataclass(slots=True)
class _Flight:
    last: int
    sent_s: float


class Sender(SocketOwner):
    """One per outbox. `source` is the fixed name under which the receiver knows it.

    catch_up_bytes_s limits what is read back from disk after an absence, so that a long backlog leaves both
    ends time for their other work; rows still in memory are never held back.
    """

    def __init__(
        self,
        outbox: Outbox,
        endpoint: str,
        source: str,
        *,
        on_failure: Failed,
        catch_up_bytes_s: float | None = None,
        acknowledge_s: float = 2.0,
        context: zmq.Context[Any] | None = None,
    ) -> None:
        super().__init__(f"sender {source}", on_failure, context)
        self._outbox = outbox
        self._endpoint = endpoint
        self._source = source.encode()
        self._catch_up_bytes_s = catch_up_bytes_s
        self._acknowledge_s = acknowledge_s
        self._socket: Any = None
        self._reader: OutboxReader | None = None
        self._is_welcome = False
        self._hello_at_s = 0.0
        self._cursor = 0
        self._flights: deque[_Flight] = deque()
        self._behind_until_s = 0.0
        self.resent = 0
        """Times the receiver asked for rows again, or stayed silent."""

    @property
    def is_welcome(self) -> bool:
        """The receiver answered, and nothing is overdue."""
        return self._is_welcome

    def _open(self, context: zmq.Context[Any]) -> Any:
        self._reader = self._outbox.reader()
        self._socket = dealer(context, self._endpoint, self._source)
        self._outbox.on_committed(self.wake)
        return self._socket

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _turn(self, now_s: float) -> float:
        if self._flights and now_s - self._flights[0].sent_s > self._acknowledge_s:
            self._is_welcome = False
        if not self._is_welcome:
            return self._greet(now_s)
        while len(self._flights) < IN_FLIGHT:
            if (wait_s := self._behind_until_s - now_s) > 0:
                return min(wait_s, self._acknowledge_s)
            if not self._ship(now_s):
                break
        return self._acknowledge_s if self._flights else math.inf

    def _greet(self, now_s: float) -> float:
        if now_s >= self._hello_at_s:
            if not self._send(TO_RECEIVER.encode(Hello(self._outbox.epoch))):
                return math.inf
            self._hello_at_s = now_s + HELLO_S
        return self._hello_at_s - now_s

    def _ship(self, now_s: float) -> bool:
        """Send the next batch; False when there is none, or no room for it."""
        assert self._reader is not None
        rows, from_disk = self._reader.rows(self._cursor, MAX_ROWS, MAX_BYTES)
        if not rows or not self._send(TO_RECEIVER.encode(self._batch(rows))):
            return False
        self._cursor = rows[-1][0]
        self._flights.append(_Flight(self._cursor, now_s))
        if from_disk and self._catch_up_bytes_s is not None:
            size = sum(len(body) for _, body in rows)
            self._behind_until_s = max(now_s, self._behind_until_s) + size / self._catch_up_bytes_s
        return True

    def _batch(self, rows: list[Row]) -> Rows:
        sequences, bodies = zip(*rows, strict=True)
        return Rows(self._outbox.epoch, self._cursor, sequences, bodies)

    def _send(self, frame: bytes) -> bool:
        try:
            self._socket.send(frame, zmq.NOBLOCK)
        except zmq.Again:
            self.wants_to_send = True
            return False
        return True

    def _received(self, frames: list[bytes]) -> None:
        try:
            message = TO_SENDER.decode(frames[0]) if len(frames) == 1 else None
        except WireError as error:
            logger.warning("%s: the receiver sent %s", self.name, error)
            return
        match message:
            case Welcome(epoch, received, applied) if epoch == self._outbox.epoch:
                self._welcome(received, applied)
            case Acknowledged(epoch, applied) if epoch == self._outbox.epoch:
                self._acknowledge(applied)
            case _:
                logger.warning("%s: an answer to another epoch is ignored", self.name)

    def _welcome(self, received: int, applied: int) -> None:
        if self._flights and self._cursor != received:
            self.resent += 1
        self._cursor = received
        self._is_welcome = True
        self._hello_at_s = 0.0
        self._flights = deque(flight for flight in self._flights if flight.last <= received)
        self._acknowledge(applied)
        now_s = time.monotonic()
        for flight in self._flights:
            flight.sent_s = now_s

    def _acknowledge(self, applied: int) -> None:
        while self._flights and self._flights[0].last <= applied:
            self._flights.popleft()
        self._outbox.acknowledge(applied)
