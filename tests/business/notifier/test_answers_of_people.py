"""What somebody means who writes back or presses keys (S0-3.5)."""

import itertools

import pytest

from business.notifier.answering import (
    CODE_DIGITS,
    MOST_DIGITS,
    PASS_ON,
    new_codes,
    pressed,
    wants_again,
    written,
)
from config.notification import Progress


@pytest.mark.parametrize(
    ("text", "code", "progress"),
    [
        ("4711", "4711", Progress.ACKNOWLEDGED),
        (" 1 4711 ", "4711", Progress.ACKNOWLEDGED),
        ("2 4711", "4711", PASS_ON),
        ("4711 2", "4711", PASS_ON),
        ("1 2 4711", "4711", Progress.ACKNOWLEDGED),
        ("４７１１ 收到", "4711", Progress.ACKNOWLEDGED),
        ("4711已完成", "4711", Progress.DONE),
        ("到场4711", "4711", Progress.ON_SITE),
        ("4711 ON THE WAY", "4711", Progress.ON_THE_WAY),
        ("不能 4711", "4711", PASS_ON),
        ("4711 somewhere", "4711", Progress.ACKNOWLEDGED),
        ("471100", "471100", Progress.ACKNOWLEDGED),
    ],
)
def test_a_code_with_or_without_a_word_says_how_far_somebody_is(
    text: str, code: str, progress: Progress
) -> None:
    reply = written(text)
    assert reply is not None
    assert (reply.code, reply.progress) == (code, progress)


@pytest.mark.parametrize("text", ["", "收到", "1", "471", "13800138001", "4711 4712", "4711 4711"])
def test_what_holds_no_code_or_two_means_nothing(text: str) -> None:
    assert written(text) is None


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("1", Progress.ACKNOWLEDGED),
        ("1#", Progress.ACKNOWLEDGED),
        ("2", PASS_ON),
        ("31", Progress.ACKNOWLEDGED),
        ("3", "again"),
        ("13", "again"),
        ("9", "keys"),
        ("#", "keys"),
        ("", "keys"),
    ],
)
def test_the_newest_key_counts(keys: str, meant: Progress | str) -> None:
    assert pressed(keys, None) == meant


@pytest.mark.parametrize(
    ("keys", "meant"),
    [("47111", Progress.ACKNOWLEDGED), ("347112", PASS_ON), ("1", "pin"), ("47121", "pin"), ("4711", "pin")],
)
def test_a_pin_comes_before_the_key(keys: str, meant: Progress | str) -> None:
    assert pressed(keys, lambda digits: digits == "4711") == meant


def test_a_pin_that_ends_the_keys_is_heard_again_only_for_three() -> None:
    assert wants_again("3")
    assert not wants_again("31")


def test_codes_grow_longer_when_the_short_ones_are_taken() -> None:
    lengths = [len(one) for one in itertools.islice(new_codes(), 100)]
    assert lengths == sorted(lengths)
    assert {CODE_DIGITS, MOST_DIGITS} <= set(lengths)
