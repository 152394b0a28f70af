"""Differences, restarts and versions in words; the tabs above the pages of the configuration."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup

from business.configuration.messages import READ, WRITE
from config.editing import Difference, tables_of
from config.entries import Documents
from config.export import inline
from config.settings_fields import SettingField, fields_of_settings
from config.text import Text
from config.validate import is_confidential
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import configuration as said
from hmi.words import notify_forms as forms
from hmi.words import system as system_words
from hmi.words.entries import CLASSES, STATIONS
from hmi.words.notify import NOTIFICATION

MOST_SHOWN = 60
LONGEST_VALUE = 160
HIDDEN = "***"
TABS = (
    ("/configuration", said.VERSIONS, READ),
    ("/configuration/settings", said.SETTINGS, WRITE),
    ("/configuration/modules", said.MODULES, WRITE),
    ("/configuration/alarm-classes", CLASSES, WRITE),
    ("/configuration/stations", STATIONS, WRITE),
    ("/configuration/policies", NOTIFICATION, WRITE),
    ("/configuration/files", said.FILES, WRITE),
    ("/configuration/secrets", said.SECRETS, WRITE),
)
_OF_NOTIFICATION = (
    ("/configuration/policies", forms.POLICIES, WRITE),
    ("/configuration/accounts", forms.ACCOUNTS, WRITE),
    ("/configuration/approvals", forms.APPROVALS, WRITE),
    ("/configuration/wordings", forms.WORDINGS, WRITE),
)
"""What stands behind the one tab."""


def tabs(view: View) -> Markup:
    within = {path for path, _, _ in _OF_NOTIFICATION}
    if view.path not in within:
        return _tabs(view, TABS, view.path)
    return _tabs(view, TABS, _OF_NOTIFICATION[0][0]) + _tabs(view, _OF_NOTIFICATION, view.path)


def _tabs(view: View, listed: Iterable[tuple[str, Text, str]], here: str) -> Markup:
    mark = Markup(' class="here" aria-current="page"')
    return Markup('<nav class="toolbar tabs">{}</nav>').format(
        EMPTY.join(
            Markup('<a href="{}"{}>{}</a> ').format(path, mark if path == here else EMPTY, view.say(text))
            for path, text, permission in listed
            if view.can(permission)
        )
    )


def by_keys(documents: Documents) -> Mapping[tuple[Any, ...], SettingField]:
    return {field.keys: field for field in fields_of_settings(tables_of(documents))}


def told(view: View, found: Iterable[Difference], fields: Mapping[tuple[Any, ...], SettingField]) -> Markup:
    """One line for each thing that differs."""
    listed = list(found)
    lines = EMPTY.join(_line(view, one, fields) for one in islice(listed, MOST_SHOWN))
    if len(listed) > MOST_SHOWN:
        more = view.say(said.AND_MORE, count=len(listed) - MOST_SHOWN)
        lines += Markup("<li>{}</li>").format(more)
    return Markup('<ul class="differences">{}</ul>').format(lines)


def _line(view: View, one: Difference, fields: Mapping[tuple[Any, ...], SettingField]) -> Markup:
    field = fields.get(one.keys)
    if field is not None:
        what = f"{view.name(field.group)} · {view.name(field.label)}"
    else:
        what = f"{one.file} {one.path}"
    return Markup("<li><b>{}</b> <del>{}</del> → <ins>{}</ins> {}</li>").format(
        what,
        _value(view, one, one.before),
        _value(view, one, one.after),
        unit(view, field.unit) if field is not None else "",
    )


def _value(view: View, one: Difference, value: Any) -> str:
    if value is None or value in ("", []):
        return view.say(said.NOTHING)
    if is_confidential(one.keys) and one.keys[-1:] != ("database",):
        return HIDDEN
    text = inline(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def unit(view: View, written: str) -> str:
    """As a schema says it, in the reader's words."""
    known = {"d": said.DAYS, "h": said.HOURS, "s": said.SECONDS}.get(written)
    return view.say(known) if known is not None else written


def names(view: View, processes: Iterable[str]) -> str:
    return ", ".join(system_words.process(view.language, one) for one in processes)


def restarts(found: Iterable[Difference], fields: Mapping[tuple[Any, ...], SettingField]) -> Iterator[str]:
    """The processes that start anew for the differences, each once."""
    yield from dict.fromkeys(
        process for one in found if one.keys in fields for process in fields[one.keys].restarts
    )
