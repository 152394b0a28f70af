"""What was erased, in a file that no restore takes back: an older backup still holds all of it."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.privacy.messages import Expired
from business.privacy.model import Erasure
from business.registry.entity import Entity


@dataclass(frozen=True, slots=True)
class Line:
    """A record that was erased; it says nothing of whom."""

    record: int
    created_ns: int
    """An id may be given anew after a restore; both together are not."""


class Ledger:
    def __init__(self, path: Path, entity: Entity) -> None:
        self._path = path
        self._entity = entity

    def write(self, session: Session, records: Iterable[int]) -> None:
        """Add what does not stand in it yet; on the disk when it returns."""
        model = self._entity.model
        query = select(model.id, model.created_ns).where(model.id.in_(list(records)))
        new = {Line(id_, created_ns) for id_, created_ns in session.execute(query)} - self._lines()
        with self._path.open("a", encoding="utf-8") as file:
            for line in sorted(new, key=lambda one: one.record):
                file.write(json.dumps(asdict(line)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def undone(self, session: Session) -> tuple[Expired, ...]:
        """What is here again although it was erased."""
        known = {line.record: line.created_ns for line in self._lines()}
        model = self._entity.model
        gone = select(Erasure.record_id).where(Erasure.entity == self._entity.name, Erasure.fields == "")
        query = select(model.id, model.created_ns).where(model.id.in_(known), model.id.not_in(gone))
        back = [id_ for id_, created_ns in session.execute(query) if known[id_] == created_ns]
        return tuple(Expired(id_, ()) for id_ in sorted(back))

    def _lines(self) -> set[Line]:
        """A last line that was cut off by a power failure is written again: its erasure is not finished."""
        if not self._path.exists():
            return set()
        found = set()
        for text in self._path.read_text(encoding="utf-8").splitlines():
            try:
                found.add(Line(**json.loads(text)))
            except (ValueError, TypeError):
                continue
        return found
