"""The site's files as text: devices, points, alarms, limits; checked as a whole before they are saved."""

from typing import Literal

from markupsafe import Markup
from nicegui import ui

from business.configuration.messages import WRITE, FileText
from config.editing import as_text
from config.versions import VersionError
from hmi.pages.configuration.proposing import Editing, opened
from hmi.pages.configuration.telling import tabs
from hmi.plain import theme_of
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import configuration as said


class FilesPage:
    def __init__(self, view: View, editing: Editing) -> None:
        self._view = view
        self._editing = editing
        documents = editing.base.documents
        self._texts = {file: as_text(documents, file) for file in sorted(documents)}
        self._stored = dict(self._texts)
        self._file = next(iter(self._texts), "site.toml")

    def draw(self) -> None:
        view, editing = self._view, self._editing
        is_dark = theme_of(view.client.request) == "dark"
        theme: Literal["vscodeDark", "vscodeLight"] = "vscodeDark" if is_dark else "vscodeLight"
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view))
            hint = view.say(said.EDITING, version=editing.base.number)
            html(Markup('<p class="sub">{} · {}</p>').format(hint, view.say(said.FILES_HINT)))
            html(view.block(self._bar, lambda: (tuple(self._texts), self._file)))
            self._code = ui.codemirror(
                self._texts.get(self._file, ""), language="TOML", theme=theme, line_wrapping=True
            ).classes("code tall")
            with ui.element("div").classes("toolbar"):
                ui.button(view.say(said.CHECK), on_click=self._check)
            html(view.block(editing.markup, lambda: editing.turn))
        view.on_form("save", WRITE, editing.submit)
        view.on_form("new-file", WRITE, self._add)
        view.on("file", WRITE, self._show)

    def _bar(self) -> Markup:
        view = self._view
        files = EMPTY.join(
            Markup('<button class="plain{}" data-act="file" data-key="{}">{}</button> ').format(
                " main" if file == self._file else "", file, file
            )
            for file in self._texts
        )
        return Markup(
            '<div class="toolbar">{}</div><form class="toolbar" data-form="new-file" autocomplete="off">'
            '<input name="file" placeholder="{}" maxlength="70"> <button class="plain">{}</button></form>'
        ).format(files, view.say(said.FILE_NAME), view.say(said.NEW_FILE))

    async def _show(self, file: str) -> None:
        if file in self._texts:
            self._texts[self._file] = str(self._code.value)
            self._file = file
            self._code.value = self._texts[file]

    async def _add(self, entered: Entered) -> None:
        name = entered.get("file", ("",))[0].strip()
        if name:
            self._texts.setdefault(name, "")
            self._stored.setdefault(name, "")
            await self._show(name)

    async def _check(self) -> None:
        if not await self._view.may(WRITE):
            return
        self._texts[self._file] = str(self._code.value)
        changed = [
            FileText(file, text) for file, text in self._texts.items() if text != self._stored.get(file)
        ]
        await self._editing.check((), changed)


async def files(view: View) -> None:
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(said.CONFIGURATION)):
            html(tabs(view) + Markup('<p class="warning">{}</p>').format(str(error)))
        return
    FilesPage(view, editing).draw()
