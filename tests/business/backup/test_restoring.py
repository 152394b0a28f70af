"""A backup and the way back: every row of every store, elsewhere and in its own place (A13, A14, S-52)."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from actors.alarm_tables import writer
from actors.channels.outbox_file import OutboxFile, connect
from actors.paths import HistoryPaths
from actors.said import in_language
from business.backup.contents import LEFT_OUT
from business.backup.place import Place
from business.backup.plan import from_folder
from business.backup.sealed_secrets import WrongPassphrase
from business.backup.trouble import BackupError
from tests.business.backup.estate import KEY, Estate

PASSPHRASE = "under the third stone"


def epoch_of(path: Path) -> tuple[str, int]:
    with closing(connect(path)) as connection:
        outbox = OutboxFile(connection, lambda: 0, False)
        return outbox.epoch, outbox.rows


def test_every_row_comes_back_in_another_place(estate: Estate, tmp_path: Path) -> None:
    """S1-4.7a, S1-4.7b."""
    tables, rows, values = estate.tables(), estate.counted(), estate.history_rows()
    made = estate.back_up()
    assert {name: dict(one.tables) for name, one in made.databases.items()} == tables

    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    other.restore(from_folder(estate.paths.backups / made.name))
    restored = other.tables()
    assert (other.counted(), other.history_rows()) == (rows, values)
    for name in ("alarms.db", "history/hot.db"):
        assert restored[name] == tables[name]
    assert restored["business.db"]["users"] == tables["business.db"]["users"]
    assert restored["field/field/conditions.db"]["state"] == tables["field/field/conditions.db"]["state"]
    assert other.users() == ["anna", "ben", "chen"]
    assert sorted(path.read_bytes() for path in other.paths.files.rglob("*") if path.is_file()) == [
        b"%PDF-1.7 a plan",
        b"a photo of a leak",
    ]
    assert other.paths.running.read_text() == "2"
    assert other.audit()[1] == ["CreateUser"] * 3 + ["RecordRestore"]


def test_a_restore_moves_what_is_there_aside_and_deletes_nothing(estate: Estate) -> None:
    made = estate.back_up()
    estate.create_user("dora")
    estate.add_alarms(5)
    before = estate.tables()
    aside = estate.restore(from_folder(estate.paths.backups))
    assert estate.users() == ["anna", "ben", "chen"]
    old = Estate(aside)
    assert old.tables() == before
    assert old.users() == ["anna", "ben", "chen", "dora"]
    assert Place(estate.paths.backups).names() == [made.name], "the backups stay where they are"
    assert (estate.paths.secrets / "sealing-keys").exists(), "so do the secrets"
    assert not estate.paths.restoring.exists()


def test_an_outbox_begins_anew_so_that_its_numbers_mean_something_else(
    estate: Estate, tmp_path: Path
) -> None:
    """Otherwise core would take what field sends next for what it has applied already."""
    conditions = estate.paths.field("field").conditions
    epoch, waiting = epoch_of(conditions)
    assert waiting == 1
    estate.back_up()
    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    other.restore(from_folder(estate.paths.backups))
    restored, left = epoch_of(other.paths.field("field").conditions)
    assert restored != epoch
    assert left == 0


def test_a_backup_while_everybody_writes_is_of_one_moment(estate: Estate, tmp_path: Path) -> None:
    """Whoever follows by a cursor must not be ahead of what it follows."""
    wrote, stop, failures = threading.Event(), threading.Event(), []
    with closing(sqlite3.connect(estate.paths.business)) as connection:
        connection.execute("CREATE TABLE follows (at INTEGER)")
        connection.execute("CREATE TABLE twin (at INTEGER)")

    def write() -> None:
        try:
            with (
                closing(writer(str(estate.paths.alarms))) as alarms,
                closing(sqlite3.connect(estate.paths.business, timeout=30)) as business,
            ):
                at = 0
                while not stop.is_set():
                    at += 1
                    alarms.execute("INSERT OR REPLACE INTO applied VALUES ('s', 'e', ?)", (at,))
                    with business:
                        business.execute("INSERT INTO follows VALUES (?)", (at,))
                        business.execute("INSERT INTO twin VALUES (?)", (at,))
                    wrote.set()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        found = []
        for _ in range(5):
            for _whole_round in range(2):  # the first may end what the backup before has seen
                wrote.clear()
                assert wrote.wait(60), failures
            found.append(estate.back_up())
    finally:
        stop.set()
        thread.join()
    assert failures == []
    seen = []
    for made in found:
        other = Estate(tmp_path / made.name)
        other.paths.root.mkdir()
        other.restore(from_folder(estate.paths.backups / made.name))
        with closing(sqlite3.connect(other.paths.business)) as business:
            (follows,) = business.execute("SELECT max(at) FROM follows").fetchone()
            (twin,) = business.execute("SELECT max(at) FROM twin").fetchone()
        with closing(sqlite3.connect(other.paths.alarms)) as alarms:
            (applied,) = alarms.execute("SELECT sequence FROM applied WHERE source = 's'").fetchone()
        assert follows == twin <= applied
        seen.append(follows)
    assert seen == sorted(set(seen)), "each of a later moment than the one before"


def test_what_did_not_change_is_linked_and_shares_nothing_with_the_original(estate: Estate) -> None:
    first, second = estate.back_up(), estate.back_up()
    backups, name = estate.paths.backups, next(f.path for f in first.files if f.path.endswith(".parquet"))
    one, two = (backups / made.name / name for made in (first, second))
    assert one.stat().st_ino == two.stat().st_ino
    assert one.stat().st_ino != (estate.paths.root / name).stat().st_ino
    photo = next(file.path for file in first.files if file.path.startswith("files/"))
    assert (backups / first.name / photo).stat().st_nlink == 2


def test_a_history_file_of_the_same_name_with_other_content_is_copied(estate: Estate) -> None:
    """After a restore the numbers of sealings come again."""
    first = estate.back_up()
    name = next(file.path for file in first.files if file.path.endswith(".parquet"))
    live = estate.paths.root / name
    content = bytearray(live.read_bytes())
    content[100] ^= 1
    live.write_bytes(content)
    second = estate.back_up()
    hashes = [{file.path: file.sha256 for file in made.files}[name] for made in (first, second)]
    assert hashes[0] != hashes[1]


def test_history_that_was_lost_before_is_told_and_the_rest_is_kept(estate: Estate, tmp_path: Path) -> None:
    lost = min(estate.paths.history.root.glob("*/*.parquet"))
    lost.unlink()
    made = estate.back_up()
    assert made.missing == (f"{lost.parent.name}/{lost.name}",)
    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    other.restore(from_folder(estate.paths.backups))
    assert other.users() == estate.users()


def test_secrets_are_left_out_unless_asked_for_and_then_sealed(estate: Estate, tmp_path: Path) -> None:
    plain = estate.back_up()
    assert not plain.has_secrets
    assert plain.keys == (KEY,), "the manifest tells which keys are needed"
    sealed = estate.back_up(passphrase=PASSPHRASE)
    for path in estate.paths.backups.rglob("*"):
        assert not path.is_file() or b"abababab" not in path.read_bytes()

    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    folder = estate.paths.backups / sealed.name
    with pytest.raises(WrongPassphrase):
        other.restore(from_folder(folder, "under the second stone"))
    assert list(other.paths.root.iterdir()) == []
    with pytest.raises(BackupError, match="holds no secrets"):
        other.restore(from_folder(estate.paths.backups / plain.name, PASSPHRASE))
    other.restore(from_folder(folder, PASSPHRASE))
    assert (other.paths.secrets / "sealing-keys").read_text() == (
        estate.paths.secrets / "sealing-keys"
    ).read_text()
    assert (other.paths.secrets / "sealing-keys").stat().st_mode & 0o777 == 0o600


def test_a_short_passphrase_seals_nothing(estate: Estate) -> None:
    with pytest.raises(BackupError, match="at least 12"):
        estate.back_up(passphrase="short")
    assert Place(estate.paths.backups).names() == []


def test_sessions_that_stood_in_the_backup_are_over(estate: Estate, tmp_path: Path) -> None:
    """Who logged out after the backup must not be in again."""
    with closing(sqlite3.connect(estate.paths.business)) as connection, connection:
        connection.execute(
            "INSERT INTO user_sessions (id, token_hash, user_id, place, address, browser, created_ns,"
            " seen_ns, overreaches) VALUES ('s', 't', 1, 'office', '', '', 1, 1, 0)"
        )
    estate.back_up()
    estate.restore(from_folder(estate.paths.backups))
    with closing(sqlite3.connect(estate.paths.business)) as connection:
        assert connection.execute("SELECT count(*) FROM user_sessions WHERE ended_ns IS NULL").fetchone() == (
            0,
        )


def test_every_path_of_a_run_directory_is_kept_or_left_out_for_a_reason(estate: Estate) -> None:
    """Whoever gives a site a new store decides here whether it is backed up."""
    phrase = estate.paths.phrases / "zh" / "高高报警.wav"
    phrase.parent.mkdir(parents=True)
    phrase.write_bytes(b"RIFF")
    made = estate.back_up()
    kept = {file.path.split("/")[0] for file in made.files}
    paths = type(estate.paths)
    for name, value in vars(paths).items():
        if not isinstance(value, property):
            continue
        at = getattr(estate.paths, name)
        root = (at.root if isinstance(at, HistoryPaths) else at).relative_to(estate.paths.root)
        assert (name in LEFT_OUT) != (root.parts != () and root.parts[0] in kept), name


def test_the_second_place_holds_the_same_and_can_be_restored_from(estate: Estate, tmp_path: Path) -> None:
    made = estate.back_up(tmp_path / "share")
    again = estate.back_up(tmp_path / "share")
    assert Place(tmp_path / "share").names() == [made.name, again.name]
    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    other.restore(from_folder(tmp_path / "share"))
    assert other.counted() == estate.counted()


def test_a_second_place_that_fails_is_told_and_the_first_stays(estate: Estate, tmp_path: Path) -> None:
    (tmp_path / "share").write_text("no folder")
    with pytest.raises(BackupError) as failed:
        estate.back_up(tmp_path / "share")
    assert "share cannot be written" in in_language(str(failed.value), "en")
    (name,) = Place(estate.paths.backups).names()
    told = (estate.paths.backups / name / "second.json").read_text()
    assert "cannot be written" in told
