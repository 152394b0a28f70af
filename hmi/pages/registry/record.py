"""One record: its fields, everything related, its history; and the form that changes it."""

import asyncio
import json
from dataclasses import dataclass

from markupsafe import Markup

from actors.messages import Stage
from business.access.model import Scope
from business.audit.model import AuditRecord
from business.registry.columns import value_of
from business.registry.conditions import Condition, Operator
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.history import history, reveals
from business.registry.messages import (
    ChangeRecord,
    RemoveRecords,
    RestoreRecords,
    RevealFields,
    TagRecords,
)
from business.registry.queries import Related, one, related, tags_of, titles
from business.registry.record import Record
from hmi import drawing
from hmi import words as common
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.pages.registry.address import Address
from hmi.pages.registry.drawn import Looks, looks
from hmi.pages.registry.editing import Editor
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import registry as words

RELATED_ROWS = 8
HISTORY_ROWS = 50


@dataclass(frozen=True, slots=True)
class _Shown:
    record: Record
    title: str
    fields: dict[str, Field]
    looks: Looks
    tags: tuple[str, ...]
    scope: str
    related: tuple[tuple[Related, Looks], ...]
    history: tuple[AuditRecord, ...]
    reveals: tuple[AuditRecord, ...]


class RecordPage:
    def __init__(self, view: View, entities: Entities, entity: Entity, id_: int) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._id = id_
        self._turn = 0
        self._open: frozenset[str] = frozenset()
        """Fields that were asked for unmasked."""
        self._editor: Editor | None = None
        self._shown: _Shown

    async def draw(self) -> None:
        view, entity = self._view, self._entity
        if not await self._read():
            missing(view)
            return
        with frame(view, f"{view.name(entity.label)} · {self._shown.title}"):
            html(view.block(self._page, lambda: self._turn))
        for act, action, handler in (
            ("edit", "write", self._edit),
            ("cancel", "read", self._cancel),
            ("remove", "remove", self._remove),
            ("restore", "remove", self._restore),
            ("untag", "write", self._untag),
        ):
            view.on(act, entity.permission(action), handler)
        view.on("suggest", entity.permission("write"), self._suggest)
        view.on_form("record", entity.permission("write"), self._save)
        view.on_form("tag", entity.permission("write"), self._tag)
        view.on_form("reveal", entity.permission("unmask"), self._reveal)

    async def _read(self) -> bool:
        def read() -> _Shown | None:
            view, entity = self._view, self._entity
            person, language = view.person, view.language
            with view.house.seats.authority.open() as session:
                record = one(session, entity, person.reach(entity.permission("read")), self._id)
                if record is None:
                    return None
                fields = fields_of(session, entity)
                reaches = {
                    other.name: person.reach(other.permission("read"))
                    for other in self._entities
                    if person.may(other.permission("read"))
                }
                found = related(session, self._entities, entity, reaches, self._id, RELATED_ROWS)
                scope = session.get_one(Scope, record.scope_id)
                return _Shown(
                    record,
                    titles(session, entity, [record.id])[record.id],
                    fields,
                    looks(session, self._entities, fields.values(), [record], language),
                    tags_of(session, entity, [record.id]).get(record.id, ()),
                    scope.name_zh if language == "zh" else scope.name_en,
                    tuple(
                        (each, looks(session, self._entities, each.entity.fields, each.page.rows, language))
                        for each in found
                        if each.page.rows
                    ),
                    history(session, entity, record.id, HISTORY_ROWS),
                    reveals(session, entity, record.id, HISTORY_ROWS),
                )

        shown = await asyncio.to_thread(read)
        if shown is None:
            return False
        self._shown = shown
        self._turn += 1
        return True

    # -- drawing

    def _page(self) -> Markup:
        if self._editor is not None:
            return self._editor.markup()
        return self._tools() + self._fields() + self._tags() + self._related() + self._history()

    def _tools(self) -> Markup:
        view, entity, record = self._view, self._entity, self._shown.record
        button = Markup('<button class="plain" data-act="{}">{}</button>')
        parts = Markup('<a class="plain" href="/{}">{}</a>').format(entity.name, view.say(words.BACK_TO_LIST))
        if record.removed_ns is not None:
            parts = Markup('<span class="notice">{}</span>').format(view.say(words.IN_RECYCLE_BIN)) + parts
            if view.person.may(entity.permission("remove")):
                parts += button.format("restore", view.say(words.RESTORE))
        else:
            if view.person.may(entity.permission("write")):
                parts += button.format("edit", view.say(words.EDIT))
            if view.person.may(entity.permission("remove")):
                parts += button.format("remove", view.say(words.REMOVE))
        return Markup('<div class="toolbar">{}</div>{}').format(parts, self._revealing())

    def _revealing(self) -> Markup:
        view = self._view
        masked = [one.name for one in self._shown.fields.values() if one.masked]
        held = any(value_of(self._shown.record, self._shown.fields[name]) is not None for name in masked)
        if not held or self._open or not view.person.may(self._entity.permission("unmask")):
            return EMPTY
        return Markup(
            '<form class="toolbar" data-form="reveal"><details><summary>{}</summary><label class="field">{} '
            '<input name="reason" size="28" maxlength="200"></label><button class="plain">{}</button>'
            "</details></form>"
        ).format(view.say(words.SHOW_HIDDEN), view.say(words.HIDDEN_REASON), view.say(words.SHOW_HIDDEN))

    def _fields(self) -> Markup:
        view, shown = self._view, self._shown
        groups: dict[str, Markup] = {}
        for field in shown.fields.values():
            heading = view.name(field.group) if field.group else ""
            groups[heading] = groups.get(heading, EMPTY) + Markup("<span>{}</span><span>{}</span>").format(
                view.name(field.label),
                shown.looks.markup(shown.record, field, open_=field.name in self._open),
            )
        record = shown.record
        fact = Markup("<span>{}</span><span>{}</span>")
        about = EMPTY.join(
            fact.format(view.say(label), value)
            for label, value in (
                (words.SCOPE, shown.scope),
                (words.CREATED_AT, drawing.date_and_clock(view.zone, record.created_ns)),
                (words.CHANGED_AT, drawing.date_and_clock(view.zone, record.changed_ns)),
                (words.EXTERNAL_ID, record.external_id),
            )
            if value
        )
        cards = EMPTY.join(
            Markup('<div class="card"><header><b>{}</b></header><div class="facts">{}</div></div>').format(
                heading, facts
            )
            for heading, facts in (*groups.items(), ("", about))
        )
        return Markup('<div class="cards wide">{}</div>').format(cards)

    def _tags(self) -> Markup:
        view = self._view
        may = view.person.may(self._entity.permission("write")) and self._shown.record.removed_ns is None
        drop = Markup('<button class="quiet" data-act="untag" data-key="{}" title="{}">✕</button>')
        tags = EMPTY.join(
            Markup('<span class="tagged">{}{}</span> ').format(
                tag, drop.format(tag, view.say(words.REMOVE)) if may else EMPTY
            )
            for tag in self._shown.tags
        )
        adding = Markup(
            '<label class="field"><input name="tag" size="12" maxlength="32" aria-label="{}"></label>'
            '<button class="plain">{}</button>'
        ).format(view.say(words.TAG), view.say(words.ADD_TAG))
        return Markup('<form class="toolbar" data-form="tag"><span>{}</span>{}{}</form>').format(
            view.say(words.TAGS), tags, adding if may else EMPTY
        )

    def _related(self) -> Markup:
        return EMPTY.join(self._related_table(each, shown) for each, shown in self._shown.related)

    def _related_table(self, each: Related, shown: Looks) -> Markup:
        view = self._view
        columns = [one for one in each.entity.fields if one.listed and one.name != each.field.name]
        rows = (
            Markup("<tr>{}</tr>").format(
                EMPTY.join(
                    Markup("<td>{}</td>").format(
                        Markup('<a href="/{}/{}">{}</a>').format(
                            each.entity.name, row.id, shown.text(row, one) or drawing.NOTHING
                        )
                        if at == 0 and not one.reference
                        else shown.markup(row, one)
                    )
                    for at, one in enumerate(columns)
                )
            )
            for row in each.page.rows
        )
        condition = Condition(each.field.name, Operator.IS, str(self._id))
        everything = Address(conditions=(condition,)).query()
        more = EMPTY
        if each.page.next is not None:
            more = Markup(' <a href="/{}?{}">{}</a>').format(
                each.entity.name, everything, view.say(words.ALL_OF_THEM)
            )
        heads = [("", view.name(one.label)) for one in columns]
        return Markup("<h2>{} · {}{}</h2>{}").format(
            view.name(each.entity.label), view.name(each.field.label), more, table(heads, rows)
        )

    def _history(self) -> Markup:
        view = self._view
        return (
            Markup("<details><summary>{}</summary>{}</details>").format(
                view.say(words.HISTORY),
                table(
                    [
                        ("tight", view.say(common.TIME)),
                        ("tight", view.say(common.WHO)),
                        ("tight", view.say(common.DEED)),
                        ("", view.say(common.CHANGES)),
                    ],
                    (self._entry(record) for record in self._shown.history),
                ),
            )
            + self._looked()
        )

    def _looked(self) -> Markup:
        view = self._view
        if not self._shown.reveals:
            return EMPTY
        row = Markup('<tr><td class="tight">{}</td><td class="tight">{}</td><td>{}</td></tr>')
        return Markup("<details><summary>{}</summary>{}</details>").format(
            view.say(words.LOOKED_AT_BY),
            table(
                [
                    ("tight", view.say(common.TIME)),
                    ("tight", view.say(common.WHO)),
                    ("", view.say(common.REASON)),
                ],
                (
                    row.format(drawing.date_and_clock(view.zone, each.time_ns), each.user, each.reason)
                    for each in self._shown.reveals
                ),
            ),
        )

    def _entry(self, record: AuditRecord) -> Markup:
        view = self._view
        kind = common.COMMANDS.get(record.kind)
        lines = EMPTY.join(
            Markup("<li>{}</li>").format(line)
            for change in record.changes
            for line in self._lines(change.before, change.after)
        )
        return Markup(
            '<tr><td class="tight">{}</td><td class="tight">{}</td><td class="tight">{}</td>'
            "<td><ul>{}</ul></td></tr>"
        ).format(
            drawing.date_and_clock(view.zone, record.time_ns),
            record.user or drawing.NOTHING,
            view.say(kind) if kind else record.kind,
            lines,
        )

    def _lines(self, before: str | None, after: str | None) -> list[str]:
        """What changed, in the words of the fields; bookkeeping columns are left out."""
        old = json.loads(before) if before else {}
        new = json.loads(after) if after else {}
        found = []
        for name, field in self._shown.fields.items():
            was, now = old.get(name), new.get(name)
            if was != now:
                labels = self._shown.looks.labels.get(field.dictionary, {})
                said = [labels.get(str(each), str(each)) if each is not None else "—" for each in (was, now)]
                found.append(f"{self._view.name(field.label)}：{said[0]} → {said[1]}")
        return found

    # -- what a person does

    async def _edit(self, _key: str) -> None:
        editor = Editor(self._view, self._entities, self._entity, self._shown.fields)
        await editor.fill(self._shown.record)
        self._editor = editor
        self._turn += 1

    async def _cancel(self, _key: str) -> None:
        self._editor = None
        self._turn += 1

    async def _suggest(self, key: str) -> None:
        if self._editor is not None:
            await self._editor.suggest(key)

    async def _save(self, entered: Entered) -> None:
        if self._editor is None:
            return
        record = self._shown.record
        values = await self._editor.read(entered, changed_from=record)
        if values is None:
            self._turn += 1
            return
        if not values:
            self._editor = None
            self._turn += 1
            return
        result = await self._editor.send(ChangeRecord(self._entity.name, record.id, record.version, values))
        if result.stage is Stage.DONE:
            self._editor = None
            await self._read()
        self._turn += 1

    async def _remove(self, _key: str) -> None:
        await self._do(RemoveRecords(self._entity.name, (self._id,)), "remove")

    async def _restore(self, _key: str) -> None:
        await self._do(RestoreRecords(self._entity.name, (self._id,)), "remove")

    async def _tag(self, entered: Entered) -> None:
        tags = tuple(tag for tag in entered.get("tag", ()) if tag.strip())
        if tags:
            await self._do(TagRecords(self._entity.name, (self._id,), add=tags), "write")

    async def _untag(self, key: str) -> None:
        await self._do(TagRecords(self._entity.name, (self._id,), remove=(key,)), "write")

    async def _reveal(self, entered: Entered) -> None:
        hidden = tuple(one.name for one in self._shown.fields.values() if one.masked)
        body = RevealFields(self._entity.name, self._id, hidden, entered.get("reason", ("",))[0])
        if await self._do(body, "unmask"):
            self._open = frozenset(hidden)
            self._turn += 1

    async def _do(
        self, body: RemoveRecords | RestoreRecords | TagRecords | RevealFields, action: str
    ) -> bool:
        permission = self._entity.permission(action)
        done = await carry_out(self._view, body, permission, self._view.house.ports.office)
        if done:
            await self._read()
        return done


async def record(view: View, name: str, entities: Entities, entity: Entity) -> None:
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        missing(view)
        return
    await RecordPage(view, entities, entity, int(name)).draw()
