"""The lines of a list, what is done to those that are ticked, and the way to the next page."""

from markupsafe import Markup

from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.messages import MANY
from business.registry.queries import COUNTED
from hmi.forms import control, options_of
from hmi.pages.registry.address import Address
from hmi.pages.registry.drawn import labelled, look
from hmi.pages.registry.shown import Shown
from hmi.pages.registry.tools import VALUE, sortable
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import registry as words


class Lines:
    def __init__(self, view: View, entity: Entity, address: Address, shown: Shown) -> None:
        self._view = view
        self._entity = entity
        self._address = address
        self._shown = shown

    def markup(self) -> Markup:
        if not self._shown.page.rows:
            return self._nothing()
        return (self._many() if self._ticks() else EMPTY) + self._table() + self._pages()

    def _nothing(self) -> Markup:
        """What to do next: drop what was asked, or begin to register."""
        view, entity, address = self._view, self._entity, self._address
        link = Markup(' <a class="plain{}" href="{}">{}</a>')
        home = f"/{entity.name}"
        if address.removed:
            said, links = view.say(words.BIN_IS_EMPTY), link.format("", home, view.say(words.BACK_TO_LIST))
        elif address.text or address.conditions or address.tag:
            said = view.say(words.NOTHING_FOUND)
            links = link.format("", home, view.say(words.DROP_CONDITIONS))
        else:
            said, links = view.say(words.NONE_YET, what=view.name(entity.label)), EMPTY
            if view.person.may(entity.permission("write")):
                links += link.format(" main", f"{home}/new", view.say(words.NEW))
            if view.person.may(entity.permission("import")):
                links += link.format("", f"{home}/import", view.say(words.IMPORT))
        return Markup('<div class="scroll"><p class="empty">{}<br>{}</p></div>').format(said, links)

    def _table(self) -> Markup:
        view, shown = self._view, self._shown
        every = Markup('<input type="checkbox" data-all aria-label="{}" title="{}">')
        heads: list[tuple[str, str]] = []
        if self._ticks():
            heads.append(("tight", every.format(*[view.say(words.SELECT_ALL)] * 2)))
        heads += [(look(field), self._head(field)) for field in shown.columns]
        tagged = any(shown.tags.values())
        if tagged:
            heads.append(("hide-small", view.say(words.TAGS)))
        return table(heads, (self._line(row, tagged=tagged) for row in shown.page.rows), "records")

    def _ticks(self) -> bool:
        """Whether there is anything to do to many."""
        return any(self._view.person.may(self._entity.permission(one)) for one in ("write", "remove"))

    def _line(self, row: object, *, tagged: bool) -> Markup:
        view, shown, entity = self._view, self._shown, self._entity
        id_: int = row.id  # type: ignore[attr-defined]
        cells = EMPTY
        if self._ticks():
            cells += Markup(
                '<td class="tight"><input type="checkbox" form="many" name="record" value="{}" data-row '
                'aria-label="{}"></td>'
            ).format(id_, view.say(words.SELECT_ONE, title=f"#{id_}"))
        opened = False
        for field in shown.columns:
            value = shown.looks.markup(row, field, with_unit=False)  # type: ignore[arg-type]
            if not opened and not field.reference:
                opened = True
                value = Markup('<a data-open href="/{}/{}"><b>{}</b></a>').format(entity.name, id_, value)
            cells += labelled(view, field, value)
        if tagged:
            tag = Markup('<a class="tagged" href="/{}?{}">{}</a> ')
            cells += Markup('<td class="hide-small">{}</td>').format(
                EMPTY.join(
                    tag.format(entity.name, self._address.with_tag(one).query(), one)
                    for one in shown.tags.get(id_, ())
                )
            )
        return Markup("<tr>{}</tr>").format(cells)

    def _head(self, field: Field) -> Markup:
        view = self._view
        unit = Markup('<i class="unit">{}</i>').format(field.unit) if field.unit else EMPTY
        label = Markup("{}{}").format(view.name(field.label), unit)
        if not sortable(field):
            return label
        mark = {field.name: " ▴", f"-{field.name}": " ▾"}.get(self._address.sort, "")
        return Markup('<a href="/{}?{}" title="{}">{}{}</a>').format(
            self._entity.name,
            self._address.sorted_by(field.name).query(),
            view.say(words.SORT_BY),
            label,
            mark,
        )

    def _pages(self) -> Markup:
        view, address, shown = self._view, self._address, self._shown
        count = shown.page.total
        said = (
            view.say(words.FOUND_MORE, count=f"{COUNTED:,}")
            if count > COUNTED
            else view.say(words.FOUND, count=f"{count:,}")
        )
        link = Markup('<a class="plain" href="/{}?{}">{}</a>')
        first = link.format(self._entity.name, address.query(), view.say(words.FIRST_PAGE))
        after = EMPTY
        if shown.page.next is not None:
            further = address.at(shown.page.next.text()).query(without_page=False)
            after = link.format(self._entity.name, further, view.say(words.NEXT_PAGE))
        return Markup('<div class="toolbar"><span>{}</span>{}{}</div>').format(
            said, first if address.after else EMPTY, after
        )

    # -- many at once

    def _many(self) -> Markup:
        """What is done to all records whose box is ticked; seen only when one is."""
        view, person, entity = self._view, self._view.person, self._entity
        count = self._shown.page.total
        everything = EMPTY
        if len(self._shown.page.rows) < count <= MANY:
            everything = Markup(
                '<label data-when-all hidden><input type="checkbox" name="everything"> {}</label>'
            ).format(view.say(words.ALL_FOUND, count=count))
        parts = EMPTY
        button = Markup('<button class="plain" name="do" value="{}">{}</button>')
        if self._address.removed:
            if person.may(entity.permission("remove")):
                parts = button.format("restore", view.say(words.RESTORE)) + self._erasing(button)
        else:
            if person.may(entity.permission("write")):
                parts = self._changing(button)
            if person.may(entity.permission("remove")):
                parts += button.format("remove", view.say(words.REMOVE_SELECTED))
        return Markup(
            '<form class="toolbar many" id="many" data-form="many" data-ticked hidden>'
            "<span>{} <b data-tick-count>0</b></span>{}{}</form>"
        ).format(view.say(words.TICKED), everything, parts)

    def _changing(self, button: Markup) -> Markup:
        view = self._view
        fields = [
            (one.name, view.name(one.label)) for one in self._shown.fields.values() if may_be_alike(one)
        ]
        chosen = Markup(
            '<select name="field" data-change="operand" data-key="{}" aria-label="{}">{}</select>'
        )
        return (
            chosen.format(VALUE, view.say(words.FIELD), options_of(fields, ""))
            + Markup('<span>{}</span><span class="block operand" id="{}">{}</span>').format(
                view.say(words.WITH_VALUE), VALUE, self.value(self._shown.fields[fields[0][0]])
            )
            + button.format("change", view.say(words.CHANGE_SELECTED))
            + Markup('<input name="tag" size="8" maxlength="32" placeholder="{0}" aria-label="{0}">').format(
                view.say(words.TAG)
            )
            + button.format("tag", view.say(words.ADD_TAG))
        )

    def value(self, field: Field) -> Markup:
        """What the ticked ones get."""
        return control(self._view, field, self._shown.offered.get(field.name), name="value")

    def _erasing(self, button: Markup) -> Markup:
        view = self._view
        reason = Markup('<input name="reason" size="26" maxlength="200" placeholder="{0}" aria-label="{0}">')
        return reason.format(view.say(words.ERASE_REASON)) + button.format("erase", view.say(words.ERASE))


def may_be_alike(field: Field) -> bool:
    """Whether many records may be given the same value of it."""
    return not (field.derived or field.unique or field.sensitive or field.type.name == "files")
