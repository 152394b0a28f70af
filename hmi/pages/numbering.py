"""Numbering rules, for whoever keeps them."""

from markupsafe import Markup

from actors.said import in_language
from business.numbering.messages import (
    MANAGE,
    ChangeNumberingRule,
    CreateNumberingRule,
    RemoveNumberingRule,
)
from business.numbering.pattern import LONGEST, RESETS, PatternError, Reset
from business.numbering.queries import RuleRow, preview, rules
from hmi.editing import YES, Editor, Field, Kept, Kind, Values, button, confirm, now, toolbar
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import editing as said
from hmi.words import numbering as own

_FIELDS = "{yyyy} {yy} {MM} {dd} {project} {seq:4}"
_SEQUENCE = "{seq:4}"


class NumberingPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._kept = Kept(view, MANAGE, rules)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(own.NUMBERING)):
            html(toolbar(button(view, "add", "", own.ADD_RULE)))
            html(self._kept.block(self._table))
            self._editor = Editor(
                view,
                (
                    Field("code", said.CODE, hint=view.say(said.CODE_HINT)),
                    Field("zh", said.LABEL_ZH),
                    Field("en", said.LABEL_EN),
                    Field(
                        "pattern",
                        own.PATTERN,
                        longest=LONGEST,
                        hint=view.say(own.PATTERN_HINT, fields=_FIELDS, sequence=_SEQUENCE),
                    ),
                    Field("reset", own.RESET, Kind.CHOICE),
                    Field("per_project", own.PER_PROJECT, Kind.YES_NO, hint=view.say(own.FROM_NEXT)),
                ),
                self._told,
            )
            self._confirm = confirm(view)
        view.on("add", MANAGE, self._add)
        view.on("edit", MANAGE, self._edit)
        view.on("remove", MANAGE, self._remove)

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", own.RULE),
            ("tight hide-small", said.CODE),
            ("tight", own.PATTERN),
            ("tight hide-small", own.EXAMPLE),
            ("tight hide-small", own.RESET),
            ("tight hide-small", own.SCOPE),
            ("tight hide-small", said.ORIGIN),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._line, self._kept.rows),
        )

    def _line(self, rule: RuleRow) -> Markup:
        view = self._view
        first, *_ = preview(rule.pattern, rule.reset, now(view), per_project=rule.per_project)
        removable = not rule.built_in and not rule.periods
        return Markup(
            '<tr data-rule="{}"><td>{}</td><td class="tight hide-small"><code>{}</code></td>'
            '<td class="tight"><code>{}</code></td><td class="tight hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            rule.name,
            view.name(rule.label),
            rule.name,
            rule.pattern,
            first,
            view.say(RESETS[rule.reset]),
            view.say(own.PER_PROJECT if rule.per_project else own.GLOBAL),
            view.say(said.SHIPPED if rule.built_in else said.OWN),
            button(view, "edit", rule.name, said.EDIT),
            button(view, "remove", rule.name, said.REMOVE) if removable else EMPTY,
        )

    def _told(self, values: Values) -> str:
        """What the pattern makes, or why it makes nothing, while it is typed."""
        view = self._view
        if not values["pattern"] or not values["reset"]:
            return ""
        try:
            made = preview(
                values["pattern"],
                Reset(values["reset"]),
                now(view),
                per_project=values["per_project"] == YES,
            )
        except PatternError as error:
            return in_language(str(error), view.language)
        return view.say(own.EXAMPLES, numbers="  ".join(made))

    def _rule(self, name: str) -> RuleRow | None:
        return next((rule for rule in self._kept.rows if rule.name == name), None)

    def _choices(self) -> dict[str, dict[str, str]]:
        return {"reset": {reset.value: self._view.say(text) for reset, text in RESETS.items()}}

    async def _add(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(
                CreateNumberingRule(
                    values["code"],
                    values["zh"],
                    values["en"],
                    values["pattern"],
                    values["reset"],
                    values["per_project"] == YES,
                )
            )

        new = {"pattern": "{yyyy}-{seq:4}", "reset": Reset.YEARLY.value}
        self._editor.open(self._view.say(own.ADD_RULE), new, save, choices=self._choices())

    async def _edit(self, key: str) -> None:
        rule = self._rule(key)
        if rule is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(
                ChangeNumberingRule(
                    rule.name,
                    values["zh"],
                    values["en"],
                    values["pattern"],
                    values["reset"],
                    values["per_project"] == YES,
                )
            )

        current = {
            "code": rule.name,
            "zh": rule.label.zh,
            "en": rule.label.en,
            "pattern": rule.pattern,
            "reset": rule.reset.value,
            "per_project": YES if rule.per_project else "",
        }
        title = self._view.say(own.EDIT_RULE, rule=rule.name)
        self._editor.open(title, current, save, choices=self._choices(), locked=("code",))

    async def _remove(self, key: str) -> None:
        rule = self._rule(key)
        if rule is not None:
            self._confirm(
                self._view.name(rule.label), lambda: self._kept.send(RemoveNumberingRule(rule.name))
            )


async def numbering(view: View) -> None:
    await NumberingPage(view).draw()
