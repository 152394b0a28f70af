"""Listens to the beats of all processes of a campus: who lives, since when, at which rates."""

import threading
import time
from types import TracebackType
from typing import Self

import zmq

from actors.channels.live import LIVE
from actors.messages import Beat
from benchmarks.campus import PROCESSES, Campus
from benchmarks.setting import until

POLL_MS = 100


class Beats:
    """`with Beats(campus) as beats: beats.latest("field").rates`."""

    def __init__(self, campus: Campus) -> None:
        self._paths = campus.paths
        self._latest: dict[str, Beat] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beats")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def pid(self, process: str) -> int:
        """0 before its first beat."""
        beat = self._latest.get(process)
        return beat.pid if beat is not None else 0

    def latest(self, process: str) -> Beat:
        until(lambda: process in self._latest, 10.0, f"{process} beats")
        return self._latest[process]

    def fresh(self, process: str) -> Beat:
        """The next one to come."""
        before = self._latest.get(process)
        until(lambda: self._latest.get(process) is not before, 10.0, f"{process} beats", every_s=0.01)
        return self._latest[process]

    def wait_for_another(self, process: str, pid: int, timeout_s: float) -> float:
        """Until the process beats with another pid; the monotonic time when it did."""
        until(lambda: self.pid(process) not in (0, pid), timeout_s, f"{process} beats again", every_s=0.02)
        return time.monotonic()

    def _run(self) -> None:
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        with socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.subscribe("node/")
            for process in PROCESSES:
                socket.connect(self._paths.live(process))
            while not self._stop.is_set():
                if socket.poll(POLL_MS):
                    message = LIVE.decode(socket.recv_multipart()[-1])
                    if isinstance(message, Beat):
                        self._latest[message.process] = message
