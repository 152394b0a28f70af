"""Who looked at personal numbers, for the person concerned and for who keeps his file; and what is held."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from business.access import Reach
from business.audit.model import AuditChange, AuditRecord
from business.identity.model import User
from business.organisation.model import Membership, Post
from business.property.consents import Consent
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.marking import REVEALED
from business.registry.messages import RevealFields
from business.registry.queries import is_kept_by, one

MOST = 100


@dataclass(frozen=True, slots=True)
class Look:
    time_ns: int
    user: str
    """As he is called; who it was stays in the trail when the account goes."""
    post: str
    fields: tuple[str, ...]
    reason: str


def looks_at(session: Session, entity: Entity, reach: Reach, id_: int, today: date) -> tuple[Look, ...]:
    """The newest first; for who keeps the record, and for him whose own it is. Of others nothing."""
    record = one(session, entity, reach, id_)
    own = reach.person_id == id_ and entity.name == "person"
    if record is None or not (own or is_kept_by(session, entity, reach, id_)):
        return ()
    about = AuditRecord.object == f"{entity.name}/{id_}", AuditRecord.kind == RevealFields.__name__
    query = select(AuditRecord).where(*about, AuditRecord.result == "done")
    query = query.options(selectinload(AuditRecord.changes))
    rows = session.scalars(query.order_by(AuditRecord.sequence.desc()).limit(MOST)).all()
    known = _people(session, {row.user for row in rows}, today)
    return tuple(
        Look(row.time_ns, *known.get(row.user, (row.user, "")), _fields(row.changes), row.reason)
        for row in rows
    )


def _fields(changes: Sequence[AuditChange]) -> tuple[str, ...]:
    for change in changes:
        if change.object.startswith(REVEALED) and change.after:
            return tuple(json.loads(change.after)["fields"])
    return ()


def _people(session: Session, users: set[str], today: date) -> Mapping[str, tuple[str, str]]:
    """Name and posts, by account."""
    query = (
        select(User.name, User.display, Post.name)
        .outerjoin(
            Membership,
            (Membership.user_id == User.id)
            & (Membership.since <= today)
            & or_(Membership.until.is_(None), Membership.until >= today),
        )
        .outerjoin(Post, Post.id == Membership.post_id)
        .where(User.name.in_(users))
    )
    found: dict[str, tuple[str, str]] = {}
    for name, display, post in session.execute(query):
        posts = [part for part in (found.get(name, ("", ""))[1], post) if part]
        found[name] = (display or name, "、".join(posts))
    return found


def consents_of(session: Session, person: int) -> tuple[Consent, ...]:
    query = select(Consent).where(Consent.person_id == person, Consent.removed_ns.is_(None))
    return tuple(session.scalars(query.order_by(Consent.on.desc(), Consent.id.desc())))


def held(entities: Entities) -> tuple[tuple[Entity, Field], ...]:
    """Every personal field there is, by the declarations."""
    return tuple(
        (entity, field) for entity in entities for field in entity.fields if field.sensitive is not None
    )
