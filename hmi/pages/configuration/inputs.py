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

Offering = Callable[[SettingField], Mapping[str, str] | None]
"""What may be chosen in a field, with names for it; None for what its schema says."""
_FEW = 12
"""Boxes that are shown side by side."""


class Inputs:
    def __init__(
        self,
        view: View,
        trouble_at: Callable[[tuple[Key, ...]], str],
        offered: Offering = lambda _field: None,
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
            " wide" if one.kind in {Kind.LINES, Kind.CHOICES, Kind.LONG} else "",
            " wrong" if trouble else "",
            view.name(one.label),
            f" {unit(view, one.unit)}" if one.unit else "",
            Markup('<i class="must">*</i>') if one.required else EMPTY,
            self._input(one, texts),
            " · ".join(hints),
            Markup('<small class="problem" role="alert">{}</small>').format(trouble) if trouble else EMPTY,
            # Boxes have labels of their own.
            tag=Markup("div") if self.is_ticked(one) else Markup("label"),
        )

    def is_ticked(self, one: SettingField) -> bool:
        """Whether each of its choices has a box, and so comes by itself."""
        return one.kind is Kind.CHOICES or (one.kind is Kind.LINES and self._offered(one) is not None)

    def _limits(self, one: SettingField) -> Sequence[str]:
        view, found = self._view, []
        hint = view.name(one.hint)
        low, high = (None if each is None else f"{each:.12g}" for each in (one.low, one.high))
        if low is not None and high is not None and high not in hint:
            found.append(view.say(said.RANGE, low=low, high=high))
        elif low is not None and high is None and low not in hint:
            found.append(view.say(said.AT_LEAST, low=low))
        if one.default not in (None, "", [], False):
            named = self._offered(one) or {}
            texts = as_text(one, one.default).split("\n")
            default = (
                view.say(YES)
                if one.kind is Kind.YES_NO
                else view.listed(named.get(text, text) for text in texts)
            )
            found.append(view.say(said.DEFAULT, value=default))
        return found

    def _input(self, one: SettingField, texts: Sequence[str]) -> Markup:
        name = name_of(one)
        text = texts[0] if texts else ""
        match one.kind:
            case Kind.YES_NO:
                options = (("", self._view.say(NO)), ("yes", self._view.say(YES)))
                return select(name, text, options)
            case _ if self.is_ticked(one):
                return self._boxes(name, "\n".join(texts).split("\n"), self._choices(one))
            case Kind.CHOICE:
                return self._choice(one, text)
            case Kind.LINE if self._offered(one) is not None:
                return self._choice(one, text)
            case Kind.LINES | Kind.LONG:
                return Markup('<textarea name="{}" rows="3" maxlength="4000">{}</textarea>').format(
                    name, text
                )
            case _:
                mode = "numeric" if one.kind in {Kind.WHOLE, Kind.NUMBER} else "text"
                return Markup(
                    '<input type="text" name="{}" value="{}" inputmode="{}" maxlength="500"{}>'
                ).format(name, text, mode, Markup(" readonly") if one.locked else EMPTY)

    def _choices(self, one: SettingField) -> Mapping[str, str]:
        found = self._offered(one)
        return {each: each for each in one.choices} if found is None else found

    def _choice(self, one: SettingField, chosen: str) -> Markup:
        """With none where none may stand, and with what was chosen and is not offered any more."""
        offered = self._choices(one)
        none = {} if "" in offered or one.default else {"": ""}
        stale = {chosen: chosen} if chosen and chosen not in offered else {}
        return select(name_of(one), chosen, {**none, **offered, **stale}.items())

    def _boxes(self, name: str, chosen: Sequence[str], offered: Mapping[str, str]) -> Markup:
        """Also what was chosen and is not offered any more: it stays until somebody takes it out."""
        box = Markup('<label><input type="checkbox" name="{}" value="{}"{}> {}</label>')
        shown = {**offered, **{one: one for one in chosen if one and one not in offered}}
        return Markup('<span class="ticks{}">{}</span>').format(
            " tall" if len(shown) > _FEW else "",
            EMPTY.join(
                box.format(name, code, Markup(" checked") if code in chosen else EMPTY, label)
                for code, label in shown.items()
            ),
        )
