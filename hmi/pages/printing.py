"""Print templates: the list, and the bench at which one is changed, tried and saved."""

import json
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.printing.messages import (
    MANAGE,
    CreatePrintTemplate,
    DisablePrintTemplate,
    EnablePrintTemplate,
    RemovePrintTemplate,
)
from business.printing.queries import TemplateRow, templates
from business.printing.service import LONGEST_SAMPLE
from hmi import words
from hmi.editing import Editor, Field, Kept, Kind, Values, button, confirm, toolbar
from hmi.pages.print_bench import PrintBench
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import editing as said
from hmi.words import printing as own

_FIRST_SOURCE = '#set page(paper: "a4")\n= #data.title\n'


class PrintingPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._kept = Kept(view, MANAGE, _read)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(own.PRINTING)):
            html(toolbar(button(view, "add", "", own.ADD_TEMPLATE)))
            html(self._kept.block(self._table))
            hint = view.say(own.SAMPLE_HINT, placeholder="#data.title")
            self._editor = Editor(
                view,
                (
                    Field("code", said.CODE, hint=view.say(said.CODE_HINT)),
                    Field("zh", said.LABEL_ZH),
                    Field("en", said.LABEL_EN),
                    Field("sample", own.SAMPLE, Kind.LONG, LONGEST_SAMPLE, hint),
                ),
            )
            self._confirm = confirm(view)
        for act, handler in (
            ("add", self._add),
            ("disable", self._disable),
            ("enable", self._enable),
            ("remove", self._remove),
        ):
            view.on(act, MANAGE, handler)

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", own.TEMPLATE),
            ("tight hide-small", said.CODE),
            ("tight", own.VERSIONS),
            ("tight", words.STATE),
            ("tight hide-small", said.ORIGIN),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._line, self._kept.rows),
        )

    def _line(self, row: TemplateRow) -> Markup:
        view = self._view
        toggle = ("enable", words.ENABLE) if row.disabled else ("disable", words.DISABLE)
        return Markup(
            '<tr data-template="{}"><td><a href="/printing?of={}">{}</a></td>'
            '<td class="tight hide-small"><code>{}</code></td><td class="tight">{}</td>'
            '<td class="tight">{}</td><td class="tight hide-small">{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            row.name,
            quote(row.name),
            view.name(row.label),
            row.name,
            view.say(own.VERSION, number=row.version),
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            view.say(said.SHIPPED if row.built_in else said.OWN),
            button(view, toggle[0], row.name, toggle[1]),
            EMPTY if row.built_in else button(view, "remove", row.name, said.REMOVE),
        )

    async def _add(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(
                CreatePrintTemplate(
                    values["code"], values["zh"], values["en"], values["sample"], _FIRST_SOURCE
                )
            )

        sample = json.dumps({"title": self._view.say(own.FIRST_TITLE)}, ensure_ascii=False)
        self._editor.open(self._view.say(own.ADD_TEMPLATE), {"sample": sample}, save)

    async def _disable(self, key: str) -> None:
        await self._kept.send(DisablePrintTemplate(key))

    async def _enable(self, key: str) -> None:
        await self._kept.send(EnablePrintTemplate(key))

    async def _remove(self, key: str) -> None:
        row = next((one for one in self._kept.rows if one.name == key), None)
        if row is not None:
            self._confirm(self._view.name(row.label), lambda: self._kept.send(RemovePrintTemplate(row.name)))


def _read(session: Session) -> tuple[TemplateRow, ...]:
    return templates(session)


async def printing(view: View) -> None:
    if of := str(view.client.request.query_params.get("of", ""))[:64]:
        await PrintBench(view, of).draw()
    else:
        await PrintingPage(view).draw()
