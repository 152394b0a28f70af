"""What the pages of master data have in common: read, change by command, read again, in one dialog."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from config.text import Text
from hmi import words
from hmi.commanding import carry_out
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import editing as said

Rows = TypeVar("Rows")
Values = Mapping[str, str]
"""By the names of the fields, all as text: yes or no is 'yes' or '', several choices stand side by side."""
YES = "yes"
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')


class Kind(StrEnum):
    LINE = "line"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes-no"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: Text
    kind: Kind = Kind.LINE
    longest: int = 64
    hint: str = ""


class Kept(Generic[Rows]):
    """What a page shows of master data, read again after every command."""

    def __init__(self, view: View, manage: str, read: Callable[[Session], Rows]) -> None:
        self._view = view
        self._manage = manage
        self._read = read
        self._turn = 0
        self.rows: Rows

    async def read(self) -> None:
        def read() -> Rows:
            with self._view.house.seats.authority.open() as session:
                return self._read(session)

        self.rows = await asyncio.to_thread(read)
        self._turn += 1

    async def send(self, body: Any, permission: str = "") -> bool:
        """Whether it was done; the page shows either way what is so now. `permission` is what the command
        demands, where that is not to manage."""
        done = await carry_out(self._view, body, permission or self._manage, self._view.house.ports.office)
        await self.read()
        return done

    def block(self, render: Callable[[], Markup]) -> Markup:
        return self._view.block(render, lambda: self._turn)


class Editor:
    """A dialog over some fields, used again and again; it stays open until what it holds was accepted."""

    def __init__(
        self,
        view: View,
        fields: Sequence[Field],
        told: Callable[[Values], str] | None = None,
        *,
        enter: bool = False,
    ) -> None:
        """`told` says below the fields what the values come to, at every change. With `enter` the first
        field is entered at once, and the Enter key does what the button does."""
        self._view = view
        self._told = told
        self._save: Callable[[Values], Awaitable[bool]] = _never
        self._inputs: dict[str, Any] = {}
        with ui.dialog() as self._dialog, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            for field in fields:
                self._inputs[field.name] = self._input(field)
            if enter:
                first = self._inputs[fields[0].name]
                first.props("autofocus").on("keydown.enter", self._pressed)
            self._line = ui.label().classes("sub")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._dialog.close).props("flat")
                self._button = ui.button(on_click=self._pressed)

    def open(
        self,
        title: str,
        values: Values,
        save: Callable[[Values], Awaitable[bool]],
        *,
        choices: Mapping[str, Mapping[str, str]] | None = None,
        locked: Sequence[str] = (),
        button: Text = words.SAVE,
    ) -> None:
        """`save` says whether it was done; `choices` are the options of fields of that kind."""
        self._save = save
        self._title.text = title
        self._button.text = self._view.say(button)
        for name, given in self._inputs.items():
            value = values.get(name, "")
            if isinstance(given, ui.select):
                options = dict((choices or {}).get(name, {}))
                several = [one for one in value.split() if one in options]
                chosen = several if given.multiple else value if value in options else None
                given.set_options(options, value=chosen)
            else:
                given.value = value == YES if isinstance(given, ui.checkbox) else value
            given.set_enabled(name not in locked)
        self._tell()
        self._dialog.open()

    def values(self) -> dict[str, str]:
        return {name: _text(given.value) for name, given in self._inputs.items()}

    def _input(self, field: Field) -> Any:
        label = self._view.say(field.label)
        made: Any
        match field.kind:
            case Kind.CHOICE:
                made = ui.select({}, label=label, on_change=self._tell).props("outlined dense")
            case Kind.CHOICES:
                made = ui.select({}, label=label, multiple=True, on_change=self._tell).props(
                    "outlined dense use-chips"
                )
            case Kind.YES_NO:
                made = ui.checkbox(label, on_change=self._tell)
            case Kind.LONG:
                made = ui.textarea(label, on_change=self._tell).props("outlined dense autogrow")
            case _:
                made = ui.input(label, on_change=self._tell).props("outlined dense")
        if field.kind in {Kind.LINE, Kind.LONG}:
            made.props(f"maxlength={field.longest}")
        if field.kind is Kind.DAY:
            made.props("type=date stack-label")
        if field.hint:
            ui.label(field.hint).classes("sub")
        return made.mark(field.name).classes(f"field-{field.name}")

    def _tell(self) -> None:
        if self._told is not None:
            self._line.text = self._told(self.values())

    async def _pressed(self) -> None:
        if await self._save(self.values()):
            self._dialog.close()


async def _never(_values: Values) -> bool:
    return False


def _text(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, list):
        return " ".join(value)
    return str(value or "")


def button(view: View, act: str, key: object, text: Text) -> Markup:
    return _BUTTON.format(act, key, view.say(text))


def toolbar(*parts: Markup) -> Markup:
    return Markup('<div class="toolbar">{}</div>').format(EMPTY.join(parts))


def empty(view: View, text: Text) -> Markup:
    return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(text))


def indented(name: str, depth: int) -> Markup:
    return Markup('<span style="padding-left:{}px">{}</span>').format(depth * 20, name)


def neighbours(keys: Sequence[str], key: str) -> tuple[str | None, str | None]:
    """What `key` has to be put before to move up, and to move down ('' for the end); None at the edge."""
    if key not in keys:
        return None, None
    at = keys.index(key)
    up = keys[at - 1] if at else None
    last = at == len(keys) - 1
    return up, None if last else (keys[at + 2] if at + 2 < len(keys) else "")


def confirm(view: View) -> Callable[[str, Callable[[], Awaitable[bool]]], None]:
    """A question before something goes: call what this returns with the name and what then to do."""
    editor = Editor(view, ())

    def ask(name: str, then: Callable[[], Awaitable[bool]]) -> None:
        async def save(_values: Values) -> bool:
            await then()
            return True

        editor.open(view.say(said.REMOVE_IT, name=name), {}, save, button=said.REMOVE)

    return ask


def now(view: View) -> datetime:
    """In the site's time zone."""
    return datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone)
