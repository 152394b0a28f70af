"""The settings as a form: labels in both languages, limits, and what a person enters (S1-4.5)."""

import re
from typing import Any

import pytest

from config.editing import Edit, edited, tables_of
from config.following import bound
from config.settings_fields import (
    Kind,
    SettingField,
    as_text,
    edits_of,
    entered,
    fields_of_settings,
    name_of,
    value_of,
)
from config.settings_schema import PAGES

DOCUMENTS: dict[str, dict[str, Any]] = {
    "site.toml": {
        "site": {"id": "a", "name": {"zh": "园区", "en": "Campus"}, "timezone": "Asia/Shanghai"},
        "settings": {"office": {"port": 9001}},
    }
}
TABLES = tables_of(DOCUMENTS)
FIELDS = {name_of(one): one for one in fields_of_settings(TABLES)}
PROCESSES = {"core", "field", "historian", "office", "watchdog", *PAGES}
CHINESE = re.compile("[一-鿿]")


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_setting_has_labels_and_hints_in_both_languages(field: SettingField) -> None:
    """Give the field `json_schema_extra=shown("中文名称", "中文说明", ...)` beside title and description."""
    for text in (field.label, field.hint, field.group):
        assert CHINESE.search(text.zh), text
        assert text.en
        assert not CHINESE.search(text.en), text
    assert set(field.restarts) <= PROCESSES


def test_limits_and_defaults_are_those_of_the_schema() -> None:
    daily = FIELDS["settings.backup.daily"]
    assert (daily.kind, daily.low, daily.high, daily.default, daily.unit) == (Kind.WHOLE, 1, 366, 7, "d")
    assert FIELDS["settings.control.port"].default == 8080
    assert FIELDS["settings.office.port"].required
    assert FIELDS["site.id"].locked


def enter(**texts: str | tuple[str, ...]) -> list[Edit]:
    """What the whole form says, with some fields changed."""
    said: dict[str, tuple[str, ...]] = {
        name: (as_text(one, value_of(TABLES, one)),) for name, one in FIELDS.items()
    }
    said |= {name: (text,) if isinstance(text, str) else text for name, text in texts.items()}
    return edits_of(TABLES, said, FIELDS.values())


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    assert enter() == []


def test_only_what_was_changed_becomes_part_of_the_documents() -> None:
    edits = enter(**{"settings.backup.daily": "10", "settings.office.port": "9002"})
    assert edited(DOCUMENTS, edits)["site.toml"]["settings"] == {
        "office": {"port": 9002},
        "backup": {"daily": 10},
    }


def test_a_table_that_is_touched_gets_what_it_cannot_be_without() -> None:
    """[settings.control] with a host alone would have no port."""
    edits = enter(**{"settings.control.host": "0.0.0.0"})
    assert edited(DOCUMENTS, edits)["site.toml"]["settings"]["control"] == {"host": "0.0.0.0", "port": 8080}


def test_what_is_emptied_falls_back_to_its_default() -> None:
    documents = edited(DOCUMENTS, [Edit(("settings", "history_keep_days"), 30)])
    tables = tables_of(documents)
    field = FIELDS["settings.history_keep_days"]
    (edit,) = edits_of(tables, {name_of(field): ("",)}, [field])
    assert "history_keep_days" not in edited(documents, [edit])["site.toml"]["settings"]


def test_the_id_of_the_site_is_only_shown() -> None:
    assert enter(**{"site.id": "b"}) == []


@pytest.mark.parametrize(
    ("name", "texts", "value"),
    [
        ("settings.two_person", ("yes",), True),
        ("settings.two_person", ("",), False),
        ("settings.modules_off", ("pets", "keys"), ["pets", "keys"]),
        ("settings.security.inside_networks", ("10.0.0.0/8\n\n fd00::/8 ",), ["10.0.0.0/8", "fd00::/8"]),
        ("settings.backup.daily", ("abc",), "abc"),
        ("settings.backup.daily", ("",), None),
        ("settings.database", ("",), ""),
        ("site.timezone", (" ",), None),
    ],
)
def test_what_a_person_enters_becomes_what_a_document_holds(
    name: str, texts: tuple[str, ...], value: Any
) -> None:
    """What is no number stays as it was written: the check of the document says what it should be."""
    assert entered(FIELDS[name], texts) == value


@pytest.mark.parametrize(
    ("edit", "concerned"),
    [
        (Edit(("settings", "office", "port"), 9002), {"web-office"}),
        (Edit(("settings", "history_keep_days"), 30), {"historian"}),
        (Edit(("settings", "modules_off"), ["pets"]), {"office", *PAGES}),
        (Edit(("site", "name", "zh"), "新"), set()),
        (Edit(("settings", "two_person"), True), set()),
        (Edit(("settings", "history_budget_mb"), 100), {"field"}),
    ],
)
def test_only_the_processes_that_read_a_setting_at_their_start_are_bound_by_it(
    edit: Edit, concerned: set[str]
) -> None:
    after = edited(DOCUMENTS, [edit])
    assert {one for one in PROCESSES if bound(DOCUMENTS, one) != bound(after, one)} == concerned
