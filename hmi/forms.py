"""Forms that follow from the declaration of fields: labels, inputs, problems at their fields.

They are plain HTML; what is entered comes back over the socket (`View.on_form`), so that wrong input loses
nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from actors.said import in_language
from business.registry.declare import Field
from business.registry.values import FieldProblem
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import registry as words

_NUMBERS = frozenset({"integer", "decimal", "money", "area", "percent"})
_DATES = {"date": "date", "month": "month"}

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
    view: View, name: str, fields: Iterable[Field], filled: Filled, choices: Choices, button: str
) -> Markup:
    """A whole form, its fields under their headings."""
    groups: dict[str, list[Field]] = {}
    for one in fields:
        if not one.derived:
            groups.setdefault(view.name(one.group) if one.group else "", []).append(one)
    said = {one.field: in_language(one.reason, view.language) for one in filled.problems}
    unplaced = [
        one for one in filled.problems if not any(f.name == one.field for g in groups.values() for f in g)
    ]
    parts = EMPTY.join(
        Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(
            heading,
            EMPTY.join(entry(view, one, filled, choices, said.get(one.name, "")) for one in members),
        )
        for heading, members in groups.items()
    )
    return Markup(
        '<form class="record" data-form="{}" autocomplete="off" novalidate>{}{}'
        '<div class="toolbar"><button class="plain main">{}</button></div></form>'
    ).format(name, _unplaced(view, unplaced, bool(said)), parts, button)


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
        _input(view, one, filled, choices),
        hint,
        told,
    )


def _input(view: View, one: Field, filled: Filled, choices: Choices) -> Markup:
    value = filled.values.get(one.name, "")
    offered = choices(one)
    if one.reference:
        return _reference(view, one, value, filled.titles.get(one.name, ""))
    if offered is not None:
        return select(one.name, value, (("", ""), *offered))
    if one.type.name == "note":
        return Markup('<textarea name="{}" rows="3" maxlength="4000">{}</textarea>').format(one.name, value)
    kind = _DATES.get(one.type.name, "text")
    mode = "decimal" if one.type.name in _NUMBERS else "tel" if one.type.name == "phone" else "text"
    return Markup('<input type="{}" name="{}" value="{}" inputmode="{}" maxlength="500">').format(
        kind, one.name, value, mode
    )


def select(name: str, value: str, options: Iterable[tuple[str, str]], of: str = "") -> Markup:
    """`of` is the id of the form to which it belongs, when it stands outside of it."""
    option = Markup('<option value="{}"{}>{}</option>')
    form_of = Markup(' form="{}"').format(of) if of else EMPTY
    return Markup('<select name="{}"{}>{}</select>').format(
        name,
        form_of,
        EMPTY.join(
            option.format(code, Markup(" selected") if code == value else EMPTY, label)
            for code, label in options
        ),
    )


def _reference(view: View, one: Field, value: str, title: str) -> Markup:
    listed = f"{one.name}-choices".replace(".", "-")
    return Markup(
        '<span class="reference" data-reference="{entity}" data-list="{listed}">'
        '<input type="search" value="{title}" placeholder="{hint}" aria-label="{label}" maxlength="80">'
        '<input type="hidden" name="{name}" value="{value}"><ul class="block" id="{listed}"></ul></span>'
    ).format(
        entity=one.reference,
        listed=listed,
        title=title,
        hint=view.say(words.TYPE_TO_FIND),
        label=view.name(one.label),
        name=one.name,
        value=value,
    )


def _unplaced(view: View, problems: list[FieldProblem], wrong: bool) -> Markup:  # noqa: FBT001
    if not wrong:
        return EMPTY
    lines = EMPTY.join(
        Markup("<br>{}：{}").format(view.name(one.label), in_language(one.reason, view.language))
        for one in problems
    )
    return Markup('<p class="notice" role="alert">{}{}</p>').format(view.say(words.CORRECT_THESE), lines)
