"""The settings of the site as one form, made of their schema; and its modules, on or off."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from business.access.messages import MANAGE
from business.configuration.desk import Trouble
from business.configuration.messages import WRITE, SettingEdit
from config.editing import tables_of
from config.packaging import SITE_MODULES
from config.settings_fields import (
    Kind,
    SettingField,
    as_text,
    edits_of,
    fields_of_settings,
    name_of,
    value_of,
)
from config.versions import VersionError
from hmi.pages.configuration.inputs import Inputs
from hmi.pages.configuration.offering import of_schema
from hmi.pages.configuration.proposing import Editing, opened
from hmi.pages.configuration.telling import tabs
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import configuration as said

MODULES = ("settings", "modules_off")
_FORM = Markup(
    '<p class="sub">{}</p><form class="record" data-form="{}" autocomplete="off" novalidate>{}'
    '<div class="toolbar"><button class="plain main">{}</button></div></form>'
)


class SettingsPage:
    """Also the page of the modules, which are one of the settings."""

    def __init__(self, view: View, editing: Editing, *, modules: bool) -> None:
        self._view = view
        self._editing = editing
        self._tables: Mapping[str, Any] = tables_of(editing.base.documents)
        self._modules = modules
        self._fields = [one for one in fields_of_settings(self._tables) if (one.keys == MODULES) is modules]
        self._texts: dict[str, tuple[str, ...]] = {
            name_of(one): tuple(as_text(one, value_of(self._tables, one)).split("\n"))
            if one.kind is Kind.CHOICES
            else (as_text(one, value_of(self._tables, one)),)
            for one in self._fields
        }

    def draw(self) -> None:
        view, editing = self._view, self._editing
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view))
            html(view.block(self._form, lambda: editing.turn))
            html(view.block(lambda: editing.markup(self._is_here), lambda: editing.turn))
        view.on_form("settings", WRITE, self._check)
        view.on_form("save", WRITE, editing.submit)

    async def _check(self, entered: Entered) -> None:
        names_ = {name_of(one) for one in self._fields}
        if self._modules:
            on = set(entered.get("on", ()))
            off = tuple(name for name, module in SITE_MODULES.items() if not module.core and name not in on)
            entered = {name_of(self._fields[0]): off}
        given = {name: texts for name, texts in entered.items() if name in names_}
        for field in self._fields:
            self._texts[name_of(field)] = given.get(name_of(field), ())
        edits = edits_of(self._tables, given, self._fields)
        await self._editing.check(
            [SettingEdit(".".join(map(str, one.keys)), json.dumps(one.value)) for one in edits], ()
        )

    def _is_here(self, trouble: Trouble) -> bool:
        return any(one.keys == trouble.keys for one in self._fields)

    def _form(self) -> Markup:
        view = self._view
        self._inputs = Inputs(view, self._editing.trouble_at, partial(of_schema, view))
        hint = view.say(said.EDITING, version=self._editing.base.number)
        body = self._module_rows() if self._modules else self._groups()
        return _FORM.format(hint, "settings", body, view.say(said.CHECK))

    def _groups(self) -> Markup:
        view = self._view
        groups: dict[str, list[SettingField]] = {}
        for one in self._fields:
            groups.setdefault(view.name(one.group), []).append(one)
        return EMPTY.join(
            Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(
                heading, EMPTY.join(self._inputs.entry(one, self._texts[name_of(one)]) for one in members)
            )
            for heading, members in groups.items()
        )

    def _module_rows(self) -> Markup:
        view, field = self._view, self._fields[0]
        off = set(self._texts[name_of(field)])
        trouble = self._editing.trouble_at(field.keys)
        rows = EMPTY.join(self._module(name, name not in off) for name in SITE_MODULES)
        told = Markup('<p class="notice" role="alert">{}</p>').format(trouble) if trouble else EMPTY
        steps = (("/roles", said.PRIVILEGES, MANAGE), ("/house/import", said.FIRST_DATA, "house.import"))
        links = EMPTY.join(
            Markup('<a href="{}">{}</a> ').format(path, view.say(text))
            for path, text, permission in steps
            if view.person.may(permission)
        )
        return Markup('<p>{}</p>{}<fieldset class="modules">{}</fieldset><p>{}</p>').format(
            view.say(said.MODULES_HINT), told, rows, links
        )

    def _module(self, name: str, on: bool) -> Markup:  # noqa: FBT001  # one word, one meaning
        view, module = self._view, SITE_MODULES[name]
        hints: Iterable[str] = [view.name(module.about)]
        if module.needs:
            needed = ", ".join(view.name(SITE_MODULES[one].label) for one in module.needs)
            hints = [*hints, view.say(said.NEEDS, names=needed)]
        if module.core:
            hints = [*hints, view.say(said.CORE)]
        return Markup(
            '<label class="field module"><input type="checkbox" name="on" value="{}"{}{}> <span>{}'
            '<br><small class="sub">{}</small></span></label>'
        ).format(
            name,
            Markup(" checked") if on else EMPTY,
            Markup(" disabled") if module.core else EMPTY,
            view.name(module.label),
            " · ".join(hints),
        )


async def settings(view: View) -> None:
    await _draw(view, modules=False)


async def modules(view: View) -> None:
    await _draw(view, modules=True)


async def _draw(view: View, *, modules: bool) -> None:
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view) + Markup('<p class="warning">{}</p>').format(str(error)))
        return
    SettingsPage(view, editing, modules=modules).draw()
