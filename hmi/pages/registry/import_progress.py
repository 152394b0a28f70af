"""How far an import is, what would become or became of its rows, and what can be done next."""

from collections.abc import Iterator

from markupsafe import Markup

from actors.said import in_language
from business.importing.model import Phase
from business.importing.queries import ImportState, RowErrors
from business.jobs.model import RunState
from business.property.importing import special_columns
from business.registry.entity import Entity
from config.text import Text
from hmi import words as common
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import refusals
from hmi.words import transfers as words


def steps(view: View, at: int) -> Markup:
    """Those of an import; `at` is the number of the one that is being taken."""
    item = Markup("<li{}><b>{}</b>{}</li>")
    return Markup('<ol class="steps">{}</ol>').format(
        EMPTY.join(
            item.format(Markup(' aria-current="step"') if number == at else EMPTY, number, view.say(text))
            for number, text in words.STEPS.items()
        )
    )


class ImportProgress:
    def __init__(self, view: View, entity: Entity) -> None:
        self._view = view
        self._entity = entity

    def drawn(self, state: ImportState, errors: tuple[RowErrors, ...]) -> Markup:
        """`errors` are the first of them."""
        return self._head(state) + self._counts(state) + self._ways(state) + self._table(state, errors)

    def _head(self, state: ImportState) -> Markup:
        view = self._view
        said = _headline(state)
        trouble = EMPTY
        if state.error and state.state in {RunState.FAILED, RunState.INTERRUPTED}:
            reason = refusals.refusal(view.language, state.error)
            trouble = Markup('<p class="warning" role="alert">{}</p>').format(reason)
        if not state.is_open:
            return Markup("<h2>{}：{}</h2>{}").format(state.file_name, view.say(said), trouble)
        total = Markup(' max="{}" value="{}"').format(state.total, state.done) if state.total else EMPTY
        rows = (
            view.say(words.ROWS_OF, done=state.done, total=state.total)
            if state.total
            else view.say(words.ROWS_DONE, done=state.done)
        )
        cancel = (
            Markup('<button class="plain" data-act="cancel" data-key="">{}</button>').format(
                view.say(common.CANCEL)
            )
            if not state.cancelling
            else EMPTY
        )
        return Markup(
            '<h2>{}：{}</h2><div class="toolbar"><progress{}></progress><span>{}</span>{}</div>'
        ).format(state.file_name, view.say(said), total, rows, cancel)

    def _counts(self, state: ImportState) -> Markup:
        told = words.WOULD if state.phase is Phase.TRIAL else words.DONE
        box = Markup("<div{}><b>{}</b>{}</div>")
        found = (
            (name, count, text)
            for name, text in told.items()
            if (count := getattr(state, name)) or name in {"created", "failed"}
        )
        return Markup('<div class="counts">{}</div>').format(
            EMPTY.join(
                box.format(
                    Markup(' class="bad"') if name == "failed" and count else EMPTY,
                    count,
                    self._view.say(text),
                )
                for name, count, text in found
            )
        )

    def _ways(self, state: ImportState) -> Markup:
        """What can be done next."""
        return Markup('<div class="toolbar">{}</div>{}').format(
            EMPTY.join(self._buttons(state)), self._note(state)
        )

    def _buttons(self, state: ImportState) -> Iterator[Markup]:
        view = self._view
        if state.is_open:
            return
        button = Markup('<button class="plain main" data-act="commit" data-key="">{}</button>')
        link = Markup('<a class="plain" href="{}"{}>{}</a>')
        tried = state.phase is Phase.TRIAL
        if tried and state.state is RunState.DONE and (good := state.created + state.updated):
            yield button.format(view.say(words.IMPORT_GOOD, count=good))
        if not tried and state.state is not RunState.DONE:
            yield button.format(view.say(words.GO_ON))
        if state.failed:
            path = f"/transfer/failed/{state.file}"
            yield link.format(path, Markup(" download"), view.say(words.FAILED_FILE))
        if tried:
            yield link.format(f"?file={state.file}&map", EMPTY, view.say(words.MAP_AGAIN))
        yield link.format(f"/{self._entity.name}/import", EMPTY, view.say(words.ANOTHER_FILE))
        if not tried:
            what = view.name(self._entity.label)
            yield link.format(f"/{self._entity.name}", EMPTY, view.say(words.SEE_RECORDS, what=what))

    def _note(self, state: ImportState) -> Markup:
        good = state.created + state.updated
        if state.is_open or state.phase is not Phase.TRIAL or not state.failed or not good:
            return EMPTY
        return Markup('<p class="sub">{}</p>').format(self._view.say(words.IMPORT_GOOD_ONLY, count=good))

    def _table(self, state: ImportState, errors: tuple[RowErrors, ...]) -> Markup:
        view = self._view
        if state.is_open or not errors:
            return EMPTY
        labels = self._labels()
        heads = (
            ("tight", words.ROW),
            ("tight", words.COLUMN),
            ("", words.VALUE),
            ("", words.REASON),
            ("hide-small", words.FIX),
        )
        row = Markup(
            '<tr><td class="tight">{}</td><td class="tight">{}</td><td>{}</td><td>{}</td>'
            '<td class="hide-small">{}</td></tr>'
        )
        rows = (
            row.format(
                one.row,
                f"{error.letter} {view.name(labels[error.column]) if error.column in labels else ''}",
                error.value,
                in_language(error.reason, view.language),
                in_language(error.fix, view.language),
            )
            for one in errors
            for error in one.errors
        )
        more = (
            Markup('<p class="sub">{}</p>').format(
                view.say(words.ERRORS_SHOWN, shown=len(errors), count=state.failed)
            )
            if state.failed > len(errors)
            else EMPTY
        )
        heading = Markup("<h2>{}</h2>{}").format(view.say(words.ERRORS), more)
        return heading + table([(look, view.say(text)) for look, text in heads], rows, "errors")

    def _labels(self) -> dict[str, Text]:
        found = {one.name: one.label for one in self._entity.fields}
        return found | {one.name: one.label for one in special_columns(self._entity.name)}


def _headline(state: ImportState) -> Text:
    if state.cancelling and state.is_open:
        return words.CANCELLING
    if state.state is RunState.QUEUED:
        return words.WAITING
    trial = state.phase is Phase.TRIAL
    match state.state:
        case RunState.RUNNING:
            return words.CHECKING if trial else words.IMPORTING
        case RunState.DONE:
            return words.CHECKED if trial else words.IMPORTED
        case RunState.CANCELLED:
            return words.CHECK_STOPPED if trial else words.STOPPED
        case _:
            return words.FAILED
