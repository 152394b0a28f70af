"""What one device is asked in a pass, and what it does not have: for protocols that ask item by item."""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from config.text import Explained, Text
from drivers.driver import Quality
from drivers.errors import LinkError, Unanswered, WriteUnknown
from drivers.readings import Readings

RETRY_S = 600.0
"""What was refused may come with another firmware or a lock that opens: it is asked for again this often."""

Found = tuple[float, str, int]
"""Value, text and quality of one point."""


class Refused(Explained):
    """The device answers that it cannot tell."""

    def __init__(self, zh: str, en: str, *, absent: bool) -> None:
        super().__init__(zh, en)
        self.absent = absent
        """It does not have what was asked for; else something is wrong with it or the question."""


class Asked(Protocol):
    @property
    def zh(self) -> str:
        """As `str`, in Chinese."""

    @property
    def told(self) -> set[int]:
        """The identifiers of which it has told something since it was reached."""

    async def read(self, identifier: int) -> bytes:
        """Raises Refused or LinkError."""


class Read(Protocol):
    """One question."""

    @property
    def identifier(self) -> int: ...

    @property
    def columns(self) -> Sequence[int]: ...

    @property
    def every_s(self) -> float:
        """Seconds from one time to the next; 0 for every pass."""

    @property
    def parts(self) -> Sequence["Read"]:
        """The questions that bring one by one what this one brings together; () where it is one already."""

    def found(self, data: bytes) -> Mapping[int, Found] | Text:
        """What an answer brings for each column, or why it cannot be that answer."""


class Poll:
    """Keeps the newest value of every point; what changes seldom is not read in every pass."""

    def __init__(
        self,
        reads: Sequence[Read],
        points: int,
        texts: Iterable[int],
        retries: int,
        clock: Callable[[], float],
    ) -> None:
        self._reads = reads
        self._points = points
        self._texts = tuple(texts)
        self._retries = retries
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Another device may be there now: everything is read again."""
        self._values = [math.nan] * self._points
        self._quality = [int(Quality.BAD_NOT_READ)] * self._points
        self._words = dict.fromkeys(self._texts, "")
        self._due_s: dict[int, float] = {}
        """Identifier -> when it is asked again; those that are not in it are due."""
        self._split_s: dict[int, float] = {}
        """Block -> when it is tried again as a whole."""

    async def run(self, device: Asked) -> None:
        """Read what is due. Raises LinkError, also when the device answers everything with an error."""
        told = [await self._read(device, read) for read in tuple(self._asked(self._clock()))]
        errors = [answer for answer in told if answer is not None]
        if errors and len(errors) == len(told) and not any(error.absent for error in errors):
            raise LinkError(errors[0].why.zh, errors[0].why.en)

    def put(self, column: int, found: Found) -> None:
        """What is known otherwise than by a read."""
        self._values[column], word, self._quality[column] = found
        if column in self._words:
            self._words[column] = word

    def soon(self, column: int) -> None:
        """Read what brings this column in the next pass, though it changes seldom."""
        for read in chain(self._reads, *(read.parts for read in self._reads)):
            if column in read.columns:
                self._due_s.pop(read.identifier, None)

    def readings(self) -> Readings:
        return Readings(tuple(self._values), tuple(self._quality), dict(self._words))

    def _asked(self, now_s: float) -> Iterable[Read]:
        for read in self._reads:
            whole = not read.parts or self._split_s.get(read.identifier, 0.0) <= now_s
            for one in (read,) if whole else read.parts:
                if self._due_s.get(one.identifier, 0.0) <= now_s:
                    yield one

    async def _read(self, device: Asked, read: Read) -> Refused | None:
        try:
            found = await answer(device, read, self._retries)
        except Refused as error:
            if read.parts:
                self._split_s[read.identifier] = self._clock() + RETRY_S
                told = [await self._read(device, part) for part in read.parts]
                refused = [one for one in told if one is not None]
                return next((one for one in refused if one.absent), error) if all(told) else None
            self._due_s[read.identifier] = self._clock() + RETRY_S
            for column in read.columns:
                self.put(column, (math.nan, "", Quality.BAD_ADDRESS))
            return error
        self._due_s[read.identifier] = self._clock() + read.every_s
        for column, one in found.items():
            self.put(column, one)
        return None


async def answer(device: Asked, read: Read, retries: int) -> Mapping[int, Found]:
    """What one question brings. Raises Refused or LinkError."""
    found = read.found(await asked(device, read.identifier, retries))
    if isinstance(found, Text):
        raise Refused(
            f"{device.zh}：对 {read.identifier:X} 的应答无效，{found.zh}",
            f"{device}: the answer to {read.identifier:X} is none, {found.en}",
            absent=False,
        )
    return found


async def asked(device: Asked, identifier: int, retries: int) -> bytes:
    """What stands behind it; a question without an answer is repeated. Raises Refused or LinkError.

    Some devices do not refuse what they do not have but say nothing: one that at once tells something else
    lives, and has never told this.
    """
    for _ in range(retries):
        try:
            return await device.read(identifier)
        except Unanswered:
            continue
    try:
        return await device.read(identifier)
    except Unanswered:
        if not device.told or identifier in device.told:
            raise
    await device.read(min(device.told))
    raise Refused(
        f"{device.zh} 对 {identifier:X} 不应答，对其他询问有应答",
        f"{device} says nothing when asked for {identifier:X}, and answers others",
        absent=True,
    )


@contextlib.contextmanager
def sent_once(what: str) -> Iterator[None]:
    """What it means that a write, which is never repeated, fails. Raises WriteUnknown or LinkError."""
    try:
        yield
    except Unanswered as error:
        raise WriteUnknown(
            f"{what}：{error.why.zh}；写入是否生效不明", f"{what}: {error}; whether it took effect is unknown"
        ) from error
    except LinkError as error:
        raise LinkError(f"{what}：{error.why.zh}", f"{what}: {error}") from error
