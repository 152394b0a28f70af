"""The bench of one print template: its source, its sample, what they print, and its versions."""

import asyncio
import base64
from typing import Literal

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from actors.said import in_language
from business.gate import Refused
from business.printing.messages import MANAGE, DescribePrintTemplate, SavePrintVersion, UsePrintVersion
from business.printing.model import NOTE_LENGTH
from business.printing.queries import TemplateRow, VersionRow, templates, versions
from business.printing.rendering import LONGEST_SOURCE, Form, Printed, PrintRefused, render
from business.printing.service import LONGEST_SAMPLE, read_sample
from config.text import Text
from hmi import drawing, words
from hmi.editing import Editor, Field, Kept, Values, button, toolbar
from hmi.pages.missing import missing
from hmi.plain import theme_of
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import editing as said
from hmi.words import printing as own

PAGES_SHOWN = 3


class PrintBench:
    def __init__(self, view: View, name: str) -> None:
        self._view = view
        self._name = name
        self._kept = Kept(view, MANAGE, self._read)
        self._shown: Printed | None = None
        self._trouble = ""
        self._turn = 0
        self._trying = asyncio.Lock()

    def _read(self, session: Session) -> tuple[TemplateRow | None, tuple[VersionRow, ...]]:
        row = next((one for one in templates(session) if one.name == self._name), None)
        return row, versions(session, self._name)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        row, found = self._kept.rows
        if row is None:
            missing(view)
            return
        source = next((one.source for one in found if one.number == row.version), "")
        with frame(view, view.name(row.label)):
            html(
                toolbar(
                    Markup('<a href="/printing">{}</a>').format(view.say(own.BACK)),
                    button(view, "preview", "", own.PREVIEW),
                    button(view, "pdf", "", own.PREVIEW_PDF),
                    Markup('<span class="grow"></span>'),
                    button(view, "describe", "", own.DESCRIBE),
                    button(view, "save", "", own.SAVE_VERSION),
                )
            )
            with ui.element("div").classes("bench"):
                with ui.element("div"):
                    html(_heading(view, own.SOURCE))
                    self._source = self._code(source).classes("source")
                    html(_heading(view, own.SAMPLE))
                    self._sample = self._code(row.sample, language="JSON").classes("sample")
                with ui.element("div"):
                    html(view.block(self._preview, lambda: self._turn))
            html(_heading(view, own.VERSIONS))
            html(self._kept.block(self._versions))
            self._labels = Editor(view, (Field("zh", said.LABEL_ZH), Field("en", said.LABEL_EN)))
            self._noted = Editor(view, (Field("note", own.NOTE, longest=NOTE_LENGTH),))
        for act, handler in (
            ("preview", self._try),
            ("pdf", self._pdf),
            ("describe", self._describe),
            ("save", self._save),
            ("use", self._use),
            ("load", self._load),
        ):
            view.on(act, MANAGE, handler)

    # -- drawing

    def _code(self, text: str, language: Literal["JSON"] | None = None) -> ui.codemirror:
        is_dark = theme_of(self._view.client.request) == "dark"
        theme: Literal["vscodeDark", "vscodeLight"] = "vscodeDark" if is_dark else "vscodeLight"
        return ui.codemirror(text, language=language, theme=theme, line_wrapping=True).classes("code")

    def _preview(self) -> Markup:
        view = self._view
        if self._trouble:
            return Markup('<p class="warning" data-trouble>{}</p>').format(self._trouble)
        if self._shown is None:
            return Markup('<p class="empty">{}</p>').format(view.say(own.NOT_YET))
        remarks = EMPTY.join(
            Markup('<p class="notice">{}</p>').format(view.say(own.REMARK, line=line, remark=text))
            for line, text in self._shown.warnings
        )
        pages = self._shown.pages
        return remarks + EMPTY.join(
            Markup('<figure class="sheet"><img src="data:image/png;base64,{}" alt="{}"></figure>').format(
                base64.b64encode(page).decode(), view.say(own.PREVIEW_OF, page=number, pages=len(pages))
            )
            for number, page in enumerate(pages[:PAGES_SHOWN], start=1)
        )

    def _versions(self) -> Markup:
        view = self._view
        heads = (
            ("tight", own.VERSIONS),
            ("tight", words.CREATED),
            ("tight", own.AUTHOR),
            ("", words.NOTE),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._version, self._kept.rows[1]),
        )

    def _version(self, one: VersionRow) -> Markup:
        view = self._view
        row = self._kept.rows[0]
        used = row is not None and row.version == one.number
        return Markup(
            '<tr data-version="{}"><td class="tight">{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td><td>{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            one.number,
            view.say(own.VERSION, number=one.number),
            drawing.date_and_clock(view.zone, one.created_ns),
            one.author or view.say(said.SHIPPED),
            one.note,
            button(view, "load", one.number, own.LOAD),
            Markup("<b>{}</b>").format(view.say(own.IN_USE))
            if used
            else button(view, "use", one.number, own.USE),
        )

    # -- what a person does

    async def _print(self, form: Form) -> Printed | None:
        """What stands in the editors, printed; None when it cannot be, which the page then tells."""
        view = self._view
        source = str(self._source.value or "")[: LONGEST_SOURCE + 1]
        sample = str(self._sample.value or "")[: LONGEST_SAMPLE + 1]
        self._trouble = ""
        printed = None
        async with self._trying:
            try:
                data = read_sample(sample)
                printed = await asyncio.to_thread(render, source, data, language=view.language, form=form)
            except (Refused, PrintRefused) as refused:
                self._trouble = in_language(str(refused), view.language)
        self._turn += 1
        return printed

    async def _try(self, _key: str) -> None:
        self._shown = await self._print(Form.PNG)

    async def _pdf(self, _key: str) -> None:
        printed = await self._print(Form.PDF)
        if printed is not None:
            ui.download.content(printed.pages[0], f"{self._name}.pdf", "application/pdf")

    async def _describe(self, _key: str) -> None:
        row = self._kept.rows[0]
        if row is None:
            return

        async def save(values: Values) -> bool:
            sample = str(self._sample.value or "")
            return await self._kept.send(DescribePrintTemplate(row.name, values["zh"], values["en"], sample))

        current = {"zh": row.label.zh, "en": row.label.en}
        self._labels.open(self._view.say(own.DESCRIBE), current, save)

    async def _save(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            source = str(self._source.value or "")
            return await self._kept.send(SavePrintVersion(self._name, source, values["note"]))

        self._noted.open(self._view.say(own.SAVE_VERSION), {}, save)

    async def _use(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._kept.send(UsePrintVersion(self._name, int(key)))

    async def _load(self, key: str) -> None:
        one = next((one for one in self._kept.rows[1] if str(one.number) == key), None)
        if one is not None:
            self._source.value = one.source
            ui.notify(self._view.say(own.LOADED, number=one.number), type="info")


def _heading(view: View, text: Text) -> Markup:
    return Markup("<h2>{}</h2>").format(view.say(text))
