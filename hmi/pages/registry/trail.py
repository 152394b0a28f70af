"""What became of a record, in the words of its fields."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.audit.model import AuditChange, AuditRecord
from business.privacy.looking import Look
from business.registry.declare import Field
from business.registry.entity import Entities
from business.registry.queries import titles
from business.registry.values import CUSTOM
from hmi import drawing
from hmi import words as common
from hmi.pages.registry.drawn import Looks
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import privacy
from hmi.words import registry as words

_ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Deed:
    """One command that changed the record."""

    record: AuditRecord
    lines: tuple[tuple[Field, str, str], ...]
    """Field, value before, value after."""


def deeds(
    session: Session,
    entities: Entities,
    fields: Mapping[str, Field],
    looks: Looks,
    records: Iterable[AuditRecord],
) -> tuple[Deed, ...]:
    """Bookkeeping columns are left out."""
    found = [
        (record, [line for change in record.changes for line in _changed(fields, change)])
        for record in records
    ]
    named: dict[str, dict[int, str]] = {}
    for field in fields.values():
        if field.reference:
            ids = {v for _, lines in found for f, *values in lines if f is field for v in values}
            known = titles(session, entities[field.reference], {one for one in ids if isinstance(one, int)})
            named.setdefault(field.reference, {}).update(known)

    def told(field: Field, value: Any) -> str:
        if value is None or value == "" or value == []:
            return _ABSENT
        if field.dictionary:
            return looks.labels.get(field.dictionary, {}).get(str(value), str(value))
        if field.reference:
            return named.get(field.reference, {}).get(value, f"#{value}")
        if field.type.name == "files":
            return str(len(value)) if isinstance(value, list) else str(value)
        return field.type.show(value, looks.language) if isinstance(value, bool) else str(value)

    return tuple(
        Deed(record, tuple((field, told(field, was), told(field, now)) for field, was, now in lines))
        for record, lines in found
    )


def _changed(fields: Mapping[str, Field], change: AuditChange) -> list[tuple[Field, Any, Any]]:
    old, new = (_values(text) for text in (change.before, change.after))
    return [
        (field, old.get(name), new.get(name))
        for name, field in fields.items()
        if old.get(name) != new.get(name)
    ]


def _values(text: str | None) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(text) if text else {}
    own = held.pop("custom", None) or {}
    own = json.loads(own) if isinstance(own, str) else own
    return held | {CUSTOM + name: value for name, value in own.items()}


def history_table(view: View, found: tuple[Deed, ...]) -> Markup:
    row = Markup(
        '<tr><td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td><td>{}</td></tr>'
    )
    line = Markup('<div><span class="sub">{}</span> {} → <b>{}</b></div>')
    heads = [("tight", common.TIME), ("tight", common.WHO), ("tight", common.DEED), ("", common.CHANGES)]
    return Markup("<details><summary>{}（{}）</summary>{}</details>").format(
        view.say(words.HISTORY),
        len(found),
        table(
            [(look, view.say(text)) for look, text in heads],
            (
                row.format(
                    drawing.date_and_clock(view.zone, deed.record.time_ns),
                    deed.record.user or drawing.NOTHING,
                    view.say(common.COMMANDS[deed.record.kind])
                    if deed.record.kind in common.COMMANDS
                    else deed.record.kind,
                    EMPTY.join(line.format(view.name(field.label), *said) for field, *said in deed.lines),
                )
                for deed in found
            ),
        ),
    )


def reveals_table(view: View, fields: Mapping[str, Field], found: tuple[Look, ...]) -> Markup:
    """Who looked at what is hidden, in which post, and why."""
    if not found:
        return EMPTY
    row = Markup(
        '<tr><td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td><td>{}</td>'
        "<td>{}</td></tr>"
    )
    heads = [
        ("tight", common.TIME),
        ("tight", common.WHO),
        ("tight", privacy.POST),
        ("", privacy.FIELD),
        ("", common.REASON),
    ]
    return Markup("<details><summary>{}（{}）</summary>{}</details>").format(
        view.say(words.LOOKED_AT_BY),
        len(found),
        table(
            [(look, view.say(text)) for look, text in heads],
            (
                row.format(
                    drawing.date_and_clock(view.zone, one.time_ns),
                    one.user,
                    one.post or drawing.NOTHING,
                    "、".join(view.name(fields[name].label) for name in one.fields if name in fields),
                    one.reason,
                )
                for one in found
            ),
        ),
    )
