"""Where the sealing keys come from, and what they refuse."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.fields.keyring import NAME, Keyring, SealBroken, keyring
from config.secrets import SecretError, SecretMissing
from tests.business.fields.people import KEYS, NEW_KEY, OLD_KEY


def test_the_first_start_draws_a_key_for_its_owner_only(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing, match="no sealing-keys: set STEWARD_SEALING_KEYS"):
        keyring({}, tmp_path)
    first = keyring({}, tmp_path, generate=True)
    file = tmp_path / NAME
    assert file.stat().st_mode & 0o777 == 0o600
    again = keyring({}, tmp_path)
    assert again.open(first.seal("+8613800138000", "a.b"), "a.b") == "+8613800138000"


def test_a_key_is_added_as_a_line_and_seals_from_then_on(tmp_path: Path) -> None:
    old = keyring({}, tmp_path, generate=True)
    with (tmp_path / NAME).open("a") as file:
        file.write(f"\n{NEW_KEY}\n")
    both = keyring({}, tmp_path)
    assert both.header == Keyring((NEW_KEY,)).header != old.header
    assert both.open(old.seal("x", "a.b"), "a.b") == "x"
    assert keyring({"STEWARD_SEALING_KEYS": f"{OLD_KEY} {NEW_KEY}"}, tmp_path).header == both.header


def test_short_missing_and_repeated_keys_are_refused_without_being_said(tmp_path: Path) -> None:
    for keys in ((), ("horse",), (OLD_KEY, "horse")):
        with pytest.raises(SecretError, match="openssl rand -hex 32") as caught:
            Keyring(keys)
        assert "horse" not in str(caught.value)
    with pytest.raises(SecretError, match="stands twice"):
        Keyring((OLD_KEY, NEW_KEY, OLD_KEY))
    assert OLD_KEY not in repr(KEYS)
    assert OLD_KEY not in repr(vars(KEYS))


@given(st.text(), st.text(max_size=20), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place_only(text: str, place: str, other: str) -> None:
    assume_encodable = text.encode("utf-8", "ignore").decode()
    place, other = (one.encode("utf-8", "ignore").decode() for one in (place, other))
    sealed = KEYS.seal(assume_encodable, place)
    assert KEYS.open(sealed, place) == assume_encodable
    if place != other:
        with pytest.raises(SealBroken):
            KEYS.open(sealed, other)


@given(st.binary(max_size=80))
def test_no_bytes_open_by_chance(data: bytes) -> None:
    with pytest.raises(SealBroken):
        KEYS.open(KEYS.header + data, "a.b")
