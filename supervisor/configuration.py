"""How a process comes to its configuration: from `core` by query, or from what it applied last."""

import json
import logging
import os
import threading
import time
from pathlib import Path

from actors.channels.query import QueryFailed
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import QUERIES
from actors.messages import Configuration, ReadConfiguration, ReadTree
from actors.paths import RunPaths
from config.entries import Documents
from config.problems import SiteError
from config.resolve import build
from config.site import Site
from config.versions import VersionStore
from drivers import SCHEMAS

logger = logging.getLogger(__name__)

ALONE_S = 3.0
"""After this long without an answer from `core`, a field process starts from what it applied last."""
PATIENT_S = 15.0
"""After this long, a process that can only wait says so."""


def fetch(paths: RunPaths, version: int = 0, *, applied: Path | None = None) -> Configuration:
    """The configuration in force, or the named one. Waits for `core` unless `applied` can stand in."""
    client = BlockingQueryClient(paths.query("core"), QUERIES)
    began = time.monotonic()
    told = False
    while True:
        try:
            answer = client.one(ReadConfiguration(version), timeout_s=1.0)
        except QueryFailed as error:
            waited_s = time.monotonic() - began
            if waited_s > ALONE_S and applied is not None and applied.exists():
                logger.warning("core does not answer; starting from the configuration applied last")
                return _last(applied)
            if waited_s > PATIENT_S and not told:
                logger.warning("waiting for core to tell the configuration: %s", error)
                told = True
            continue
        assert isinstance(answer, Configuration)
        return answer


def ask(paths: RunPaths, version: int) -> Configuration:
    """The named configuration, asked for once. Raises QueryFailed."""
    answer = BlockingQueryClient(paths.query("core"), QUERIES).one(ReadConfiguration(version), timeout_s=5.0)
    assert isinstance(answer, Configuration)
    return answer


def on_disk(paths: RunPaths, version: int = 0) -> Configuration:
    """The configuration in force, or the named one, for a process that waits for nobody.

    Raises VersionError, OSError.
    """
    number = version or int(paths.running.read_text())
    documents = VersionStore(paths.configuration).get(number).documents
    return Configuration(number, json.dumps(documents, ensure_ascii=False))


def fetch_site(paths: RunPaths) -> Site:
    """The site as configured now. Raises SiteError when it does not build here."""
    return read_site(fetch(paths))


def read_site(configuration: Configuration) -> Site:
    """Raises SiteError when it does not build here."""
    return build(documents_of(configuration), SCHEMAS, configuration.version)


def documents_of(configuration: Configuration) -> Documents:
    read: Documents = json.loads(configuration.documents)
    return read


class Present:
    """The site as it is in force, for a process that does not start anew for most of what differs."""

    def __init__(self, paths: RunPaths, site: Site) -> None:
        self._paths = paths
        self._site = site
        self._lock = threading.Lock()

    def __call__(self) -> Site:
        """While `core` does not tell the newest, the one before."""
        with self._lock:
            number = int(self._paths.running.read_text())
            if number != self._site.version:
                try:
                    self._site = read_site(ask(self._paths, number))
                except (QueryFailed, SiteError):
                    logger.warning("version %d of the configuration cannot be read yet", number)
            return self._site


def wait_for(paths: RunPaths, process: str) -> None:
    """Until a process answers, which it does once it has done what others stand on: its migrations, say."""
    client = BlockingQueryClient(paths.query(process), QUERIES)
    while True:
        try:
            client.one(ReadTree(), timeout_s=1.0)
        except QueryFailed:
            continue
        return


def keep(configuration: Configuration, applied: Path) -> None:
    """Write down what was applied, whole or not at all."""
    partial = applied.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump({"version": configuration.version, "documents": configuration.documents}, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(applied)


def _last(applied: Path) -> Configuration:
    kept = json.loads(applied.read_text("utf-8"))
    return Configuration(kept["version"], kept["documents"])
