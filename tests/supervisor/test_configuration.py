"""How a process comes to its configuration."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.channels.query import Handler, QueryServer
from actors.codecs import QUERIES
from actors.messages import Configuration, ReadConfiguration, ReadTree, Tree
from actors.paths import RunPaths
from config.problems import SiteError
from supervisor import configuration as module
from supervisor.configuration import fetch, keep, read_site, wait_for


def fail(error: BaseException) -> None:
    raise error


class Core:
    """Answers as `core` does."""

    def __init__(self, paths: RunPaths) -> None:
        self._handlers: dict[type, Handler] = {ReadConfiguration: self._tell, ReadTree: self._tree}
        self._server = QueryServer(paths.query("core"), QUERIES, self._handlers, on_failure=fail)
        self._server.start()

    def _tell(self, query: ReadConfiguration) -> Iterator[Configuration]:
        yield Configuration(query.version or 7, json.dumps({"version": query.version or 7}))

    def _tree(self, _query: Any) -> Iterator[Tree]:
        yield Tree("core", 1, {})

    def close(self) -> None:
        self._server.stop(5.0)


@pytest.fixture
def core(paths: RunPaths) -> Iterator[Core]:
    core = Core(paths)
    yield core
    core.close()


@pytest.fixture
def applied(tmp_path: Path) -> Path:
    return tmp_path / "applied.json"


def test_core_tells_the_running_version_or_the_named_one(core: Core, paths: RunPaths) -> None:
    assert fetch(paths).version == 7
    assert fetch(paths, 3) == Configuration(3, '{"version": 3}')


def test_what_core_tells_wins_over_what_was_applied_last(core: Core, paths: RunPaths, applied: Path) -> None:
    keep(Configuration(5, "{}"), applied)
    assert fetch(paths, applied=applied).version == 7


def test_without_core_a_field_process_starts_from_what_it_applied_last(
    paths: RunPaths, applied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ALONE_S", 0.1)
    kept = Configuration(5, '{"zh": "园区"}')
    keep(kept, applied)
    assert fetch(paths, applied=applied) == kept


def test_what_is_kept_is_whole_or_the_one_before(applied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(Configuration(5, "{}"), applied)

    def crash(_: int) -> None:
        raise OSError("the power fails")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="the power fails"):
        keep(Configuration(6, "{}"), applied)
    assert json.loads(applied.read_text())["version"] == 5


def test_a_process_is_waited_for_until_it_answers(core: Core, paths: RunPaths) -> None:
    wait_for(paths, "core")


def test_documents_that_do_not_build_here_say_why() -> None:
    with pytest.raises(SiteError):
        read_site(Configuration(1, json.dumps({"site.toml": {}})))
