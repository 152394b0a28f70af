"""The command line where nothing runs; `tests/flows` has the rest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from actors.messages import Issuer, Stage
from actors.paths import RunPaths
from business.audit.trail import Deed, append
from business.database import open_writer, sessions, sqlite_url
from business.migrations import migrate
from business.notifier.channels.push_crypto import encoded, point, private_key
from config.load import read
from config.versions import VersionStore
from supervisor.audit_cli import check
from supervisor.cli import app
from supervisor.in_force import use_version

SITE = """
[site]
id = "tiny"
name = { zh = "小", en = "Tiny" }
timezone = "Asia/Shanghai"

[[zone]]
id = "campus"
name = { zh = "园区", en = "Campus" }
kind = "site"
"""


def steward(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, "utf-8")
    return folder


def test_without_a_command_it_shows_what_there_is() -> None:
    said = steward()
    for command in ("run", "demo", "check", "schema", "status", "config"):
        assert command in said.output


def test_a_site_that_is_right_is_counted(site: Path) -> None:
    said = steward("check", site)
    assert (said.exit_code, "no problems" in said.output) == (0, True)


@pytest.mark.parametrize("command", [["check"], ["config", "list"], ["config", "export"], ["status"]])
def test_a_site_that_is_wrong_ends_with_1_and_the_problem(site: Path, command: list[str]) -> None:
    (site / "site.toml").write_text(SITE.replace("Asia/Shanghai", "Mars/Olympus"), "utf-8")
    said = steward(*command, site)
    assert said.exit_code == 1
    assert "Mars/Olympus" in said.output


def test_the_channels_of_messages_are_checked_too(site: Path) -> None:
    account = '[[account]]\nid = "m"\nname = { zh = "邮件", en = "Mail" }\nkind = "emial"\n'
    (site / "notify.toml").write_text(account, "utf-8")
    said = steward("check", site)
    assert said.exit_code == 1
    assert "notify.toml:4: account[0] m .kind: unknown channel 'emial'. Did you mean 'email'?" in said.output


def test_a_folder_without_a_site_says_so(tmp_path: Path) -> None:
    said = steward("check", tmp_path / "nowhere")
    assert said.exit_code == 1
    assert "nowhere" in said.output


def test_before_the_first_run_there_is_nothing_to_export(site: Path, paths: RunPaths) -> None:
    said = steward("config", "export", site, "--run", paths.root)
    assert said.exit_code == 1
    assert "steward run makes the first" in said.output


def test_versions_are_listed_with_the_running_one_marked_and_written_into_the_files(
    site: Path, paths: RunPaths
) -> None:
    store = VersionStore(paths.configuration)
    for name in ("Tiny", "Larger"):
        (site / "site.toml").write_text(SITE.replace("Tiny", name), "utf-8")
        store.import_files(read(site), "olga", f"named {name}", lambda: datetime.now(UTC), site=str(site))
    use_version(paths, 1)
    lines = steward("config", "list", site, "--run", paths.root).output.splitlines()
    assert [line.split()[0] for line in lines] == ["1*", "2"]
    assert "olga: named Larger" in lines[1]
    said = steward("config", "export", site, "--run", paths.root, "--version", 1)
    assert said.exit_code == 0
    assert "Tiny" in (site / "site.toml").read_text("utf-8")


def test_the_audit_trail_of_a_site_is_verified_and_an_edit_is_named(tmp_path: Path) -> None:
    """S-31."""
    database = tmp_path / "business.db"
    said: list[str] = []
    assert check(sqlite_url(database), "", said.append) == 1
    assert "there is no business database" in said[-1]
    engine = open_writer(sqlite_url(database))
    migrate(engine)
    with sessions(engine).begin() as session:
        for number in range(3):
            deed = Deed(
                f"id-{number}", "GrantRole", Issuer("chief", "", ""), "access.delegate", "users/li", "", ""
            )
            append(session, deed, number, Stage.DONE, "")
    assert check(sqlite_url(database), "", said.append) == 0
    anchor = said[-1].rpartition(" ")[2]
    assert check(sqlite_url(database), anchor, said.append) == 0
    for wrong in ("3", "x:" + "0" * 64, "3:short"):
        assert check(sqlite_url(database), wrong, said.append) == 1
        assert "is no anchor" in said[-1]
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_records WHERE sequence = 3"))
    assert check(sqlite_url(database), "", said.append) == 0
    assert check(sqlite_url(database), anchor, said.append) == 1
    assert said[-2].startswith("3: ")
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_records SET user = 'li' WHERE sequence = 2"))
    assert check(sqlite_url(database), "", said.append) == 1
    assert said[-2].startswith("2: ")
    engine.dispose()
    database.write_bytes(b"nonsense" * 1000)
    assert check(sqlite_url(database), "", said.append) == 1
    assert "cannot be read" in said[-1]


def test_a_key_pair_for_pushed_messages_is_kept_and_its_public_half_told(site: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    made = steward("push-keys", site, "push", "--run", run)
    assert made.exit_code == 0, made.output
    file = RunPaths(run).secrets / "account-push-private-key"
    assert file.stat().st_mode & 0o077 == 0
    public = encoded(point(private_key(file.read_text()).public_key()))
    assert f'public_key = "{public}"' in made.output
    assert file.read_text() not in made.output
    assert steward("push-keys", site, "No Id", "--run", run).exit_code == 1
