"""A small child process of the tests: `python -m tests.supervisor.child MODE [ARGUMENT]`."""

import gc
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from actors.actor import Actor, Ref
from actors.paths import RunPaths
from supervisor.lifeline import RENEWED, Lifeline, announce, leave_within
from supervisor.node import Node
from supervisor.spec import Child, Place


class Hanging(Actor):
    """Its first message never ends."""

    def setup(self) -> None:
        self.tell_self("hang")

    def handle(self, message: Any) -> None:
        threading.Event().wait()


def obedient(note: str) -> int:
    """Leaves when told to, and appends what it is called to the file NAME=FILE."""
    left = threading.Event()
    Lifeline(left.set).hold()
    announce(ready=True)
    left.wait()
    name, _, file = note.partition("=")
    if file:
        with Path(file).open("a") as lines:
            lines.write(name + "\n")
    return 0


def slow(seconds: str) -> int:
    """Is ready only after a while."""
    time.sleep(float(seconds))
    return obedient("")


def stubborn(_: str) -> int:
    announce(ready=True)
    while True:
        time.sleep(3600)


def crash(_: str) -> int:
    return 3


def renewed(file: str) -> int:
    """Leaves twice, for another configuration."""
    with Path(file).open("a") as times:
        times.write("x")
    return obedient("") if Path(file).stat().st_size > 2 else RENEWED


def once(file: str) -> int:
    """Crashes the first time."""
    if not Path(file).exists():
        Path(file).touch()
        return 3
    return obedient("")


def babble(_: str) -> int:
    print("no JSON at all", flush=True)
    announce(users=[["a", "b", "c"]])
    return obedient("")


def about(_: str) -> int:
    """Says what it has from those before it."""
    announce(
        name=Path("/proc/self/comm").read_text().strip(),
        command=Path("/proc/self/cmdline").read_text().split("\0"),
        arguments=sys.argv[1:],
        open=[int(one.name) for one in Path("/proc/self/fd").iterdir() if one.exists()],
        defaults=[signal.getsignal(one) == signal.SIG_DFL for one in (signal.SIGTERM, signal.SIGCHLD)],
        leads=os.getsid(0) == os.getpid(),
        collects=gc.isenabled(),
        drawn=random.random(),
    )
    return obedient("")


def hard(seconds: str) -> int:
    """Would leave in order, but does not manage to."""
    Lifeline(lambda: None).hold()
    leave_within(float(seconds), 42)
    announce(ready=True)
    while True:
        time.sleep(3600)


def node(arguments: str) -> int:
    """A node of the kind KIND in the run directory: KIND=RUN."""
    kind, _, run = arguments.partition("=")

    def compose(node: Node) -> None:
        match kind:
            case "waiting":
                threading.Event().wait()
            case "failing":
                node.grow([])
                node.fail(RuntimeError("the disk is gone"))
            case "broken":
                raise ValueError("cannot be composed")
            case "hanging":
                node.grow([Child("hanging", _hanging, turn_limit_s=0.2)])
            case _:
                node.version = 7
                node.rates = lambda: {"answer": 42.0}
                node.grow([])

    return Node("child", RunPaths(Path(run))).run(compose)


def _hanging(place: Place) -> Ref:
    return Hanging.start(place.name, place.supervisor)


def main() -> int:
    mode, *rest = sys.argv[1:]
    ended: int = globals()[mode](rest[0] if rest else "")
    return ended


if __name__ == "__main__":
    sys.exit(main())
