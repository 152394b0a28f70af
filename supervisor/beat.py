"""Beats of a process without actors: its own small publisher, so that pages and watchers see it live."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping

import zmq

from actors.channels.live import LIVE
from actors.messages import Beat, Frame
from actors.paths import RunPaths

BEAT_S = 1.0


class Heart:
    """A thread that owns the socket and beats once a second. A Service."""

    def __init__(
        self, name: str, paths: RunPaths, rates: Callable[[], Mapping[str, float]], version: int = 0
    ) -> None:
        """`rates` is called on the heart's thread."""
        self._name = name
        self._endpoint = paths.live(name)
        self._rates = rates
        self.version = version
        """Of the configuration that the process has."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _beat(self) -> None:
        started_ns, epoch, sequence = time.time_ns(), secrets.token_hex(4), 0
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PUB)
        with socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.bind(self._endpoint)
            while not self._stop.wait(BEAT_S):
                sequence += 1
                beat = Beat(
                    self._name, os.getpid(), started_ns, time.time_ns(), self.version, dict(self._rates())
                )
                frame = LIVE.encode(Frame(self._name, epoch, sequence))
                socket.send_multipart([f"node/{self._name}/".encode(), frame, LIVE.encode(beat)])
