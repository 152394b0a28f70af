"""A place for sockets and files whose path is short enough for ipc, and parts that must not fail."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    yield path
    shutil.rmtree(path)


class Failures:
    """Collects what `on_failure` was told."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.came = threading.Event()

    def __call__(self, error: BaseException) -> None:
        self.errors.append(error)
        self.came.set()


@pytest.fixture
def failures() -> Failures:
    return Failures()


@pytest.fixture
def unfailing() -> Iterator[Failures]:
    failures = Failures()
    yield failures
    assert not failures.errors
