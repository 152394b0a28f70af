"""A site whose business stands on PostgreSQL is backed up and restored by the same commands."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from business.backup import postgres
from business.backup.archive import anchor_of
from business.backup.plan import from_folder, newest_until
from business.backup.trouble import BackupError
from tests.business.backup.estate import Estate, done
from tests.business.postgresql import Server

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def estate(database: URL, tmp_path: Path) -> Estate:
    estate = Estate(tmp_path / "run", database)
    estate.fill()
    return estate


@pytest.fixture
def empty(postgresql: Server) -> Iterator[URL]:
    name = f"empty_{secrets.token_hex(6)}"
    postgresql.create(name)
    yield postgresql.url(name)
    postgresql.drop(name)


def test_every_row_comes_back_in_an_empty_database(estate: Estate, empty: URL, tmp_path: Path) -> None:
    """A13, A14."""
    tables = postgres.tables_of(estate.url)
    made = estate.back_up()
    assert "business.db" not in {file.path for file in made.files}
    assert dict(made.databases[postgres.NAME].tables) == tables
    assert tables["users"].rows == 3
    estate.create_user("dora")
    other = Estate(tmp_path / "other", empty)
    other.paths.root.mkdir()
    other.restore(from_folder(estate.paths.backups))
    assert other.users() == ["anna", "ben", "chen"]
    assert postgres.tables_of(empty)["users"] == tables["users"]
    assert other.audit()[1][-4:] == ["CreateUser"] * 3 + ["RecordRestore"]
    assert other.counted() == estate.counted()
    assert not (other.paths.root / postgres.NAME).exists()
    other.create_user("emil")


def test_a_database_with_tables_is_not_touched(estate: Estate) -> None:
    estate.back_up()
    with pytest.raises(BackupError, match="is not empty") as refused:
        estate.restore(from_folder(estate.paths.backups))
    assert str(estate.url.password) not in str(refused.value)
    assert estate.users() == ["anna", "ben", "chen"]


def test_a_snapshot_holds_it_too(estate: Estate, empty: URL, tmp_path: Path) -> None:
    done(estate.snapshot())
    at = estate.now_ns
    estate.create_user("dora")
    other = Estate(tmp_path / "other", empty)
    other.paths.root.mkdir()
    other.restore(newest_until([estate.paths.backups], at, has_history=True))
    assert other.users() == ["anna", "ben", "chen"]


def test_a_file_of_sqlite_does_not_go_into_it(estate: Estate, tmp_path: Path) -> None:
    file = Estate(tmp_path / "file").fill()
    file.back_up()
    with pytest.raises(BackupError, match=r"take settings\.database out first"):
        Estate(estate.paths.root, estate.url).restore(from_folder(file.paths.backups))
    assert anchor_of(file.paths.business)
