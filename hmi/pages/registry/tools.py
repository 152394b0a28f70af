"""What stands above a list: search, conditions, columns, order, views, and the ways to other pages."""

from collections.abc import Iterable

from markupsafe import Markup

from business.registry.conditions import WITHOUT_VALUE, Condition, Operator, operators
from business.registry.declare import Field
from business.registry.entity import Entity
from hmi.forms import control, options_of, select
from hmi.pages.registry.address import COUNTS, Address
from hmi.pages.registry.shown import Shown
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import registry as words

OPERAND, VALUE = "condition-operand", "many-value"
"""Ids of the parts of forms that follow the field chosen before them."""


class Tools:
    def __init__(self, view: View, entity: Entity, address: Address, shown: Shown) -> None:
        self._view = view
        self._entity = entity
        self._address = address
        self._shown = shown
        self._home = f"/{entity.name}"

    def markup(self) -> Markup:
        return (
            Markup('<div class="toolbar">{}{}<span class="grow"></span>{}</div>').format(
                self._search(), self._new(), self._links()
            )
            + Markup('<div class="toolbar tight">{}{}{}{}</div>').format(
                self._conditions(), self._order(), self._columns(), self._views()
            )
            + self._chips()
        )

    # -- the first line

    def _search(self) -> Markup:
        view, address = self._view, self._address
        return Markup(
            '<form class="search" method="get" action="{home}">'
            '<input type="search" name="q" value="{text}" size="24" placeholder="{find}（/）" '
            'aria-label="{find}" data-hotkey="/" data-first>{kept}'
            '<button class="plain">{find}</button></form>'
        ).format(
            home=self._home,
            text=address.text,
            find=view.say(words.FIND),
            kept=hidden(pair for pair in address.pairs() if pair[0] != "q"),
        )

    def _new(self) -> Markup:
        if self._address.removed or not self._view.person.may(self._entity.permission("write")):
            return EMPTY
        return Markup('<a class="plain main" href="{}/new">{}</a>').format(
            self._home, self._view.say(words.NEW)
        )

    def _links(self) -> Markup:
        view, entity, query = self._view, self._entity, self._address.query()
        link = Markup('<a class="plain" href="{}">{}</a>')
        found = EMPTY
        for action, path, text in (
            ("read", f"statistics?{query}", words.STATISTICS),
            ("import", "import", words.IMPORT),
            ("export", f"export?{query}", words.EXPORT),
            ("configure", "fields", words.FIELDS),
        ):
            if view.person.may(entity.permission(action)):
                found += link.format(f"{self._home}/{path}", view.say(text))
        if view.person.may(entity.permission("export")):
            found += Markup('<a class="plain" href="/print/{}?{}" target="_blank">{}</a>').format(
                entity.name, query, view.say(words.PRINT)
            )
        if view.person.may(entity.permission("remove")):
            to, text = (
                ("", words.BACK_TO_LIST) if self._address.removed else ("?removed=1", words.RECYCLE_BIN)
            )
            found += link.format(self._home + to, view.say(text))
        return found

    # -- the second line

    def _conditions(self) -> Markup:
        view = self._view
        fields = [(one.name, view.name(one.label)) for one in self._shown.fields.values() if askable(one)]
        first = self._shown.fields[fields[0][0]]
        chosen = Markup(
            '<select name="field" data-change="operand" data-key="{}" aria-label="{}">{}</select>'
        )
        return Markup(
            '<details class="drop"><summary>{}</summary><form class="panel asking" data-form="condition">'
            '{}<span class="block operand" id="{}">{}</span><button class="plain main">{}</button>'
            "</form></details>"
        ).format(
            view.say(words.CONDITIONS),
            chosen.format(OPERAND, view.say(words.FIELD), options_of(fields, "")),
            OPERAND,
            self.operand(first),
            view.say(words.ADD_CONDITION),
        )

    def operand(self, field: Field) -> Markup:
        """What may be asked of the field, and with what value; of a dictionary several at once."""
        view = self._view
        asked = [(one.value, view.say(words.OPERATORS[one])) for one in operators(field)]
        offered = self._shown.offered.get(field.name)
        if offered is None:
            value = control(view, field, None, name="value")
        else:
            tick = Markup('<label><input type="checkbox" name="value" value="{}">{}</label>')
            value = Markup('<span class="ticks">{}</span>').format(
                EMPTY.join(tick.format(code, label) for code, label in offered)
            )
        return Markup('{}<span class="given">{}</span>').format(
            select("operator", "", asked, label=view.say(words.CONDITION)), value
        )

    def _order(self) -> Markup:
        view, address = self._view, self._address
        fields = [
            *((one.name, view.name(one.label)) for one in self._shown.fields.values() if sortable(one)),
            ("created_ns", view.say(words.ALL_TIMES)),
            ("changed_ns", view.say(words.CHANGE_TIME)),
        ]
        kind = self._entity.kind
        now = address.sort or ("-" if kind.descending else "") + kind.order

        def to(sort: str = now, count: int = address.count) -> str:
            return f"{self._home}?{address.ordered(sort, count).query()}"

        sorts = (
            (to(sort=mark + name), view.say(text, field=label))
            for name, label in fields
            for mark, text in (("", words.ASCENDING), ("-", words.DESCENDING))
        )
        counts = ((to(count=one), view.say(words.PER_PAGE, count=one)) for one in COUNTS)
        chosen = Markup('<select data-go aria-label="{}">{}</select>')
        return chosen.format(view.say(words.SORT), options_of(sorts, to())) + chosen.format(
            view.say(words.COUNT), options_of(counts, to())
        )

    def _columns(self) -> Markup:
        view, address = self._view, self._address
        shown = {one.name for one in self._shown.columns}
        tick = Markup('<label><input type="checkbox" name="column" value="{}"{}>{}</label>')
        on = Markup(" checked")
        usual = address.with_columns(())
        return Markup(
            '<details class="drop"><summary>{}</summary><form class="panel" method="get" action="{}">{}'
            '<div class="ticks">{}</div><div class="toolbar"><button class="plain main">{}</button>'
            '<a class="plain" href="{}?{}">{}</a></div></form></details>'
        ).format(
            view.say(words.COLUMNS),
            self._home,
            hidden(usual.pairs()),
            EMPTY.join(
                tick.format(one.name, on if one.name in shown else EMPTY, view.name(one.label))
                for one in self._shown.fields.values()
            ),
            view.say(words.APPLY),
            self._home,
            usual.query(),
            view.say(words.USUAL_COLUMNS),
        )

    def _views(self) -> Markup:
        view = self._view
        drop = Markup(
            '<button type="button" class="quiet" data-act="drop-view" data-key="{}" title="{}">✕</button>'
        )
        saved = EMPTY.join(
            Markup('<li><a href="{}?{}">{}</a>{}</li>').format(
                self._home,
                row.query,
                row.name,
                drop.format(row.id, view.say(words.REMOVE)) if row.own else EMPTY,
            )
            for row in self._shown.views
        ) or Markup('<li class="sub">{}</li>').format(view.say(words.NO_VIEWS))
        return Markup(
            '<details class="drop"><summary>{}</summary><form class="panel" data-form="view">'
            '<ul class="choices">{}</ul><hr><label class="field">{}'
            '<input name="name" maxlength="64" required></label>'
            '<label><input type="checkbox" name="shared"> {}</label>'
            '<div class="toolbar"><button class="plain main">{}</button></div></form></details>'
        ).format(
            view.say(words.VIEWS),
            saved,
            view.say(words.VIEW_NAME),
            view.say(words.SHARED),
            view.say(words.SAVE_VIEW),
        )

    # -- the conditions that hold

    def _chips(self) -> Markup:
        view, address = self._view, self._address
        chip = Markup('<span class="tagged">{} <a href="{}?{}" title="{}">✕</a></span>')
        drop = view.say(words.REMOVE_CONDITION)
        chips = [
            chip.format(self._told(one), self._home, address.without(one).query(), drop)
            for one in address.conditions
        ]
        if address.tag:
            said = f"{view.say(words.TAG)}：{address.tag}"
            chips.append(chip.format(said, self._home, address.without_tag().query(), drop))
        if not chips:
            return EMPTY
        everything = Markup('<a href="{}">{}</a>').format(self._home, view.say(words.DROP_CONDITIONS))
        return Markup('<div class="toolbar tight chips">{}{}</div>').format(EMPTY.join(chips), everything)

    def _told(self, one: Condition) -> str:
        view = self._view
        field = self._shown.fields.get(one.field)
        if field is None:
            return one.field
        value = "" if one.operator in WITHOUT_VALUE else self._values(field, one)
        return f"{view.name(field.label)} {view.say(words.OPERATORS[one.operator])} {value}".strip()

    def _values(self, field: Field, one: Condition) -> str:
        labels = dict(self._shown.offered.get(field.name, ()))
        parts = one.value.split("|") if one.operator in {Operator.IS, Operator.IS_NOT} else [one.value]
        named = (
            self._shown.named.get((field.reference, part), f"#{part}")
            if field.reference
            else labels.get(part, part).strip()
            for part in parts
        )
        return "、".join(named)


def hidden(pairs: Iterable[tuple[str, str]]) -> Markup:
    """What a form of the browser's own keeps of the address."""
    one = Markup('<input type="hidden" name="{}" value="{}">')
    return EMPTY.join(one.format(name, value) for name, value in pairs)


def askable(field: Field) -> bool:
    """Whether a person would state a condition on it; files are told by their hashes alone."""
    return field.type.name != "files"


def sortable(field: Field) -> bool:
    """What is encrypted has no order, nor have files."""
    return not field.sealed and field.type.name not in {"files", "note"}
