"""Processes that another one forks: they have nothing of each other, and live without it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from supervisor import run
from supervisor.forked import UNHEARD, Forked, Nursery
from supervisor.run import Process
from tests.supervisor.test_run import WITHIN_S, Kept, child, eventually

MODULE = "tests.supervisor.child"
ASKER = f"""
import time
from supervisor.forked import Nursery
nursery = Nursery()
forked = nursery.fork("one", "{MODULE}", ("obedient",))
print(forked.pid, nursery._popen.pid, forked.stdout.readline(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def keep() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.close()


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery(("--run", "somewhere"))
    yield nursery
    nursery.close()
    nursery.wait()


def facts(of: Forked) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(of.stdout.readline())
    return told


def left(process: Forked) -> int:
    process.stdin.close()
    return process.wait()


def forking(pid: int) -> psutil.Process:
    """What has forked the process."""
    parent = psutil.Process(pid).parent()
    assert parent is not None
    return parent


def test_a_process_has_nothing_of_the_one_before_it(nursery: Nursery) -> None:
    with (
        nursery.fork("first", MODULE, ("about",)) as first,
        nursery.fork("2", MODULE, ("about", "x")) as second,
    ):
        before, after = facts(first), facts(second)
        assert (before["name"], before["arguments"]) == ("first", ["about"])
        assert (after["name"], after["arguments"]) == ("2", ["about", "x"])
        assert after["command"][-3:] == ["--run", "somewhere", ""]
        assert set(after["open"]) == set(before["open"]) == {0, 1, 2}
        assert after["defaults"] == [True, True]
        assert after["leads"]
        assert after["collects"]
        assert before["drawn"] != after["drawn"]
        assert (left(first), left(second)) == (0, 0)


def test_what_cannot_be_imported_fails_alone(nursery: Nursery, capfd: pytest.CaptureFixture[str]) -> None:
    with nursery.fork("none", "tests.supervisor.no_such_child", ()) as none:
        assert none.wait() == 1
    assert "No module named 'tests.supervisor.no_such_child'" in capfd.readouterr().err
    with nursery.fork("one", MODULE, ("obedient",)) as one:
        assert facts(one) == {"ready": True}
        assert left(one) == 0


def test_a_process_outlives_what_has_forked_it_and_another_forks_its_successor(keep: Kept) -> None:
    processes = keep(child("one", "obedient"), child("other", "obedient"))
    assert processes.wait_ready(WITHIN_S) == ()
    before = processes.states()
    forking(before["one"]["pid"]).kill()
    os.kill(before["other"]["pid"], signal.SIGKILL)
    assert keep.hear("ended") in (UNHEARD, -signal.SIGKILL)
    eventually(lambda: processes.states()["other"]["state"] == "running")
    after = processes.states()
    assert after["one"] == before["one"]
    os.kill(after["one"]["pid"], signal.SIGTERM)
    assert keep.hear("ended") == UNHEARD
    eventually(lambda: processes.states()["one"]["state"] == "running")
    assert processes.stop() == ()
    eventually(lambda: not any(psutil.pid_exists(state["pid"]) for state in after.values()))


def test_kills_at_any_moment_leave_one_process_of_each(keep: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "INTENSITY", 100)
    processes = keep(*(child(f"child-{n}", "obedient") for n in range(4)))
    for _ in range(5):
        for state in processes.states().values():
            if state["pid"] and psutil.pid_exists(state["pid"]):
                forking(state["pid"]).kill()
                os.kill(state["pid"], signal.SIGKILL)
                break
    assert processes.wait_ready(WITHIN_S) == ()
    eventually(lambda: all(state["state"] == "running" for state in processes.states().values()))
    own = {state["pid"] for state in processes.states().values()}
    assert len(own) == 4
    assert processes.stop() == ()


def test_nothing_is_forked_for_somebody_who_has_gone() -> None:
    """kill -9 of the one that asks: what was forked leaves, and then what has forked it."""
    asker = subprocess.Popen([sys.executable, "-c", ASKER], stdout=subprocess.PIPE, text=True)
    with asker:
        assert asker.stdout is not None
        forked, by = (psutil.Process(int(pid)) for pid in asker.stdout.readline().split()[:2])
        asker.kill()
    assert psutil.wait_procs([forked, by], WITHIN_S)[1] == []


def test_a_closed_nursery_forks_nothing(nursery: Nursery) -> None:
    with nursery.fork("one", MODULE, ("obedient",)) as one:
        facts(one)
        nursery.close()
        with pytest.raises(OSError, match="nothing that forks it"):
            nursery.fork("two", MODULE, ("obedient",))
        one.kill()
        assert one.wait() == -signal.SIGKILL


def test_a_stop_does_not_wait_for_what_is_still_being_imported(keep: Kept) -> None:
    processes = keep(Process("slow", "tests.supervisor.slow_import"), child("one", "obedient"))
    eventually(lambda: processes.children["slow"].state == "starting")
    assert processes.stop() == ()
    assert {state["pid"] for state in processes.states().values()} <= {0}
