"""The commands of the menu (A02, S0-3.1.menu)."""

from collections.abc import Callable

import pytest

from actors.messages import Stage
from business.menus.arranging import MENU_PAGE, Saved, SavedEntry
from business.menus.links import checked_link
from business.menus.messages import (
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
from business.menus.service import MOST_ENTRIES, Menus
from tests.business.conftest import Office
from tests.business.desk import Desk

LINK = AddMenuLink("https://weather.example/beijing?x=1", "天气", "Weather")


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office, Menus())


@pytest.fixture
def kept(desk: Desk) -> Callable[[], Saved]:
    def read() -> Saved:
        with desk.office.authority.open() as session:
            return saved(session)

    return read


def entry(kept: Callable[[], Saved], path: str) -> SavedEntry:
    return next(one for one in kept().entries if one.path == path)


@pytest.mark.both_databases
def test_a_page_is_renamed_moved_kept_for_roles_and_reset(desk: Desk, kept: Callable[[], Saved]) -> None:
    assert kept() == Saved()
    desk.done(CreateMenuSection("后台", "Back office"))
    (section,) = kept().sections
    assert (section.own, section.label_en, section.position) == (True, "Back office", None)
    desk.done(
        ChangeMenuEntry("/jobs", "定时任务", "Timers", section.name, False, ("auditor", "administrator"))
    )
    found = entry(kept, "/jobs")
    assert (found.label_zh, found.section, found.own) == ("定时任务", section.name, False)
    assert found.roles == {"auditor", "administrator"}
    desk.done(ResetMenuSection(section.name))
    assert kept().sections == ()
    assert entry(kept, "/jobs").section is None, "it stands where it came"
    desk.done(ResetMenuEntry("/jobs"))
    assert kept() == Saved()


def test_a_link_of_one_s_own_is_added_changed_ordered_and_taken_out(
    desk: Desk, kept: Callable[[], Saved]
) -> None:
    desk.done(LINK, OrderMenu((LINK.path, "/jobs")))
    assert {one.path: one.position for one in kept().entries} == {LINK.path: 0, "/jobs": 1}
    assert entry(kept, LINK.path).own
    assert "is in the menu already" in desk.refused(LINK)
    nameless = ChangeMenuEntry(LINK.path, "", "Weather", "", False, ())
    assert "comes without a label" in desk.refused(nameless)
    desk.done(ResetMenuEntry(LINK.path))
    assert [one.path for one in kept().entries] == ["/jobs"]


def test_a_link_whose_section_goes_stands_without_one(desk: Desk, kept: Callable[[], Saved]) -> None:
    desk.done(CreateMenuSection("常用", "Often"))
    name = kept().sections[0].name
    desk.done(AddMenuLink("/audit?user=a", "查", "Look", name), ResetMenuSection(name))
    assert entry(kept, "/audit?user=a").section == ""


def test_sections_are_ordered_and_those_of_the_program_renamed_and_reset(
    desk: Desk, kept: Callable[[], Saved]
) -> None:
    desk.done(CreateMenuSection("常用", "Often"))
    own = kept().sections[0].name
    desk.done(OrderMenuSections((own, "system", "data")), RelabelMenuSection("data", "数据", ""))
    assert {one.name: (one.position, one.label_zh, one.own) for one in kept().sections} == {
        own: (0, "常用", True), "system": (1, "", False), "data": (2, "数据", False),
    }  # fmt: skip
    assert "the Chinese label has 0" in desk.refused(RelabelMenuSection(own, "", "x"))
    desk.done(ResetMenuSection("data"))
    assert {one.name for one in kept().sections} == {own, "system"}


def test_nobody_locks_himself_out(desk: Desk, kept: Callable[[], Saved]) -> None:
    for hidden, roles in ((True, ()), (False, ("auditor",))):
        refused = desk.refused(ChangeMenuEntry(MENU_PAGE, "", "", None, hidden, roles))
        assert "or nobody could change it back" in refused
    desk.done(ChangeMenuEntry(MENU_PAGE, "导航", "Navigation", None, False, ()))
    assert entry(kept, MENU_PAGE).label_zh == "导航"


@pytest.mark.parametrize(
    "link", ["/audit", "/audit?user=a&x=1#y", "https://a.example", "https://a.example:8443/b"]
)
def test_a_link_leads_here_or_elsewhere_by_https(link: str) -> None:
    assert checked_link(f" {link} ") == link


@pytest.mark.parametrize(
    "link",
    [
        "", "audit", "//evil.example/x", "/\\evil.example", "\\/evil.example", "/\t/evil.example",
        "http://a.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x", "https://", "https:///x", "https:a.example", "https://user@a.example",
        "https://[", "https://a.example:99999", "https://a.example:0", "file:///etc/passwd", "ftp://a.example",
        "https://a b.example", '/"onclick=x', "/<script>", "/\u202eevil", "/" + "x" * PATH_LENGTH,
        "/device/{name}",
    ],
)  # fmt: skip
def test_a_link_that_leads_astray_is_refused(desk: Desk, link: str) -> None:
    assert "link" in desk.refused(AddMenuLink(link, "某", "some"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ResetMenuEntry("/jobs"), "stands as it came"),
        (ChangeMenuEntry("/jobs", "", "", "own-9", False, ()), "no menu section 'own-9'"),
        (ChangeMenuEntry("/jobs", "", "", "a b", False, ()), "character 2 of the menu section"),
        (ChangeMenuEntry("/jobs", "", "", None, False, ("two words",)), "character 4 of the code"),
        (ChangeMenuEntry("/jobs", "x" * 65, "", None, False, ()), "has 65 characters"),
        (AddMenuLink("/x", "", "x"), "the Chinese label has 0"),
        (AddMenuLink("/x", "某", "x", "own-9"), "no menu section 'own-9'"),
        (OrderMenu(("/a", "/a")), "names an entry twice"),
        (OrderMenu(("javascript:x",)), "cannot be linked"),
        (OrderMenu(tuple(f"/{n}" for n in range(MOST_ENTRIES + 1))), "over 300"),
        (CreateMenuSection("", "x"), "the Chinese label has 0"),
        (RelabelMenuSection("own-9", "某", "x"), "no menu section 'own-9'"),
        (RelabelMenuSection("x" * 33, "某", "x"), "no menu section"),
        (OrderMenuSections(("data", "data")), "names an entry twice"),
        (OrderMenuSections(("own-9",)), "no menu section 'own-9'"),
        (ResetMenuSection("data"), "stands as it came"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_way_out(desk: Desk, command: object, said: str) -> None:
    assert said in desk.refused(command)


def test_a_full_menu_says_so(desk: Desk) -> None:
    desk.done(OrderMenu(tuple(f"/{n}" for n in range(MOST_ENTRIES))))
    assert "has 300 entries, at most 300" in desk.refused(LINK)


def test_only_an_administrator_arranges_the_menu(desk: Desk) -> None:
    desk.office.create("olga", "operator")
    outcome = desk.do(LINK, desk.office.log_in("olga"))
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, "not-permitted")
