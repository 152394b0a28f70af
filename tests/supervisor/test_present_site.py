"""The site as a process sees it that does not start anew for what differs."""

from dataclasses import replace
from pathlib import Path

import pytest

from actors.channels.query import QueryFailed
from actors.messages import Configuration
from actors.paths import RunPaths
from config.site import Site
from supervisor import configuration
from supervisor.configuration import Present
from tests.hmi.campus import campus


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    paths = RunPaths(tmp_path)
    paths.create()
    paths.running.parent.mkdir(parents=True, exist_ok=True)
    paths.running.write_text("1")
    return paths


def test_it_is_asked_for_once_a_version(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask(_paths: RunPaths, version: int) -> Configuration:
        asked.append(version)
        return Configuration(version, "{}")

    def read(found: Configuration) -> Site:
        return replace(campus(), version=found.version)

    monkeypatch.setattr(configuration, "ask", ask)
    monkeypatch.setattr(configuration, "read_site", read)
    present = Present(paths, campus())
    assert (present().version, asked) == (1, [])
    paths.running.write_text("2")
    assert (present().version, present().version, asked) == (2, 2, [2])


def test_while_core_is_away_it_is_the_one_before(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_paths: RunPaths, _version: int) -> Configuration:
        raise QueryFailed("core is away")

    monkeypatch.setattr(configuration, "ask", ask)
    paths.running.write_text("2")
    assert Present(paths, campus())().version == 1
