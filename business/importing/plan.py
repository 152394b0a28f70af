"""What holds for all rows of an import: how existing records are met, and how far it may reach."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from business.access import Reach
from business.access.model import Scope
from business.importing.model import Existing
from business.registry.entity import Entity
from business.registry.record import Record


@dataclass(frozen=True, slots=True)
class Plan:
    entity: str
    existing: Existing
    scope: int | None
    reach: Callable[[str], Reach]
    """How far the importer holds a permission."""
    make_missing: bool = False
    """Whether what a row is within is made where there is none, such as the building of a house."""


class Near:
    """What lies within the importer's reach, and within the project that he named."""

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session = session
        self._plan = plan
        self._scopes: dict[int, Scope] = {}
        """Held, so that the session need not ask for them again."""
        self._answers: dict[tuple[str, int], bool] = {}
        self._project = self._path(plan.scope) if plan.scope is not None else ""

    def __call__(self, entity: Entity, record: Record) -> bool:
        return self._within(entity.permission("read"), record.scope_id)

    def writable(self, scope_id: int) -> bool:
        return self._within(f"{self._plan.entity}.import", scope_id)

    def _within(self, permission: str, scope_id: int) -> bool:
        key = permission, scope_id
        if key not in self._answers:
            path = self._path(scope_id)
            covered = self._plan.reach(permission).covers(path)
            self._answers[key] = covered and path.startswith(self._project)
        return self._answers[key]

    def _path(self, scope_id: int) -> str:
        if scope_id not in self._scopes:
            self._scopes[scope_id] = self._session.get_one(Scope, scope_id)
        return self._scopes[scope_id].path
