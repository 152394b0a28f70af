"""From an edit to a version: the dry run with its problems and differences, a reason, save, put in force."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup
from nicegui import ui

from actors.messages import ApplyConfiguration, Stage
from actors.said import in_language
from business.alarm_database.importing import defined
from business.alarm_database.messages import DefineAlarms
from business.configuration.desk import Proposal, State, Trouble
from business.configuration.messages import FileText, SaveConfiguration, SettingEdit
from business.configuration.service import Saving
from config.alarm_edits import AlarmEdit
from config.editing import tables_of
from config.settings_schema import WebAddressTable
from config.versions import Version
from hmi import words
from hmi.commanding import carry_out, in_words, send
from hmi.pages.configuration.telling import by_keys, names, restarts, told
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import configuration as said

APPLY = "configuration.apply"
_LINE = Markup("<p>{}</p>")
_NOTICE = Markup('<p class="notice" role="alert">{}</p>')


class Editing:
    """One edit of one version on one page."""

    def __init__(self, view: View, state: State, base: Version, *, two_person: bool) -> None:
        self.view = view
        self.base = base
        self._state = state
        self._two_person = two_person
        self._fields = by_keys(base.documents)
        self._body: Callable[[str], Saving] | None = None
        """From a reason to the command that saves what was checked."""
        self.proposal: Proposal | None = None
        self.reason = ""
        self.turn = 0
        self.then = "/configuration"
        """The page that comes after a version was saved."""

    async def check(self, edits: Sequence[SettingEdit], texts: Sequence[FileText]) -> bool:
        """The dry run; whether there is something to save."""
        desk = self.view.house.ports.desk
        proposal = await asyncio.to_thread(desk.propose, self.base, edits, texts)
        return self.take(
            proposal,
            lambda reason: SaveConfiguration(
                self.base.number, self._state.newest, tuple(edits), tuple(texts), reason
            ),
        )

    def define(self, proposal: Proposal, edits: Sequence[AlarmEdit]) -> bool:
        """The same for alarms, of which the dry run was made elsewhere."""
        alarms = defined(edits)
        return self.take(
            proposal, lambda reason: DefineAlarms(self.base.number, self._state.newest, alarms, reason)
        )

    def take(self, proposal: Proposal, body: Callable[[str], Saving]) -> bool:
        self.proposal, self._body = proposal, body
        self.turn += 1
        return not proposal.troubles and bool(proposal.differences)

    async def submit(self, entered: Entered) -> None:
        """Of the form below the differences: save, and perhaps put in force."""
        self.reason = entered.get("reason", ("",))[0]
        version = await self._save()
        if version and "apply" in entered.get("then", ()) and await self.view.may(APPLY):
            view = self.view
            if not await carry_out(view, ApplyConfiguration(version), APPLY, view.house.ports.gate):
                return
        if version:
            ui.navigate.to(self.then)

    async def _save(self) -> int:
        """The number of the new version; 0 when it was refused."""
        view = self.view
        if self._body is None:
            return 0
        result = await send(view, self._body(self.reason), lambda _result: None, view.house.ports.office)
        if result.stage is Stage.DONE:
            return self._state.newest + 1
        ui.notify(in_words(view, result), type="warning", multi_line=True)
        return 0

    def trouble_at(self, keys: tuple[object, ...]) -> str:
        """What is wrong with one field, in the page's language."""
        if self.proposal is None:
            return ""
        return " ".join(
            in_language(one.reason, self.view.language) for one in self.proposal.troubles if one.keys == keys
        )

    def markup(self, shown_at_fields: Callable[[Trouble], bool] = lambda _trouble: False) -> Markup:
        """What the dry run has found, and the form to save it."""
        if self.proposal is None:
            return _LINE.format(self.view.say(said.CHECK_FIRST))
        return EMPTY.join(self._parts(self.proposal, shown_at_fields))

    def _parts(self, proposal: Proposal, shown_at_fields: Callable[[Trouble], bool]) -> Iterator[Markup]:
        view = self.view
        if proposal.troubles:
            yield _NOTICE.format(view.say(said.TROUBLES, count=len(proposal.troubles)))
            elsewhere = [one for one in proposal.troubles if not shown_at_fields(one)]
            yield Markup('<ul class="troubles">{}</ul>').format(
                EMPTY.join(
                    Markup("<li><b>{}</b> {}</li>").format(one.place, in_language(one.reason, view.language))
                    for one in elsewhere
                )
            )
            return
        if not proposal.differences:
            yield _LINE.format(view.say(said.NO_DIFFERENCE, version=self.base.number))
            return
        yield Markup("<h2>{}</h2>").format(view.say(said.WOULD_CHANGE, count=len(proposal.differences)))
        yield told(view, proposal.differences, self._fields)
        anew = names(view, restarts(proposal.differences, self._fields))
        yield _LINE.format(view.say(said.RESTARTS, names=anew) if anew else view.say(said.NO_RESTART))
        yield from self._addresses(proposal)
        if self._two_person:
            yield _NOTICE.format(view.say(said.TWO_PERSONS))
        yield self._form()

    def _addresses(self, proposal: Proposal) -> Iterator[Markup]:
        """Where the pages go: the browser that saves it does not follow by itself."""
        settings = tables_of(proposal.documents).get("settings", {})
        for name, page in (("control", words.CONTROL_ROOM), ("office", words.OFFICE)):
            if any(one.keys[:2] == ("settings", name) for one in proposal.differences):
                at = WebAddressTable(**settings[name])
                address = f"http://{at.host}:{at.port}"
                yield _NOTICE.format(
                    self.view.say(said.NEW_ADDRESS, page=self.view.say(page), address=address)
                )

    def _form(self) -> Markup:
        view = self.view
        apply = EMPTY
        if view.can(APPLY) and not self._two_person:
            apply = Markup('<button class="plain main" name="then" value="apply">{}</button> ').format(
                view.say(said.SAVE_AND_APPLY)
            )
        return Markup(
            '<form class="record" data-form="save" autocomplete="off" novalidate><fieldset>'
            '<label class="field wide"><span>{}<i class="must">*</i></span>'
            '<input name="reason" maxlength="200" value="{}"></label></fieldset>'
            '<div class="toolbar">{}<button class="plain" name="then" value="save">{}</button></div></form>'
        ).format(view.say(said.REASON), self.reason, apply, view.say(said.SAVE_VERSION))


async def opened(view: View) -> Editing:
    """On the version that the address names, else on the one in force. Raises VersionError."""
    asked = view.client.request.query_params.get("base", "")
    desk = view.house.ports.desk

    def read() -> tuple[State, Version]:
        state = desk.state()
        return state, desk.store.get(int(asked) if asked.isdecimal() else state.running)

    state, base = await asyncio.to_thread(read)
    return Editing(view, state, base, two_person=view.live.site.settings.two_person)
