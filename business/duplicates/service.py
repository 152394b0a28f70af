"""What the command about possible duplicates does."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.access import ANYWHERE
from business.access.model import Scope
from business.duplicates.messages import DismissDuplicate, DuplicateDismissed
from business.duplicates.model import REASON_LENGTH, Duplicate
from business.gate import Refused
from business.identity.account import user_named
from business.registry.entity import Entities
from business.registry.finding import several
from config.text import Text

_REASON = Text("不是重复的原因", "why they are two")


class Duplicates:
    """The module of `BusinessActor` that owns the pairs."""

    def __init__(self, entities: Entities, wall_ns: Callable[[], int]) -> None:
        self._entities = entities
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Where the two records belong; ANYWHERE when there is no such pair, which the deed then says."""
        row = session.get(Duplicate, command.pair)
        if row is None or row.entity != command.entity:
            return (ANYWHERE,)
        model = self._entities[row.entity].model
        scopes = select(model.scope_id).where(model.id.in_((row.older_id, row.newer_id)))
        return tuple(session.scalars(select(Scope.path).where(Scope.id.in_(scopes)))) or (ANYWHERE,)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        if not isinstance(command, DismissDuplicate):
            raise TypeError(f"{type(command).__name__} is not a command of duplicates")
        reason = wording.name(command.reason, _REASON, REASON_LENGTH)
        row = session.get(Duplicate, command.pair)
        if row is None or row.entity != command.entity or row.dismissed_ns is not None:
            raise Refused(
                said(
                    f"疑似重复 {command.pair} 已处理，请刷新列表",
                    f"possible duplicate {command.pair} is dealt with already; reload the list",
                )
            )
        older, newer = several(session, self._entities[row.entity], (row.older_id, row.newer_id))
        row.older_version, row.newer_version = older.version, newer.version
        row.dismissed_by = user_named(session, issuer.user).id
        row.dismissed_ns, row.reason = self._wall_ns(), reason
        return (DuplicateDismissed(row.id),)
