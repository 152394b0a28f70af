"""What breaks calls: kills, storms, changes meanwhile, other versions, a clock that is put back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from actors.messages import Stage
from business.identity.passwords import Passwords
from business.notifier import answering
from business.notifier.channels.port import Answer, BadReceiver, NotHanded, Outgoing, TryLater
from business.notifier.messages import CheckReachable, SayProgress, SendMessage, TellDirectory
from config.notification import Audience, Medium, NotificationSettings, NumberLimit, Progress, Step
from tests.business.notifier.call_bench import (
    CHIEF,
    LI,
    NO,
    POLICY,
    SECOND_NS,
    SHANGHAI,
    WANG,
    Bench,
    directory,
    person,
    refuses,
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.notifier.teardown()


def called(bench: Bench) -> Bench:
    """Li is called for an alarm."""
    bench.round()
    bench.happens()
    return bench.later(2)


# --- answers


def test_what_a_provider_tells_again_acknowledges_no_call_that_began_anew_meanwhile(tmp_path: Path) -> None:
    bench = called(Bench(tmp_path, replace(POLICY, promises_s={Progress.ACKNOWLEDGED: 60.0})))
    code = bench.taken("sms")[0].code
    bench.writes(code, id_="mo-1")
    bench.later(70)
    assert len(bench.taken("voice")) == 2, "silence after the answer calls again"
    bench.writes(code, id_="mo-1")
    bench.later(200)
    assert WANG in bench.numbers("voice")


def test_a_late_answer_to_a_call_that_was_given_up_ends_the_newer_call_for_the_same_alarm(
    tmp_path: Path,
) -> None:
    policy = replace(POLICY, steps=(Step(0, Audience.ON_DUTY),), promises_s={Progress.ON_SITE: 600.0})
    bench = called(Bench(tmp_path, policy))
    first = bench.taken("sms")[0].code
    bench.later(310)
    assert bench.ends() == ["unanswered"]
    bench.happens("re_alarm")
    bench.later(2)
    bench.writes(first)
    row = bench.acknowledged()
    bench.later(5)
    assert bench.owed[-1].event == row.event
    assert [one.escalation.progress for one in bench.notifier._engine.open] == [Progress.ACKNOWLEDGED]


def test_an_alarm_that_nobody_answered_is_told_of_no_more_once_it_is_acknowledged_or_over(
    tmp_path: Path,
) -> None:
    for name, end in (("a", "answered"), ("b", "returned")):
        folder = tmp_path / name
        folder.mkdir()
        bench = called(Bench(folder, replace(POLICY, steps=(Step(0, Audience.ON_DUTY),))))
        assert bench.later(310).figures.unanswered == 1
        bench.acknowledged() if end == "answered" else bench.returns()
        assert bench.later(5).figures.unanswered == 0
        assert bench.ends() == [end]


def test_who_answers_too_late_or_without_a_code_is_not_taken_for_a_guesser(bench: Bench) -> None:
    bench.round()
    codes = []
    for number in range(6):
        bench.happens(device=f"d{number}")
        bench.later(70)
        codes.append(bench.taken("sms")[-1].code)
        bench.acknowledged("wang", device=f"d{number}")
        bench.later(1)
    for code in codes:
        bench.writes(code)
        bench.writes("好的")
    bench.happens(device="d7")
    bench.later(2)
    bench.writes(bench.taken("sms")[-1].code)
    assert [one.subject for one in bench.owed] == ["d7/t/high"]


def test_messages_with_a_forged_number_lock_nobody_out_of_his_calls(bench: Bench) -> None:
    called(bench)
    for guess in range(8):
        bench.writes(f"{(int(bench.taken('sms')[0].code) + guess + 1) % 10_000:04}", LI)
    bench.hears("voice", Answer("k1", LI, "1", bench.now_ns, "voice-1"))
    assert [one.user for one in bench.owed] == ["li"]


def test_guesses_at_a_pin_lock_the_phone_also_where_the_provider_names_no_caller(bench: Bench) -> None:
    li = person("li", LI, pin_hash=Passwords().hash("4711"))
    bench.know(directory(li, person("wang", WANG), person("chief", CHIEF)))
    called(bench)
    for guess in range(5):
        bench.hears("voice", Answer(f"k{guess}", "", f"000{guess}1", bench.now_ns, "voice-1"))
    bench.hears("voice", Answer("k9", "", "47111", bench.now_ns, "voice-1"))
    assert bench.owed == []


def test_keys_without_a_reference_answer_nothing(bench: Bench) -> None:
    bench.round()
    bench.hangs = True
    bench.happens()
    bench.round()
    bench.hears("voice", Answer("k1", LI, "1", bench.now_ns, ""))
    assert bench.owed == []


def test_a_digest_goes_no_more_once_all_that_it_tells_of_is_answered(tmp_path: Path) -> None:
    step = Step(0, Audience.ON_DUTY, media=(Medium.SMS,))
    bench = Bench(tmp_path, replace(POLICY, steps=(step,), again_s=999))
    bench.round()
    for number in range(6):
        bench.happens(device=f"d{number}")
    bench.later(3)
    sms = bench.providers["sms"]
    sms.says = refuses(TryLater)
    bench.later(3)
    for number in range(6):
        bench.acknowledged(device=f"d{number}")
    bench.later(1)
    sms.says = None
    before = len(sms.taken)
    bench.later(20)
    assert len(sms.taken) == before
    assert bench.states(event="digest") == ["withdrawn"]


def test_what_was_under_way_when_somebody_answered_is_not_tried_again(bench: Bench) -> None:
    bench.round()
    bench.hangs = True
    bench.happens()
    bench.round()
    bench.acknowledged()
    bench.round()
    for line, outgoing in bench.hung:
        bench.notifier._hear_end(outgoing.id, line, TryLater(NO))
    bench.hangs = False
    bench.later(10)
    assert bench.numbers("voice") == bench.numbers("sms") == []
    assert set(bench.states()) == {"withdrawn"}


# --- who is next


def test_a_late_failure_does_not_pass_over_whoever_was_called_since(tmp_path: Path) -> None:
    steps = (
        Step(0, Audience.ON_DUTY, media=(Medium.SMS,)),
        Step(60, Audience.LEADER, media=(Medium.VOICE,), repeats=3, every_s=60),
        Step(600, Audience.MANAGER, media=(Medium.VOICE,)),
    )
    bench = Bench(tmp_path, replace(POLICY, steps=steps))
    bench.know(directory(person("li", LI, addresses={Medium.SMS: (LI,)}), person("wang", WANG),
                         person("chief", CHIEF)))  # fmt: skip
    bench.round()
    bench.providers["sms"].says = lambda _: (
        BadReceiver(NO) if bench.providers["voice"].taken else TryLater(NO)
    )
    bench.happens()
    bench.later(70)
    assert bench.numbers("voice") == [WANG]
    bench.later(200)
    assert bench.numbers("voice") == [WANG] * 4


def test_a_failure_gives_the_way_that_is_tried_already_no_more_time(tmp_path: Path) -> None:
    step = Step(0, Audience.ON_DUTY, media=(Medium.SMS, Medium.VOICE))
    bench = Bench(tmp_path, replace(POLICY, steps=(step,), again_s=3600))
    bench.round()
    bench.providers["voice"].says = refuses(TryLater)
    began_ns = bench.now_ns
    sms = bench.providers["sms"]
    sms.says = lambda _: BadReceiver(NO) if bench.now_ns > began_ns + 40 * SECOND_NS else TryLater(NO)
    bench.happens()
    bench.later(63)
    assert bench.numbers("email") == ["li@example.com"], "within 60 s of the first attempt"


def test_a_call_that_becomes_more_urgent_begins_anew_with_all_that_this_asks_for(bench: Bench) -> None:
    bench.round()
    bench.happens(priority=3)
    bench.later(2)
    assert bench.numbers("voice") == []
    bench.happens("re_alarm", priority=1)
    bench.later(2)
    assert bench.numbers("voice") == [LI]


# --- providers


def test_a_receiver_whose_provider_says_later_holds_up_nobody_else(bench: Bench) -> None:
    sms = bench.providers["sms"]
    sms.says = lambda told: TryLater(NO) if told.to == CHIEF else None
    bench.tell(SendMessage("order", {"number": "1"}, ("chief",), medium="sms"))
    bench.later(120)
    bench.happens()
    bench.later(2)
    assert bench.numbers("sms") == [LI]


def test_what_a_provider_takes_later_is_tried_with_growing_pauses(bench: Bench) -> None:
    tried: list[Outgoing] = []

    def later(told: Outgoing) -> NotHanded | None:
        if told.to != CHIEF:
            return None
        tried.append(told)
        return TryLater(NO)

    bench.providers["sms"].says = later
    bench.tell(SendMessage("order", {"number": "1"}, ("chief",), medium="sms"))
    for number in range(30):
        bench.tell(SendMessage("order", {"number": f"{number}"}, ("wang",), medium="sms"))
        bench.later(1, by=0.1)
    assert 3 <= len(tried) <= 8


def test_a_limit_of_a_number_counts_what_is_on_its_way(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("sms", Medium.SMS, limits=(NumberLimit(1, 3600),))
    bench.hangs = True
    for number in range(3):
        bench.tell(SendMessage("order", {"number": f"{number}"}, ("wang",), medium="sms"))
    bench.round()
    assert len(bench.hung) == 1


def test_messages_of_yesterday_that_are_still_asked_about_cost_nothing_today(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("sms", Medium.SMS, cost_each=10, cost_a_day=15)
    for number in range(2):
        bench.tell(SendMessage("order", {"number": f"{number}"}, ("wang",), medium="sms"))
    bench.later(3)
    bench.now_ns += 86_400 * SECOND_NS
    bench.later(10)
    bench.restart()
    bench.tell(SendMessage("order", {"number": "3"}, ("wang",), medium="sms"))
    bench.later(3)
    assert len(bench.taken("sms")) == 3


def test_an_account_that_is_changed_while_messages_are_under_way_counts_none_of_them(bench: Bench) -> None:
    bench.hangs = True
    called(bench)
    before = bench.notifier._sending.lines.all["sms"]
    bench.remove("sms")
    bench.add("sms", Medium.SMS)
    after = bench.notifier._sending.lines.all["sms"]
    answers = [(line, outgoing) for line, outgoing in bench.hung if line is before]
    bench.hangs = False
    for line, outgoing in answers:
        bench.notifier._hear_end(outgoing.id, line, bench.providers["sms"].take(outgoing))
    bench.round()
    assert (before.under_way, after.under_way, after.handed_today) == (0, 0, 1)


def test_one_question_that_failed_is_forgotten_with_the_next_that_did_not(bench: Bench) -> None:
    line = bench.notifier._sending.lines.all["sms"]
    line.checked(0.0, 0, "away")
    assert line.problem
    bench.later(4)
    assert line.problem == ""


def test_many_messages_of_the_office_that_wait_do_not_hide_what_an_alarm_says(bench: Bench) -> None:
    bench.remove("sms")
    sms = bench.add("sms", Medium.SMS)
    line = bench.notifier._sending.lines.all["sms"]
    bench.round()
    for number in range(250):
        bench.tell(SendMessage("order", {"number": f"{number}"}, ("wang",), medium="sms", priority=1))
    line.closed_until_s = bench.now_ns / 1e9 + 1
    bench.happens()
    bench.later(1)
    bench.round()
    assert LI in [one.to for one in sms.taken[:8]]


# --- storms and time


def test_codes_of_a_number_do_not_run_out(bench: Bench) -> None:
    store, now_ns = bench.notifier._store, bench.now_ns
    with store.transaction():
        for taken in range(10_000):
            store.add_code(f"{LI}|{taken:04}", "old", "li", now_ns + SECOND_NS, now_ns)
    called(bench)
    code = bench.taken("sms")[0].code
    bench.writes(code)
    assert len(code) > answering.CODE_DIGITS, "while all of four digits are valid"
    assert [one.user for one in bench.owed] == ["li"]
    bench.later(200)
    bench.happens(device="d2")
    bench.later(70)
    assert len(bench.taken("sms")[-1].code) == answering.CODE_DIGITS, "what is over is given away again"


def test_a_clock_that_is_put_back_silences_nobody(bench: Bench) -> None:
    for one in bench.providers.values():
        one.says = refuses(TryLater)
    called(bench)
    bench.now_ns -= 3600 * SECOND_NS
    for one in bench.providers.values():
        one.says = None
    bench.notifier._sending.use(bench._lines(bench.site, {}))
    bench.later(5)
    assert bench.numbers("voice") == [LI]
    bench.later(190)
    assert bench.numbers("voice") == [LI, WANG]


def test_a_weekly_test_whose_hour_has_passed_calls_nobody_in_the_evening(tmp_path: Path) -> None:
    bench = Bench(tmp_path, settings=NotificationSettings(test_minute=600))
    at = datetime(2026, 3, 4, 22, 0, tzinfo=SHANGHAI)
    bench.now_ns = round(at.timestamp()) * SECOND_NS
    bench.later(3)
    assert bench.numbers("voice") == []


def test_what_is_worth_nothing_any_more_does_not_go(bench: Bench) -> None:
    task = SendMessage("log-in-code", {"code": "1"}, receiver=CHIEF, medium="sms", until_ns=bench.now_ns - 1)
    bench.tell(task)
    bench.notifier._move(lambda: None)
    assert bench.numbers("sms") == []
    bench.later(1)
    assert bench.states() == ["expired"]


# --- what other versions wrote, and nonsense


OTHER = b"\x93\x01\xa4Call\x90"
"""A message with other fields than ours."""


def test_calls_that_another_version_wrote_begin_anew_and_tell_nobody_twice(bench: Bench) -> None:
    called(bench)
    bench.happens(device="d2")
    bench.later(2)
    bench.acknowledged(device="d2")
    bench.later(2)
    bench.notifier._store._db.execute("UPDATE call SET body = ?", (OTHER,))
    bench.restart()
    bench.later(2)
    assert bench.numbers("voice") == [LI, LI]
    bench.later(190)
    assert bench.numbers("voice") == [LI, LI, WANG]
    bench.writes(bench.taken("sms")[0].code)
    assert [one.subject for one in bench.owed] == ["ahu-1/t/high"]


def test_a_directory_of_another_version_is_waited_for(bench: Bench) -> None:
    assert bench.tell(TellDirectory(1, OTHER)).stage is Stage.REFUSED
    bench.notifier._store.keep("directory", OTHER)
    bench.restart()
    called(bench)
    assert bench.numbers("voice") == []
    bench.know(directory())
    bench.later(2)
    assert bench.numbers("voice") == [LI], "no step was taken while nobody was known"


@pytest.mark.parametrize(
    "task",
    [
        SendMessage("order", {}, receiver=CHIEF),
        SendMessage("order", {}, ("li",), medium="pigeon"),
        SendMessage("nothing", {}, ("li",)),
    ],
)
def test_a_message_that_cannot_go_is_refused_and_the_next_goes(bench: Bench, task: SendMessage) -> None:
    assert bench.tell(task).stage is Stage.REFUSED
    bench.tell(SendMessage("order", {"number": "1"}, ("li", "nobody"), ("no-team",), medium="sms"))
    bench.later(2)
    assert bench.numbers("sms") == [LI]


def test_teams_and_calls_that_are_not_known_are_no_harm(bench: Bench) -> None:
    assert bench.tell(CheckReachable(("no-team",))).stage is Stage.DONE
    assert bench.tell(SayProgress("alarm/99", "li", Progress.DONE)).stage is Stage.REFUSED
    bench.round()
    bench.ask(target="no-team", plan="no-plan", zone="no-zone", priority=9)
    bench.happens(device="no-device", zone="no-zone", rule="no-rule", priority=7, value=None)
    bench.later(700, by=5)
    assert bench.ends() == ["unanswered", "unanswered"]
