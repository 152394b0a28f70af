"""The module of the registry: every command of every entity comes by here."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.access import Reach
from business.registry.additions import Additions
from business.registry.entity import Entities
from business.registry.indexing import Index
from business.registry.marking import reveal, tag
from business.registry.messages import (
    ChangeRecord,
    ChangeRecords,
    CreateRecord,
    CreateRecords,
    EraseRecords,
    MergeRecords,
    RemoveRecords,
    RemoveView,
    RestoreRecords,
    RevealFields,
    SaveView,
    SetCustomField,
    TagRecords,
)
from business.registry.places import Places
from business.registry.queries import owned
from business.registry.records import Records


class Registry:
    """The module of `BusinessActor` that owns all records."""

    def __init__(self, entities: Entities, wall_ns: Callable[[], int]) -> None:
        self.records = Records(entities, wall_ns, Index())
        self._entities = entities
        self._additions = Additions(entities)
        self._places = Places(entities)

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The paths of all that the command touches."""
        return self._places.of(session, command)

    def is_own(self, session: Session, command: Any, reach: Reach) -> bool:
        """A person may be shown what is hidden in his own records; to change them is not his."""
        if not isinstance(command, RevealFields) or (entity := self._entities.get(command.entity)) is None:
            return False
        model = entity.model
        return bool(session.scalar(select(model.id).where(model.id == command.record, owned(entity, reach))))

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreateRecord():
                return self.records.create(session, command)
            case CreateRecords():
                return self.records.create_many(session, command)
            case ChangeRecord():
                return self.records.change(session, command)
            case ChangeRecords():
                return self.records.change_many(session, command)
            case RemoveRecords():
                return self.records.remove(session, command)
            case RestoreRecords():
                return self.records.restore(session, command)
            case EraseRecords():
                return self.records.erase(session, command)
            case MergeRecords():
                return self.records.merge(session, command)
            case TagRecords():
                return tag(session, self._entities, command)
            case RevealFields():
                return reveal(session, self._entities, command)
            case SetCustomField():
                return self._additions.set_custom(session, command)
            case SaveView():
                return self._additions.save_view(session, issuer, command)
            case RemoveView():
                return self._additions.remove_view(session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of the registry")
