"""The links of the navigation: what its person may open, as an administrator arranged it, in sections."""

from collections.abc import Sequence

from markupsafe import Markup

from business.menus.arranging import Heading, Item, Menu, arrange
from hmi.menu import HEADINGS, entry_of, shipped
from hmi.view import View

FOLDED = "steward_menu"
"""The cookie in which a browser remembers what its person folded: `data:0|system:1`."""
FEW = 12
"""Up to so many links stand open, until their person folds them."""


def menu_of(view: View) -> Menu:
    person = view.person

    def may_open(path: str) -> bool:
        entry = entry_of(person.place, path)
        return entry is not None and person.may(entry.permission, entry.at.path(view.here))

    pages = [page for page in shipped(person.place) if may_open(page.path)]
    return arrange(HEADINGS, pages, view.menu, {held.role for held in person.grants}, may_open)


def loose(view: View) -> Markup:
    return view.block(lambda: _links(view, menu_of(view).loose), lambda: view.menu)


def sections(view: View) -> Markup:
    return view.block(lambda: _sections(view), lambda: view.menu)


def _sections(view: View) -> Markup:
    menu = menu_of(view)
    count = len(menu.loose) + sum(len(items) for _, items in menu.sections)
    chosen = _chosen(view)
    return Markup("").join(
        _section(view, heading, items, is_open=chosen.get(heading.name, count <= FEW))
        for heading, items in menu.sections
    )


def _section(view: View, heading: Heading, items: Sequence[Item], *, is_open: bool) -> Markup:
    is_open = is_open or any(_is_here(view, item) for item in items)
    return Markup('<details class="section" data-section="{}"{}><summary>{}</summary>{}</details>').format(
        heading.name,
        Markup(" open") if is_open else "",
        view.name(heading.label),
        _links(view, items),
    )


def _chosen(view: View) -> dict[str, bool]:
    pieces = (piece.rpartition(":") for piece in view.client.request.cookies.get(FOLDED, "").split("|"))
    return {name: way == "1" for name, _, way in pieces if name}


def _links(view: View, items: Sequence[Item]) -> Markup:
    return Markup("").join(_link(view, item) for item in items)


def _link(view: View, item: Item) -> Markup:
    marks = Markup("")
    if _is_here(view, item):
        marks = Markup(' class="here" aria-current="page"')
    elif item.foreign:
        marks = Markup(' class="foreign" target="_blank" rel="noopener noreferrer"')
    waiting = view.badges.get(item.path)
    tally = Markup('<span class="tally">{}</span>').format(waiting) if waiting else Markup("")
    return Markup('<a href="{}"{}><span>{}</span>{}</a>').format(
        item.path, marks, view.name(item.label), tally
    )


def _is_here(view: View, item: Item) -> bool:
    """A page below another one, as that of a record below its list, stands under the link of that."""
    return view.path == item.path or (item.path != "/" and view.path.startswith(f"{item.path}/"))
