"""Walking the chain: is every record as it was written, and is none missing?"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from actors.said import said
from business.audit.chain import GENESIS, digest_of_change, digest_of_changes, seal_of
from business.audit.model import AuditChange, AuditRecord

PAGE = 1_000
"""Records read at once."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail is not what was written."""

    sequence: int
    trouble: str
    """Said in both languages."""


@dataclass(frozen=True, slots=True)
class Verdict:
    records: int
    last_seal: str
    """Note it elsewhere: a trail that was cut or rewritten as a whole ends differently."""
    breaks: tuple[Break, ...]


def verify(session: Session, *, anchor: tuple[int, str] | None = None, at_most: int = 100) -> Verdict:
    """Check the whole trail; `anchor` is a (sequence, seal) noted earlier. Stops after `at_most` breaks."""
    breaks: list[Break] = []
    previous, expected, count = GENESIS, 1, 0
    for record in _records(session):
        count += 1
        breaks.extend(_troubles(record, previous, expected))
        if anchor is not None and record.sequence == anchor[0] and record.seal != anchor[1]:
            breaks.append(_break(record.sequence, "封印与存证不符", "its seal is not the one noted earlier"))
        previous, expected = record.seal, record.sequence + 1
        if len(breaks) >= at_most:
            break
    if anchor is not None and expected <= anchor[0] and len(breaks) < at_most:
        breaks.append(_break(anchor[0], "存证的记录已不存在", "the record noted earlier is gone"))
    strays = select(func.count()).where(AuditChange.sequence.not_in(select(AuditRecord.sequence)))
    if len(breaks) < at_most and (stray := session.scalar(strays)):
        breaks.append(_break(0, f"{stray} 条变更没有所属记录", f"{stray} changes belong to no record"))
    return Verdict(count, previous, tuple(breaks[:at_most]))


def _records(session: Session) -> Iterator[AuditRecord]:
    after = 0
    while page := session.scalars(
        select(AuditRecord)
        .where(AuditRecord.sequence > after)
        .order_by(AuditRecord.sequence)
        .limit(PAGE)
        .options(selectinload(AuditRecord.changes))
    ).all():
        yield from page
        after = page[-1].sequence
        session.expunge_all()


def _troubles(record: AuditRecord, previous: str, expected: int) -> Iterator[Break]:
    at = record.sequence
    if at != expected:
        yield _break(at, f"缺少第 {expected} 至 {at - 1} 条", f"records {expected} to {at - 1} are missing")
    if record.previous != previous:
        yield _break(at, "与前一条不相接", "it does not follow from the record before")
    if record.seal != seal_of(record):
        yield _break(at, "内容被改动", "it was changed after it was written")
    if record.changes_digest != digest_of_changes(change.digest for change in record.changes):
        yield _break(at, "变更明细缺失或被调换", "its changes are missing or exchanged")
    for change in record.changes:
        if change.digest != digest_of_change(change):
            yield _break(at, f"{change.object} 的变更被改动", f"what it did to {change.object} was changed")


def _break(sequence: int, zh: str, en: str) -> Break:
    return Break(sequence, said(zh, en))
