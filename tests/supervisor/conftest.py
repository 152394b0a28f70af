"""A run directory whose sockets have short paths."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.paths import RunPaths


@pytest.fixture
def paths() -> Iterator[RunPaths]:
    with tempfile.TemporaryDirectory(prefix="st-", dir="/tmp") as folder:
        found = RunPaths(Path(folder))
        found.create()
        yield found
