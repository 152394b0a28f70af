"""The outermost supervisor: starts, restarts, gives up for a while, and stops in order."""

import json
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from supervisor import run
from supervisor.run import Process, Processes

WITHIN_S = 60.0


def child(name: str, mode: str, argument: str = "", stage: int = 0, after: str = "") -> Process:
    return Process(name, "tests.supervisor.child", (mode, argument), stage, after)


class Kept:
    """Makes the processes of a test, and ends them with it."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self._made: list[Processes] = []

    def __call__(self, *processes: Process, state_file: Path | None = None) -> Processes:
        made = Processes(heard=lambda name, facts: self.heard.put((name, dict(facts))), state_file=state_file)
        self._made.append(made)
        made.keep(processes)
        return made

    def hear(self, key: str) -> Any:
        """What is announced next under a key."""
        while True:
            _, facts = self.heard.get(timeout=WITHIN_S)
            if key in facts:
                return facts[key]

    def close(self) -> None:
        for made in self._made:
            made.stop()


@pytest.fixture
def keep() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.close()


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_children_are_ready_and_stop_stage_by_stage(keep: Kept, tmp_path: Path) -> None:
    file = tmp_path / "left"
    names = {"plant": 1, "screen": 0, "store": 2}
    processes = keep(*(child(name, "obedient", f"{name}={file}", stage) for name, stage in names.items()))
    assert processes.wait_ready(WITHIN_S) == ()
    pids = [state["pid"] for state in processes.states().values()]
    assert {state["state"] for state in processes.states().values()} == {"running"}
    assert processes.stop() == ()
    assert file.read_text().split() == ["screen", "plant", "store"]
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert {state["state"] for state in processes.states().values()} == {"stopped"}


def test_a_killed_child_is_restarted(keep: Kept) -> None:
    processes = keep(child("one", "obedient"), child("other", "obedient"))
    assert processes.wait_ready(WITHIN_S) == ()
    before = processes.states()
    os.kill(before["one"]["pid"], signal.SIGKILL)
    assert keep.hear("ended") == -signal.SIGKILL
    eventually(lambda: processes.states()["one"]["state"] == "running")
    after = processes.states()
    assert after["one"]["pid"] != before["one"]["pid"]
    assert (after["one"]["restarts"], after["other"]) == (1, before["other"])


def test_one_that_crashes_at_its_start_is_tried_again(keep: Kept, tmp_path: Path) -> None:
    processes = keep(child("one", "once", str(tmp_path / "tried")))
    assert processes.wait_ready(WITHIN_S) == ()
    assert processes.states()["one"]["restarts"] == 1


def test_one_that_keeps_crashing_is_set_aside_and_holds_up_no_stop(
    keep: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "INTENSITY", 1)
    processes = keep(child("one", "crash"), child("other", "obedient"))
    assert keep.hear("faulted") is True
    assert processes.states()["one"]["state"] == "faulted"
    assert processes.wait_ready(1.0) == ("one",)
    began = time.monotonic()
    assert processes.stop() == ()
    assert time.monotonic() - began < WITHIN_S


def test_to_be_started_anew_with_another_configuration_is_no_failure(
    keep: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "INTENSITY", 0)
    processes = keep(child("one", "renewed", str(tmp_path / "times")))
    assert processes.wait_ready(WITHIN_S) == ()
    assert processes.states()["one"]["restarts"] == 2


def test_after_a_while_aside_it_is_tried_again(
    keep: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "INTENSITY", 0)
    monkeypatch.setattr(run, "ASIDE_S", 0.1)
    processes = keep(child("one", "once", str(tmp_path / "tried")))
    assert keep.hear("faulted") is True
    assert processes.wait_ready(WITHIN_S) == ()


def test_one_that_does_not_leave_is_killed_within_the_deadline(
    keep: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "STOP_S", 1.0)
    processes = keep(child("stubborn", "stubborn"), child("good", "obedient", stage=1))
    assert processes.wait_ready(WITHIN_S) == ()
    began = time.monotonic()
    assert processes.stop() == ("stubborn",)
    assert time.monotonic() - began < WITHIN_S


def test_one_that_waits_for_another_starts_when_that_is_ready(keep: Kept) -> None:
    processes = keep(child("late", "obedient", after="early"), child("early", "slow", "0.5"))
    eventually(lambda: processes.children["early"].forked is not None)
    assert processes.children["late"].forked is None
    assert processes.wait_ready(WITHIN_S) == ()


def test_what_a_child_says_is_heard_and_what_is_no_json_is_logged(
    keep: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "supervisor.run")
    processes = keep(child("one", "babble"))
    assert keep.hear("users") == [["a", "b", "c"]]
    assert processes.wait_ready(WITHIN_S) == ()
    assert "one: no JSON at all" in caplog.text


def test_the_state_file_shows_what_runs_and_is_gone_with_it(keep: Kept, tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    processes = keep(child("one", "obedient"), state_file=file)
    assert processes.wait_ready(WITHIN_S) == ()
    # Told ready first, written down right after: what the file shows follows.
    eventually(lambda: file.exists() and json.loads(file.read_text()) == processes.states())
    processes.stop()
    assert not file.exists()


def test_what_is_told_otherwise_is_exchanged_and_the_others_stay(keep: Kept, tmp_path: Path) -> None:
    file, state_file = tmp_path / "left", tmp_path / "processes.json"
    stays, goes = child("stays", "obedient"), child("goes", "obedient", f"goes={file}")
    processes = keep(stays, goes, child("other", "obedient", f"before={file}"), state_file=state_file)
    assert processes.wait_ready(WITHIN_S) == ()
    pids = {name: state["pid"] for name, state in processes.states().items()}
    processes.keep([child("other", "obedient", f"after={file}"), child("comes", "obedient"), stays])
    assert {*file.read_text().split()} == {"goes", "before"}
    assert {*json.loads(state_file.read_text())} == {"stays", "other", "comes"}
    assert processes.wait_ready(WITHIN_S) == ()
    states = processes.states()
    assert states["stays"] == {"state": "running", "restarts": 0, "pid": pids["stays"]}
    assert states["other"]["pid"] != pids["other"]
    assert not psutil.pid_exists(pids["goes"])
    assert processes.stop() == ()
    assert "after" in file.read_text().split()


def test_one_that_does_not_leave_when_it_is_exchanged_is_killed(
    keep: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "STOP_S", 0.5)
    processes = keep(child("one", "stubborn"))
    assert processes.wait_ready(WITHIN_S) == ()
    pid = processes.states()["one"]["pid"]
    processes.keep([])
    assert processes.states() == {}
    assert not psutil.pid_exists(pid)
