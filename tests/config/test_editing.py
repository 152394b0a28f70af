"""Edits of documents, and the differences between two versions."""

from typing import Any

from config.editing import Difference, Edit, differences, edited, read_text
from config.problems import Problems

OLD: dict[str, dict[str, Any]] = {
    "site.toml": {"site": {"id": "a", "timezone": "UTC"}},
    "hvac.toml": {"device": [{"id": "x", "zone": "b"}, {"id": "y", "zone": "b"}]},
}


def test_settings_are_made_in_the_file_of_the_site_when_no_file_has_them() -> None:
    new = edited(OLD, [Edit(("settings", "backup", "daily"), 9)])
    assert new["site.toml"]["settings"] == {"backup": {"daily": 9}}
    assert "settings" not in OLD["site.toml"]


def test_the_file_that_has_a_table_keeps_it() -> None:
    documents = {**OLD, "settings.toml": {"settings": {"ballast_mb": 1}}}
    new = edited(documents, [Edit(("settings", "ballast_mb"), 2)])
    assert new["settings.toml"] == {"settings": {"ballast_mb": 2}}
    assert new["site.toml"] == OLD["site.toml"]


def test_rows_of_a_list_are_added_changed_and_left_blank() -> None:
    rows = [{"id": "p", "port": 1}]
    documents = {"site.toml": {"settings": {"servers": rows}}}
    new = edited(
        documents,
        [Edit(("settings", "servers", 1, "id"), "q"), Edit(("settings", "servers", 0, "port"), None)],
    )
    assert new["site.toml"]["settings"]["servers"] == [{"id": "p"}, {"id": "q"}]
    gone = edited(
        documents,
        [Edit(("settings", "servers", 0, "id"), None), Edit(("settings", "servers", 0, "port"), None)],
    )
    assert gone["site.toml"]["settings"]["servers"] == []


def test_entries_of_lists_are_compared_by_their_ids() -> None:
    new: dict[str, dict[str, Any]] = {
        "site.toml": {"site": {"id": "a", "timezone": "Asia/Shanghai"}, "settings": {"backup": {"daily": 9}}},
        "hvac.toml": {"device": [{"id": "y", "zone": "c"}, {"id": "x", "zone": "b"}, {"id": "z"}]},
    }
    assert list(differences(OLD, new)) == [
        Difference("hvac.toml", ("device", "y", "zone"), "b", "c"),
        Difference("hvac.toml", ("device", "z"), None, {"id": "z"}),
        Difference("site.toml", ("site", "timezone"), "UTC", "Asia/Shanghai"),
        Difference("site.toml", ("settings", "backup", "daily"), None, 9),
    ]


def test_a_file_that_comes_or_goes_is_told_by_what_it_holds() -> None:
    gone = list(differences(OLD, {"site.toml": OLD["site.toml"]}))
    assert [(one.file, one.path, one.after) for one in gone] == [
        ("hvac.toml", "device.x", None),
        ("hvac.toml", "device.y", None),
    ]


def test_text_that_is_no_toml_is_a_problem_with_its_line() -> None:
    problems = Problems()
    assert read_text("a.toml", "[site\nid = 1", problems) is None
    (problem,) = problems.all()
    assert "line 1" in problem.message
    assert "语法错误" in problem.zh
