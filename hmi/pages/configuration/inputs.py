"""The fields of a schema as inputs: label, unit, limits, what is wrong."""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from config.problems import Key
from config.settings_fields import Kind, SettingField, as_text, name_of
from hmi.forms import select
from hmi.pages.configuration.telling import names, unit
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import NO, YES
from hmi.words import configuration as said

Offered = Callable[[SettingField], Mapping[str, str] | None]
"""What may be chosen in a field, with names for it; None for what its schema says."""


class Inputs:
    def __init__(
        self,
        view: View,
        trouble_at: Callable[[tuple[Key, ...]], str],
        offered: Offered = lambda _field: None,
    ) -> None:
        self._view = view
        self._trouble_at = trouble_at
        self._offered = offered

    def entry(self, one: SettingField, texts: Sequence[str]) -> Markup:
        view = self._view
        trouble = self._trouble_at(one.keys)
        hints = [view.name(one.hint), *self._limits(one)]
        if one.restarts:
            hints.append(view.say(said.RESTARTS_MARK, names=names(view, one.restarts)))
        if one.locked:
            hints.append(view.say(said.ONLY_FILES))
        return Markup(
            '<{tag} class="field{}{}"><span>{}<i class="unit">{}</i>{}</span>{}<small class="sub">{}</small>'
            "{}</{tag}>"
        ).format(
            " wide" if one.kind is Kind.LINES else "",
            " wrong" if trouble else "",
            view.name(one.label),
            f" {unit(view, one.unit)}" if one.unit else "",
            Markup('<i class="must">*</i>') if one.required else EMPTY,
            self._input(one, texts),
            " · ".join(hints),
            Markup('<small class="problem" role="alert">{}</small>').format(trouble) if trouble else EMPTY,
            # Boxes have labels of their own.
            tag=Markup("div") if one.kind is Kind.LINES and self._offered(one) else Markup("label"),
        )

    def _limits(self, one: SettingField) -> Sequence[str]:
        view, found = self._view, []
        hint = view.name(one.hint)
        if one.low is not None and one.high is not None and f"{one.high:g}" not in hint:
            found.append(view.say(said.RANGE, low=f"{one.low:g}", high=f"{one.high:g}"))
        elif one.low is not None and one.high is None and f"{one.low:g}" not in hint:
            found.append(view.say(said.AT_LEAST, low=f"{one.low:g}"))
        if one.default not in (None, "", [], False):
            text = as_text(one, one.default)
            named = self._offered(one) or {}
            default = view.say(YES) if one.kind is Kind.YES_NO else named.get(text, text)
            found.append(view.say(said.DEFAULT, value=default))
        return found

    def _input(self, one: SettingField, texts: Sequence[str]) -> Markup:
        name = name_of(one)
        text = texts[0] if texts else ""
        match one.kind:
            case Kind.YES_NO:
                options = (("", self._view.say(NO)), ("yes", self._view.say(YES)))
                return select(name, text, options)
            case Kind.CHOICE:
                named = self._offered(one) or {each: each for each in one.choices}
                return select(name, text, named.items())
            case Kind.LINES if (offered := self._offered(one)) is not None:
                return self._boxes(name, "\n".join(texts).split("\n"), offered)
            case Kind.LINES:
                return Markup('<textarea name="{}" rows="3" maxlength="4000">{}</textarea>').format(
                    name, text
                )
            case _:
                mode = "numeric" if one.kind in {Kind.WHOLE, Kind.NUMBER} else "text"
                return Markup(
                    '<input type="text" name="{}" value="{}" inputmode="{}" maxlength="500"{}>'
                ).format(name, text, mode, Markup(" readonly") if one.locked else EMPTY)

    def _boxes(self, name: str, chosen: Sequence[str], offered: Mapping[str, str]) -> Markup:
        """Also what was chosen and is not offered any more: it stays until somebody takes it out."""
        box = Markup('<label><input type="checkbox" name="{}" value="{}"{}> {}</label>')
        shown = {**offered, **{one: one for one in chosen if one and one not in offered}}
        return Markup('<span class="ticks tall">{}</span>').format(
            EMPTY.join(
                box.format(name, code, Markup(" checked") if code in chosen else EMPTY, label)
                for code, label in shown.items()
            )
        )
