"""The weekly test asks everybody on duty and every duty phone, each once (N07)."""

from datetime import datetime
from pathlib import Path

import pytest

from actors.messages import Stage
from business.notifier.messages import CheckReachable
from business.notifier.reachability import is_due
from config.calendar import Calendar
from config.notification import NotificationSettings
from config.plans import DayKind
from tests.business.notifier.call_bench import LI, SHANGHAI, Bench

PHONE = "+862155550100"
AT_TEN = NotificationSettings(test_day=DayKind.MONDAY, test_minute=600)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_whoever_is_on_duty_and_the_duty_phone_are_called_and_the_others_sleep(bench: Bench) -> None:
    assert bench.tell(CheckReachable()).stage is Stage.DONE
    bench.later(3)
    assert sorted(bench.numbers("voice")) == sorted([LI, PHONE])
    assert all(one.asks and "测试" in one.text for one in bench.taken("voice"))


def test_an_answer_ends_the_test_of_one_and_silence_of_another_is_told(bench: Bench) -> None:
    bench.tell(CheckReachable())
    bench.later(70)
    (code,) = {one.code for one in bench.taken("sms") if one.to == LI}
    bench.writes(code)
    assert bench.owed == [], "no alarm is acknowledged by it"
    bench.later(1000, by=5)
    assert bench.numbers("voice").count(LI) == 1
    assert bench.numbers("voice").count(PHONE) == 2
    bench.later(5)
    assert sorted(bench.ends()) == ["answered", "unanswered"]
    assert bench.figures.unanswered == 1


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-02 09:59", False),
        ("2026-03-02 10:00", True),
        ("2026-03-02 11:00", False),
        ("2026-03-03 10:00", False),
    ],
)
def test_the_test_of_the_week_has_its_hour(at: str, due: bool) -> None:  # given by the table
    told = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert is_due(AT_TEN, Calendar(), told) is due
