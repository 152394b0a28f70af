"""A real field process, to be killed, and what it has kept when it is gone."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from actors.channels.query import Handler, QueryServer
from actors.codecs import HISTORY, QUERIES
from actors.messages import Configuration, History, HistoryChanges, ReadConfiguration
from actors.paths import RunPaths
from config.load import read


class FieldProcess:
    """The program's own, with nobody around it but the configuration."""

    def __init__(self, paths: RunPaths, name: str, environ: Mapping[str, str]) -> None:
        self.history = paths.field(name).history
        """The file of what waits for the historian."""
        self._arguments = "--run", str(paths.root), "--name", name
        self._environ = {**os.environ, **environ}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = (sys.executable, "-m", "supervisor.processes.field", *self._arguments)
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environ
        )
        assert self._child.stdout is not None
        assert any(json.loads(line).get("ready") for line in self._child.stdout), "it ended"

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


@contextlib.contextmanager
def field_process(
    paths: RunPaths, folder: Path, site: str, name: str = "field", environ: Mapping[str, str] | None = None
) -> Iterator[FieldProcess]:
    """Not started yet. Somebody tells it the configuration, as `core` does."""
    (folder / "site.toml").write_text(site, "utf-8")
    configuration = Configuration(1, json.dumps(read(folder), ensure_ascii=False))

    def tell(_query: Any) -> Iterator[Configuration]:
        yield configuration

    def fail(error: BaseException) -> None:
        raise error

    handlers: dict[type, Handler] = {ReadConfiguration: tell}
    server = QueryServer(paths.query("core"), QUERIES, handlers, on_failure=fail)
    server.start()
    process = FieldProcess(paths, name, environ or {})
    try:
        yield process
    finally:
        process.kill()
        server.stop(5.0)


def good_values(file: Path) -> Iterator[tuple[int, int]]:
    """The (time_ns, value) of each good value that waits for the historian."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for (body,) in connection.execute("SELECT body FROM row ORDER BY sequence"):
            message = HISTORY.decode(body)
            if isinstance(message, History):
                good = message.quality == 0
                times = np.broadcast_to(message.time_ns[:, None], message.values.shape)[good]
            elif isinstance(message, HistoryChanges):
                good = message.quality == 0
                times = message.time_ns[good]
            else:
                continue
            values = message.values[good].round().astype(int)
            yield from zip(times.tolist(), values.tolist(), strict=True)
