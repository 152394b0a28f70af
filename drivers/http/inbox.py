"""What outside systems post to this process, until a device takes it. One a process, on its loop."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drivers.http.body import BodyError, document
from drivers.http.signature import WINDOW_S, is_signed
from drivers.shares import Shares

LONGEST = 256 * 1024
"""Characters of a post."""


class Verdict(StrEnum):
    """What is answered to whoever posted; the names are part of the REST interface."""

    ACCEPTED = "accepted"
    AWAY = "away"
    """No device takes it now: its process has just started, or its secret is missing."""
    FORGED = "forged"
    OLD = "old"
    REPLAYED = "replayed"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Post:
    hook: str
    id: str
    at_s: int
    signatures: str
    body: str


@dataclass(frozen=True, slots=True)
class Taker:
    """One device that waits for posts."""

    device: str
    key: bytes
    concerns: Callable[[object], bool]
    heard: Callable[[], None]
    """Somebody is there, whomever the post is about."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A post that was accepted, as it concerns one device."""

    name: str
    """Under which the process keeps it until its values are recorded."""
    at_ns: int
    posted: object


class Inbox:
    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns
        self._takers: dict[str, list[Taker]] = {}
        self._waiting: defaultdict[str, list[Taken]] = defaultdict(list)

    def join(self, hook: str, taker: Taker) -> None:
        self._takers.setdefault(hook, []).append(taker)

    def leave(self, hook: str, taker: Taker) -> None:
        takers = self._takers.get(hook, [])
        if taker in takers:
            takers.remove(taker)

    def judged(self, post: Post) -> tuple[Verdict, object, Sequence[Taker]]:
        """ACCEPTED with the document and who takes it, or why not; whether it is new is not known here."""
        takers = self._takers.get(post.hook)
        if not takers:
            return Verdict.AWAY, None, ()
        keys = {taker.key for taker in takers}
        right = {one for one in keys if is_signed(one, post.id, post.at_s, post.body, post.signatures)}
        if not right:
            return Verdict.FORGED, None, ()
        if abs(self._wall_ns() / 1e9 - post.at_s) > WINDOW_S:
            return Verdict.OLD, None, ()
        if len(post.body) > LONGEST:
            return Verdict.UNFIT, None, ()
        try:
            posted = document(post.body.encode())
        except BodyError:
            return Verdict.UNFIT, None, ()
        return Verdict.ACCEPTED, posted, [taker for taker in takers if taker.key in right]

    def put(self, device: str, post: Taken) -> None:
        """The device takes it in its next turn, however often it connects anew before."""
        self._waiting[device].append(post)

    def take(self, device: str) -> Sequence[Taken]:
        """What has come for a device since it last took, in order."""
        return self._waiting.pop(device, ())

    async def close(self) -> None:
        self._takers.clear()


def inbox_of(shares: Shares, wall_ns: Callable[[], int]) -> Inbox:
    """That of the process."""
    return shares.lasting("http-inbox", lambda: Inbox(wall_ns))
