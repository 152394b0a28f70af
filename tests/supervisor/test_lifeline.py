"""A child leaves with its parent, however that ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

WITHIN_S = 60.0
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-m', 'tests.supervisor.child', 'obedient'],"
    " stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)\n"
    "child.stdout.readline()\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(3600)\n"
)


def started(*arguments: str) -> "subprocess.Popen[str]":
    """Returns once the child is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.supervisor.child", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == {"ready": True}
    return process


@pytest.fixture
def obedient() -> Iterator["subprocess.Popen[str]"]:
    with started("obedient") as process:
        yield process
        process.kill()


def test_a_child_leaves_when_its_pipe_closes(obedient: "subprocess.Popen[str]") -> None:
    assert obedient.stdin is not None
    obedient.stdin.close()
    assert obedient.wait(WITHIN_S) == 0


def test_a_child_leaves_with_sigterm(obedient: "subprocess.Popen[str]") -> None:
    obedient.terminate()
    assert obedient.wait(WITHIN_S) == 0


def test_ctrl_c_is_the_business_of_the_parent(obedient: "subprocess.Popen[str]") -> None:
    obedient.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        obedient.wait(0.3)


def test_a_child_leaves_when_its_parent_was_killed() -> None:
    """Two field processes must never poll one plant."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    psutil.wait_procs([child], timeout=WITHIN_S)
    assert not child.is_running()


def test_what_cannot_leave_in_order_leaves_hard() -> None:
    began = time.monotonic()
    with started("hard", "0.5") as process:
        assert process.wait(WITHIN_S) == 42
    assert time.monotonic() - began < WITHIN_S
