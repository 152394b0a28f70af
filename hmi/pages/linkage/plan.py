"""The form of a plan: filled by hand or from the device tree, checked meanwhile, saved as a version."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from nicegui import json

from actors.said import in_language, said
from business.configuration.desk import Trouble
from business.configuration.messages import WRITE, FileText
from config.entries import Documents
from config.export import toml
from config.plan_checks import faults
from config.plans import EndWhen
from config.site import Site
from config.versions import VersionError
from hmi.pages.configuration.proposing import Editing, opened
from hmi.pages.linkage import filling
from hmi.pages.linkage.filling import Filled
from hmi.pages.linkage.playing import Playing
from hmi.pages.linkage.sheet import Sheet
from hmi.pages.linkage.tree import DeviceTree
from hmi.pages.linkage.trying import Tried
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import linkage
from hmi.words import plan_form as words

FILE = "linkage.toml"
_NEW: Filled = {
    "level": ("5",),
    "group": ("other",),
    "end.when": (EndWhen.DONE.value,),
}
_WARNING = Markup('<p class="notice">{}</p>')


class PlanPage:
    def __init__(self, view: View, editing: Editing, site: Site, name: str) -> None:
        """`name` is the id of the plan, '' for a new one."""
        self._view = view
        self._editing = editing
        self._site = site
        self._name = name
        self._file, self._at = place_of(editing.base.documents, name)
        plan = editing.base.documents[self._file]["plan"][self._at] if name else {}
        self._form: Filled = filling.filled(plan) if name else filling.added(dict(_NEW), "trigger")
        self._sheet = Sheet(view, site, is_new=not name)
        self._problems: dict[str, str] = {}
        self._warnings: tuple[str, ...] = ()
        self._turn = 0
        self._asked = 0
        self._checking = asyncio.Lock()
        self._tried = Tried(view)
        self._playing = Playing(view, self._planned, self._tried)

    async def draw(self, title: str) -> None:
        view, editing = self._view, self._editing
        await asyncio.to_thread(self._tried.read, self._site.plans.get(self._name))
        may = view.can(WRITE)
        editing.then = "/linkage"
        above = Markup('<p class="crumbs"><a href="/linkage">{}</a></p>').format(view.say(linkage.PLANS))
        with frame(view, title, above):
            if not may:
                html(_WARNING.format(view.say(words.READ_ONLY)))
            html(view.block(self._standing, lambda: self._tried.turn))
            html(
                Markup('<div class="planning"><div>{}{}{}</div>{}</div>').format(
                    view.block(self._drawn, lambda: self._turn),
                    view.block(self._notes, lambda: (self._warnings, self._is_untried())),
                    view.block(lambda: editing.markup(self._is_here), lambda: editing.turn) if may else EMPTY,
                    DeviceTree(view, self._site).markup() if may else EMPTY,
                )
            )
            self._playing.draw()
        view.on_form("plan", WRITE, self._entered)
        view.on_form("save", WRITE, editing.submit)

    # -- what is entered

    async def _entered(self, entered: Entered) -> None:
        what, *where = entered.get("do", ("check",))[0].split()
        # Of another kind's fields, which the form does not show now, nothing is lost either.
        hidden = {name: values for name, values in self._form.items() if name not in self._sheet.names}
        self._form = {**hidden, **{name: values for name, values in entered.items() if name != "do"}}
        match (what, *where):
            case ("add", row) if row in filling.ROWS:
                self._form = filling.added(self._form, row)
            case ("remove", row, at) if row in filling.ROWS and at.isdecimal():
                self._form = filling.removed(self._form, row, int(at))
            case ("up", row, at) if row in filling.ROWS and at.isdecimal():
                self._form = filling.moved(self._form, row, int(at))
        if what != "check":
            self._drawn()  # from here on problems find the fields that the form now has
        await self._check()
        if what != "check":
            self._turn += 1
        self._tell()

    async def _check(self) -> None:
        self._asked += 1
        asked = self._asked
        async with self._checking:
            if asked == self._asked:  # else a later check tells more
                await self._checked()

    async def _checked(self) -> None:
        documents, text = self._documents()
        await self._editing.check((), [FileText(self._file, text)])
        proposal = self._editing.proposal
        troubles = proposal.troubles if proposal is not None else ()
        problems: dict[str, list[str]] = {}
        for trouble in troubles:
            if (at := self._place(trouble)) is not None:
                problems.setdefault(at, []).append(in_language(trouble.reason, self._view.language))
        warnings: tuple[str, ...] = ()
        if not troubles:
            warnings = await asyncio.to_thread(self._warned, documents, problems)
        self._problems = {path: " ".join(texts) for path, texts in problems.items()}
        self._warnings = warnings

    def _warned(self, documents: Documents, problems: dict[str, list[str]]) -> tuple[str, ...]:
        """What the plan may do, but somebody should look at: at its fields, and as a list."""
        site = self._view.house.ports.desk.site(documents)
        self._tried.read(site.plans.get(self._id()) if site is not None else None)
        found = []
        for one in faults(site) if site is not None else ():
            if one.plan == self._id() and not one.is_error:
                text = said(f"{one.zh}；{one.way_out.zh}", f"{one.en}. {one.way_out.en}")
                told = in_language(text, self._view.language)
                problems.setdefault(self._nearest(".".join(map(str, one.keys))), []).append(told)
                found.append(told)
        return tuple(found)

    def _id(self) -> str:
        return self._name or filling.text(self._form, "id").strip()

    def _table(self) -> dict[str, Any]:
        return filling.table(self._form)

    def _documents(self) -> tuple[Documents, str]:
        """All documents with the plan as it stands in the form, and the text of its file."""
        documents = self._editing.base.documents
        tables: dict[str, Any] = dict(documents.get(self._file, {}))
        plans = [*tables.get("plan", [])]
        plans[self._at : self._at + 1] = [self._table()]
        tables["plan"] = plans
        return {**documents, self._file: tables}, toml(tables)

    async def _planned(self) -> tuple[Site, str] | None:
        """The site with the plan of the form, and the plan's id; None while it has errors."""
        await self._check()
        self._tell()
        proposal = self._editing.proposal
        if proposal is None or proposal.troubles:
            return None
        site = await asyncio.to_thread(self._view.house.ports.desk.site, self._documents()[0])
        if site is None or self._id() not in site.plans:
            return None
        return replace(site, version=self._view.live.site.version), self._id()

    # -- what is told

    def _place(self, trouble: Trouble) -> str | None:
        """The field that a trouble is about; None when it is none of this plan's."""
        if trouble.file != self._file or trouble.keys[:2] != ("plan", self._at):
            return None
        return self._nearest(".".join(map(str, trouble.keys[2:])))

    def _nearest(self, path: str) -> str:
        """The field of this path, or the section around it."""
        rows = {f"{row}.{at}" for row in filling.ROWS for at in range(filling.count(self._form, row))}
        known = self._sheet.names | rows | {*filling.ROWS, "end"}
        while path and (path not in known or path.endswith((".zh", ".en"))):
            path = path.rpartition(".")[0]
        return path

    def _is_here(self, trouble: Trouble) -> bool:
        return self._place(trouble) is not None

    def _tell(self) -> None:
        self._view.client.run_javascript(f"plan.tell({json.dumps(self._problems)})")

    def _is_untried(self) -> bool:
        """To be enabled, and never played as it stands."""
        changed = self._editing.proposal is not None and bool(self._editing.proposal.differences)
        return changed and filling.YES in self._form.get("enabled", ()) and self._tried.never

    def _drawn(self) -> Markup:
        return self._sheet.markup(self._form, self._problems, locked=not self._view.can(WRITE))

    def _standing(self) -> Markup:
        """Above a form that may be long: when it was simulated as it stands, and the way there."""
        view = self._view
        found = self._tried.markup()
        if self._tried.never:
            found = Markup('<p class="sub">{}</p>').format(view.say(words.NOT_YET_SIMULATED))
        link = Markup('<a href="#simulation">{} ↓</a>').format(view.say(words.SIMULATION))
        return Markup('<div class="toolbar simulated">{}{}</div>').format(found, link)

    def _notes(self) -> Markup:
        view = self._view
        found = EMPTY
        if self._is_untried():
            found += Markup('<p class="notice" data-untried>{}</p>').format(view.say(words.NEVER_SIMULATED))
        if self._warnings:
            lines = EMPTY.join(map(Markup("<li>{}</li>").format, self._warnings))
            found += Markup('<div class="notice" data-warnings>{}<ul>{}</ul></div>').format(
                view.say(words.WARNINGS), lines
            )
        return found


def place_of(documents: Documents, plan: str) -> tuple[str, int]:
    """File and index of a plan, or where a new one ('') goes. Raises KeyError."""
    files: Mapping[str, list[Mapping[str, Any]]] = {
        file: list(tables.get("plan", ())) for file, tables in documents.items()
    }
    for file, plans in files.items():
        for at, one in enumerate(plans):
            if plan and one.get("id") == plan:
                return file, at
    if plan:
        raise KeyError(plan)
    file = next((name for name, plans in files.items() if plans), FILE)
    return file, len(files.get(file, []))


async def plan(view: View, name: str) -> None:
    await _draw(view, name)


async def new(view: View) -> None:
    await _draw(view, "")


async def _draw(view: View, name: str) -> None:
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(linkage.PLAN)):
            html(Markup('<p class="warning">{}</p>').format(str(error)))
        return
    site = await asyncio.to_thread(view.house.ports.desk.site, editing.base.documents)
    try:
        place_of(editing.base.documents, name)
    except KeyError:
        site = None
    if site is None:
        with frame(view, view.say(linkage.PLAN)):
            told = view.say(words.NO_PLAN, version=editing.base.number, plan=name)
            html(Markup('<p class="notice">{}</p>').format(told))
        return
    known = site.plans.get(name)
    title = view.say(words.EDIT, name=view.name(known.name)) if known else view.say(words.NEW)
    await PlanPage(view, editing, site, name).draw(title)
