"""The watchdog says that Steward is silent, once, and keeps its way to the outside."""

import json
from pathlib import Path

import pytest

from actors.paths import RunPaths
from config.settings import Settings
from supervisor.processes.watchdog import Canaries, Heartbeat, Watchdog, heartbeat_of


class FakeCanaries(Canaries):
    """Whatever `wrong` says has not come."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def round(self) -> tuple[dict[str, float], dict[str, str]]:
        assert self.is_open
        return {name: 5.0 for name in ("a", "b") if name not in self.wrong}, dict(self.wrong)


class Round:
    """A watchdog whose rounds a test makes."""

    def __init__(self, file: Path, url: str = "") -> None:
        self.file = file
        self.canaries = FakeCanaries()
        self.canaries.open()
        self.watchdog = Watchdog(self.canaries, Heartbeat(url, file))

    def __call__(self, **wrong: str) -> dict[str, float]:
        self.canaries.wrong = wrong
        self.watchdog.once()
        return self.watchdog.figures


@pytest.fixture
def round_(tmp_path: Path) -> Round:
    return Round(tmp_path / "heartbeat.json")


def test_silence_is_said_once_a_process_and_its_end_too(
    round_: Round, caplog: pytest.LogCaptureFixture
) -> None:
    """R-65."""
    round_()
    assert not caplog.records
    round_(a="gone")
    round_(a="gone")
    assert round_(a="gone") == {"canary_b_ms": 5.0, "silent": 1.0}
    round_(a="gone", b="gone too")
    round_()
    said = [record.getMessage() for record in caplog.records]
    assert said[:2] == ["Steward is silent: a: gone", "Steward is silent: b: gone too"]
    assert sorted(said[2:]) == ["Steward speaks again: a", "Steward speaks again: b"]


def test_the_file_says_what_is_wrong(round_: Round) -> None:
    round_()
    assert json.loads(round_.file.read_text())["well"] is True
    round_(a="gone")
    said = json.loads(round_.file.read_text())
    assert (said["well"], said["wrong"]) == (False, {"a": "gone"})


def test_a_file_that_cannot_be_written_is_logged_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """R-42: the disk may be full."""
    round_ = Round(tmp_path / "no" / "such" / "heartbeat.json")
    for _ in range(3):
        assert round_()["silent"] == 0
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "cannot be written" in caplog.text


def test_an_outside_that_does_not_answer_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    round_ = Round(tmp_path / "heartbeat.json", "http://127.0.0.1:9/")
    round_()
    round_()
    assert len(caplog.records) == 1
    assert "the heartbeat failed" in caplog.text
    assert "127.0.0.1:9" not in caplog.text  # the address may be a key


def test_only_http_is_spoken_to_the_outside(tmp_path: Path) -> None:
    heartbeat = Heartbeat("file:///etc/passwd", tmp_path / "heartbeat.json")
    assert "is not http://" in heartbeat.send(well=True, detail={})


def test_rounds_go_on_until_it_is_time_to_leave(tmp_path: Path) -> None:
    canaries = FakeCanaries()
    settings = Settings(heartbeat_file=str(tmp_path / "own.json"))
    heartbeat = heartbeat_of(settings, RunPaths(tmp_path), {})
    watchdog = Watchdog(canaries, heartbeat, round_s=60.0, first_s=10.0)
    waits: list[float] = []

    def left(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 3

    watchdog.watch(left)
    assert waits[0] == 10.0
    assert all(59.0 < wait <= 60.0 for wait in waits[1:])
    assert not canaries.is_open
    assert [file.name for file in tmp_path.iterdir()] == ["own.json"]


def test_the_address_of_the_outside_may_be_a_secret(tmp_path: Path) -> None:
    settings = Settings(heartbeat_url="http://127.0.0.1:9/plain")
    environ = {"STEWARD_HEARTBEAT_URL": "ftp://key@127.0.0.1/secret"}
    said = heartbeat_of(settings, RunPaths(tmp_path), environ).send(well=True, detail={})
    assert "is not http://" in said
    assert "key" not in said
    assert (tmp_path / "heartbeat.json").exists()
