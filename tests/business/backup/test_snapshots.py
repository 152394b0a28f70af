"""Snapshots between the backups, and going back to a time."""

from pathlib import Path

import pytest

from actors.said import in_language
from business.backup.plan import newest_until
from business.backup.snapshots import Shelf
from business.backup.trouble import BackupError
from config.settings import BackupSettings
from tests.business.backup.estate import MINUTE_NS, Estate, done


def pieces(folder: Path) -> dict[str, int]:
    return {
        path.name: path.stat().st_size
        for path in (folder / "snapshots" / "chunks").rglob("*")
        if path.is_file()
    }


def test_a_time_gives_the_newest_state_that_is_not_after_it(estate: Estate) -> None:
    """S-52: point in time."""
    times = []
    for user in ("dora", "emil", "finn"):
        done(estate.snapshot())
        times.append(estate.now_ns)
        estate.now_ns += 5 * MINUTE_NS
        estate.create_user(user)
        estate.add_history(2)
    rows = estate.counted()
    plan = newest_until([estate.paths.backups], times[1], has_history=True)
    estate.restore(plan)
    assert estate.users() == ["anna", "ben", "chen", "dora"]
    assert estate.counted() == rows, "history goes on as it was"
    assert estate.audit()[1][-1] == "RecordRestore"
    assert (estate.paths.files / "17").is_dir()


def test_before_the_first_state_there_is_nothing(estate: Estate) -> None:
    early = estate.now_ns
    estate.now_ns += MINUTE_NS
    done(estate.snapshot())
    with pytest.raises(BackupError, match="or none before that time"):
        newest_until([estate.paths.backups], early, has_history=True)


def test_a_full_backup_that_is_newer_than_the_snapshots_is_taken(estate: Estate) -> None:
    done(estate.snapshot())
    made = estate.back_up()
    plan = newest_until([estate.paths.backups], estate.now_ns, has_history=False)
    assert (plan.state.name, plan.rest) == (made.name, plan.state)


def test_a_lost_run_directory_comes_back_from_the_second_place(estate: Estate, tmp_path: Path) -> None:
    share = tmp_path / "share"
    estate.back_up(share)
    rows = estate.counted()
    estate.create_user("dora")
    done(estate.snapshot(share))
    other = Estate(tmp_path / "other")
    other.paths.root.mkdir()
    plan = newest_until([estate.paths.backups / "gone", share], estate.now_ns, has_history=False)
    other.restore(plan)
    assert other.users() == ["anna", "ben", "chen", "dora"], "as of the snapshot"
    assert other.counted() == rows, "as of the full backup"


def test_what_did_not_change_is_kept_once_and_not_even_read(estate: Estate) -> None:
    for user in range(30):
        estate.create_user(f"user{user}")
    done(estate.snapshot())
    before = pieces(estate.paths.backups)
    estate.now_ns += 5 * MINUTE_NS
    second = done(estate.snapshot())
    assert pieces(estate.paths.backups) == before
    estate.create_user("one-more")
    third = done(estate.snapshot())
    old, new = ({chunk for f in one.files for chunk in f.chunks} for one in (second, third))
    assert 0 < len(new - old) <= len(old)
    alarms = [next(f for f in one.files if f.path == "alarms.db") for one in (second, third)]
    assert alarms[0] == alarms[1]


def test_a_database_written_since_is_never_taken_for_unchanged(estate: Estate, tmp_path: Path) -> None:
    for at in range(4):
        estate.add_alarms(1)
        done(estate.snapshot())
        other = Estate(tmp_path / str(at))
        other.paths.root.mkdir()
        other.restore(newest_until([estate.paths.backups], estate.now_ns, has_history=True))
        assert other.tables_of("alarms.db")["journal"].rows == 21 + at


def test_old_snapshots_go_with_what_only_they_needed(estate: Estate) -> None:
    hour = BackupSettings(snapshot_hours=1)
    counts = []
    for at in range(30):
        if not at % 5:
            estate.create_user(f"user{at}")
        done(estate.snapshot(settings=hour))
        estate.now_ns += 5 * MINUTE_NS
        counts.append(len(Shelf(estate.paths.backups).names()))
    assert max(counts) < 12 + 12 + 1
    shelf = Shelf(estate.paths.backups)
    list(shelf.verify())
    needed = {c for name in shelf.names() for f in shelf.manifest(name).files for c in f.chunks}
    assert needed <= set(shelf.chunks.names())
    oldest = shelf.manifest(shelf.names()[0])
    estate.restore(newest_until([estate.paths.backups], oldest.taken_ns, has_history=True))


def test_a_damaged_piece_is_named_and_written_anew_by_the_next_snapshot(estate: Estate) -> None:
    taken = done(estate.snapshot())
    shelf = Shelf(estate.paths.backups)
    chunk = next(f for f in taken.files if f.path == "business.db").chunks[0]
    path = shelf.folder / "chunks" / chunk[:2] / chunk
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BackupError) as refused:
        estate.restore(newest_until([estate.paths.backups], estate.now_ns, has_history=True))
    assert str(path) in in_language(str(refused.value), "en")
    assert estate.users() == ["anna", "ben", "chen"]
    with pytest.raises(BackupError, match="is damaged"):
        list(shelf.verify())
    estate.now_ns += 5 * MINUTE_NS
    done(estate.snapshot())
    list(shelf.verify())
    estate.restore(newest_until([estate.paths.backups], estate.now_ns, has_history=True))


def test_a_damaged_manifest_of_a_snapshot_is_named(estate: Estate) -> None:
    taken = done(estate.snapshot())
    path = Shelf(estate.paths.backups).folder / f"{taken.name}.json"
    path.write_text(path.read_text().replace('"users', '"usars').replace("small", "smell"))
    with pytest.raises(BackupError, match=r"its digest does not match"):
        newest_until([estate.paths.backups], estate.now_ns, has_history=True)


def test_a_snapshot_and_a_backup_may_be_made_at_the_same_time(estate: Estate) -> None:
    work = estate.backing_up()
    next(work)
    done(estate.snapshot())
    done(work)
