"""Backups as jobs: they run in the office, by schedule, and say why they fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from actors.said import in_language
from business.backup.archive import Wish, back_up
from business.backup.kinds import BACKUP, SNAPSHOT, backup_jobs
from business.backup.listing import backups
from business.backup.place import Places
from business.backup.sqlite_copy import Cancelled
from business.database import sqlite_url
from business.jobs.kinds import Lane
from business.jobs.messages import RunJobNow
from config.settings import BackupSettings
from tests.business.backup.estate import Estate, done
from tests.business.jobs.bench import Bench

Make = Callable[..., Bench]


@pytest.fixture
def make_bench(tmp_path: Path, request: pytest.FixtureRequest) -> Make:
    def make(estate: Estate, second: str = "") -> Bench:
        settings = BackupSettings(second_folder=second)
        places = Places.of(settings, estate.paths.backups)
        folder = tmp_path / "bench"
        folder.mkdir()
        bench = Bench(sqlite_url(folder / "business.db"), *backup_jobs(estate.origin(), places, settings))
        request.addfinalizer(bench.close)
        bench.start()
        return bench

    return make


def test_a_schedule_makes_backups_and_snapshots(estate: Estate, make_bench: Make) -> None:
    """A13: by itself, at its time."""
    bench = make_bench(estate)
    bench.schedule("every 4 minutes", SNAPSHOT)
    bench.set_clock(bench.now_ns + 4 * 60 * 10**9)
    bench.wait_for_states("done")
    bench.do(RunJobNow(BACKUP))
    bench.wait_for_states("done", "done")
    found = backups(Places(estate.paths.backups, None))
    assert (len(found.rows), found.snapshots) == (1, 1)
    assert "files, verified" in in_language(bench.runs()[-1].text, "en")


def test_a_folder_that_cannot_be_written_fails_the_run_with_the_way_out(
    estate: Estate, make_bench: Make
) -> None:
    estate.paths.backups.write_text("no folder")
    bench = make_bench(estate)
    bench.do(RunJobNow(SNAPSHOT))
    bench.wait_for_states("failed")
    assert "see that it exists, is mounted" in bench.runs()[0].error


def test_a_share_that_is_gone_fails_the_run_and_keeps_the_backup(
    estate: Estate, make_bench: Make, tmp_path: Path
) -> None:
    (tmp_path / "share").write_text("not mounted")
    bench = make_bench(estate, str(tmp_path / "share"))
    bench.do(RunJobNow(BACKUP))
    bench.wait_for(lambda: bool(bench.runs()[0].error))
    assert "cannot be written" in bench.runs()[0].error
    (row,) = backups(Places(estate.paths.backups, None)).rows
    assert row.trouble == ""
    assert row.second is not None
    assert "cannot be written" in row.second.error


def test_snapshots_do_not_wait_for_what_is_heavy() -> None:
    kinds = backup_jobs(None, None, BackupSettings())  # type: ignore[arg-type]
    assert {kind.name: kind.lane for kind in kinds} == {BACKUP: Lane.HEAVY, SNAPSHOT: Lane.PUNCTUAL}


def test_a_backup_that_nobody_wants_any_more_leaves_nothing(estate: Estate) -> None:
    for steps in range(1, 12, 2):
        asked = iter([False] * steps)
        wish = Wish(BackupSettings(), is_cancelled=lambda asked=asked: next(asked, True))  # type: ignore[misc]
        with pytest.raises(Cancelled):
            done(back_up(estate.origin(), estate.places(), wish, estate.wall_ns))
        assert [path.name for path in estate.paths.backups.iterdir()] == [".lock"]
