"""What a job is, in code: a name, a label, and a generator that yields between its chunks."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from actors.said import said
from business.packaging import WHOLE, Packaging
from config.text import Text

SECOND_NS = 1_000_000_000


class Lane(StrEnum):
    """Which worker threads run a job: what takes minutes must not hold up what takes seconds."""

    HEAVY = "heavy"
    LIGHT = "light"
    PUNCTUAL = "punctual"
    """For what must come at its minute, whatever else runs."""
    TRANSFER = "transfer"
    """For files in and out, before which somebody sits and waits."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    total: int | None = None
    """None while nobody knows."""
    text: str = ""
    """What it is doing, `said` in both languages."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a run is given."""

    arguments: Mapping[str, Any]
    is_cancelled: Callable[[], bool]
    """Asked by the runner after every chunk; for a job that wants to leave a long chunk earlier."""
    wall_ns: Callable[[], int]
    sessions: sessionmaker[Session]
    """Of the one writer: between two yields at most one short transaction, and none open across a yield."""


Work = Callable[[JobContext], Generator[Progress, None, None]]


@dataclass(frozen=True, slots=True)
class Retry:
    """What follows a failure: up to `attempts` in all, each wait twice the one before it."""

    attempts: int = 1
    first_s: int = 60
    longest_s: int = 3600

    def wait_s(self, failures: int) -> int | None:
        """How long to wait after so many failures; None when it was the last attempt."""
        if failures >= self.attempts:
            return None
        return int(min(self.longest_s, self.first_s * 2 ** min(failures - 1, 32)))


def take_nothing(arguments: Mapping[str, Any]) -> None:
    """The check of a job without arguments."""
    if arguments:
        names = ", ".join(arguments)
        raise ValueError(
            said(f"该任务不接受参数：{names}；请留空", f"the job takes no arguments: {names}; leave them out")
        )


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job. At most one run of a kind is under way at a time."""

    name: str
    label: Text
    work: Work
    """Does the next chunk (under 50 ms of write lock) at each step. A run that is started again after a crash
    starts from the beginning: its chunks must find by themselves what is still to be done."""
    lane: Lane = Lane.LIGHT
    check: Callable[[Mapping[str, Any]], None] = take_nothing
    """Refuses unfit arguments by a ValueError that is said in both languages."""
    retry: Retry = Retry()
    resumes: bool = True
    """Whether a run that a crash or a stop of the process interrupted is started again."""
    module: str = "jobs"
    """The module of the site to which it belongs: where that is switched off, its runs do nothing."""


def switched_off(_context: JobContext) -> Generator[Progress, None, None]:
    """The work of a job whose module is switched off."""
    yield Progress(0, 0, said("所属模块已停用，未执行", "its module is switched off; nothing was done"))


Catalogue = Mapping[str, JobKind]


def catalogue(*kinds: JobKind, packaging: Packaging = WHOLE) -> Catalogue:
    """The kinds by name; what is switched off does nothing. Raises ValueError when two have one name."""
    found = {
        kind.name: kind if packaging.has(kind.module) else replace(kind, work=switched_off) for kind in kinds
    }
    if len(found) < len(kinds):
        names = sorted(kind.name for kind in kinds)
        raise ValueError(f"two job kinds have one name among {names}; rename one")
    return found
