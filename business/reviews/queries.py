"""What the pages read of submissions; nobody sees beyond his reach."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from business.access import Reach, below
from business.identity.model import User
from business.registry.entity import Entities
from business.registry.record import Record
from business.reviews.model import State, Submission

MOST = 200


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    id: int
    entity: str
    record_id: int | None
    version: int
    state: State
    submitter: str
    submitted_ns: int
    note: str
    reviewer: str
    reviewed_ns: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One submission with what it would change."""

    row: SubmissionRow
    values: Mapping[str, Any]
    """As proposed, by field."""
    before: Mapping[str, str]
    """As its submitter read them."""
    record: Record | None
    """As it is now; None for a new one, or when it is gone."""

    @property
    def is_stale(self) -> bool:
        """Whether the record was changed since it was read, or is no longer there."""
        return self.row.record_id is not None and (
            self.record is None
            or self.record.removed_ns is not None
            or self.record.version != self.row.version
        )


def reviewed(session: Session, writes: Mapping[str, Reach], limit: int = MOST) -> tuple[SubmissionRow, ...]:
    """What waits first, the oldest on top; `writes` is how far he writes, by entity."""
    return _rows(session, _within(writes), limit)


def waiting_count(session: Session, writes: Mapping[str, Reach]) -> int:
    query = select(func.count()).select_from(Submission)
    return session.scalar(query.where(_within(writes), Submission.state == State.WAITING)) or 0


def mine(session: Session, user: str, limit: int = MOST) -> tuple[SubmissionRow, ...]:
    owner = select(User.id).where(User.name == user).scalar_subquery()
    return _rows(session, Submission.user_id == owner, limit)


def proposal(session: Session, entities: Entities, writes: Mapping[str, Reach], id_: int) -> Proposal | None:
    """None when there is none that he may review."""
    rows = _rows(session, and_(Submission.id == id_, _within(writes)), 1)
    if not rows:
        return None
    content = session.scalars(select(Submission.content).where(Submission.id == id_)).one()
    held = json.loads(content) if content else {"values": {}, "before": {}}
    row = rows[0]
    model = entities[row.entity].model
    record = session.get(model, row.record_id) if row.record_id is not None else None
    return Proposal(row, held["values"], held["before"], record)


def _within(writes: Mapping[str, Reach]) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(Submission.entity == entity, below(reach.paths, Submission.scope_id))
            for entity, reach in writes.items()
        ),
    )


def _rows(session: Session, which: ColumnElement[bool], limit: int) -> tuple[SubmissionRow, ...]:
    by, reviewer = aliased(User), aliased(User)
    query = (
        select(Submission, by.name, reviewer.name)
        .join(by, by.id == Submission.user_id)
        .outerjoin(reviewer, reviewer.id == Submission.reviewer_id)
        .where(which)
        .order_by((Submission.state != State.WAITING), Submission.id)
        .limit(limit)
    )
    return tuple(
        SubmissionRow(
            row.id,
            row.entity,
            row.record_id,
            row.version,
            State(row.state),
            submitter,
            row.submitted_ns,
            row.note,
            decided_by or "",
            row.reviewed_ns,
            row.reason,
        )
        for row, submitter, decided_by in session.execute(query)
    )
