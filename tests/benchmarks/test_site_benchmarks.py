"""Benchmarks of whole sites run at a tiny size, say all they promise, and nothing is lost or doubled."""

import pytest

from tests.benchmarks.tiny import run


def test_a_change_comes_to_the_pixel_and_to_the_journal() -> None:
    figures = run("latency", "--devices", "3", "--samples", "6")
    for name in ("pixel", "journal", "journal_beside_office", "journal_beside_commands"):
        assert 0 < figures[f"{name}_p50_ms"] <= figures[f"{name}_p99_ms"] < 5000
    assert figures["beside_commands_per_s"] > 0
    assert figures["pixels_not_drawn"] == 0


def test_a_site_starts_and_shows_every_point() -> None:
    figures = run("start", "--devices", "20")
    assert 0 < figures["first_values_s"] < 60
    assert figures["ready_s"] > 0


def test_a_kill_loses_nothing_and_doubles_nothing() -> None:
    """R-40: three kills, one of them of `steward run` itself."""
    figures = run("kill", "--kills", "3", "--run-every", "3", "--seed", "7")
    assert figures["lost"] == figures["doubled"] == 0, figures
    assert "steward run:1" in figures["killed"]
    assert figures["alive_again_max_s"] < 30.0


def test_messages_are_handed_over_soon_and_a_kill_loses_none() -> None:
    """N05: three kills while messages are sent."""
    figures = run("notify", "--alarms", "10", "--queue", "200", "--remote", "0", "--kills", "3")
    assert figures["lost"] == figures["repeated"] == 0, figures
    assert 0 < figures["handover_p50_ms"] <= figures["handover_p99_ms"]
    assert figures["critical_delay_max_s"] > 0


@pytest.mark.soak
def test_five_hundred_kills_lose_no_message() -> None:
    figures = run("notify", "--kills", "500", timeout_s=3000)
    assert figures["lost"] == figures["repeated"] == 0, figures


def test_the_business_is_measured_on_both_databases() -> None:
    figures = run(
        "business", "--houses", "200", "--questions", "3", "--seconds", "1", "--permissions", "100",
        "--import-rows", "300",
    )  # fmt: skip
    for database in ("sqlite", "postgresql"):
        for name in ("list_p95_ms", "list_one_building_p95_ms", "search_p95_ms", "commands_per_s"):
            assert figures[f"{name}_{database}"] > 0
        assert figures[f"permission_us_{database}"] > 0
        parts = [figures[f"import_houses_{part}_s_{database}"] for part in ("upload", "trial", "commit")]
        assert figures[f"import_100k_s_{database}"] >= sum(parts) - 0.01 > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_kills_lose_nothing() -> None:
    figures = run("kill", "--kills", "100", timeout_s=1700)
    assert figures["lost"] == figures["doubled"] == 0, figures
    assert figures["alive_again_max_s"] <= 10.0
