"""Appending to the trail, in the transaction of what it tells about."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from actors.messages import Issuer, Stage
from business.audit.chain import GENESIS, digest_of_change, digest_of_changes, seal_of
from business.audit.model import AuditChange, AuditRecord

_CHANGE = ("object", "before", "after", "salt", "digest")


@dataclass(frozen=True, slots=True)
class Deed:
    """A command, as the trail tells it."""

    id: str
    kind: str
    issuer: Issuer
    permission: str
    object: str
    reason: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a command came to that came before."""

    command: str
    user: str
    result: str
    detail: str
    body_digest: str


_RECORDS, _CHANGES = cast(Table, AuditRecord.__table__), cast(Table, AuditChange.__table__)
# Made once: every command asks these, and saying them takes longer than answering.
_RECORDED = select(*(_RECORDS.c[each.name] for each in fields(Recorded))).where(
    _RECORDS.c.command.in_(bindparam("ids", expanding=True))
)
_LAST = select(_RECORDS.c.sequence, _RECORDS.c.seal).order_by(_RECORDS.c.sequence.desc()).limit(1)
_NEW_RECORD, _NEW_CHANGES = insert(_RECORDS), insert(_CHANGES)


@dataclass(frozen=True, slots=True)
class End:
    """The last record of the trail, from which the next one follows."""

    sequence: int
    seal: str


def end(session: Session) -> End:
    last = session.connection().execute(_LAST).one_or_none()
    return End(*last) if last else End(0, GENESIS)


def recorded(session: Session, command: str) -> Recorded | None:
    """The record of a command that came before."""
    return recorded_among(session, [command]).get(command)


def recorded_among(session: Session, commands: Sequence[str]) -> Mapping[str, Recorded]:
    """By command, those of them that came before."""
    rows = session.connection().execute(_RECORDED, {"ids": commands})
    return {row.command: Recorded(*row) for row in rows}


def append(
    session: Session,
    deed: Deed,
    now_ns: int,
    result: Stage,
    detail: str,
    changes: Sequence[AuditChange] = (),
    after: End | None = None,
) -> End:
    """Add the record; the caller's commit makes it true together with the changes.

    `after` is the end of the trail, from whoever has just read or made it; which this is the new one of.
    """
    session.flush()
    connection = session.connection()
    for change in changes:
        change.salt = secrets.token_hex(16)
        change.digest = digest_of_change(change)
    last = after or end(session)
    record = AuditRecord(
        sequence=last.sequence + 1,
        time_ns=now_ns,
        command=deed.id,
        kind=deed.kind,
        user=deed.issuer.user[:64],
        session=deed.issuer.session[:32],
        station=deed.issuer.station[:64],
        permission=deed.permission,
        object=deed.object[:160],
        reason=deed.reason,
        result=result.value,
        detail=detail,
        body_digest=deed.body_digest,
        changes_digest=digest_of_changes(change.digest for change in changes),
        previous=last.seal,
    )
    record.seal = seal_of(record)
    connection.execute(_NEW_RECORD, {column.name: getattr(record, column.name) for column in _RECORDS.c})
    if changes:
        rows = [
            {name: getattr(one, name) for name in _CHANGE} | {"sequence": record.sequence} for one in changes
        ]
        connection.execute(_NEW_CHANGES, rows)  # in one go: a chunk of an import has hundreds
    return End(record.sequence, record.seal)
