"""What has been kept long enough: by the declarations of the fields, the site's setting, and consents."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from actors.messages import Issuer, Stage
from actors.said import in_both, said
from business.gate import Execute, Gate, Module
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.privacy.bonds import free_since, unbound
from business.privacy.ledger import Ledger
from business.privacy.messages import EraseExpired, Expired
from business.privacy.model import Erasure
from business.property.consents import WITHDRAWN, Consent
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.record import Record
from config.text import Text

EXPIRE = "erase_expired"
LABEL = Text("清除到期个人信息", "Erase personal data kept long enough")
LOOKED_AT = 500
"""People whom one look takes."""
AT_ONCE = 10
"""Of one transaction: other commands wait for no more than these."""
ITSELF = Issuer("", "", "")


class ErasureRefused(Exception):
    """Raised when the gate has refused what is due."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be erased of one record, and why."""

    record: Record
    fields: tuple[str, ...]
    """Empty for the whole record."""
    since: date | None
    """The last dealing; None where a consent was withdrawn."""
    days: int

    @property
    def expired(self) -> Expired:
        return Expired(self.record.id, self.fields)


def keep_days(field: Field, site: int) -> int:
    """How long a personal value is kept after the last dealing."""
    assert field.sensitive is not None
    return min(site, field.sensitive.keep_days or site)


def due(
    session: Session, entities: Entities, entity: Entity, today: date, site: int, *, after: int = 0
) -> tuple[tuple[Due, ...], int | None]:
    """What is due among the next records after an id, and where to go on; None at the end."""
    model = entity.model
    personal = [one for one in entity.fields if one.sensitive is not None]
    first = today - timedelta(days=min(keep_days(one, site) for one in personal) - 1)
    before_ns = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp() * 1e9)
    query = select(model).where(model.id > after, model.id.not_in(_erased(entity)))
    old = and_(
        or_(model.changed_ns < before_ns, model.removed_ns < before_ns), unbound(entities, entity, today)
    )
    query = query.where(or_(old, model.id.in_(_withdrawn()))).order_by(model.id).limit(LOOKED_AT)
    records = session.scalars(query).all()
    ids = [one.id for one in records]
    loose = select(model.id).where(model.id.in_(ids), unbound(entities, entity, today))
    free = free_since(session, entities, entity, session.scalars(loose).all())
    taken_back = _taken_back(session, ids)
    found = (
        _due(one, personal, free.get(one.id), taken_back.get(one.id, set()), today, site) for one in records
    )
    return tuple(one for one in found if one is not None), ids[-1] if len(ids) == LOOKED_AT else None


def _due(
    record: Record, personal: Sequence[Field], since: date | None, withdrawn: set[str], today: date, site: int
) -> Due | None:
    if since is not None:
        over = [one for one in personal if since + timedelta(days=keep_days(one, site)) <= today]
        if any(one.required for one in over):
            return Due(record, (), since, site)
        names = tuple(one.name for one in over if getattr(record, one.name) is not None)
        if names:
            return Due(record, names, since, max(keep_days(one, site) for one in over))
    names = tuple(
        one.name
        for one in personal
        if one.sensitive is not None and one.sensitive.consent in withdrawn and getattr(record, one.name)
    )
    return Due(record, names, None, 0) if names else None


def _erased(entity: Entity) -> Any:
    return select(Erasure.record_id).where(Erasure.entity == entity.name, Erasure.fields == "")


def _withdrawn() -> Any:
    return select(Consent.person_id).where(Consent.state == WITHDRAWN, Consent.removed_ns.is_(None))


def _taken_back(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """The purposes about which the last word of a person is that he no longer agrees."""
    query = select(Consent).where(Consent.person_id.in_(ids), Consent.removed_ns.is_(None))
    last: dict[tuple[int, str], str] = {}
    for one in session.scalars(query.order_by(Consent.on, Consent.id)):
        last[one.person_id, one.purpose] = one.state
    found: dict[int, set[str]] = {}
    for (person, purpose), state in last.items():
        if state == WITHDRAWN:
            found.setdefault(person, set()).add(purpose)
    return found


def tonight(
    open_reader: Callable[[], Session], entities: Entities, entity: Entity, today: date, site: int
) -> Iterator[Due]:
    """Everything that is due, read some at a time."""
    after: int | None = 0
    while after is not None:
        with open_reader() as session:
            found, after = due(session, entities, entity, today, site, after=after)
        yield from found


def erase_expired(
    gate: Gate,
    module: Module,
    entities: Entities,
    open_reader: Callable[[], Session],
    zone: ZoneInfo,
    site: int,
    ledger: Ledger,
) -> JobKind:
    """The job; it also erases again what a restore has brought back. Each erasure is a command of the program
    itself, and stands in the trail."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        today = datetime.fromtimestamp(context.wall_ns() / 1e9, zone).date()
        done = 0
        with open_reader() as session:
            back = ledger.undone(session)
        again = {one.record for one in back}
        found = (one.expired for one in tonight(open_reader, entities, entities["person"], today, site))
        expired = chain(back, (one for one in found if one.record not in again))
        waiting: list[Expired] = []

        def erase() -> None:
            outcome = gate.on_own_account(module, Execute(ITSELF, EraseExpired(tuple(waiting))))
            if outcome.stage is not Stage.DONE:
                raise ErasureRefused(in_both(outcome.detail))
            waiting.clear()

        for one in expired:
            waiting.append(one)
            if len(waiting) == AT_ONCE:
                erase()
                done += AT_ONCE
                yield Progress(done, None, said(f"已清除 {done} 人", f"{done} people"))
        done += len(waiting)
        if waiting:
            erase()
        yield Progress(done, done, said(f"已清除 {done} 人的到期信息", f"data of {done} people erased"))

    return JobKind(EXPIRE, LABEL, work, Lane.LIGHT)
