"""The work of imports: rows of an upload become records, or are refused with reasons."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access.rights import reaches_of
from business.exchange.shelf import Shelf
from business.gate import Refused
from business.importing.chunk import Carrier, Seen
from business.importing.draft import Draft, Fate
from business.importing.failure import error_at
from business.importing.messages import ImportRecords, ImportRow, RecordsImported
from business.importing.model import Existing, Import, ImportFailure
from business.importing.plan import Plan
from business.registry.entity import Entities

TRY, COMMIT = "try_import", "import"
"""Names of the jobs."""
FAILED_ROWS = "failed.{language}.xlsx"
"""Ending of the file of the rows that were refused, in each language."""


class Importer:
    """The module by which the job sends its chunks through the gate."""

    def __init__(
        self, entities: Entities, carrier: Carrier, shelf: Shelf, wall_ns: Callable[[], int]
    ) -> None:
        self.entities = entities
        self.carrier = carrier
        self.shelf = shelf
        self._wall_ns = wall_ns
        self._seen: dict[str, Seen] = {}

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        del issuer
        if not isinstance(command, ImportRecords):
            raise TypeError(f"{type(command).__name__} is no chunk of an import")
        return self._import(session, command)

    def plan(self, session: Session, row: Import) -> Plan:
        reach = reaches_of(session, row.user, self._wall_ns())
        return Plan(row.entity, Existing(row.existing), row.scope_id, reach, row.make_missing)

    def _import(self, session: Session, command: ImportRecords) -> tuple[Any, ...]:
        row = session.scalars(select(Import).where(Import.file == command.file)).one()
        if row.chunks != command.chunk:
            raise Refused(
                said(
                    f"第 {command.chunk} 批不是下一批（应为第 {row.chunks} 批）",
                    f"chunk {command.chunk} is not the next one, {row.chunks}",
                )
            )
        if command.chunk == 0:
            clear(session, row)
            self._seen = {command.file: {}}
        seen = self._seen.setdefault(command.file, {})
        drafts = self.try_rows(session, row, command.rows, seen, index=True)
        note(session, row, drafts, command.refused)
        row.chunks += 1
        counted = [one.fate for one in drafts if not one.problems]
        return (
            RecordsImported(
                row.entity,
                counted.count(Fate.CREATED),
                counted.count(Fate.UPDATED),
                len(drafts) - len(counted),
            ),
        )

    def forget(self) -> None:
        """What the last import has seen."""
        self._seen = {}

    def try_rows(
        self, session: Session, row: Import, rows: Sequence[ImportRow], seen: Seen, *, index: bool
    ) -> list[Draft]:
        """Inside the caller's transaction, who commits it, or does not."""
        drafts = [Draft(one, dict(one.values)) for one in rows]
        self.carrier.carry(session, self.plan(session, row), drafts, seen, index=index)
        return drafts


def clear(session: Session, row: Import) -> None:
    """Begin to count anew."""
    session.execute(delete(ImportFailure).where(ImportFailure.import_id == row.id))
    row.created = row.updated = row.unchanged = row.skipped = row.failed = 0


def note(
    session: Session, row: Import, drafts: Sequence[Draft], refused: Sequence[tuple[int, tuple[Any, ...]]]
) -> None:
    """Count what became of the rows, and keep what is wrong with those that were refused."""
    mapping = {int(place): str(name) for place, name in row.mapping}
    failures = [{"import_id": row.id, "row": number, "errors": list(errors)} for number, errors in refused]
    for draft in drafts:
        if draft.problems:
            number, cells = draft.row.number, draft.row.cells
            errors = [
                error_at(name, reason, number, cells, mapping).plain() for name, reason in draft.problems
            ]
            failures.append({"import_id": row.id, "row": number, "errors": errors})
        else:
            setattr(row, draft.fate.value, getattr(row, draft.fate.value) + 1)
    row.failed += len(failures)
    if failures:
        session.execute(insert(ImportFailure), failures)
