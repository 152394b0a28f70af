"""The benchmarks of alarms run at a tiny size, say all that they promise, and lose and double nothing."""

import pytest

from tests.benchmarks.tiny import run


def test_every_alarm_is_journaled_once_and_starts_its_plan_once() -> None:
    figures = run(
        "alarms", "--devices", "40", "--rate", "40", "--seconds", "3", "--definitions", "4000",
        "--rows", "2000", "--samples", "6", "--tones", "5",
        "--parts", "transitions,load,journal,sound,linkage",
    )  # fmt: skip
    assert figures["journal_missing"] == figures["journal_doubled"] == 0
    assert figures["linkage_missed"] == figures["linkage_doubled"] == 0
    assert figures["definitions"] == 4000
    assert {"transitions_per_s", "load_250k_s", "journal_page_ms", "linkage_p99_ms"} <= figures.keys()


def test_a_flood_is_journaled_and_the_list_follows() -> None:
    """S4-7.5e"""
    figures = run("alarms_flood", "--alarms", "200", "--seconds", "2")
    assert figures["flood_missing"] == figures["flood_doubled"] == 0
    assert {"flood_list_ms", "flood_click_max_ms", "flood_page_ms"} <= figures.keys()


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_flood_loses_and_repeats_nothing_while_processes_are_killed() -> None:
    figures = run("alarms_flood", "--kills", "--alarms", "2000", "--seconds", "20", timeout_s=500)
    assert figures["restart_missing"] == figures["restart_doubled"] == 0


def test_a_flood_of_alarms_gets_its_orders() -> None:
    figures = run("alarms_orders", "--alarms", "200", "--seconds", "1")
    assert figures["orders_missing"] == 0
    assert figures["orders_per_s"] > 0
    assert {"orders_behind_s", "orders_clerk_ms", "orders_awaited_s"} <= figures.keys()


def test_alarms_of_an_absence_are_journaled_and_only_those_that_last_are_told() -> None:
    figures = run("absence", "--seconds", "5", "--pause", "1", "--devices", "10", "--samples", "10")
    assert figures["lost"] == figures["doubled"] == 0, figures
    assert figures["annunciated_gone"] == 0
    assert figures["annunciated_standing"] == figures["standing"]
    assert figures["journal_p99_ms"] > 0


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_an_hour_of_absence_loses_nothing() -> None:
    figures = run("absence", "--seconds", "3600", timeout_s=5000)
    assert figures["lost"] == figures["doubled"] == figures["annunciated_gone"] == 0, figures
    assert figures["annunciated_standing"] == figures["standing"]


def test_a_page_of_the_journal_is_found_whatever_is_asked() -> None:
    """S0-3.5.4"""
    figures = run("alarms_journal", "--rows", "2000", "--questions", "20")
    assert figures["journal_rows"] == 2000
    assert figures["journal_questions"] == 35
    assert 0 < figures["journal_page_p50_ms"] <= figures["journal_page_ms"] <= figures["journal_page_max_ms"]
