"""Replaying recordings of real buildings, with what real loggers leave in them."""

import csv
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulators.recorded import (
    FOLDER,
    Recordings,
    Series,
    celsius,
    cubic_metres_h,
    kilopascal,
    parse_stamp,
    parse_value,
    pascal,
    read_column,
)


def utc(*parts: int) -> float:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


def test_stamps_without_a_zone_are_taken_as_they_stand() -> None:
    assert parse_stamp("1/18/2019 23:00") == utc(2019, 1, 18, 23, 0)
    assert parse_stamp("12/31/2019 0:00") == utc(2019, 12, 31, 0, 0)


def test_stamps_with_a_zone_suffix_fall_on_standard_time() -> None:
    assert parse_stamp("01-Jan-23 12:15:00 AM CST") == utc(2023, 1, 1, 0, 15)
    assert parse_stamp("07-May-22 12:15:00 PM CDT") == utc(2022, 5, 7, 11, 15)


def test_an_hour_that_the_clock_change_repeats_is_told_apart_by_its_suffix() -> None:
    summer, winter = (parse_stamp(f"06-Nov-22 1:30:00 AM {zone}") for zone in ("CDT", "CST"))
    assert winter - summer == 3600


@pytest.mark.parametrize("stamp", ["", "yesterday", "2019-01-18 23:00", "13/32/2019 1:00"])
def test_a_stamp_of_another_form_is_an_error_that_quotes_it(stamp: str) -> None:
    with pytest.raises(ValueError, match=r"stamp .*neither|month|day"):
        parse_stamp(stamp)


def test_cells_are_numbers_words_or_gaps() -> None:
    assert (parse_value("17.1"), parse_value("ON"), parse_value("Off")) == (17.1, 1, 0)
    assert math.isnan(parse_value(""))
    assert math.isnan(parse_value("nan"))


def test_units_are_converted() -> None:
    assert celsius(72.5) == pytest.approx(22.5)
    assert kilopascal(10) == pytest.approx(68.948, abs=0.001)
    assert cubic_metres_h(100) == pytest.approx(22.712, abs=0.001)
    assert pascal(0.05) == pytest.approx(12.454, abs=0.001)


def test_a_gap_is_nan_and_its_neighbours_keep_their_values() -> None:
    series = Series.of([(0, 1.0), (900, 2.0), (9000, 3.0), (9900, math.nan), (10800, 5.0)])
    assert series.at(450) == 1.5
    assert series.at(900) == 2.0
    assert math.isnan(series.at(5000))
    assert series.at(9000) == 3.0
    assert math.isnan(series.at(9900))
    assert math.isnan(series.at(-1))
    assert math.isnan(series.at(100_000))


def test_stamps_that_repeat_or_come_late_are_put_in_order() -> None:
    series = Series.of([(1800, 3.0), (0, 1.0), (900, 7.0), (900, 2.0)])
    assert series.times_s == [0, 900, 1800]
    assert series.values == [1.0, 2.0, 3.0]


def test_a_state_holds_until_its_next_change() -> None:
    series = Series.of([(0, 1.0), (50_000, 0.0)], gap_s=math.inf)
    assert series.at(49_999) == 1.0
    assert series.at(50_000) == 0.0
    assert series.at(10**9) == 0.0


def test_a_file_with_a_bad_line_names_it(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("Date,kW\n1/18/2019 23:00,1\n1/18/2019 23:15,much\n")
    with pytest.raises(ValueError, match=r"broken\.csv line 3: .*much"):
        read_column(broken)


def test_the_replay_keeps_the_weekday_and_the_hour() -> None:
    weeks = Series.of([(900.0 * n, float(n % 672)) for n in range(3 * 672 + 100)])
    for now_s in (utc(2026, 11, 20, 9, 30), utc(2027, 2, 1, 0, 0)):
        assert weeks.replay(now_s) == (now_s // 900) % 672


@given(st.floats(0, 4e9))
def test_filled_replays_have_no_gap_where_any_week_has_a_value(now_s: float) -> None:
    values: Sequence[float] = [math.nan if 300 < n < 900 else 1.0 + n % 7 for n in range(5 * 672)]
    series = Series.of((900.0 * n, value) for n, value in enumerate(values))
    assert 1 <= series.filled(now_s) <= 7


def test_the_recordings_of_the_demo_are_read_with_their_gaps() -> None:
    recordings = Recordings()
    gaps = [math.isnan(value) for value in recordings.recreation_kw.values]
    assert 4000 < sum(gaps) < 6000
    assert not any(math.isnan(value) for value in recordings.library_kw.values)
    now_s = utc(2026, 11, 20, 14, 0)
    assert 0 < recordings.library_kw.filled(now_s) < 200
    assert 20 < recordings.recreation_kw.filled(now_s) < 320
    assert 15 < celsius(recordings.zone_air_f.filled(now_s)) < 30
    assert 5 < celsius(recordings.discharge_air_f.filled(now_s)) < 35
    assert -50 < pascal(recordings.building_pressure_inwc.filled(now_s)) < 80
    assert recordings.supply_fan.filled(now_s) in (0.0, 1.0)
    boiler = recordings.boiler
    assert sum(map(math.isnan, boiler["Boiler_OAT_value_f"].values)) > 2000
    assert 40 < celsius(boiler["Boiler_SysHWS_value_f"].filled(now_s)) < 90
    assert set(boiler["Boiler_P1A_Status_value"].values) == {0.0, 1.0}


def test_every_recording_is_small_and_its_licence_stands_beside_it() -> None:
    licences = (FOLDER / "LICENCES.md").read_text("utf-8")
    files = sorted(FOLDER.glob("*.csv"))
    assert len(files) == 7
    for file in files:
        assert file.stat().st_size < 700_000
        (row,) = [line for line in licences.splitlines() if line.startswith(f"| {file.name} |")]
        assert "commit" in row
        assert row.endswith("| MIT |")
        with file.open(encoding="utf-8-sig") as lines:
            assert len(next(csv.reader(lines))) > 1
    assert "Permission is hereby granted" in licences
