"""The form of a record while somebody fills it in: what he entered is kept until it is right."""

import asyncio
from typing import Any

from markupsafe import Markup
from nicegui import json

from actors.messages import CommandResult, Stage
from business.dictionaries.queries import choices
from business.property.box import search
from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.messages import ChangeRecord, CreateRecord, Raws
from business.registry.queries import titles
from business.registry.record import Record
from business.registry.values import FieldProblem, is_blank, read
from hmi import words as common
from hmi.commanding import in_words, send
from hmi.forms import Filled, form
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import registry as words

SUGGESTIONS = 8


class Editor:
    """One form of one entity on one page."""

    def __init__(self, view: View, entities: Entities, entity: Entity, fields: dict[str, Field]) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._fields = fields
        self._filled = Filled({})
        self._choices: dict[str, tuple[tuple[str, str], ...]] = {}

    async def fill(self, record: Record | None, preset: dict[str, str] | None = None) -> None:
        """Begin with a record's values, or with those that a link has set for a new one."""
        values = dict(preset or {})
        if record is not None:
            for name, field in self._fields.items():
                value = value_of(record, field)
                if value is not None:
                    values[name] = self._written(field, value)

        def gather() -> Filled:
            with self._view.house.seats.authority.open() as session:
                for field in self._fields.values():
                    if field.dictionary:
                        self._choices[field.name] = tuple(
                            (row.code, "　" * row.depth + row.label.in_language(self._view.language))
                            for row in choices(session, field.dictionary)
                        )
                return Filled(values, self._titles(session, values))

        self._filled = await asyncio.to_thread(gather)

    def _written(self, field: Field, value: Any) -> str:
        """As a form holds it: codes and ids as they are, dates as the browser's own input wants them."""
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
                known = titles(session, self._entities[field.reference], [int(value)])
                found[name] = known.get(int(value), "")
        return found

    def markup(self) -> Markup:
        view = self._view
        cancel = Markup('<button class="quiet" data-act="cancel" type="button">{}</button>').format(
            view.say(common.CANCEL)
        )
        drawn = form(
            view, "record", self._fields.values(), self._filled, self._offered, view.say(common.SAVE)
        )
        return drawn + Markup('<div class="toolbar">{}</div>').format(cancel)

    def _offered(self, field: Field) -> tuple[tuple[str, str], ...] | None:
        if field.type.name == "boolean":
            return (("1", self._view.say(common.YES)), ("0", self._view.say(common.NO)))
        return self._choices.get(field.name)

    async def suggest(self, key: str) -> None:
        """Records whose title begins with what is being typed, below the input."""
        entity, listed, text = (*key.split("\t"), "", "")[:3]
        target = self._entities.get(entity)
        if target is None or not text.strip() or not listed.replace("-", "").replace("_", "").isalnum():
            return
        reaches = {entity: self._view.person.reach(target.permission("read"))}

        def look() -> tuple[Any, ...]:
            with self._view.house.seats.authority.open() as session:
                return search(session, reaches, text, SUGGESTIONS)

        hits = await asyncio.to_thread(look)
        items = EMPTY.join(
            Markup('<li data-pick="{}"><b>{}</b> <small>{}</small></li>').format(
                hit.record_id, hit.title, hit.subtitle
            )
            for hit in hits
        )
        patch = json.dumps([[listed, str(items or self._nothing())]])
        self._view.client.run_javascript(f"steward.patch({patch})")

    def _nothing(self) -> Markup:
        return Markup("<li>{}</li>").format(self._view.say(words.NOTHING_FOUND))

    async def read(self, entered: Entered, *, changed_from: Record | None = None) -> Raws | None:
        """What was entered, ready to be sent: of a record only what differs. None when something is wrong."""
        raws: Raws = {
            name: values[0]
            for name, values in entered.items()
            if name in self._fields and not self._fields[name].derived
        }
        found = read(self._fields, raws, whole=changed_from is None, known=lambda _field, _value: None)

        def gather() -> dict[str, str]:
            with self._view.house.seats.authority.open() as session:
                return self._titles(session, {name: str(raw) for name, raw in raws.items()})

        named = await asyncio.to_thread(gather)
        self._filled = Filled({name: str(raw) for name, raw in raws.items()}, named, found.problems)
        if found.problems:
            return None
        if changed_from is None:
            return {name: raw for name, raw in raws.items() if not is_blank(raw)}
        return {
            name: raw
            for name, raw in raws.items()
            if found.values.get(name) != value_of(changed_from, self._fields[name])
        }

    async def send(self, body: CreateRecord | ChangeRecord) -> CommandResult:
        """Send it; when it is refused, say so above the form, which keeps what was entered."""
        result = await send(self._view, body, lambda _result: None, self._view.house.ports.office)
        if result.stage is not Stage.DONE:
            problem = FieldProblem("", words.WHOLE, in_words(self._view, result))
            self._filled = Filled(self._filled.values, self._filled.titles, (problem,))
        return result
