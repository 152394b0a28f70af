"""What the commands that erase do, each in one transaction."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.access import ANYWHERE
from business.access.model import Scope
from business.gate import Refused
from business.privacy.bonds import Bond, bonds
from business.privacy.erasing import Eraser
from business.privacy.messages import EraseExpired, ErasePerson, PersonErased
from business.privacy.model import REASON_LENGTH, Erasure
from business.registry.entity import Entities
from business.registry.finding import absent
from business.registry.indexing import Index
from config.text import Text

PERSON = "person"
_REASON = Text("清除原因", "the reason of the erasure")


class Privacy:
    """The module of `BusinessActor` that erases what is known of people."""

    def __init__(self, entities: Entities, index: Index, zone: ZoneInfo, wall_ns: Callable[[], int]) -> None:
        self._entities = entities
        self._eraser = Eraser(entities, index, wall_ns)
        self._zone = zone
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Where the person belongs; ANYWHERE when there is none, which the deed then says."""
        if not isinstance(command, ErasePerson):
            return ()
        model = self._entities[PERSON].model
        query = select(Scope.path).join(model, model.scope_id == Scope.id).where(model.id == command.person)
        return tuple(session.scalars(query)) or (ANYWHERE,)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case ErasePerson():
                return (self._on_request(session, command),)
            case EraseExpired():
                return self._expired(session, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of privacy")

    def _on_request(self, session: Session, command: ErasePerson) -> PersonErased:
        entity = self._entities[PERSON]
        reason = wording.name(command.reason, _REASON, REASON_LENGTH)
        person = session.get(entity.model, command.person)
        if person is None or is_erased(session, command.person):
            raise Refused(absent(entity, command.person))
        if person.version != command.version:
            raise Refused(
                said(
                    "该人员档案在预览之后被修改，请重新预览",
                    "the record was changed since the preview; look at it again",
                )
            )
        if held := bonds(session, self._entities, entity, command.person, self._today()):
            raise Refused(_still_needed(held))
        self._eraser.whole(session, entity, person, reason)
        return PersonErased(command.person)

    def _expired(self, session: Session, command: EraseExpired) -> tuple[Any, ...]:
        entity = self._entities[PERSON]
        events = []
        for one in command.expired:
            person = session.get(entity.model, one.record)
            if person is None or is_erased(session, one.record):
                continue
            if one.fields:
                self._eraser.fields(session, entity, person, one.fields, "")
            elif bonds(session, self._entities, entity, one.record, self._today()):
                continue  # somebody has dealt with him since it was looked
            else:
                self._eraser.whole(session, entity, person, "")
            events.append(PersonErased(one.record))
        return tuple(events)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone).date()


def is_erased(session: Session, person: int) -> bool:
    query = select(Erasure.id).where(
        Erasure.entity == PERSON, Erasure.record_id == person, Erasure.fields == ""
    )
    return session.scalar(query.limit(1)) is not None


def _still_needed(held: tuple[Bond, ...]) -> str:
    zh = "、".join(f"{one.count} 条{one.entity.label.zh}（{one.field.label.zh}）" for one in held)
    en = ", ".join(f"{one.count} × {one.entity.label.en} ({one.field.label.en})" for one in held)
    return said(
        f"仍有未结束的往来：{zh}；履行合同所需的信息不能清除。请先办理迁出、过户或更换，再清除",
        f"dealings have not ended: {en}; what they need stays; let him move out or be replaced first",
    )
