"""A process with actors: beats while it lives, leaves in order, and fails with a status that says how."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from actors.channels.live import Subscriber
from actors.messages import Beat
from actors.paths import RunPaths
from supervisor.lifeline import FAILED, HUNG

WITHIN_S = 60.0


@contextmanager
def node(kind: str, paths: RunPaths) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.supervisor.child", "node", f"{kind}={paths.root}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    return process.stderr.read()


async def test_a_node_beats_and_leaves_with_its_lifeline(paths: RunPaths) -> None:
    subscriber = Subscriber([paths.live("child")])
    subscriber.open()
    with node("good", paths) as process:
        _, beat = await asyncio.wait_for(anext(subscriber.frames()), WITHIN_S)
        assert isinstance(beat, Beat)
        assert (beat.process, beat.pid, beat.version, beat.rates) == (
            "child",
            process.pid,
            7,
            {"answer": 42.0},
        )
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(WITHIN_S) == 0
    subscriber.close()


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("failing", FAILED, "child leaves: the disk is gone"),
        ("broken", FAILED, "cannot be composed"),
        ("hanging", HUNG, "hanging hangs"),
    ],
)
def test_a_node_that_fails_says_why_and_with_which_status(
    paths: RunPaths, kind: str, status: int, words: str
) -> None:
    """R-37: only a new process gets rid of a hanging turn."""
    with node(kind, paths) as process:
        assert process.wait(WITHIN_S) == status
        assert words in said(process)


def test_a_node_that_is_still_waiting_for_others_leaves_at_once(paths: RunPaths) -> None:
    with node("waiting", paths) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(WITHIN_S) == 0
