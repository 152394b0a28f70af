"""How a process that reads settings when it starts follows other ones: it leaves, and is started anew."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import zmq

from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.messages import Beat, Configuration, ConfigurationAnnounced
from actors.paths import RunPaths
from actors.wire import WireError
from config.following import bound
from supervisor.configuration import ask, documents_of

logger = logging.getLogger(__name__)

LOOK_MS = 500
Stamps = tuple[tuple[int, int], ...]


class Follower:
    """Hears on a thread of its own which version `core` puts in force. A Service.

    `renew(why)` when something differs that the process reads only at its start, `accept(version)` when
    nothing does. The files of `secrets` count too: one that was replaced is read by a start.
    """

    def __init__(
        self,
        paths: RunPaths,
        process: str,
        started_with: Configuration,
        *,
        renew: Callable[[str], None],
        accept: Callable[[int], None],
        secrets: Sequence[str] = (),
    ) -> None:
        self._paths = paths
        self._process = process
        self._version = started_with.version
        self._bound = bound(documents_of(started_with), process)
        self._renew = renew
        self._accept = accept
        self._secrets = [paths.secrets / name for name in secrets]
        self._stamps = _stamps(self._secrets)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="configuration", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        self._leaving.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _listen(self) -> None:
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        with socket:
            socket.setsockopt(zmq.LINGER, 0)
            for topic in ("configuration/", "node/core/"):
                socket.subscribe(topic)
            socket.connect(self._paths.live("core"))
            while not self._leaving.is_set():
                if _stamps(self._secrets) != self._stamps:
                    self._leave("one of its secrets was replaced")
                elif socket.poll(LOOK_MS) and (version := _version(socket.recv_multipart()[-1])):
                    self._hear(version)

    def _hear(self, version: int) -> None:
        if version == self._version:
            return
        try:
            configuration = ask(self._paths, version)
        except QueryFailed:
            return  # the next beat says it again
        if bound(documents_of(configuration), self._process) != self._bound:
            self._leave(f"configuration version {version} sets what it reads only at its start")
            return
        self._version = version
        self._accept(version)

    def _leave(self, why: str) -> None:
        logger.warning("%s is started anew: %s", self._process, why)
        self._leaving.set()
        self._renew(why)


def _version(body: bytes) -> int:
    try:
        message = LIVE.decode(body)
    except WireError:
        return 0
    return message.version if isinstance(message, Beat | ConfigurationAnnounced) else 0


def _stamps(files: Sequence[Path]) -> Stamps:
    return tuple((found.st_mtime_ns, found.st_size) if (found := _stat(file)) else (0, 0) for file in files)


def _stat(file: Path):  # type: ignore[no-untyped-def]
    try:
        return file.stat()
    except OSError:
        return None
