"""What stays and what goes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from business.backup.manifest import Manifest, stamp_of
from business.backup.place import Place, kept
from business.backup.plan import from_folder
from config.settings import BackupSettings
from tests.business.backup.estate import Estate

FIRST = datetime(2026, 1, 1, 2, 10, tzinfo=UTC)
SETTINGS = BackupSettings(daily=7, weekly=4, monthly=12)


def made(at: datetime, *, has_secrets: bool = False) -> Manifest:
    ns = int(at.timestamp()) * 10**9
    return Manifest("full", stamp_of(ns), "0", "s", 1, ns, ns, (), {}, "", (), has_secrets)


def test_a_year_of_nights_keeps_a_week_of_days_a_month_of_weeks_a_year_of_months() -> None:
    nights = [made(FIRST + timedelta(days=day)) for day in range(365)]
    stay = sorted(kept(nights, SETTINGS))
    assert stay[-7:] == [stamp_of(one.taken_ns) for one in nights[-7:]]
    months = {name[:6] for name in stay}
    assert len(months) == 12
    assert len(stay) == 7 + 2 + 11, "two Sundays and eleven ends of months are older than a week"


def test_what_somebody_made_today_stays_beside_the_nightly_one() -> None:
    today = [made(FIRST + timedelta(hours=hour)) for hour in range(0, 20, 3)]
    assert kept(today, SETTINGS) == {one.name for one in today}


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=40, unique=True),
    st.integers(1, 10),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_the_last_one_and_the_last_with_secrets_never_go(
    hours: list[int], daily: int, weekly: int, monthly: int
) -> None:
    backups = [made(FIRST + timedelta(hours=hour), has_secrets=not hour % 5) for hour in hours]
    stay = kept(backups, BackupSettings(daily=daily, weekly=weekly, monthly=monthly))
    newest = max(backups, key=lambda one: one.taken_ns)
    assert newest.name in stay
    with_secrets = [one for one in backups if one.has_secrets]
    if with_secrets:
        assert max(with_secrets, key=lambda one: one.taken_ns).name in stay
    assert kept([one for one in backups if one.name in stay], SETTINGS) <= stay


def test_what_a_damaged_manifest_stands_for_is_not_removed(estate: Estate) -> None:
    first = estate.back_up()
    (estate.paths.backups / first.name / "manifest.json").write_text("{}")
    estate.now_ns += 40 * 86_400 * 10**9
    last = estate.back_up(settings=BackupSettings(daily=1, weekly=0, monthly=0))
    assert Place(estate.paths.backups).names() == [first.name, last.name]


def test_old_ones_go_and_what_others_share_with_them_stays(estate: Estate) -> None:
    few = BackupSettings(daily=2, weekly=0, monthly=0)
    found = []
    for _ in range(4):
        found.append(estate.back_up(settings=few).name)
        estate.now_ns += 86_400 * 10**9
    assert Place(estate.paths.backups).names() == found[-2:]
    estate.restore(from_folder(estate.paths.backups))
