"""`steward backup`, `backups` and `restore` as somebody types them, where nothing runs."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from actors.paths import RunPaths
from supervisor.cli import app
from supervisor.lock import hold
from tests.business.backup.estate import KEY, Estate, done
from tests.supervisor.test_cli import SITE

ZONE = ZoneInfo("Asia/Shanghai")


def steward(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, "utf-8")
    return folder


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path / "run").fill()


def folder_of(said: Result) -> Path:
    return Path(said.output.partition(": ")[0])


def test_a_site_is_backed_up_listed_and_restored(site: Path, estate: Estate) -> None:
    """A13, A14."""
    run = ("--run", estate.paths.root)
    assert "no backup yet" in steward("backups", site, *run).output
    made = steward("backup", site, *run)
    assert made.exit_code == 0, made.output
    assert f"this backup does not hold the keys {KEY}" in made.output
    listed = steward("backups", site, *run)
    assert (listed.exit_code, folder_of(made).name in listed.output) == (0, True)
    estate.create_user("dora")
    back = steward("restore", site, *run, "--from", folder_of(made))
    assert back.exit_code == 0, back.output
    assert "everybody has to log in again" in back.output
    assert estate.users() == ["anna", "ben", "chen"]
    (aside,) = estate.paths.set_aside.iterdir()
    assert str(aside) in back.output


def test_a_damaged_backup_ends_with_1_and_its_name(site: Path, estate: Estate) -> None:
    run = ("--run", estate.paths.root)
    folder = folder_of(steward("backup", site, *run))
    (folder / "alarms.db").write_bytes(b"nothing")
    back = steward("restore", site, *run, "--from", folder)
    assert back.exit_code == 1
    assert f"{folder / 'alarms.db'} is damaged" in back.output
    (folder / "manifest.json").write_text("{}")
    listed = steward("backups", site, *run)
    assert listed.exit_code == 1
    assert "manifest.json is damaged" in listed.output


def test_a_time_is_of_the_clock_of_the_site(site: Path, estate: Estate) -> None:
    done(estate.snapshot())
    at = datetime.fromtimestamp(estate.now_ns // 10**9 + 1, ZONE)
    estate.create_user("dora")
    run = ("--run", estate.paths.root)
    early = steward("restore", site, *run, "--at", at.replace(year=at.year - 1).strftime("%Y-%m-%dT%H:%M"))
    assert (early.exit_code, "none before that time" in early.output) == (1, True)
    back = steward("restore", site, *run, "--at", at.strftime("%Y-%m-%dT%H:%M:%S"))
    assert back.exit_code == 0, back.output
    assert "history and attached files stay" in back.output
    assert estate.users() == ["anna", "ben", "chen"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "say which state"),
        (("--at", "yesterday"), 1, "'yesterday' is no time; write 2026-11-21T10:35"),
        (("--from", "/nowhere"), 1, "holds no backup"),
    ],
)
def test_what_cannot_be_restored_is_said(
    site: Path, estate: Estate, arguments: tuple[str, ...], status: int, said: str
) -> None:
    back = steward("restore", site, "--run", estate.paths.root, *arguments)
    assert (back.exit_code, said in back.output) == (status, True), back.output
    assert estate.users() == ["anna", "ben", "chen"]


def test_a_restore_needs_the_site_to_stand_still(site: Path, estate: Estate) -> None:
    estate.back_up()
    with hold(estate.paths.lock):
        back = steward("restore", site, "--run", estate.paths.root, "--from", estate.paths.backups)
    assert back.exit_code == 1
    assert "stand still" in back.output


def test_a_drill_goes_into_another_run_directory(site: Path, estate: Estate, tmp_path: Path) -> None:
    estate.back_up()
    into = tmp_path / "drill"
    back = steward(
        "restore", site, "--run", estate.paths.root, "--from", estate.paths.backups, "--into", into
    )
    assert back.exit_code == 0, back.output
    assert Estate(into).users() == estate.users()
    assert f"the keys {KEY} are not here" in back.output
    assert not estate.paths.set_aside.exists()


def test_secrets_come_with_a_passphrase_from_the_environment(
    site: Path, estate: Estate, tmp_path: Path
) -> None:
    run = ("--run", estate.paths.root)
    secret = {"STEWARD_BACKUP_PASSPHRASE": "under the third stone"}
    made = steward("backup", site, *run, "--with-secrets", **secret)
    assert "does not hold the keys" not in made.output
    folder = folder_of(made)
    into = tmp_path / "drill"
    back = steward("restore", site, *run, "--from", folder, "--into", into, "--with-secrets", **secret)
    assert back.exit_code == 0, back.output
    assert (RunPaths(into).secrets / "sealing-keys").exists()
    assert "cannot be read" not in back.output
    assert "secrets" in steward("backups", site, *run).output


def test_a_site_does_not_start_between_old_and_new(site: Path, estate: Estate) -> None:
    estate.back_up()
    run = ("--run", estate.paths.root)
    estate.paths.restoring.mkdir()
    (estate.paths.restoring / "ready.json").write_text("{}")
    started = steward("run", site, *run)
    assert started.exit_code == 1
    assert "a restore of" in started.output


def test_without_a_run_directory_there_is_nothing_to_back_up(site: Path, tmp_path: Path) -> None:
    said = steward("backup", site, "--run", tmp_path / "nowhere")
    assert (said.exit_code, "there is no run directory" in said.output) == (1, True)
