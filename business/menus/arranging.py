"""The menu of one person: the pages he may open, as they came and as an administrator arranged them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.text import Text

MENU_PAGE = "/menus"
"""Never hidden: whoever may arrange the menu must find the way back to it."""
LOOSE = ""
"""The section without a heading, before all others."""


@dataclass(frozen=True, slots=True)
class SavedEntry:
    path: str
    own: bool
    label_zh: str
    label_en: str
    section: str | None
    """None for the one that the page comes in."""
    position: int | None
    hidden: bool
    roles: frozenset[str]
    """Who see it; empty for all."""


@dataclass(frozen=True, slots=True)
class SavedSection:
    name: str
    own: bool
    label_zh: str
    label_en: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What an administrator has changed."""

    sections: tuple[SavedSection, ...] = ()
    entries: tuple[SavedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ShippedPage:
    """A page as it comes with the program."""

    path: str
    label: Text
    section: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What a section of the menu is called."""

    name: str
    label: Text
    own: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    path: str
    label: Text
    section: str
    own: bool = False

    @property
    def foreign(self) -> bool:
        """Whether it leads to another site."""
        return not self.path.startswith("/")


@dataclass(frozen=True, slots=True)
class Menu:
    loose: tuple[Item, ...]
    """Those without a heading."""
    sections: tuple[tuple[Heading, tuple[Item, ...]], ...]
    """Headings with what is below them; none is empty."""


def arrange(
    sections: Sequence[Heading],
    pages: Sequence[ShippedPage],
    saved: Saved,
    roles: Collection[str],
    may_open: Callable[[str], bool],
) -> Menu:
    """`pages` are those that the person may open, in the order in which they come."""
    entries = {entry.path: entry for entry in saved.entries}
    below: dict[str, list[Item]] = {}
    for item in items(sections, pages, saved):
        entry = entries.get(item.path)
        if item.own and not item.foreign and not may_open(item.path):
            continue
        if entry is not None and item.path != MENU_PAGE and not _is_shown(entry, roles):
            continue
        below.setdefault(item.section, []).append(item)
    headed = ((one, tuple(below.get(one.name, ()))) for one in headings(sections, saved))
    return Menu(tuple(below.get(LOOSE, ())), tuple((one, found) for one, found in headed if found))


def headings(shipped: Sequence[Heading], saved: Saved) -> tuple[Heading, ...]:
    """All headings in their order, those with nothing below them too."""
    came = {one.name: one for one in shipped}
    kept = {one.name: one for one in saved.sections if one.own or one.name in came}
    found = []
    for name in _in_order(came, {name: one.position for name, one in kept.items()}):
        label = came[name].label if name in came else Text(name, name)
        if (change := kept.get(name)) is not None:
            label = Text(change.label_zh or label.zh, change.label_en or label.en)
        found.append(Heading(name, label, own=name not in came))
    return tuple(found)


def items(sections: Sequence[Heading], pages: Sequence[ShippedPage], saved: Saved) -> tuple[Item, ...]:
    """All pages and own links in their order, the hidden too; without its section one is where it came."""
    came = {page.path: page for page in pages}
    kept = {entry.path: entry for entry in saved.entries if entry.own or entry.path in came}
    known = {LOOSE, *(one.name for one in headings(sections, saved))}
    found = []
    for path in _in_order(came, {path: entry.position for path, entry in kept.items()}):
        page, change = came.get(path), kept.get(path)
        label, section = (page.label, page.section) if page is not None else (Text(path, path), LOOSE)
        if change is not None:
            label = Text(change.label_zh or label.zh, change.label_en or label.en)
            section = change.section if change.section in known else section
        found.append(Item(path, label, section, own=page is None))
    return tuple(found)


def _in_order(came: Iterable[str], positions: Mapping[str, int | None]) -> list[str]:
    """What was placed stands by its place; what was not follows the one that it came after."""
    placed = sorted((place, name) for name, place in positions.items() if place is not None)
    found = [name for _, name in placed]
    before = ""
    for name in came:
        if name not in found:
            found.insert(found.index(before) + 1 if before else 0, name)
        before = name
    return [*found, *(name for name in positions if name not in found)]


def _is_shown(entry: SavedEntry, roles: Collection[str]) -> bool:
    return not entry.hidden and (not entry.roles or not entry.roles.isdisjoint(roles))
