"""Configuration versions: numbered, immutable, and never lost between files and screen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from tomllib import loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.export import export, toml
from config.load import read
from config.versions import EditedOnScreen, Overtaken, VersionDamaged, VersionMissing, VersionStore, digest_of

FILES: dict[str, dict[str, Any]] = {
    "site.toml": {"site": {"id": "a"}, "zone": [{"id": "z", "name": {"zh": "区"}}]}
}
EDITED: dict[str, dict[str, Any]] = {
    "site.toml": {"site": {"id": "a"}, "zone": [{"id": "y", "name": {"zh": "区"}}]}
}
OTHER: dict[str, dict[str, Any]] = {"site.toml": {"site": {"id": "b"}}}


def clock() -> datetime:
    return datetime(2024, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "versions")


SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
TABLES = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)


@given(documents=st.dictionaries(st.text(max_size=8), TABLES, max_size=3))
def test_what_is_stored_is_what_is_read(documents: dict[str, dict[str, Any]]) -> None:
    with TemporaryDirectory() as directory:
        store = VersionStore(Path(directory))
        added = store.add(documents, "anna", "为什么", "files", clock)
        assert store.get(1) == store.latest() == added
        assert digest_of(added.documents) == added.digest


@given(table=TABLES)
def test_exported_tables_read_back_as_they_were(table: dict[str, Any]) -> None:
    assert loads(toml(table)) == table


def test_versions_are_numbered_and_name_their_base(store: VersionStore) -> None:
    assert store.latest() is None
    store.add(FILES, "anna", "first", "files", clock)
    second = store.add(EDITED, "bo", "zone y", "screen", clock)
    assert (second.number, second.base, second.created) == (2, 1, "2024-05-01T08:00:00.000+00:00")
    assert store.get(1).documents == FILES


def test_writers_at_once_each_get_a_number_and_none_is_lost(store: VersionStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda n: store.add(FILES, f"writer {n}", "", "files", clock), range(40)))
    assert sorted(version.number for version in added) == list(range(1, 41)) == store.numbers()
    assert {store.get(number).author for number in store.numbers()} == {f"writer {n}" for n in range(40)}


@pytest.mark.parametrize(
    "tear", [lambda text: text[:40], lambda text: "", lambda text: text.replace('"y"', '"x"')]
)
def test_a_damaged_version_is_named_and_older_ones_stay_readable(
    store: VersionStore, tmp_path: Path, tear: Callable[[str], str]
) -> None:
    store.add(FILES, "anna", "", "files", clock)
    store.add(EDITED, "anna", "", "files", clock)
    file = tmp_path / "versions" / "000002.json"
    file.write_text(tear(file.read_text("utf-8")), "utf-8")
    with pytest.raises(
        VersionDamaged, match=r"version 2 in .*000002.json is damaged.*the newest is 1.*backup"
    ):
        store.latest()
    assert store.get(1).documents == FILES
    with pytest.raises(VersionMissing, match="no configuration version 9; there are 1 to 2"):
        store.get(9)


def test_changed_files_become_a_version_and_unchanged_ones_do_not(store: VersionStore) -> None:
    first = store.import_files(FILES, "anna", "start", clock)
    assert store.import_files(FILES, "anna", "start", clock) == first
    assert store.import_files(OTHER, "anna", "start", clock).number == 2


def test_files_changed_beside_an_edit_on_the_screen_are_refused_with_the_way_out(store: VersionStore) -> None:
    store.import_files(FILES, "anna", "start", clock)
    store.add(EDITED, "bo", "zone y", "screen", clock)
    with pytest.raises(EditedOnScreen) as caught:
        store.import_files(OTHER, "anna", "start", clock, site="sites/a")
    said = str(caught.value)
    assert "version 2 was edited on the screen by bo (zone y)" in said
    assert '-id = "a"' in said
    assert '+id = "b"' in said
    assert "steward config export sites/a" in said
    assert "steward run sites/a --take-files" in said
    assert store.import_files(OTHER, "anna", "start", clock, take_files=True).number == 3


def test_unchanged_files_leave_an_edit_on_the_screen_in_force(store: VersionStore) -> None:
    store.import_files(FILES, "anna", "start", clock)
    edited = store.add(EDITED, "bo", "zone y", "screen", clock)
    assert store.import_files(FILES, "anna", "start", clock) == edited


def test_an_exported_version_is_what_the_files_then_say(site: Path) -> None:
    (site / "old.toml").write_text("[[zone]]\n", "utf-8")
    documents = {**read(site), "profiles/x.toml": {"profile": {"x": {"point": [{"id": "p", "low": 1.0}]}}}}
    del documents["old.toml"]
    before = (site / "site.toml").read_bytes()
    changed = export(documents, site)
    assert read(site) == documents
    assert {file.name for file in changed} == {"old.toml", "x.toml"}
    assert (site / "site.toml").read_bytes() == before
    with pytest.raises(ValueError, match="outside the site"):
        export({"../x.toml": {}}, site)


def test_a_version_built_on_one_that_is_not_the_newest_any_more_is_refused(store: VersionStore) -> None:
    store.add(FILES, "anna", "start", "files", clock, after=0)
    store.add(EDITED, "bo", "zone y", "screen", clock, after=1)
    with pytest.raises(Overtaken, match="version 2 was added after version 1"):
        store.add(OTHER, "cy", "other", "screen", clock, after=1)
    assert store.numbers() == [1, 2]


def test_of_two_that_build_on_the_same_version_at_once_one_is_first(store: VersionStore) -> None:
    store.add(FILES, "anna", "start", "files", clock)

    def add(name: str) -> bool:
        try:
            store.add({"site.toml": {"site": {"id": name}}}, name, "", "screen", clock, after=1)
        except Overtaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, map(str, range(24)))) == 1
    assert store.numbers() == [1, 2]


def test_a_version_that_was_returned_from_does_not_come_back_with_the_next_start(store: VersionStore) -> None:
    """Neither does one that was saved and never put in force."""
    store.import_files(FILES, "anna", "start", clock)
    store.add(EDITED, "bo", "zone y", "screen", clock)
    assert store.import_files(FILES, "anna", "start", clock, running=1).number == 1


def test_going_back_before_an_import_stays_so_until_the_files_change(store: VersionStore) -> None:
    store.import_files(FILES, "anna", "start", clock)
    store.import_files(EDITED, "anna", "more", clock, running=1)
    assert store.import_files(EDITED, "anna", "start", clock, running=1).number == 1
    assert store.import_files(OTHER, "anna", "start", clock, running=1).number == 3
