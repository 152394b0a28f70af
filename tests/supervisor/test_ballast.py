"""Space set aside for the day the disk fills."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from supervisor.ballast import MIB, Ballast


def test_the_space_is_really_taken_and_given_back_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "ballast"
    ballast = Ballast(file, 2)
    assert ballast.keep()
    assert file.stat().st_blocks * 512 >= 2 * MIB
    assert ballast.keep()
    ballast.free()
    assert not file.exists()
    Ballast(file, 2).free()
    assert caplog.text.count("the ballast was freed") == 1


def test_a_disk_with_little_space_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=4 * 2 * MIB - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert not Ballast(tmp_path / "ballast", 2).keep()
    assert list(tmp_path.iterdir()) == []
    usage.free += 1
    assert Ballast(tmp_path / "ballast", 2).keep()


def test_without_a_size_nothing_is_kept(tmp_path: Path) -> None:
    assert Ballast(tmp_path / "ballast", 0).keep()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_set_aside_leaves_nothing_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert not Ballast(tmp_path / "ballast", 2).keep()
    assert list(tmp_path.iterdir()) == []
    assert "no ballast of 2 MiB could be set aside" in caplog.text


def test_a_ballast_that_was_freed_is_kept_again_at_the_next_start(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", 1)
    ballast.keep()
    ballast.free()
    assert ballast.keep()
    assert (tmp_path / "ballast").exists()
