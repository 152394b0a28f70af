"""One alarm as a form: judged as a row of a workbook is, and saved as a proposed version."""

import asyncio
from typing import Any

from markupsafe import Markup

from actors.said import in_language
from business.alarm_database.columns import ENABLED, READ
from business.alarm_database.definitions import Alarm, Definitions
from business.alarm_database.fields import FIELDS, values_of
from business.alarm_database.judging import Judge
from business.alarm_database.messages import DEFINE
from business.exchange.columns import Column
from business.fields.field_type import FieldError
from config.versions import VersionError
from hmi.pages.alarm_database.importing import HOME
from hmi.pages.configuration.proposing import Editing, opened
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import alarm_database as words

_FORM_COLUMNS: tuple[Column, ...] = READ[3:]
_OPTIONS = {field.key: field.options for field in FIELDS if field.options is not None}


class AlarmForm:
    def __init__(self, view: View, editing: Editing, known: Definitions, alarm: Alarm) -> None:
        self._view = view
        self._editing = editing
        self._known = known
        self._alarm = alarm
        self._entered = _shown(alarm, view.language)
        self._wrong: dict[str, str] = {}
        self._turn = 0

    def draw(self) -> None:
        view, editing = self._view, self._editing
        name = "/".join(self._alarm.name)
        with frame(view, view.say(words.EDIT)):
            html(Markup('<p><a href="{}">{}</a></p>').format(HOME, view.say(words.BACK)))
            html(Markup("<h2>{} · {}</h2>").format(view.name(self._alarm.device.name), name))
            html(view.block(self._form, lambda: self._turn))
            html(view.block(editing.markup, lambda: editing.turn))
        view.on_form("alarm", DEFINE, self._check)
        view.on_form("save", DEFINE, editing.submit)

    async def _check(self, entered: Entered) -> None:
        values, self._wrong = self._read(entered)
        if not self._wrong:
            device, point, rule = self._alarm.name
            judged = Judge(self._known)({"device": device, "point": point, "rule": rule, **values})
            self._wrong = {one.column: one.reason for one in judged.wrong}
            if not judged.wrong:
                edits = () if judged.edit is None else (judged.edit,)
                desk = self._view.house.ports.desk
                proposal = await asyncio.to_thread(desk.propose_alarms, self._editing.base, edits)
                self._editing.define(proposal, edits)
        self._turn += 1

    def _read(self, entered: Entered) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for column in _FORM_COLUMNS:
            text = entered.get(column.name, ("",))[0].strip()
            self._entered[column.name] = text
            try:
                values[column.name] = column.type.parse(text) if text else None
            except FieldError as error:
                wrong[column.name] = str(error)
        return values, wrong

    def _form(self) -> Markup:
        view = self._view
        return Markup(
            '<form class="record" data-form="alarm" autocomplete="off" novalidate><fieldset>{}</fieldset>'
            '<div class="toolbar"><button class="plain main">{}</button></div></form>'
        ).format(EMPTY.join(self._field(column) for column in _FORM_COLUMNS), view.say(words.CHECK))

    def _field(self, column: Column) -> Markup:
        view, value = self._view, self._entered[column.name]
        reason = self._wrong.get(column.name, "")
        problem = (
            Markup('<small class="problem" role="alert">{}</small>').format(
                in_language(reason, view.language)
            )
            if reason
            else EMPTY
        )
        return Markup('<label class="field"><span>{}</span>{}{}</label>').format(
            view.name(column.label), self._input(column, value), problem
        )

    def _input(self, column: Column, value: str) -> Markup:
        choices = self._choices(column.name)
        if choices is None:
            return Markup('<input name="{}" value="{}" maxlength="400">').format(column.name, value)
        option = Markup('<option value="{0}"{1}>{0}</option>')
        return Markup('<select name="{}">{}</select>').format(
            column.name,
            EMPTY.join(
                option.format(one, Markup(" selected") if one == value else EMPTY)
                for one in dict.fromkeys(("", *choices, value))
            ),
        )

    def _choices(self, name: str) -> list[str] | None:
        if name in {ENABLED.name, "latched"}:
            return [ENABLED.type.show(one, self._view.language) for one in (True, False)]
        if name == "alarm_class":
            return list(self._known.site.classes)
        options = _OPTIONS.get(name)
        return None if options is None else [self._view.name(one) for one in options.values()]


def _shown(alarm: Alarm, language: str) -> dict[str, str]:
    values = values_of(alarm.rule)
    values["text"] = (alarm.rule.text.zh, alarm.rule.text.en)
    found = {ENABLED.name: ENABLED.type.show(alarm.enabled, language)}
    for field in FIELDS:
        value = values[field.key]
        if field.is_text:
            for at, part in enumerate(("zh", "en")):
                found[f"{field.key}_{part}"] = value[at] if value else ""
        else:
            found[field.key] = "" if value in (None, (), {}) else field.type.show(value, language)
    return found


async def editing(view: View) -> None:
    query = view.client.request.query_params
    name = (query.get("device", ""), query.get("point", ""), query.get("rule", ""))
    try:
        edit = await opened(view)
        known = await asyncio.to_thread(view.house.ports.desk.definitions, edit.base.number)
    except VersionError as error:
        _none(view, str(error))
        return
    alarm = next((one for one in known.all() if one.name == name), None)
    if alarm is None:
        _none(view, view.say(words.NO_ALARM, alarm="/".join(name)[:200]))
        return
    edit.then = HOME
    AlarmForm(view, edit, known, alarm).draw()


def _none(view: View, why: str) -> None:
    with frame(view, view.say(words.EDIT)):
        html(Markup('<p class="warning">{}</p>').format(why))
