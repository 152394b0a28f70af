"""From a site to processes, and what the terminal shows."""

import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from actors.paths import RunPaths
from config.settings import Settings, WebAddress
from supervisor.in_force import use_version
from supervisor.launch import Guide, processes, run_directory, to_terminal
from tests.actors.small_site import point, site

SITE = site(point("temperature"))


def test_the_run_directory_is_as_told_or_from_the_environment_or_named_after_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STEWARD_RUN", raising=False)
    assert run_directory(SITE, None).root == tmp_path / "run" / "demo"
    monkeypatch.setenv("STEWARD_RUN", "/srv/steward")
    assert run_directory(SITE, None).root == Path("/srv/steward")
    assert run_directory(SITE, Path("here")).root == tmp_path / "here"


def test_every_field_process_of_the_site_is_started_and_screens_stop_first() -> None:
    found = {one.name: one for one in processes(SITE, RunPaths(Path("/r")))}
    assert found.keys() == {
        "historian", "core", "notifier", "field-1", "office", "web-control", "web-office", "watchdog",
    }  # fmt: skip
    assert found["field-1"].module == "supervisor.processes.field"
    assert {"--run", "/r", "--name", "field-1"} <= set(found["field-1"].arguments)
    stage = {name: one.stage for name, one in found.items()}
    assert stage["web-control"] < stage["field-1"] < stage["core"]
    assert stage["field-1"] < stage["historian"]


def test_the_demo_has_simulators_that_outlive_everything() -> None:
    found = processes(SITE, RunPaths(Path("/r")), "a1")
    stage = {one.name: one.stage for one in found}
    assert stage["simulators"] > max(each for name, each in stage.items() if name != "simulators")
    (field,) = (one for one in found if one.name == "field-1")
    assert field.after == "simulators"


def test_the_version_in_force_is_one_number(paths: RunPaths) -> None:
    use_version(paths, 3)
    use_version(paths, 12)
    assert paths.running.read_text() == "12"
    assert [file.name for file in paths.configuration.iterdir()] == ["running"]


class Terminal:
    def __init__(self, paths: RunPaths, *, demo: bool = False) -> None:
        self.lines: list[str] = []
        self._guide = Guide(SITE, paths, self.lines.append, demo=demo)

    def hear(self, name: str, **facts: Any) -> None:
        self._guide.heard(name, facts)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def test_the_way_is_shown_once_everything_for_it_is_there(paths: RunPaths) -> None:
    terminal = Terminal(paths)
    for name in ("core", "office", "web-control"):
        terminal.hear(name, ready=True)
    assert not terminal.lines
    terminal.hear("web-office", ready=True)
    settings = Settings()
    assert isinstance(settings.control, WebAddress)
    assert f"http://{settings.control.host}:{settings.control.port}" in terminal.text
    assert f"http://{settings.office.host}:{settings.office.port}" in terminal.text
    shown = len(terminal.lines)
    terminal.hear("web-office", ready=True)
    assert len(terminal.lines) == shown


def test_a_first_start_shows_where_to_enter_the_code(paths: RunPaths) -> None:
    """S-01."""
    terminal = Terminal(paths)
    terminal.hear("office", first_start_code="0badcafe")
    for name in ("core", "office", "web-control", "web-office"):
        terminal.hear(name, ready=True)
    assert "/first-start" in terminal.text
    assert "0badcafe" in terminal.text


class Gone(StringIO):
    """A terminal that was closed."""

    def flush(self) -> None:
        raise BrokenPipeError


def test_a_terminal_that_has_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Gone()
    monkeypatch.setattr(sys, "stdout", terminal)
    to_terminal("正在停止 stopping ...")
    assert terminal.getvalue() == "正在停止 stopping ...\n"
