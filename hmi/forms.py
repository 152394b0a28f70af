"""Forms that follow from the declaration of fields: labels, inputs, problems at their fields.

They are plain HTML; what is entered comes back over the socket (`View.on_form`), so that wrong input loses
nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from actors.said import in_language
from business.attachments.store import KINDS
from business.registry.declare import Field
from business.registry.values import FieldProblem
from config.text import Text
from hmi import words as common
from hmi.guard import FILES
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import registry as words

_NUMBERS = frozenset({"integer", "decimal", "money", "area", "percent"})
_DATES = {"date": "date", "month": "month"}

TYPED = "~typed"
"""After the name of a reference: what was typed to find its record."""

Choices = Callable[[Field], Sequence[tuple[str, str]] | None]
"""The values that a field offers, with their labels; None for a field that is typed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form."""

    values: Mapping[str, str]
    """As a person writes them; of a reference its id."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What a reference refers to, by the name of its field."""
    problems: tuple[FieldProblem, ...] = ()


def form(
    view: View,
    name: str,
    fields: Iterable[Field],
    filled: Filled,
    choices: Choices,
    buttons: Markup,
) -> Markup:
    """A whole form, its fields under their headings, its buttons in one row that stays in sight."""
    groups: dict[str, list[Field]] = {}
    for one in fields:
        if not one.derived:
            groups.setdefault(view.name(one.group) if one.group else "", []).append(one)
    shown = {one.name for members in groups.values() for one in members}
    said = {one.field: in_language(one.reason, view.language) for one in filled.problems}
    unplaced = [one for one in filled.problems if one.field not in shown]
    parts = EMPTY.join(
        Markup("<fieldset>{}{}</fieldset>").format(
            Markup("<legend>{}</legend>").format(heading) if heading else EMPTY,
            EMPTY.join(entry(view, one, filled, choices, said.get(one.name, "")) for one in members),
        )
        for heading, members in groups.items()
    )
    return Markup(
        '<form class="record" data-form="{}" autocomplete="off" novalidate>{}{}'
        '<div class="toolbar ends-form">{}</div></form>'
    ).format(name, _wrong(view, unplaced, bool(said)), parts, buttons)


def save_button(view: View, text: Text = common.SAVE, do: str = "") -> Markup:
    return Markup('<button class="plain main" name="do" value="{}">{}</button>').format(do, view.say(text))


def cancel_button(view: View) -> Markup:
    return Markup('<button class="plain" data-act="cancel" type="button">{}</button>').format(
        view.say(common.CANCEL)
    )


def entry(view: View, one: Field, filled: Filled, choices: Choices, problem: str) -> Markup:
    """One field: label, input, unit, hint, problem."""
    label = Markup('{}<i class="unit">{}</i>{}').format(
        view.name(one.label),
        f" {one.unit}" if one.unit else "",
        Markup('<i class="must" title="{}">*</i>').format(view.say(words.REQUIRED))
        if one.required
        else EMPTY,
    )
    hint = Markup('<small class="sub">{}</small>').format(view.name(one.hint)) if one.hint else EMPTY
    told = Markup('<small class="problem" role="alert">{}</small>').format(problem) if problem else EMPTY
    return Markup('<label class="field{}{}"><span>{}</span>{}{}{}</label>').format(
        " wide" if one.type.name == "note" else "",
        " wrong" if problem else "",
        label,
        control(
            view,
            one,
            choices(one),
            filled.values.get(one.name, ""),
            title=filled.titles.get(one.name, ""),
        ),
        hint,
        told,
    )


def control(
    view: View,
    one: Field,
    offered: Sequence[tuple[str, str]] | None,
    value: str = "",
    *,
    title: str = "",
    name: str = "",
) -> Markup:
    """What a value of the field is entered into; `name` is the field's own unless another is given."""
    name = name or one.name
    if one.reference:
        return _reference(view, one, name, value, title)
    if offered is not None:
        return select(name, value, (("", ""), *offered), label=view.name(one.label))
    if one.type.name == "files":
        return _files(view, name, value)
    if one.type.name == "note":
        return Markup('<textarea name="{}" rows="3" maxlength="4000">{}</textarea>').format(name, value)
    kind = _DATES.get(one.type.name, "text")
    mode = "decimal" if one.type.name in _NUMBERS else "tel" if one.type.name == "phone" else "text"
    return Markup(
        '<input type="{}" name="{}" value="{}" inputmode="{}" maxlength="500" aria-label="{}">'
    ).format(kind, name, value, mode, view.name(one.label))


def select(
    name: str, value: str, options: Iterable[tuple[str, str]], of: str = "", label: str = ""
) -> Markup:
    """`of` is the id of the form to which it belongs, when it stands outside of it."""
    form_of = Markup(' form="{}"').format(of) if of else EMPTY
    label_of = Markup(' aria-label="{}"').format(label) if label else EMPTY
    return Markup('<select name="{}"{}{}>{}</select>').format(
        name, form_of, label_of, options_of(options, value)
    )


def options_of(options: Iterable[tuple[str, str]], chosen: str) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    on = Markup(" selected")
    return EMPTY.join(option.format(code, on if code == chosen else EMPTY, label) for code, label in options)


def _files(view: View, name: str, value: str) -> Markup:
    """The names of the files; the browser sends new ones ahead and puts their names here."""
    _, entity, record = (*view.path.split("/"), "", "")[:3]
    item = Markup(
        '<li data-file="{}"><img src="{}" alt="{}">'
        '<button type="button" class="quiet" title="{}">✕</button></li>'
    )
    drop, said = view.say(words.REMOVE), view.say(words.FILE, number="")
    shown = EMPTY.join(
        item.format(one, f"{FILES}{entity}/{record}/{one}", said, drop)
        for one in value.replace(",", " ").split()
    )
    return Markup(
        '<span class="files" data-files="{}{}"><input type="hidden" name="{}" value="{}"><ul>{}</ul>'
        "<template>{}</template>"
        '<input type="file" multiple accept="{}" aria-label="{}"><small class="problem" role="alert"></small>'
        "</span>"
    ).format(
        FILES,
        entity,
        name,
        value,
        shown,
        item.format("", "", said, drop),
        ",".join(kind for _, kind in KINDS),
        view.say(words.ADD_FILES),
    )


def _reference(view: View, one: Field, name: str, value: str, title: str) -> Markup:
    listed = f"{name}-choices".replace(".", "-")
    return Markup(
        '<span class="reference" data-suggest="suggest" data-about="{entity}\t{listed}">'
        '<input type="search" value="{title}" placeholder="{hint}" aria-label="{label}" maxlength="80" '
        'role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="{listed}" '
        'name="{name}{typed}">'
        '<input type="hidden" name="{name}" value="{value}">'
        '<ul class="block suggestions" id="{listed}" role="listbox"></ul></span>'
    ).format(
        entity=one.reference,
        listed=listed,
        title=title,
        hint=view.say(words.TYPE_TO_FIND),
        label=view.name(one.label),
        name=name,
        value=value,
        typed=TYPED,
    )


def _wrong(view: View, problems: list[FieldProblem], wrong: bool) -> Markup:  # noqa: FBT001
    if not wrong:
        return EMPTY
    lines = EMPTY.join(
        Markup("<br>{}：{}").format(view.name(one.label), in_language(one.reason, view.language))
        for one in problems
    )
    return Markup('<p class="notice" role="alert">{}{}</p>').format(view.say(words.CORRECT_THESE), lines)
