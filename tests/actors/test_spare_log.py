"""The file that takes urgent commands while the database cannot grow."""

import os
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.alarm_tables import CommandRecord
from actors.messages import Issuer
from actors.spare_log import SpareLog, waiting

ONE = CommandRecord("a", "AcknowledgeAlarm", b"\x00body\n", Issuer("安娜", "s1", "west"), "", 10.0, 7)
TWO = replace(ONE, id="b", received_ns=8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "commands.spare"


@pytest.fixture
def log(path: Path) -> Iterator[SpareLog]:
    log = SpareLog(path, 4096)
    log.open()
    yield log
    log.close()


def test_what_was_appended_is_there_for_the_next_process_in_its_order(path: Path, log: SpareLog) -> None:
    assert log.append(ONE)
    log.close()
    second = SpareLog(path, 4096)
    second.open()
    assert second.append(TWO)
    assert second.commands() == (ONE, TWO)
    assert waiting(path) == 2
    second.close()


def test_its_space_is_set_aside_and_writing_needs_no_more(path: Path, log: SpareLog) -> None:
    before = path.stat()
    assert before.st_blocks * 512 >= 4096
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # no file of this process may grow
    try:
        assert log.append(ONE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (path.stat().st_size, path.stat().st_blocks) == (before.st_size, before.st_blocks)


def test_a_full_log_takes_nothing_and_keeps_what_it_has(log: SpareLog) -> None:
    taken = 0
    while log.append(replace(ONE, id=f"c{taken}")):
        taken += 1
    assert taken > 5
    assert len(log.commands()) == taken


def test_once_cleared_it_begins_anew(path: Path, log: SpareLog) -> None:
    log.append(ONE)
    log.clear()
    assert log.commands() == ()
    assert waiting(path) == 0
    assert log.append(TWO)
    assert log.commands() == (TWO,)


@pytest.mark.parametrize("at", [3, 70, -5])
def test_a_line_that_was_changed_or_cut_off_ends_it_loudly(
    path: Path, log: SpareLog, caplog: pytest.LogCaptureFixture, at: int
) -> None:
    log.append(ONE)
    first = len(path.read_bytes().rstrip(b"\0"))
    log.append(TWO)
    end = len(path.read_bytes().rstrip(b"\0"))
    place = (first + at) if at > 0 else end + at
    with path.open("r+b") as file:
        os.pwrite(file.fileno(), b"\xff", place)
    assert log.commands() == (ONE,)
    assert "cut off or was changed" in caplog.text


def test_without_space_for_it_nothing_is_taken(tmp_path: Path) -> None:
    log = SpareLog(tmp_path / "missing" / "commands.spare")
    log.open()
    assert not log.append(ONE)
    assert log.commands() == ()
    log.clear()
