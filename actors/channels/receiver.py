"""Takes the rows of many senders, each exactly once and in order, and acknowledges what was committed."""

import logging
import math
import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import zmq

from actors.channels.outbox_reader import Row
from actors.channels.shipping import TO_RECEIVER, TO_SENDER, Acknowledged, Hello, Rows, Welcome
from actors.channels.socket_owner import Failed, SocketOwner, router
from actors.wire import WireError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to apply. `committed` is called once they, and (source, epoch, last), are on disk."""

    source: str
    epoch: str
    first: int
    rows: Sequence[Row]
    _committed: Callable[["Batch"], None] = field(repr=False)

    @property
    def last(self) -> int:
        return self.rows[-1][0]

    def committed(self) -> None:
        """From any thread."""
        self._committed(self)


@dataclass(slots=True)
class _Track:
    """How far one outbox has come."""

    peer: bytes
    received: int
    applied: int
    asked_after: int = -1
    """The place from which rows were asked for again; asked once."""
    pending: deque[Batch] = field(default_factory=deque)
    done: set[int] = field(default_factory=set)
    """First sequences of the pending batches that are committed."""


class Receiver(SocketOwner):
    """One per receiving process.

    apply: called in the receiver's thread, must hand the batch on or commit it, quickly.
    applied: (source, epoch) -> last sequence committed, 0 for an unknown one; asked once for each.
    """

    def __init__(
        self,
        endpoint: str,
        apply: Callable[[Batch], None],
        applied: Callable[[str, str], int],
        *,
        on_failure: Failed,
        context: zmq.Context[Any] | None = None,
    ) -> None:
        super().__init__("receiver", on_failure, context)
        self._endpoint = endpoint
        self._apply = apply
        self._applied = applied
        self._socket: Any = None
        self._tracks: dict[tuple[str, str], _Track] = {}
        self._commits: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self.malformed = 0
        self.duplicates = 0
        """Rows that came again and were left out."""

    def _open(self, context: zmq.Context[Any]) -> Any:
        self._socket = router(context, self._endpoint)
        return self._socket

    def _received(self, frames: list[bytes]) -> None:
        try:
            if len(frames) != 2:
                raise WireError(f"{len(frames) - 1} frames; a sender's message is one")
            source = frames[0].decode()
            message = TO_RECEIVER.decode(frames[1])
            if isinstance(message, Rows):
                _check(message)
        except (WireError, UnicodeDecodeError) as error:
            self.malformed += 1
            if self.malformed == 1:
                logger.warning("%s: %r sent %s; further ones are only counted", self.name, frames[0], error)
            return
        track = self._track(frames[0], source, message.epoch)
        match message:
            case Hello(epoch):
                track.asked_after = -1
                self._send(track, Welcome(epoch, track.received, track.applied))
            case Rows():
                self._take(track, source, message)

    def _take(self, track: _Track, source: str, rows: Rows) -> None:
        if rows.after > track.received:
            if track.asked_after != track.received:
                track.asked_after = track.received
                self._send(track, Welcome(rows.epoch, track.received, track.applied))
            return
        fresh = [row for row in zip(rows.sequences, rows.bodies, strict=True) if row[0] > track.received]
        self.duplicates += len(rows.sequences) - len(fresh)
        if not fresh:
            self._send(track, Acknowledged(rows.epoch, track.applied))
            return
        batch = Batch(source, rows.epoch, fresh[0][0], fresh, self._done)
        track.received = batch.last
        track.pending.append(batch)
        self._apply(batch)

    def _done(self, batch: Batch) -> None:
        self._commits.put(batch)
        self.wake()

    def _turn(self, now_s: float) -> float:
        acknowledged = set()
        while True:
            try:
                batch = self._commits.get_nowait()
            except queue.Empty:
                break
            track = self._tracks[batch.source, batch.epoch]
            track.done.add(batch.first)
            while track.pending and track.pending[0].first in track.done:
                done = track.pending.popleft()
                track.done.remove(done.first)
                track.applied = done.last
                acknowledged.add((done.source, done.epoch))
        for key in acknowledged:
            self._send(self._tracks[key], Acknowledged(key[1], self._tracks[key].applied))
        return math.inf

    def _track(self, peer: bytes, source: str, epoch: str) -> _Track:
        track = self._tracks.get((source, epoch))
        if track is None:
            applied = self._applied(source, epoch)
            track = self._tracks[source, epoch] = _Track(peer, applied, applied)
        return track

    def _send(self, track: _Track, message: Welcome | Acknowledged) -> None:
        try:
            self._socket.send_multipart([track.peer, TO_SENDER.encode(message)], zmq.NOBLOCK)
        except zmq.Again:
            logger.warning("%s: %s does not take its answers; it will ask again", self.name, track.peer)


def _check(rows: Rows) -> None:
    sequences = rows.sequences
    if not sequences or len(sequences) != len(rows.bodies):
        raise WireError(f"{len(sequences)} sequences for {len(rows.bodies)} rows")
    previous = rows.after
    for sequence in sequences:
        if sequence <= previous:
            raise WireError(f"sequence {sequence} after {previous}; sequences ascend")
        previous = sequence
