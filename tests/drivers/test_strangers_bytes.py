"""Every parser that takes bytes from strangers refuses what it must, at once, and keeps nothing (S-42)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import fuzz, mutants, targets
from benchmarks.fuzzed.target import Target

CASES, SOAKED = 20_000, 1_000_000
GROWTH_MB = 20.0
TARGETS = targets()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutants_of_good_messages_do_no_harm(target: Target) -> None:
    _is_harmless(target, CASES)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_million_mutants_do_no_harm(target: Target) -> None:
    _is_harmless(target, SOAKED)


def _is_harmless(target: Target, cases: int) -> None:
    outcome = fuzz(target, cases)
    assert (outcome.crashes, outcome.hangs) == (0, 0), outcome.shown
    assert outcome.cases == cases
    assert outcome.rss_growth_mb < GROWTH_MB


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_do_no_harm(target: Target, data: st.DataObject) -> None:
    target.feed(data.draw(st.binary(max_size=300) | st.sampled_from(target.seeds)))


def test_the_mutator_makes_the_same_mutants_of_the_same_seed() -> None:
    assert list(mutants([b"abcd", b"efgh"], 500, 7)) == list(mutants([b"abcd", b"efgh"], 500, 7))
    assert len(set(mutants([b"abcd", b"efgh"], 500, 7))) > 200


def test_a_crash_is_counted_and_told() -> None:
    def feed(data: bytes) -> None:
        if data[:1] == b"\xff":
            raise ValueError("too bad")

    outcome = fuzz(Target("bad", (b"\xff\xff",), feed), 100)
    assert outcome.crashes > 5
    assert "too bad" in outcome.shown[0]
