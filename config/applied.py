"""What was put in force when, by whom, and what came of it: lines that are only ever added."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Event(StrEnum):
    APPLIED = "applied"
    """Put in force, on trial until every process has it."""
    KEPT = "kept"
    """Every process has it."""
    RETURNED = "returned"
    """Not every process came up with it: the version before is in force again."""


@dataclass(frozen=True, slots=True)
class Applied:
    version: int
    time_ns: int
    by: str
    event: Event
    reason: str = ""
    """Why it was returned from, said in both languages."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A version that is in force until every process has it, or too much time has passed."""

    version: int
    before: int
    """The one to return to."""
    by: str
    starts: int = 0
    """How often `core` has started since."""


def note(log: Path, applied: Applied) -> None:
    """On the disk before it returns."""
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(applied), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def noted(log: Path) -> Iterator[Applied]:
    """The oldest first; a line that a crash has cut off is left out."""
    try:
        lines = log.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            read = json.loads(line)
            yield Applied(**{**read, "event": Event(read["event"])})
        except (ValueError, TypeError, KeyError):
            continue


def begin(file: Path, trial: Trial) -> None:
    partial = file.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as draft:
        json.dump(asdict(trial), draft)
        draft.flush()
        os.fsync(draft.fileno())
    partial.replace(file)


def under_way(file: Path) -> Trial | None:
    """None while no version is on trial."""
    try:
        return Trial(**json.loads(file.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
