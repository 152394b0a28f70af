"""The messages between a sender and a receiver of the durable channel."""

from dataclasses import dataclass

from actors.wire import Codec


@dataclass(frozen=True, slots=True)
class Hello:
    """Where shall I go on? Sent before the first rows, and when no acknowledgement came."""

    epoch: str


@dataclass(frozen=True, slots=True)
class Rows:
    """`sequences` ascend; every row between `after` and the first of them was given up."""

    epoch: str
    after: int
    sequences: tuple[int, ...]
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Welcome:
    """Go on after `received`; up to `applied` everything is committed."""

    epoch: str
    received: int
    applied: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Up to `applied` everything is committed."""

    epoch: str
    applied: int


TO_RECEIVER = Codec(Hello, Rows)
TO_SENDER = Codec(Welcome, Acknowledged)

MAX_ROWS = 2_000
MAX_BYTES = 4 * 1024 * 1024
"""Of one batch; a single larger row travels alone."""
