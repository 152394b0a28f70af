"""What the pages of guided acts have in common: whose house it is, fields, a preview, one confirmation."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from actors.messages import Stage
from business.dictionaries.queries import choices
from business.fields.field_type import FieldError
from business.fields.times import day
from business.registry.declare import RECORD_ID, Field
from business.registry.entity import Entities, Entity
from business.registry.queries import one, titles
from config.text import Text
from hmi.commanding import in_words, send
from hmi.forms import TYPED, control, select
from hmi.pages.missing import missing
from hmi.pages.registry.crumbs import crumbs
from hmi.pages.registry.suggesting import Suggestions
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import property as words

Found = TypeVar("Found")
_DAY = day()


class Guided:
    """A page about one record, whose id its address tells: `?house=21`."""

    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self.view = view
        self.entities = entities
        self.entity = entity
        self.id = _id(view.client.request.query_params.get(entity.name, ""))
        self.title = ""
        self.problem = ""
        self.entered: Entered = {}
        self.turn = 0
        self._suggestions = Suggestions(view, entities)

    async def open(self, title: Text, render: Callable[[], Markup]) -> bool:
        """Draw the page; False when there is no such record, or none that the person may change."""

        def known(session: Session) -> str:
            reach = self.view.person.reach(self.entity.permission("write"))
            record = one(session, self.entity, reach, self.id)
            found = record is not None and record.removed_ns is None
            return titles(session, self.entity, [self.id]).get(self.id, "") if found else ""

        self.title = await self.read(known)
        if not self.title:
            missing(self.view)
            return False
        view = self.view
        here = view.say(title)
        above = crumbs(view, self.entity, ((self.path, self.title),), here)
        with frame(view, f"{here} · {self.title}", above):
            html(view.block(render, lambda: self.turn))
        view.on("suggest", "house.write", self._suggestions.answer)
        return True

    @property
    def path(self) -> str:
        return f"/{self.entity.name}/{self.id}"

    async def read(self, query: Callable[[Session], Found]) -> Found:
        def run() -> Found:
            with self.view.house.seats.authority.open() as session:
                return query(session)

        return await asyncio.to_thread(run)

    async def carry_out(self, body: Any) -> None:
        """The record's page when it is done; otherwise why not, above what was entered."""
        result = await send(self.view, body, lambda _result: None, self.view.house.ports.office)
        if result.stage is Stage.DONE:
            ui.navigate.to(self.path)
            return
        self.problem = in_words(self.view, result)
        self.turn += 1

    # -- what was entered

    def first(self, name: str) -> str:
        return self.entered.get(name, ("",))[0].strip()

    def number(self, name: str) -> int | None:
        return _id(self.first(name)) or None

    def unchosen(self, *names: str) -> str:
        """What was typed for one of these references and chosen from no list; '' when there is none."""
        return next(
            (typed for one in names if (typed := self.first(one + TYPED)) and not self.first(one)), ""
        )

    # -- drawing

    def told(self) -> Markup:
        if not self.problem:
            return EMPTY
        return Markup('<p class="notice" role="alert">{}</p>').format(self.problem)

    def line(
        self, name: str, label: Text, default: str = "", *, kind: str = "text", hint: str = ""
    ) -> Markup:
        value = self.entered.get(name, (default,))[0]
        return Markup(
            '<label class="field"><span>{}</span><input type="{}" name="{}" value="{}" maxlength="200">'
            '<small class="sub">{}</small></label>'
        ).format(self.view.say(label), kind, name, value, hint)

    def choice(self, name: str, label: Text, options: Sequence[tuple[str, str]], default: str = "") -> Markup:
        return Markup('<label class="field"><span>{}</span>{}</label>').format(
            self.view.say(label), select(name, self.entered.get(name, (default,))[0], options)
        )

    def reference(self, name: str, label: Text, entity: str) -> Markup:
        field = Field(name, label, RECORD_ID, reference=entity)
        found = control(self.view, field, None, self.first(name), title=self.first(name + TYPED))
        return Markup('<label class="field"><span>{}</span>{}</label>').format(self.view.say(label), found)

    def tick(self, name: str, label: Text, value: str = "1", *, on: bool = True) -> Markup:
        ticked = value in self.entered.get(name, ()) if self.entered else on
        return Markup(
            '<label class="ticked"><input type="checkbox" name="{}" value="{}"{}> {}</label>'
        ).format(name, value, Markup(" checked") if ticked else EMPTY, self.view.say(label))

    def form(self, name: str, parts: Sequence[tuple[Text | None, Markup]], buttons: Markup) -> Markup:
        group = Markup('<fieldset class="{}">{}{}</fieldset>')
        legend = Markup("<legend>{}</legend>")
        cancel = Markup('<a class="plain" href="{}">{}</a>').format(self.path, self.view.say(words.CANCEL))
        return Markup(
            '<form class="record" data-form="{}" autocomplete="off" novalidate>{}{}'
            '<div class="toolbar ends-form">{}{}</div></form>'
        ).format(
            name,
            self.told(),
            EMPTY.join(
                group.format(
                    "triples" if part.count("<label") % 3 == 0 and "data-suggest" in part else "",
                    legend.format(self.view.say(text)) if text else EMPTY,
                    part,
                )
                for text, part in parts
            ),
            buttons,
            cancel,
        )

    def button(self, text: str, do: str, *, main: bool = True) -> Markup:
        look = " main" if main else ""
        return Markup('<button class="plain{}" name="do" value="{}">{}</button>').format(look, do, text)


def options(session: Session, view: View, dictionary: str) -> tuple[tuple[str, str], ...]:
    return tuple((row.code, row.label.in_language(view.language)) for row in choices(session, dictionary))


def is_day(text: str) -> bool:
    try:
        _DAY.parse(text)
    except FieldError:
        return False
    return True


def _id(text: str) -> int:
    """0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
