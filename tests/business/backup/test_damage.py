"""Nothing that is half or damaged passes for a backup, and a restore that was cut off can be run again."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from actors.said import in_language
from business.backup import archive, manifest
from business.backup.place import Place
from business.backup.plan import from_folder
from business.backup.restore import finish, is_interrupted
from business.backup.trouble import BackupError
from tests.business.backup.estate import Estate
from tests.business.backup.test_restoring import PASSPHRASE

ROOT = Path(__file__).parents[3]


def step(what: str, run: Path, at: int) -> int:
    """The exit status; -9 when it was cut off at its `at`-th step."""
    command = [sys.executable, "-m", "tests.business.backup.step", what, str(run), str(at)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr[-3000:]
    return done.returncode


def test_a_byte_that_flipped_in_any_file_is_named_and_nothing_is_touched(
    estate: Estate, tmp_path: Path
) -> None:
    """A14."""
    made = estate.back_up(passphrase=PASSPHRASE)
    folder = estate.paths.backups / made.name
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(files) == len(made.files) + 1
    for path in files:
        content = bytearray(path.read_bytes())
        for at in {0, len(content) // 2, len(content) - 1}:
            content[at] ^= 0x10
            path.write_bytes(content)
            other = Estate(tmp_path / "other")
            other.paths.root.mkdir(exist_ok=True)
            said: list[str] = []
            with pytest.raises(BackupError) as refused:
                other.restore(from_folder(folder, PASSPHRASE), said)
            told = " ".join((*said, str(refused.value)))
            assert str(path) in told, (path, told)
            assert list(other.paths.root.iterdir()) == []
            content[at] ^= 0x10
        path.write_bytes(content)
    Estate(tmp_path / "other").restore(from_folder(folder, PASSPHRASE))


def test_every_damaged_file_is_named_at_once(estate: Estate) -> None:
    made = estate.back_up()
    folder = estate.paths.backups / made.name
    (folder / "alarms.db").unlink()
    with (folder / "business.db").open("ab") as file:
        file.write(b"more")
    said: list[str] = []
    with pytest.raises(BackupError, match="2 files are damaged; nothing was changed"):
        estate.restore(from_folder(folder), said)
    business, alarms = sorted(said, key=lambda text: "alarms.db" in text)
    assert "was written with" in business
    assert "alarms.db is damaged: it cannot be read" in alarms


def test_a_manifest_whose_rows_do_not_fit_is_refused(estate: Estate) -> None:
    """Files that are whole, and yet not what was counted: nothing is put in place."""
    made = estate.back_up()
    path = estate.paths.backups / made.name / manifest.NAME
    tables = dict(made.databases["business.db"].tables)
    object.__setattr__(tables["users"], "rows", 4)
    path.write_bytes(manifest.write(made))
    said: list[str] = []
    with pytest.raises(BackupError, match="not what was backed up"):
        estate.restore(from_folder(estate.paths.backups), said)
    assert [in_language(text, "en") for text in said] == [
        "business.db: the table users has 3 rows, 4 were backed up"
    ]
    assert not estate.paths.restoring.exists()


def test_a_trail_that_was_tampered_with_before_the_backup_is_refused(estate: Estate) -> None:
    """S-31 goes on in a restored database."""
    with closing(sqlite3.connect(estate.paths.business)) as connection, connection:
        connection.execute("UPDATE audit_records SET user = 'nobody' WHERE sequence = 2")
    estate.back_up()
    with pytest.raises(BackupError, match="the audit trail is broken in 1 places, the first at record 2"):
        estate.restore(from_folder(estate.paths.backups))


def test_a_backup_of_a_newer_program_is_not_touched(estate: Estate) -> None:
    with closing(sqlite3.connect(estate.paths.business)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    estate.back_up()
    with pytest.raises(BackupError, match="the schema 9999, which this program does not know"):
        estate.restore(from_folder(estate.paths.backups))


def test_kill_9_within_a_backup_leaves_nothing_that_looks_whole(estate: Estate) -> None:
    first = estate.back_up()
    cut = 0
    for at in (1, 4, 9, 15, 21, 26, 60):
        status = step("back_up", estate.paths.root, at)
        cut += status != 0
        place = Place(estate.paths.backups)
        assert [one.name for one in place.whole()] == place.names()
        assert first.name in place.names()
        if status == 0:
            break
    assert cut >= 5
    estate.now_ns += 2 * 86_400 * 10**9
    last = estate.back_up()
    assert not list(estate.paths.backups.glob("*.partial"))
    estate.restore(from_folder(estate.paths.backups / last.name))


def test_a_restore_cut_off_anywhere_can_be_run_again(estate: Estate) -> None:
    estate.back_up()
    users, rows = estate.users(), estate.counted()
    estate.create_user("dora")
    cut = interrupted = 0
    at = 2
    while step("restore", estate.paths.root, at):
        at += 7
        cut += 1
        if is_interrupted(estate.paths):
            interrupted += 1
            finish(estate.paths)
            assert estate.users() == users
        estate.restore(from_folder(estate.paths.backups))
        assert (estate.users(), estate.counted()) == (users, rows)
        assert not estate.paths.restoring.exists()
    assert cut > interrupted >= 2
    aside = [path for path in estate.paths.set_aside.iterdir() if (path / "business.db").exists()]
    assert "dora" in {name for path in aside for name in Estate(path).users()}


def test_a_full_disk_is_told_before_it_is_full(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RESERVE_BYTES", 1 << 60)
    with pytest.raises(BackupError) as refused:
        estate.back_up()
    assert "has too little room" in in_language(str(refused.value), "en")
    assert Place(estate.paths.backups).names() == []


def test_a_disk_that_fills_up_meanwhile_leaves_no_half_backup(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENOSPC on a disk of its own, which only root mounts; in a user namespace we are that."""
    if os.environ.get("STEWARD_TINY_DISK") != "1":
        this = f"{__file__}::test_a_disk_that_fills_up_meanwhile_leaves_no_half_backup"
        inside = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", "pytest", this]
        environment = os.environ | {"STEWARD_TINY_DISK": "1"}
        done = subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, timeout=110, env=environment)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
        return
    estate.paths.backups.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(estate.paths.backups)], check=True)
    try:
        monkeypatch.setattr(archive, "RESERVE_BYTES", -(1 << 40))
        with pytest.raises(BackupError) as refused:
            estate.back_up()
        assert "is full" in in_language(str(refused.value), "en")
        assert [path.name for path in estate.paths.backups.iterdir()] == [".lock"]
    finally:
        subprocess.run(["umount", str(estate.paths.backups)], check=True)


def test_two_backups_at_once_do_not_meet(estate: Estate) -> None:
    with Place(estate.paths.backups).held(), pytest.raises(BackupError, match="wait for its end"):
        estate.back_up()


def test_a_restore_without_room_begins_nothing(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.back_up()
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1, 1, 0))
    with pytest.raises(BackupError, match="has too little room: the restore needs"):
        estate.restore(from_folder(estate.paths.backups))
    assert not estate.paths.restoring.exists()
