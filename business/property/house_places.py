"""Buildings and units that a house list names and nobody has entered yet."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from business.fields.house_code import search_house_code
from business.importing.chunk import Carrier
from business.importing.draft import Draft
from business.importing.messages import ImportRow
from business.importing.model import Existing
from business.importing.plan import Near, Plan
from business.importing.references import Asked, candidates


def make_missing(session: Session, drafts: Sequence[Draft], plan: Plan, carrier: Carrier) -> None:
    """Ids in the place of texts, as far as they could be found or made; the rest is said later."""
    near = Near(session, plan)
    for name, entity in (("building_id", "building"), ("unit_id", "unit")):
        asking = [(draft, asked) for draft in drafts if (asked := _asked(draft, name)) is not None]
        found = candidates(session, carrier.entities[entity], {asked for _, asked in asking}, near)
        missing = {asked: _new(asked, draft.row.number) for draft, asked in asking if not found[asked]}
        made = Plan(entity, Existing.SKIP, plan.scope, plan.reach)
        carrier.carry(session, made, list(missing.values()), {})
        for draft, asked in asking:
            new = missing.get(asked)
            if new is not None and new.record is not None and not new.problems:
                draft.values[name] = new.record.id
            elif new is not None:
                _blame(draft, name, new.problems)
            elif len(found[asked]) == 1:
                draft.values[name] = found[asked][0].id


def _asked(draft: Draft, name: str) -> Asked | None:
    text, building = draft.values.get(name), draft.values.get("building_id")
    if not isinstance(text, str) or (name == "unit_id" and not isinstance(building, int)):
        return None
    return Asked(text, building if name == "unit_id" else None)


def _new(asked: Asked, row: int) -> Draft:
    code = search_house_code(asked.text)
    values: dict[str, Any] = {"code": asked.text.strip()}
    if asked.parent is not None:
        values["building_id"] = asked.parent
        if code is not None and (unit := code.unit or code.building):
            values["code"] = unit
    elif code is not None and code.building and code.room is None:
        values["code"] = code.building
    return Draft(ImportRow(row, (), {}), values)


def _blame(draft: Draft, name: str, problems: Iterable[tuple[str, str]]) -> None:
    for _, reason in problems:
        draft.refuse(name, reason)
