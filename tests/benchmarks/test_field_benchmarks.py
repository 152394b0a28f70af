"""Benchmarks of the field run at a tiny size, say all they promise, and nothing is lost or doubled."""

import pytest

from tests.benchmarks.tiny import run


def test_nothing_is_lost_between_the_socket_and_history() -> None:
    figures = run("pipeline", "--devices", "10", "--seconds", "3", "--warm-up", "1")
    assert figures["lost"] == figures["doubled"] == 0
    assert figures["points_per_s"] > 0
    assert figures["cpu_us_per_point"] > 0
    assert figures["pss_mb"] > 0
    assert {"kept_up_pct", "cores", "inbox_max"} <= figures.keys()


def test_a_device_is_light_and_hanging_ones_do_not_hold_up_the_stop() -> None:
    figures = run("supervise", "--devices", "200", "--crashes", "3", "--stopping", "10")
    assert 0 < figures["kib_per_device"] < 64
    assert figures["restart_ms"] > 0
    assert figures["stop_10_with_2_hanging_s"] < 30.0, "nothing waits for what hangs"


def test_the_dead_come_back_and_the_healthy_go_on() -> None:
    figures = run(
        "faults", "--devices", "12", "--faulty", "3", "--seconds", "3", "--ways", "dead", "babble", "reset"
    )
    assert figures["kept_up_pct"] > 0
    assert figures["reconnect_max_s"] <= 15.0


def test_every_message_of_every_device_behind_a_broker_is_read() -> None:
    figures = run("mqtt", "--devices", "50", "--seconds", "3")
    assert figures["devices_up_to_date"] == 50
    assert figures["core_share"] > 0
    assert figures["messages"] == 150


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_ten_minutes_of_half_a_million_points_a_second_lose_nothing() -> None:
    figures = run("pipeline", "--devices", "5000", "--seconds", "600", timeout_s=1100)
    assert figures["lost"] == figures["doubled"] == 0, figures
    assert figures["kept_up_pct"] >= 99.0
    assert figures["cores"] < 1.0
    assert figures["inbox_max"] <= 2 * figures["inbox_before"]


def test_a_field_process_is_weighed_by_its_devices() -> None:
    figures = run("drivers", "--devices", "20", "--points", "50", "--seconds", "3", "--warm-up", "1")
    assert figures["modbus_devices"] == 20
    assert 0 <= figures["modbus_core_pct"] < 100, "twenty devices may take no time that can be counted"
    assert 0 < figures["modbus_kept_up_pct"] <= 100
    assert figures["opcua_points"] == 50
    assert 0 <= figures["opcua_core_pct"] < 100
    assert figures["opcua_changes_per_s"] > 0
    assert "kib_per_device" in figures


def test_strangers_bytes_are_counted_in_and_harm_nobody() -> None:
    figures = run("fuzz", "--cases", "200")
    assert (figures["crashes"], figures["hangs"]) == (0, 0)
    assert figures["cases"] >= 200
    assert "rss_growth_mb" in figures
