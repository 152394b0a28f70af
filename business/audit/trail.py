"""Appending to the trail, in the transaction of what it tells about."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, insert, select
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


def recorded(session: Session, command: str) -> AuditRecord | None:
    """The record of a command that came before."""
    return session.scalar(select(AuditRecord).where(AuditRecord.command == command))


def append(
    session: Session,
    deed: Deed,
    now_ns: int,
    result: Stage,
    detail: str,
    changes: Sequence[AuditChange] = (),
) -> AuditRecord:
    """Add the record; the caller's commit makes it true together with the changes."""
    for change in changes:
        change.salt = secrets.token_hex(16)
        change.digest = digest_of_change(change)
    last = session.execute(
        select(AuditRecord.sequence, AuditRecord.seal).order_by(AuditRecord.sequence.desc()).limit(1)
    ).one_or_none()
    record = AuditRecord(
        sequence=last.sequence + 1 if last else 1,
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
        previous=last.seal if last else GENESIS,
    )
    record.seal = seal_of(record)
    session.add(record)
    session.flush()
    if changes:
        rows = [
            {name: getattr(one, name) for name in _CHANGE} | {"sequence": record.sequence} for one in changes
        ]
        session.execute(
            insert(cast(Table, AuditChange.__table__)), rows
        )  # in one go: a chunk of an import has hundreds
    return record
