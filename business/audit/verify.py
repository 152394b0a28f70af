"""Walking the chain: is every record as it was written, and is none missing?"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from actors.messages import Stage
from actors.said import said
from business.audit.chain import GENESIS, digest_of_change, digest_of_changes, seal_of
from business.audit.messages import CutTrail
from business.audit.model import AuditChange, AuditCut, AuditRecord
from config.settings import LEAST_AUDIT_DAYS

PAGE = 1_000
"""Records read at once."""
CUT = CutTrail.__name__
DAY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail is not what was written."""

    sequence: int
    trouble: str
    """Said in both languages."""


@dataclass(frozen=True, slots=True)
class Verdict:
    records: int
    begin: int
    """Sequence of the last record that was given up as old; 0 for none."""
    last: int
    """Sequence of the last record."""
    last_seal: str
    breaks: tuple[Break, ...]

    @property
    def anchor(self) -> str:
        """Note it elsewhere: a trail that was cut or rewritten as a whole ends differently."""
        return f"{self.last}:{self.last_seal}"


def verify(session: Session, *, anchor: tuple[int, str] | None = None, at_most: int = 100) -> Verdict:
    """Check the whole trail; `anchor` is a (sequence, seal) noted earlier. Stops after `at_most` breaks.

    A trail whose beginning was given up is checked from there: what goes on has to follow from the last
    record that went, and one of its own records has to tell of the cut, long enough after. An anchor from
    before `begin` tells nothing any more.
    """
    breaks: list[Break] = []
    cut = session.scalar(select(AuditCut).order_by(AuditCut.through.desc()).limit(1))
    begin, previous = (cut.through, cut.seal) if cut is not None else (0, GENESIS)
    expected, count, told = begin + 1, 0, cut is None
    noted = {begin: previous} if cut is not None else {}
    for record in _records(session, begin):
        count += 1
        breaks.extend(_troubles(record, previous, expected))
        told = told or (cut is not None and _tells(record, cut))
        if anchor is not None and record.sequence == anchor[0]:
            noted[record.sequence] = record.seal
        previous, expected = record.seal, record.sequence + 1
        if len(breaks) >= at_most:
            break
    if len(breaks) < at_most and anchor is not None:
        breaks.extend(_anchored(anchor, noted, begin, expected))
    if len(breaks) < at_most and not told:
        breaks.append(
            _break(begin, "开头被删除，却没有清理记录", "the beginning is gone, and no record tells of it")
        )
    strays = select(func.count()).where(AuditChange.sequence.not_in(select(AuditRecord.sequence)))
    if len(breaks) < at_most and (stray := session.scalar(strays)):
        breaks.append(_break(0, f"{stray} 条变更没有所属记录", f"{stray} changes belong to no record"))
    return Verdict(count, begin, expected - 1, previous, tuple(breaks[:at_most]))


def _anchored(
    anchor: tuple[int, str], noted: Mapping[int, str], begin: int, expected: int
) -> Iterator[Break]:
    sequence, seal = anchor
    if sequence >= expected:
        yield _break(sequence, "存证的记录已不存在", "the record noted earlier is gone")
    elif sequence >= begin and noted.get(sequence) != seal and sequence:
        yield _break(sequence, "封印与存证不符", "its seal is not the one noted earlier")


def _tells(record: AuditRecord, cut: AuditCut) -> bool:
    """Whether this is the sealed record of the cut, and the cut took nothing that had to be kept."""
    if record.kind != CUT or record.result != Stage.DONE.value:
        return False
    if record.time_ns - cut.newest_ns < LEAST_AUDIT_DAYS * DAY_NS:
        return False
    wanted = {"through": cut.through, "seal": cut.seal, "newest_ns": cut.newest_ns}
    return any(
        change.object == f"{AuditCut.__tablename__}/{cut.through}"
        and change.after is not None
        and wanted.items() <= json.loads(change.after).items()
        for change in record.changes
    )


def _records(session: Session, after: int) -> Iterator[AuditRecord]:
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
