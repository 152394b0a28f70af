"""One run at a time, and nothing left of the one before."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor import lock
from supervisor.lock import RunningAlready, await_predecessors, hold


def test_a_run_directory_is_held_by_one_run_and_free_after_it(tmp_path: Path) -> None:
    with hold(tmp_path / "lock"), pytest.raises(RunningAlready, match=r"in use by process \d+"):
        hold(tmp_path / "lock")
    with hold(tmp_path / "lock"):
        pass


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the run directory that hangs: it ends only with its pipe, and not by itself."""
    script = "import sys; print('there', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, "--run", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"  # before that its command line is still ours
        yield process


def test_a_process_that_does_not_leave_is_killed(
    tmp_path: Path, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEAVE_S", -1.0)
    states = tmp_path / "processes.json"
    states.write_text(json.dumps({"field": {"pid": sleeper.pid}}))
    await_predecessors(states, tmp_path)
    assert sleeper.wait(60) == -9


def test_a_stranger_with_the_number_of_a_former_process_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    states = tmp_path / "processes.json"
    states.write_text(json.dumps({"field": {"pid": sleeper.pid}}))
    await_predecessors(states, tmp_path / "elsewhere")
    assert sleeper.poll() is None
    assert sleeper.stdin is not None
    sleeper.stdin.close()
    assert sleeper.wait(60) == 0


@pytest.mark.parametrize("content", ["", "{", '{"field": {}}'])
def test_a_torn_list_of_processes_holds_nobody_up(tmp_path: Path, content: str) -> None:
    states = tmp_path / "processes.json"
    states.write_text(content)
    await_predecessors(states, tmp_path)
    await_predecessors(tmp_path / "missing.json", tmp_path)
