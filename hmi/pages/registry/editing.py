"""The form of a record while somebody fills it in: what he entered is kept until it is right."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from actors.messages import CommandResult, Stage
from actors.said import said
from business.duplicates.queries import like
from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.messages import ChangeRecord, CreateRecord, Raws
from business.registry.queries import titles
from business.registry.record import Record
from business.registry.values import FieldProblem, is_blank, read
from business.reviews.messages import SubmitRecord
from hmi.commanding import in_words, send
from hmi.forms import TYPED, Filled, cancel_button, form, save_button
from hmi.pages.registry.suggesting import Suggestions
from hmi.pages.registry.values import Offered, offered
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import registry as words
from hmi.words.duplicates import SAME_VALUE

AGAIN = "again"
"""The button that saves a new record and begins another."""


class Editor:
    """One form of one entity on one page."""

    def __init__(
        self,
        view: View,
        entities: Entities,
        entity: Entity,
        fields: dict[str, Field],
        offered: Offered = MappingProxyType({}),
    ) -> None:
        """`offered`: what fields offer that have no dictionary."""
        self._view = view
        self._entities = entities
        self._entity = entity
        self._fields = fields
        self._filled = Filled({})
        self._offered = offered
        self._masks: dict[str, str] = {}
        self._is_new = True
        self._alike: dict[str, tuple[int, ...]] = {}
        """Records with a number that should be one's own, of which the form has told."""
        self.suggestions = Suggestions(view, entities)

    async def fill(self, record: Record | None, preset: dict[str, str] | None = None) -> None:
        """Begin with a record's values, or with those that a link has set for a new one."""
        values = dict(preset or {})
        if record is not None:
            self._is_new = False
            for name, field in self._fields.items():
                value = value_of(record, field)
                if value is not None:
                    values[name] = self._written(field, value)
                    if field.masked:  # whoever may change it may not therefore read it
                        self._masks[name] = values[name]

        def gather() -> Filled:
            with self._view.house.seats.authority.open() as session:
                self._offered = {**self._offered, **offered(session, self._view, self._fields)}
                return Filled(values, self._titles(session, values))

        self._filled = await asyncio.to_thread(gather)

    def _written(self, field: Field, value: Any) -> str:
        """As a form holds it: codes and ids as they are, dates as the browser's own input wants them."""
        if field.masked and field.type.mask is not None:
            return field.type.mask(value)
        if field.dictionary or field.reference:
            return str(value)
        if field.type.name in {"date", "month"}:
            return str(value.isoformat())[: 10 if field.type.name == "date" else 7]
        if field.type.name == "boolean":
            return "1" if value else "0"
        return field.type.show(value, self._view.language)

    def _titles(self, session: Any, values: dict[str, str]) -> dict[str, str]:
        found = {}
        for name, value in values.items():
            field = self._fields.get(name)
            if field is not None and field.reference and value.isascii() and value.isdecimal():
                target = self._entities[field.reference]
                reach = self._view.person.reach(target.permission("read"))
                known = titles(session, target, [int(value)], reach)
                found[name] = known.get(int(value), "")
        return found

    def markup(self) -> Markup:
        view = self._view
        again = save_button(view, words.SAVE_AND_NEW, AGAIN) if self._is_new else EMPTY
        return self._told_alike() + form(
            view,
            "record",
            self._fields.values(),
            self._filled,
            lambda field: self._offered.get(field.name),
            save_button(view) + again + cancel_button(view),
        )

    def _told_alike(self) -> Markup:
        """What may be the same thing registered already; only those within reach."""
        link = Markup('<a href="/{0}/{1}" target="_blank">#{1}</a>')
        return EMPTY.join(
            Markup('<p class="notice alike" role="alert">{} {}</p>').format(
                self._view.say(SAME_VALUE, label=self._view.name(self._fields[name].label)),
                Markup(" ").join(link.format(self._entity.name, id_) for id_ in ids),
            )
            for name, ids in self._alike.items()
        )

    async def read(self, entered: Entered, *, changed_from: Record | None = None) -> Raws | None:
        """What was entered, ready to be sent: of a record only what differs. None when something is wrong."""
        raws: Raws = {
            name: values[0]
            for name, values in entered.items()
            if name in self._fields and not self._fields[name].derived and name not in self._kept(entered)
        }
        typed = {name: text[0].strip() for name, text in entered.items() if name.endswith(TYPED)}
        problems = []
        for name, text in typed.items():
            field = self._fields.get(name.removesuffix(TYPED))
            if field is not None and text and not raws.get(field.name):
                hits = [
                    hit for hit in await self.suggestions.hits(field.reference, text) if hit.title == text
                ]
                if len(hits) == 1:
                    raws[field.name] = str(hits[0].record_id)
                else:
                    reason = said(words.CHOOSE_FROM_LIST.zh, words.CHOOSE_FROM_LIST.en)
                    problems.append(FieldProblem(field.name, field.label, reason))
        found = read(self._fields, raws, whole=changed_from is None, known=lambda _field, _value: None)
        wrong = {one.field for one in problems}
        problems += [one for one in found.problems if one.field not in wrong]

        def gather() -> dict[str, str]:
            with self._view.house.seats.authority.open() as session:
                return self._titles(session, {name: str(raw) for name, raw in raws.items()})

        shown = {name: values[0] for name, values in entered.items() if name in self._fields}
        texts = {name.removesuffix(TYPED): text for name, text in typed.items()}
        named = texts | await asyncio.to_thread(gather)
        self._filled = Filled(shown | {name: str(raw) for name, raw in raws.items()}, named, tuple(problems))
        if problems or await self._is_alike(found.values, changed_from):
            return None
        if changed_from is None:
            return {name: raw for name, raw in raws.items() if not is_blank(raw)}
        return {
            name: raw
            for name, raw in raws.items()
            if found.values.get(name) != value_of(changed_from, self._fields[name])
        }

    async def _is_alike(self, values: Mapping[str, Any], changed_from: Record | None) -> bool:
        """Whether somebody has to be told of records with the same numbers; he is told once."""

        def look() -> dict[str, tuple[int, ...]]:
            reach = self._view.person.reach(self._entity.permission("read"))
            changed = {
                name: value
                for name, value in values.items()
                if changed_from is None or value != value_of(changed_from, self._fields[name])
            }
            but = () if changed_from is None else (changed_from.id,)
            with self._view.house.seats.authority.open() as session:
                return like(session, self._entity, reach, changed, but)

        alike = await asyncio.to_thread(look)
        told, self._alike = self._alike, alike
        return bool(alike) and alike != told

    def _kept(self, entered: Entered) -> set[str]:
        """Masked fields that still show their mask: nobody has touched them."""
        return {name for name, mask in self._masks.items() if entered.get(name, ("",))[0] == mask}

    async def send(self, body: CreateRecord | ChangeRecord | SubmitRecord) -> CommandResult:
        """Send it; when it is refused, say so above the form, which keeps what was entered."""
        result = await send(self._view, body, lambda _result: None, self._view.house.ports.office)
        if result.stage is not Stage.DONE:
            problem = FieldProblem("", words.WHOLE, in_words(self._view, result))
            self._filled = Filled(self._filled.values, self._filled.titles, (problem,))
        return result
