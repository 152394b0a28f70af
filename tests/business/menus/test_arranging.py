"""The menu of one person: what he may open, as an administrator arranged it (A02, S0-3.1.menu)."""

from hypothesis import given
from hypothesis import strategies as st

from business.menus.arranging import (
    MENU_PAGE,
    Heading,
    Menu,
    Saved,
    SavedEntry,
    SavedSection,
    ShippedPage,
    arrange,
    headings,
    items,
)
from config.text import Text

PAGES = tuple(
    ShippedPage(path, Text(f"页{path}", f"page {path}"), section)
    for path, section in (("/a", ""), ("/b", ""), ("/c", "x"), ("/d", "x"), (MENU_PAGE, "y"))
)
HEADINGS = (Heading("x", Text("甲", "X")), Heading("y", Text("乙", "Y")))
OFTEN = SavedSection("own-1", own=True, label_zh="常用", label_en="Often", position=None)


def entry(
    path: str,
    *,
    own: bool = False,
    label: str = "",
    section: str | None = None,
    position: int | None = None,
    hidden: bool = False,
    roles: tuple[str, ...] = (),
) -> SavedEntry:
    return SavedEntry(path, own, label, label, section, position, hidden, frozenset(roles))


def menu(*entries: SavedEntry, roles: tuple[str, ...] = ("operator",), closed: tuple[str, ...] = ()) -> Menu:
    pages = [page for page in PAGES if page.path not in closed]
    return arrange(HEADINGS, pages, Saved((OFTEN,), entries), roles, lambda path: path not in closed)


def shown(found: Menu) -> dict[str, list[str]]:
    """Paths by the names of their sections."""
    below = {heading.name: [item.path for item in items] for heading, items in found.sections}
    return {"": [item.path for item in found.loose], **below}


def test_without_changes_the_pages_stand_in_the_sections_they_came_in() -> None:
    found = arrange(HEADINGS, PAGES, Saved(), (), lambda _path: True)
    assert shown(found) == {"": ["/a", "/b"], "x": ["/c", "/d"], "y": [MENU_PAGE]}
    assert [item.label for item in found.loose] == [page.label for page in PAGES[:2]]
    assert [heading.label.zh for heading, _ in found.sections] == ["甲", "乙"]


def test_an_entry_and_a_section_are_renamed_in_one_language_or_both() -> None:
    change = SavedEntry("/a", False, "改名", "", None, None, False, frozenset())
    assert menu(change).loose[0].label == Text("改名", "page /a")
    renamed = Saved((SavedSection("x", own=False, label_zh="", label_en="Ten", position=None),))
    assert headings(HEADINGS, renamed)[0].label == Text("甲", "Ten")


def test_entries_follow_their_order_and_a_new_page_the_one_it_came_after() -> None:
    found = menu(*(entry(path, position=at) for at, path in enumerate(("/d", "/c", "/a", MENU_PAGE))))
    assert shown(found) == {"": ["/a", "/b"], "x": ["/d", "/c"], "y": [MENU_PAGE]}


def test_sections_follow_their_order_and_a_new_one_the_one_it_came_after() -> None:
    def at(name: str, position: int) -> SavedSection:
        return SavedSection(name, own=False, label_zh="", label_en="", position=position)

    three = (*HEADINGS, Heading("z", Text("丙", "Z")))
    found = headings(three, Saved((at("z", 0), at("x", 1), OFTEN, at("gone", 2))))
    assert [(one.name, one.own) for one in found] == [
        ("z", False), ("x", False), ("y", False), ("own-1", True),
    ]  # fmt: skip


def test_an_entry_moves_to_another_section_and_an_empty_section_is_not_shown() -> None:
    found = menu(
        entry("/b", section="own-1"),
        entry("/c", section=""),
        entry("/d", section="own-1"),
        entry("https://x.example/", own=True, label="外", section="own-1"),
    )
    assert shown(found) == {
        "": ["/a", "/c"], "y": [MENU_PAGE], "own-1": ["/b", "/d", "https://x.example/"],
    }  # fmt: skip


def test_an_entry_whose_section_is_gone_stands_where_it_came() -> None:
    found = shown(menu(entry("/c", section="own-9"), entry("/x", own=True, label="外", section="own-9")))
    assert "/c" in found["x"]
    assert "/x" in found[""]


def test_what_is_hidden_or_for_other_roles_is_not_shown() -> None:
    found = menu(
        entry("/a", hidden=True), entry("/b", roles=("auditor",)), entry("/c", roles=("auditor", "operator"))
    )
    assert shown(found) == {"": [], "x": ["/c", "/d"], "y": [MENU_PAGE]}


def test_permission_wins_over_the_menu() -> None:
    """An own link to a page, or its entry, opens nothing that its reader may not open."""
    found = menu(
        entry("/a", own=True, label="甲", roles=("operator",)),
        entry("/x", own=True, label="乙"),
        entry("https://x.example/", own=True, label="外"),
        closed=("/a", "/x"),
    )
    assert shown(found)[""] == ["/b", "https://x.example/"]
    assert [item.foreign for item in found.loose] == [False, True]


def test_nobody_is_locked_out_of_the_page_of_the_menu() -> None:
    """Even a row that came past the commands does not hide it."""
    found = menu(entry(MENU_PAGE, hidden=True, roles=("nobody",), section="gone", position=0))
    assert shown(found)["y"] == [MENU_PAGE]


SECTIONS = st.sampled_from([None, "", "x", "own-1", "gone"])
ENTRIES = st.builds(
    SavedEntry,
    path=st.sampled_from(["/a", "/b", "/c", "/d", MENU_PAGE, "/x", "/gone", "https://x.example/"]),
    own=st.booleans(),
    label_zh=st.just(""),
    label_en=st.just(""),
    section=SECTIONS,
    position=st.none() | st.integers(0, 9),
    hidden=st.booleans(),
    roles=st.frozensets(st.sampled_from(["operator", "auditor"])),
)


@given(
    st.lists(ENTRIES, max_size=8, unique_by=lambda entry: entry.path), st.sets(st.sampled_from(["/a", "/x"]))
)
def test_whatever_is_saved_every_entry_stands_once_and_none_is_beyond_permission(
    entries: list[SavedEntry], closed: set[str]
) -> None:
    found = shown(menu(*entries, closed=tuple(closed)))
    seen = [path for paths in found.values() for path in paths]
    assert len(set(seen)) == len(seen)
    assert not closed & set(seen)
    assert MENU_PAGE in seen
    every = [item.path for item in items(HEADINGS, PAGES, Saved((OFTEN,), tuple(entries)))]
    assert {page.path for page in PAGES} <= set(every)
    assert len(set(every)) == len(every)
