"""Time stamps as foreign systems write them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.stamps import Clock, moment, stamp_ns

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 1, 12, tzinfo=CHINA)
NOON_NS = int(NOON.timestamp()) * 10**9
MOMENT_NS = 1_700_000_000_000_000_000


@pytest.mark.parametrize(
    ("value", "late_s"),
    [
        (datetime(2026, 3, 1, 12), 0.0),  # noqa: DTZ001 - as databases tell it
        (NOON.astimezone(UTC), 0.0),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1))), 7 * 3600.0),
        (date(2026, 3, 1), -12 * 3600.0),
        ("2026-03-01 12:00:00", 0.0),
        ("2026-03-01T12:00:00.250", 0.25),
        ("2026-03-01T04:00:00Z", 0.0),
        ("2026/3/1 12:00", 0.0),
        ("2026年3月1日 12:00:05", 5.0),
        ("20260301120000", 0.0),
        (20260301120000, 0.0),
        (int(NOON.timestamp()), 0.0),
        (NOON.timestamp() * 1000 + 500, 0.5),
        (str(int(NOON.timestamp() * 1000)), 0.0),
        (Decimal(str(NOON.timestamp())), 0.0),
        (int(NOON.timestamp()) * 10**9, 0.0),
        (b"2026-03-01 12:00:00", 0.0),
        (20260301, -12 * 3600.0),
    ],
)
def test_a_stamp_is_understood(value: object, late_s: float) -> None:
    found = stamp_ns(value, CHINA)
    assert found is not None
    assert found - NOON_NS == round(late_s * 1e9)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "yesterday",
        "0000-00-00 00:00:00",
        "2026-02-30 10:00",
        -5,
        1e300,
        float("nan"),
        [],
        "1e400",
        10**400,
    ],
)
def test_what_is_no_stamp_is_none(value: object) -> None:
    assert stamp_ns(value, CHINA) is None


@pytest.mark.parametrize("number", [1_801_123_012_345, "1801123012345", 1_801_123_012_345_000])
def test_digits_that_would_be_a_date_of_another_century_are_of_the_epoch(number: int | str) -> None:
    assert stamp_ns(number, CHINA) == 1_801_123_012_345_000_000


@pytest.mark.parametrize(
    ("found", "clock", "zone", "expected"),
    [
        (1_700_000_000, "s", "UTC", MOMENT_NS),
        (1_700_000_000.25, "s", "UTC", MOMENT_NS + 250_000_000),
        ("1700000000", "s", "UTC", MOMENT_NS),
        (1_700_000_000_123, "ms", "UTC", MOMENT_NS + 123_000_000),
        (1_700_000_000_000_001, "us", "UTC", MOMENT_NS + 1000),
        (MOMENT_NS + 1, "ns", "UTC", MOMENT_NS + 1),
        ("2023-11-14T22:13:20Z", "iso", "Asia/Shanghai", MOMENT_NS),
        ("2023-11-15T06:13:20+08:00", "iso", "UTC", MOMENT_NS),
        ("2023-11-15 06:13:20", "iso", "Asia/Shanghai", MOMENT_NS),
        ("2023/11/15 06:13:20", "iso", "Asia/Shanghai", MOMENT_NS),
        ("2023-11-14T22:13:20.123456789Z", "iso", "UTC", MOMENT_NS + 123_456_000),
        ("20231114T221320Z", "iso", "UTC", MOMENT_NS),
        ("2023/11/14T22:13:20Z", "iso", "Asia/Shanghai", MOMENT_NS),
        (0, "s", "UTC", None),
        (1_700_000_000, "ms", "UTC", None),
        (1e300, "s", "UTC", None),
        (10**400, "s", "UTC", None),
        (True, "s", "UTC", None),
        (None, "s", "UTC", None),
        ("yesterday", "iso", "UTC", None),
        ("9999-12-31T23:59:59-23:59", "iso", "UTC", None),
        ("0001-01-01T00:00:00+23:59", "iso", "UTC", None),
        ("9" * 100, "s", "UTC", None),
    ],
)
def test_a_moment_is_read_as_it_is_said_to_be_written(
    found: object, clock: str, zone: str, expected: int | None
) -> None:
    assert moment(found, Clock(clock), ZoneInfo(zone)) == expected


def test_the_hour_that_comes_twice_goes_on_and_the_one_that_never_was_lies_behind_the_gap() -> None:
    first = stamp_ns("2026-10-25 02:30:00", BERLIN)
    assert first is not None
    second = stamp_ns("2026-10-25 02:10:00", BERLIN, first)
    assert second == first + 40 * 60 * 10**9
    gap = stamp_ns("2026-03-29 02:30:00", BERLIN)
    assert gap == stamp_ns("2026-03-29 03:30:00", BERLIN)


@given(
    st.text(max_size=50)
    | st.binary(max_size=50)
    | st.integers()
    | st.floats()
    | st.datetimes()
    | st.decimals()
)
def test_anything_is_a_stamp_or_none(value: object) -> None:
    found = stamp_ns(value, BERLIN)
    assert found is None or 0 <= found < 2**63


@given(st.text(max_size=50) | st.integers() | st.floats(), st.sampled_from(Clock))
def test_anything_is_a_moment_of_this_century_or_none(value: object, clock: Clock) -> None:
    found = moment(value, clock, BERLIN)
    assert found is None or 2000 <= datetime.fromtimestamp(found / 1e9, UTC).year <= 2100
