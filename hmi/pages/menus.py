"""The navigation, as an administrator arranges it: labels, order, sections, roles, own links (A02)."""

from collections.abc import Sequence

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.access.queries import RoleRow
from business.access.queries import roles as read_roles
from business.identity.model import Place
from business.menus.arranging import LOOSE, MENU_PAGE, Heading, Item, Saved, SavedEntry, headings, items
from business.menus.messages import (
    MANAGE,
    AddMenuLink,
    ChangeMenuEntry,
    CreateMenuSection,
    OrderMenu,
    OrderMenuSections,
    RelabelMenuSection,
    ResetMenuEntry,
    ResetMenuSection,
)
from business.menus.model import PATH_LENGTH
from business.menus.queries import saved
from hmi import words
from hmi.editing import YES, Editor, Field, Kept, Kind, Values, button, confirm, neighbours, toolbar
from hmi.menu import HEADINGS, shipped
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import editing as said
from hmi.words import menus as own

_PAGES = shipped(*Place)
_CAME = {page.path: page for page in _PAGES}


class MenusPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._kept = Kept(view, MANAGE, self._read)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        labels = (
            Field("zh", said.LABEL_ZH, hint=view.say(own.LABEL_HINT)),
            Field("en", said.LABEL_EN),
        )
        with frame(view, view.say(own.MENU)):
            html(
                toolbar(
                    button(view, "add-link", "", own.ADD_LINK),
                    button(view, "add-section", "", own.ADD_SECTION),
                    Markup("<span>{}</span>").format(view.say(own.PERMISSION_WINS)),
                )
            )
            html(self._kept.block(self._table))
            self._entry_editor = Editor(
                view,
                (
                    Field("path", own.LINK, longest=PATH_LENGTH, hint=view.say(own.LINK_HINT)),
                    *labels,
                    Field("section", own.SECTION, Kind.CHOICE),
                    Field("roles", own.WHO_SEES, Kind.CHOICES, hint=view.say(own.WHO_HINT)),
                    Field("hidden", own.HIDDEN, Kind.YES_NO),
                ),
            )
            self._section_editor = Editor(view, labels)
            self._confirm = confirm(view)
        for act, handler in (
            ("add-link", self._add_link),
            ("edit", self._edit),
            ("up", self._up),
            ("down", self._down),
            ("reset", self._reset),
            ("add-section", self._add_section),
            ("relabel", self._relabel),
            ("section-up", self._section_up),
            ("section-down", self._section_down),
            ("reset-section", self._reset_section),
        ):
            view.on(act, MANAGE, handler)

    def _read(self, session: Session) -> tuple[Saved, tuple[RoleRow, ...]]:
        self._view.menu = saved(session)
        return self._view.menu, read_roles(session)

    # -- what there is

    @property
    def _saved(self) -> Saved:
        return self._kept.rows[0]

    @property
    def _roles(self) -> dict[str, str]:
        return {role.name: self._view.name(role.label) for role in self._kept.rows[1]}

    def _items(self) -> tuple[Item, ...]:
        return items(HEADINGS, _PAGES, self._saved)

    def _headings(self) -> tuple[Heading, ...]:
        return headings(HEADINGS, self._saved)

    def _item(self, path: str) -> Item | None:
        return next((item for item in self._items() if item.path == path), None)

    def _heading(self, name: str) -> Heading | None:
        return next((one for one in self._headings() if one.name == name), None)

    def _entry(self, path: str) -> SavedEntry | None:
        return next((entry for entry in self._saved.entries if entry.path == path), None)

    # -- drawing

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.NAME),
            ("hide-small", own.LINK),
            ("hide-small", own.WHO_SEES),
            ("tight", words.STATE),
            ("tight hide-small", said.ORIGIN),
        )
        found = self._items()
        lines = [self._line(item) for item in found if item.section == LOOSE]
        for heading in self._headings():
            lines.append(self._headline(heading))
            below = [item for item in found if item.section == heading.name]
            lines += [self._line(item) for item in below] or [self._nothing()]
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")], lines, look="menu-table"
        )

    def _headline(self, heading: Heading) -> Markup:
        view = self._view
        buttons = [
            button(view, "relabel", heading.name, own.RELABEL),
            button(view, "section-up", heading.name, said.UP),
            button(view, "section-down", heading.name, said.DOWN),
        ]
        if any(one.name == heading.name for one in self._saved.sections):
            buttons.append(
                button(view, "reset-section", heading.name, said.REMOVE if heading.own else own.RESET)
            )
        return Markup(
            '<tr class="headline" data-section="{}"><th colspan="2">{}</th><td class="hide-small"></td>'
            '<td class="hide-small"></td><td class="tight hide-small">{}</td><td class="tight">{}</td></tr>'
        ).format(
            heading.name,
            view.name(heading.label),
            view.say(said.OWN if heading.own else said.SHIPPED),
            EMPTY.join(buttons),
        )

    def _nothing(self) -> Markup:
        return Markup('<tr><td colspan="6"><small>{}</small></td></tr>').format(
            self._view.say(own.EMPTY_SECTION)
        )

    def _line(self, item: Item) -> Markup:
        view, entry = self._view, self._entry(item.path)
        hidden = entry is not None and entry.hidden
        roles = self._roles
        seen_by = ", ".join(roles.get(name, name) for name in sorted(entry.roles)) if entry else ""
        buttons = [
            button(view, "edit", item.path, said.EDIT),
            button(view, "up", item.path, said.UP),
            button(view, "down", item.path, said.DOWN),
        ]
        if entry is not None:
            buttons.append(button(view, "reset", item.path, said.REMOVE if item.own else own.RESET))
        return Markup(
            '<tr data-path="{}"><td>{}</td><td class="hide-small"><code>{}</code></td>'
            '<td class="hide-small">{}</td><td class="tight">{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            item.path,
            view.name(item.label),
            item.path,
            seen_by or view.say(own.EVERYBODY),
            view.say(own.HIDDEN if hidden else own.SHOWN),
            view.say(said.OWN if item.own else said.SHIPPED),
            EMPTY.join(buttons),
        )

    # -- entries

    def _choices(self) -> dict[str, dict[str, str]]:
        view = self._view
        below = {one.name: view.name(one.label) for one in self._headings()}
        return {"section": {LOOSE: view.say(own.LOOSE), **below}, "roles": self._roles}

    async def _add_link(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(
                AddMenuLink(
                    values["path"],
                    values["zh"],
                    values["en"],
                    values["section"],
                    tuple(values["roles"].split()),
                )
            )

        self._entry_editor.open(
            self._view.say(own.ADD_LINK), {}, save, choices=self._choices(), locked=("hidden",)
        )

    async def _edit(self, key: str) -> None:
        item, entry = self._item(key), self._entry(key)
        if item is None:
            return

        async def save(values: Values) -> bool:
            came = _CAME.get(key)
            is_as_it_came = came is not None and values["section"] == came.section
            return await self._kept.send(
                ChangeMenuEntry(
                    key,
                    values["zh"],
                    values["en"],
                    None if is_as_it_came else values["section"],
                    values["hidden"] == YES,
                    tuple(values["roles"].split()),
                )
            )

        now = {
            "path": key,
            "zh": entry.label_zh if entry else "",
            "en": entry.label_en if entry else "",
            "section": item.section,
            "roles": " ".join(sorted(entry.roles)) if entry else "",
            "hidden": YES if entry and entry.hidden else "",
        }
        locked = ("path", "roles", "hidden") if key == MENU_PAGE else ("path",)
        title = self._view.say(own.EDIT_ENTRY, path=key)
        self._entry_editor.open(title, now, save, choices=self._choices(), locked=locked)

    async def _up(self, key: str) -> None:
        await self._move(key, 0)

    async def _down(self, key: str) -> None:
        await self._move(key, 1)

    async def _move(self, key: str, way: int) -> None:
        item = self._item(key)
        if item is not None:
            found = self._items()
            siblings = [one.path for one in found if one.section == item.section]
            before = neighbours(siblings, key)[way]
            if before is not None:
                await self._kept.send(OrderMenu(_moved([one.path for one in found], key, before)))

    async def _reset(self, key: str) -> None:
        item = self._item(key)
        if item is None:
            return
        if item.own:
            self._confirm(self._view.name(item.label), lambda: self._kept.send(ResetMenuEntry(key)))
        else:
            await self._kept.send(ResetMenuEntry(key))

    # -- sections

    async def _add_section(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(CreateMenuSection(values["zh"], values["en"]))

        self._section_editor.open(self._view.say(own.ADD_SECTION), {}, save)

    async def _relabel(self, key: str) -> None:
        if self._heading(key) is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(RelabelMenuSection(key, values["zh"], values["en"]))

        change = next((one for one in self._saved.sections if one.name == key), None)
        now = {"zh": change.label_zh, "en": change.label_en} if change else {}
        self._section_editor.open(self._view.say(own.RELABEL), now, save)

    async def _section_up(self, key: str) -> None:
        await self._move_section(key, 0)

    async def _section_down(self, key: str) -> None:
        await self._move_section(key, 1)

    async def _move_section(self, key: str, way: int) -> None:
        names = [one.name for one in self._headings()]
        before = neighbours(names, key)[way]
        if before is not None:
            await self._kept.send(OrderMenuSections(_moved(names, key, before)))

    async def _reset_section(self, key: str) -> None:
        heading = self._heading(key)
        if heading is None:
            return
        if heading.own:
            self._confirm(self._view.name(heading.label), lambda: self._kept.send(ResetMenuSection(key)))
        else:
            await self._kept.send(ResetMenuSection(key))


def _moved(names: Sequence[str], key: str, before: str) -> tuple[str, ...]:
    """All names, with `key` before another one; '' for the end."""
    others = [name for name in names if name != key]
    others.insert(others.index(before) if before else len(others), key)
    return tuple(others)


async def menus(view: View) -> None:
    await MenusPage(view).draw()
