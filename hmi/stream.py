"""One publisher's frames in order: finds gaps and restarts, and joins snapshot and frames without a seam."""

from typing import Generic, TypeVar

from actors.messages import Frame

Message = TypeVar("Message")

BUFFERED_FRAMES = 5_000
"""Frames kept while a snapshot is awaited; when more come the oldest go, and a further snapshot is needed."""


class Stream(Generic[Message]):
    """Starts behind: until the first snapshot it only buffers."""

    def __init__(self) -> None:
        self.epoch = ""
        self.sequence = 0
        self._buffer: list[tuple[Frame, Message]] | None = []
        self._newest_epoch = ""
        self._past: set[str] = set()

    @property
    def behind(self) -> bool:
        """Whether a snapshot is needed before anything further can be applied."""
        return self._buffer is not None

    def receive(self, frame: Frame, message: Message) -> list[Message]:
        """Take a frame; returns what may be applied now, in order."""
        if frame.epoch != self._newest_epoch:
            self._past.add(self._newest_epoch)
            self._newest_epoch = frame.epoch
        return self._next(frame, message)

    def restore(self, frame: Frame) -> list[Message] | None:
        """A snapshot as of `frame` has come: returns the messages that follow it.

        None when it is from an epoch already succeeded: it must not be applied, ask again.
        """
        if frame.epoch in self._past:
            return None
        kept = self._buffer or []
        first = next((at for at, (one, _) in enumerate(kept) if one.epoch == frame.epoch), len(kept))
        self.epoch, self.sequence, self._buffer = frame.epoch, frame.sequence, None
        after: list[Message] = []
        for one, message in kept[first:]:
            after += self._next(one, message)
        return after

    def _next(self, frame: Frame, message: Message) -> list[Message]:
        if self._buffer is not None:
            self._buffer.append((frame, message))
            if len(self._buffer) > BUFFERED_FRAMES:
                del self._buffer[0]
            return []
        if frame.epoch == self.epoch and frame.sequence <= self.sequence:
            return []
        if frame.epoch != self.epoch or frame.sequence != self.sequence + 1:
            self._buffer = [(frame, message)]
            return []
        self.sequence = frame.sequence
        return [message]
