"""Secrets: found in three places, never printed, never short."""

import copy
import json
import pickle
from pathlib import Path

import pytest

from config.secrets import Secret, SecretError, secret

LONG = "correct horse battery staple, twice over"


def test_a_secret_shows_as_stars_wherever_it_is_written() -> None:
    hidden = Secret(LONG)
    shown = [repr(hidden), str(hidden), f"{hidden}", f"{hidden:>5}", json.dumps({"a": hidden})]
    shown += [str([hidden]), str(copy.deepcopy(hidden))]
    assert not any("horse" in text for text in shown)
    assert all("***" in text for text in shown)
    assert hidden.reveal() == LONG
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(hidden)


def test_secrets_are_equal_when_they_hold_the_same() -> None:
    assert Secret(LONG) == Secret(LONG)
    assert Secret(LONG) != Secret(LONG + "!")
    assert Secret(LONG) != "***"


def test_the_environment_comes_first_then_its_file_then_the_directory(tmp_path: Path) -> None:
    (tmp_path / "mail-key").write_text("c" * 40 + "\n")
    (tmp_path / "mail-key").chmod(0o600)
    (tmp_path / "elsewhere").write_text("b" * 40)
    named = {"STEWARD_MAIL_KEY_FILE": str(tmp_path / "elsewhere")}
    assert (
        secret("mail-key", {**named, "STEWARD_MAIL_KEY": "a" * 40}, directory=tmp_path).reveal() == "a" * 40
    )
    assert secret("mail-key", named, directory=tmp_path).reveal() == "b" * 40
    assert secret("mail-key", {}, directory=tmp_path).reveal() == "c" * 40


def test_a_session_secret_is_drawn_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    first = secret("session-secret", {}, directory=tmp_path / "run", generate=True)
    assert len(first.reveal()) == 64
    assert secret("session-secret", {}, directory=tmp_path / "run", generate=True) == first
    assert (tmp_path / "run" / "session-secret").stat().st_mode & 0o777 == 0o600


def test_what_is_missing_short_open_or_unreadable_is_refused_without_saying_it(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="no mail-key: set STEWARD_MAIL_KEY"):
        secret("mail-key", {}, directory=tmp_path)
    with pytest.raises(SecretError, match=r"has 5 bytes, at least 32 are needed.*openssl rand") as caught:
        secret("mail-key", {"STEWARD_MAIL_KEY": "horse"}, directory=tmp_path)
    assert "horse" not in str(caught.value)
    (tmp_path / "mail-key").write_text("c" * 40)
    (tmp_path / "mail-key").chmod(0o644)
    with pytest.raises(SecretError, match=r"open to others \(mode 644\); run: chmod 600"):
        secret("mail-key", {}, directory=tmp_path)
    with pytest.raises(SecretError, match="cannot be read: No such file"):
        secret("mail-key", {"STEWARD_MAIL_KEY_FILE": str(tmp_path / "no")}, directory=tmp_path)
