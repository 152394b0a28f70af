"""Who is called, until somebody answers (S0-3.5, N01 to N08)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.messages import AlarmState, Stage
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    Receipt,
    ReceiptKind,
    TryLater,
    Unclear,
)
from business.notifier.messages import AnswerByLink, SayProgress, SendMessage
from business.notifier.reach import Reach
from config.hours import Hours
from config.notification import (
    Approval,
    Audience,
    Medium,
    Notification,
    NotificationSettings,
    NumberLimit,
    Progress,
    Review,
    Step,
    Stop,
    Variable,
)
from tests.business.notifier.call_bench import (
    CHIEF,
    LI,
    NO,
    POLICY,
    SECOND_NS,
    WANG,
    Bench,
    Kind,
    directory,
    person,
    refuses,
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.notifier.teardown()


def code_of(bench: Bench, by: str = "sms", at: int = -1) -> str:
    return bench.taken(by)[at].code


# --- from the alarm to the phone


def test_whoever_is_on_duty_is_called_at_once_by_voice_and_text_and_hears_what_matters(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.round()
    assert bench.numbers("voice") == bench.numbers("sms") == [LI]
    told = bench.taken("voice")[0]
    assert told.asks
    assert told.urgent
    for part in ("紧急", "AHU", "31.0"):
        assert part in told.text or part in told.text.upper(), told.text
    assert "03:00" in told.text


def test_what_happened_before_the_first_start_calls_nobody(bench: Bench) -> None:
    bench.happens()
    bench.round(3)
    assert bench.numbers("voice") == []


def test_nobody_answers_and_the_leader_is_called_then_the_manager(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(170)
    assert WANG not in bench.numbers("voice")
    bench.later(20)
    assert bench.numbers("voice") == [LI, WANG]
    bench.later(200)
    assert bench.numbers("voice") == [LI, WANG, CHIEF]
    assert bench.ends() == [""], "whoever was called last has some minutes"
    bench.later(300)
    assert bench.ends() == ["unanswered"]
    assert bench.later(5).figures.unanswered == 1


def test_the_last_of_a_policy_is_reached_by_another_way_too(tmp_path: Path) -> None:
    policy = replace(POLICY, steps=(Step(0, Audience.ON_DUTY, media=(Medium.VOICE, Medium.SMS)),))
    bench = Bench(tmp_path, policy)
    bench.providers["voice"].says = bench.providers["sms"].says = refuses(TryLater)
    bench.round()
    bench.happens()
    bench.later(70)
    assert bench.numbers("email") == ["li@example.com"]


def test_an_acknowledgement_at_the_screen_stops_everything_at_once(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(60)
    bench.acknowledged("wang")
    bench.later(600)
    assert bench.numbers("voice") == [LI]
    assert bench.ends() == ["answered"]
    assert bench.owed == [], "core knows it already"


def test_an_alarm_that_returns_unseen_goes_on_calling_and_says_so_when_it_is_over(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(10)
    bench.returns()
    bench.later(200)
    assert WANG in bench.numbers("voice"), "whoever is called still has to answer"
    over = [one for one in bench.taken("email") if "已恢复" in one.subject]
    assert [one.to for one in over] == ["li@example.com"], (
        "those who were told hear of it, without being woken"
    )


def test_a_policy_that_stops_when_the_alarm_is_over_does(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(POLICY, stops=frozenset({Stop.ANSWER, Stop.RETURN})))
    bench.round()
    bench.happens()
    bench.later(10)
    bench.returns()
    bench.later(400)
    assert bench.numbers("voice") == [LI]
    assert bench.ends() == ["returned"]


def test_a_shelved_alarm_calls_nobody_any_more(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(10)
    bench.happens("shelve", state=AlarmState.SHELVED, user="wang")
    bench.later(400)
    assert bench.ends() == ["withdrawn"]
    assert bench.numbers("voice") == [LI]


@pytest.mark.parametrize("mode", ["test", "drill", "works"])
def test_a_mark_keeps_people_asleep(bench: Bench, mode: str) -> None:
    bench.round()
    bench.happens(mode=mode)
    bench.later(10)
    assert bench.numbers("voice") == []


def test_what_is_held_back_or_explained_by_another_alarm_calls_nobody(bench: Bench) -> None:
    bench.round()
    bench.happens(annunciated=False, root="n1//out")
    bench.later(10)
    assert bench.messages() == []


def test_an_alarm_that_comes_and_goes_does_not_begin_anew_each_time(bench: Bench) -> None:
    bench.round()
    for event in range(1, 19):
        bench.happens(event=event)
        bench.later(5)
        bench.returns(event=event)
        bench.later(5)
    assert bench.ends() == [""]
    assert bench.numbers("voice") == [LI, WANG], "after 180 s the leader is called all the same"


def test_an_acknowledged_alarm_that_sounds_again_calls_again(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(5)
    bench.acknowledged()
    bench.later(5)
    bench.happens("re_alarm")
    bench.later(5)
    assert bench.numbers("voice") == [LI, LI]


def test_a_plan_calls_the_team_it_names(bench: Bench) -> None:
    bench.ask()
    bench.later(5)
    assert bench.numbers("voice") == [LI]
    assert "查看集水井" in bench.taken("voice")[0].text


def test_nobody_on_duty_means_the_next_step_at_once(bench: Bench) -> None:
    known = directory()
    bench.know(replace(known, rosters=()))
    bench.round()
    bench.happens()
    bench.later(5)
    assert bench.numbers("voice") == [WANG]


def test_while_the_notifier_was_away_somebody_answered_and_nobody_is_called(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.acknowledged("wang")
    bench.later(10)
    assert bench.numbers("voice") == []


# --- when a way is closed


def test_a_dead_account_is_left_for_another_of_the_same_medium(bench: Bench) -> None:
    bench.add("sms-2", Medium.SMS, order=2)
    bench.providers["sms"].says = refuses(BadAccount)
    bench.round()
    bench.happens()
    bench.later(2)
    assert bench.numbers("sms-2") == [LI]
    assert bench.later(3).figures.accounts_in_trouble == 1


def test_with_the_first_two_media_dead_the_third_is_used_within_five_minutes(bench: Bench) -> None:
    bench.providers["voice"].says = refuses(TryLater)
    bench.providers["sms"].says = refuses(TryLater)
    bench.know(directory(person("li", LI, reach=Reach(())), person("wang", WANG), person("chief", CHIEF)))
    bench.round()
    bench.happens()
    bench.later(130)
    assert "li@example.com" in bench.numbers("email"), "the minute after the second has not been taken"


def test_a_number_that_is_none_is_left_at_once_and_told(bench: Bench) -> None:
    bench.providers["voice"].says = refuses(BadReceiver)
    bench.providers["sms"].says = refuses(BadReceiver)
    bench.round()
    bench.happens()
    bench.later(3)
    assert bench.numbers("email")[0] == "li@example.com"
    assert bench.figures.dead_numbers == 1, "one number, by two ways"


def test_where_nothing_reaches_a_person_the_next_is_called_at_once(bench: Bench) -> None:
    for one in bench.providers.values():
        one.says = lambda outgoing: BadReceiver(NO) if outgoing.to in {LI, "li@example.com"} else None
    bench.round()
    bench.happens()
    bench.later(3)
    assert bench.numbers("voice") == [WANG]


def test_one_bad_receiver_does_not_hold_up_the_others(tmp_path: Path) -> None:
    policy = replace(POLICY, steps=(Step(0, Audience.MEMBERS),))
    bench = Bench(tmp_path, policy)
    bench.providers["sms"].says = lambda outgoing: BadReceiver(NO) if outgoing.to == LI else None
    bench.round()
    bench.happens()
    bench.later(2)
    assert set(bench.numbers("sms")) == {WANG, CHIEF}


def test_a_message_that_one_provider_will_not_take_goes_by_another(bench: Bench) -> None:
    bench.add("sms-2", Medium.SMS, order=2)
    bench.providers["sms"].says = refuses(BadMessage)
    bench.round()
    bench.happens()
    bench.later(2)
    assert bench.numbers("sms-2") == [LI]


def test_a_late_receipt_that_it_failed_brings_the_next_way(bench: Bench) -> None:
    policy_reach = Reach(())
    bench.know(directory(person("li", LI, reach=policy_reach), person("wang", WANG), person("chief", CHIEF)))
    bench.round()
    bench.happens()
    bench.later(2)
    for way in ("voice", "sms"):
        bench.hears(way, Receipt(f"{way}-1", ReceiptKind.FAILED, bench.now_ns, "switched off"))
    bench.later(2)
    assert "li@example.com" in bench.numbers("email")
    assert bench.states(medium="voice")[0] == "failed"


def test_a_receipt_of_delivery_is_kept(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.hears("sms", Receipt("sms-1", ReceiptKind.DELIVERED, bench.now_ns, "DELIVRD"))
    assert bench.states(medium="sms") == ["delivered"]
    traces = [one.what for one in bench.notifier._store.traces(bench.messages(medium="sms")[0].id)]
    assert traces == ["sending", "handed", "delivered"]


# --- media in order, repeats, the duty phone


def test_media_in_order_come_one_after_the_other_until_one_is_answered(tmp_path: Path) -> None:
    step = Step(0, Audience.ON_DUTY, media=(Medium.SMS, Medium.VOICE), in_order=True, wait_s=60)
    bench = Bench(tmp_path, replace(POLICY, steps=(step,), again_s=3600))
    bench.round()
    bench.happens()
    bench.later(50)
    assert (bench.numbers("sms"), bench.numbers("voice")) == ([LI], [])
    bench.later(15)
    assert bench.numbers("voice") == [LI]


def test_a_medium_that_failed_lets_the_next_go_at_once(tmp_path: Path) -> None:
    step = Step(0, Audience.ON_DUTY, media=(Medium.SMS, Medium.VOICE), in_order=True, wait_s=600)
    bench = Bench(tmp_path, replace(POLICY, steps=(step,), again_s=3600))
    bench.providers["sms"].says = refuses(BadReceiver)
    bench.round()
    bench.happens()
    bench.later(3)
    assert bench.numbers("voice") == [LI]


def test_the_duty_phone_is_called_as_the_post(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(POLICY, steps=(Step(0, Audience.PHONE),)))
    bench.round()
    bench.happens()
    bench.later(2)
    assert bench.numbers("voice") == ["+862155550100"]
    bench.hears("voice", Answer("k1", "+862155550100", "1", bench.now_ns, "voice-1"))
    assert [one.user for one in bench.owed] == ["@engineering"]


# --- answers


def test_a_reply_with_the_code_acknowledges_in_core_and_stops_the_calls(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.writes(code_of(bench))
    assert [(one.user, one.subject, one.event, one.way) for one in bench.owed] == [
        ("li", "ahu-1/t/high", 1, "sms")
    ]
    bench.later(400)
    assert bench.numbers("voice") == [LI]


def test_core_hears_of_an_answer_once_it_is_back(bench: Bench) -> None:
    bench.core_says = Stage.UNKNOWN
    bench.round()
    bench.happens()
    bench.later(2)
    bench.writes(code_of(bench))
    bench.restart()
    bench.core_says = Stage.DONE
    bench.later(2)
    assert bench.owed[-1].user == "li"
    count = len(bench.owed)
    bench.later(5)
    assert len(bench.owed) == count, "once"


@pytest.mark.parametrize("form", ["{code}", "1 {code}", "确认{code}", "{code} ok", "１ {code}"])
def test_an_acknowledgement_may_be_written_in_many_ways(bench: Bench, form: str) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.writes(form.format(code=code_of(bench)))
    assert len(bench.owed) == 1


@pytest.mark.parametrize("form", ["2 {code}", "转交 {code}", "{code} pass"])
def test_whoever_passes_on_is_called_no_more_and_the_next_is_called_at_once(bench: Bench, form: str) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.writes(form.format(code=code_of(bench)))
    bench.later(2)
    assert bench.numbers("voice") == [LI, WANG]
    assert bench.owed == []


def test_a_code_counts_from_its_own_number_only(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.writes(code_of(bench), WANG)
    assert bench.owed == []


def test_a_code_is_worth_nothing_after_its_time(tmp_path: Path) -> None:
    settings = NotificationSettings(code_minutes=5)
    bench = Bench(tmp_path, replace(POLICY, again_s=600), settings=settings)
    bench.round()
    bench.happens()
    bench.later(2)
    code = code_of(bench)
    bench.later(301)
    bench.writes(code)
    assert bench.owed == []


def test_who_guesses_is_locked_out_even_with_the_right_code(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    right = code_of(bench)
    for guess in range(5):
        bench.writes(f"{(int(right) + guess + 1) % 10_000:04}")
    bench.writes(right)
    assert bench.owed == []
    bench.later(1)
    kept = bench.notifier._store._db.execute("SELECT count(*) FROM said WHERE NOT is_right").fetchone()[0]
    assert kept == 6, "every wrong one is kept"


def test_an_answer_that_is_told_twice_counts_once(bench: Bench) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    code = code_of(bench)
    bench.writes(code, id_="mo-7")
    bench.writes(code, id_="mo-7")
    bench.writes(code, id_="mo-8")
    assert len(bench.owed) == 1


@pytest.mark.parametrize(
    ("keys", "users"), [("1", ["li"]), ("31", ["li"]), ("2", []), ("3", []), ("7", []), ("", [])]
)
def test_keys_in_a_call_acknowledge_pass_on_or_repeat(bench: Bench, keys: str, users: list[str]) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    bench.hears("voice", Answer("k1", LI, keys, bench.now_ns, "voice-1"))
    assert [one.user for one in bench.owed] == users
    bench.later(2)
    assert bench.numbers("voice") == ([LI, WANG] if keys == "2" else [LI])


def test_a_link_answers_once_and_later_tells_how_far_somebody_is(tmp_path: Path) -> None:
    policy = replace(POLICY, promises_s={Progress.ACKNOWLEDGED: 600.0, Progress.ON_THE_WAY: 900.0})
    bench = Bench(tmp_path, policy)
    bench.round()
    bench.happens()
    bench.later(2)
    token = bench.taken("email")[0].link.rpartition("/")[2]
    assert bench.tell(AnswerByLink(token, Progress.ACKNOWLEDGED, "1.2.3.4")).stage is Stage.DONE
    bench.round()
    assert bench.tell(AnswerByLink(token, Progress.ACKNOWLEDGED, "1.2.3.4")).stage is Stage.REFUSED
    assert bench.tell(AnswerByLink(token, Progress.ON_THE_WAY, "1.2.3.4")).stage is Stage.DONE
    assert bench.tell(AnswerByLink("x" * 32, Progress.ACKNOWLEDGED, "1.2.3.4")).stage is Stage.REFUSED
    assert len(bench.owed) == 1


def test_silence_after_an_answer_calls_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(POLICY, promises_s={Progress.ACKNOWLEDGED: 600.0}))
    bench.round()
    bench.happens()
    bench.later(2)
    bench.acknowledged("li")
    bench.later(595, by=5)
    assert bench.numbers("voice") == [LI]
    bench.later(20)
    assert bench.numbers("voice") == [LI, LI]


def test_how_far_somebody_is_can_be_said_at_the_screen(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(POLICY, promises_s={Progress.ACKNOWLEDGED: 600.0}))
    bench.round()
    bench.happens()
    bench.later(2)
    bench.acknowledged("li")
    bench.later(2)
    call = bench.messages()[0].call
    assert bench.tell(SayProgress(call, "li", Progress.DONE)).stage is Stage.DONE
    bench.later(5)
    assert bench.ends() == ["done"]
    assert bench.tell(SayProgress(call, "li", Progress.DONE)).stage is Stage.REFUSED


# --- floods, limits, costs


def test_in_a_flood_a_person_gets_a_digest_and_its_code_answers_all(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path, replace(POLICY, priorities=frozenset({2}), steps=(Step(0, Audience.ON_DUTY),), again_s=999)
    )
    bench.round()
    for number in range(12):
        bench.happens(point="t", rule="high", device=f"d{number}", priority=2)
    bench.later(2)
    assert len(bench.taken("sms")) == 3
    bench.later(61)
    assert len(bench.taken("sms")) == 4
    digest = bench.taken("sms")[-1]
    assert "9" in digest.text
    bench.writes(digest.code)
    assert len(bench.owed) == 9
    assert bench.states(medium="sms").count("gathered") == 9


def test_a_digest_in_a_call_asks_for_a_key_that_answers_all(bench: Bench) -> None:
    bench.round()
    for number in range(8):
        bench.happens(device=f"d{number}", priority=1)
    bench.later(6)
    digest = bench.taken("voice")[-1]
    assert digest.asks
    last = len(bench.taken("voice"))
    bench.hears("voice", Answer("k1", "", "1", bench.now_ns, f"voice-{last}"))
    bench.later(1)
    assert len(bench.owed) == 5


def test_a_flood_never_silences_what_is_critical(bench: Bench) -> None:
    bench.round()
    for number in range(30):
        bench.happens(device=f"d{number}", priority=1)
    bench.later(6)
    assert 4 <= len(bench.taken("voice")) <= 6
    assert "27" in bench.taken("voice")[-1].text


def test_a_limit_of_a_number_switches_to_another_account(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("sms", Medium.SMS, limits=(NumberLimit(2, 3600),))
    bench.add("sms-2", Medium.SMS, order=2)
    bench.round()
    for number in range(3):
        bench.happens(device=f"d{number}", priority=1)
        bench.later(70)
        bench.acknowledged(device=f"d{number}")
    assert (len(bench.taken("sms")), len(bench.taken("sms-2"))) == (2, 1)


def test_beyond_the_ceiling_of_costs_only_what_is_critical_goes(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("sms", Medium.SMS, cost_each=10, cost_a_day=20)
    bench.round()
    for number in range(4):
        bench.tell(SendMessage("order", {"number": str(number)}, ("wang",), medium="sms"))
    bench.later(3)
    assert len(bench.taken("sms")) == 2
    bench.happens()
    bench.later(2)
    assert len(bench.taken("sms")) == 3
    assert bench.later(3).figures.dear == 1


def test_a_queue_at_the_providers_limit_does_not_delay_a_critical_alarm(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("sms", Medium.SMS, per_minute=60)
    for number in range(300):
        bench.tell(SendMessage("order", {"number": str(number)}, ("wang",), medium="sms"))
    bench.later(10, by=0.1)
    bench.happens()
    began = len(bench.taken("sms"))
    bench.later(2, by=0.1)
    assert LI in bench.numbers("sms")[began:]
    assert len(bench.taken("sms")) < 30, "the limit holds"


# --- templates


def test_a_provider_of_templates_gets_the_approved_one_with_short_variables(bench: Bench) -> None:
    bench.remove("sms")
    approval = Approval(
        "a", "ali", "alarm", "zh", "SMS_1",
        (Variable("place", "place", 6), Variable("what", "what", 4), Variable("code", "answer", 6)),
        Review.APPROVED,
    )  # fmt: skip
    bench.site = replace(bench.site, notification=replace(bench.site.notification, approvals=(approval,)))
    bench.add("ali", Medium.SMS, kind=Kind(Medium.SMS, templated=True))
    bench.round()
    bench.happens()
    bench.later(2)
    told = bench.taken("ali")[0]
    assert told.template == "SMS_1"
    assert all(0 < len(told.variables[name]) <= most for name, most in (("place", 6), ("what", 4)))
    assert told.variables["code"] == told.code


def test_without_an_approved_template_another_way_is_taken(bench: Bench) -> None:
    bench.remove("sms")
    bench.add("ali", Medium.SMS, kind=Kind(Medium.SMS, templated=True))
    bench.round()
    bench.happens()
    bench.later(2)
    assert bench.numbers("ali") == []
    assert bench.states(medium="sms") == ["failed"]
    assert bench.numbers("voice") == [LI]


# --- everything else


def test_a_message_of_the_office_goes_once_however_often_it_is_told(bench: Bench) -> None:
    task = SendMessage("order", {"number": "GD-1", "title": "灯坏"}, ("wang",), medium="sms", priority=3)
    for _ in range(3):
        assert bench.tell(task, "t1").stage is Stage.DONE
    bench.later(2)
    assert [(one.to, one.code, one.link) for one in bench.taken("sms")] == [(WANG, "", "")]


def test_a_message_of_the_office_waits_for_an_account_that_is_out_and_for_a_limit(bench: Bench) -> None:
    bench.remove("sms")
    sms = bench.add("sms", Medium.SMS, limits=(NumberLimit(1, 600),))
    sms.says = refuses(BadAccount)
    bench.tell(SendMessage("order", {"number": "1", "title": "x"}, ("wang",), medium="sms"))
    bench.later(120)
    assert bench.states(medium="sms") == ["waiting"]
    sms.says = None
    bench.later(400, by=5)
    bench.tell(SendMessage("order", {"number": "2", "title": "x"}, ("wang",), medium="sms"))
    bench.later(120, by=5)
    assert len(bench.taken("sms")) == 1
    bench.later(700, by=5)
    assert len(bench.taken("sms")) == 2


def test_tenants_are_left_alone_at_night_but_for_danger(bench: Bench) -> None:
    for event in ("announcement", "danger"):
        task = SendMessage(event, {"title": event, "text": "x"}, receiver=CHIEF, medium="sms", tenant=True)
        bench.tell(task)
    bench.later(60)
    assert [one.subject for one in bench.taken("sms")] == ["danger"], "it is three in the morning"
    bench.now_ns += 5 * 3600 * SECOND_NS
    bench.later(2)
    assert [one.subject for one in bench.taken("sms")] == ["danger", "announcement"]


def test_who_has_opted_out_gets_no_announcement(bench: Bench) -> None:
    quiet = person("wang", WANG, opted_out=frozenset({"announcement"}))
    bench.know(directory(person("li", LI), quiet, person("chief", CHIEF)))
    bench.tell(SendMessage("announcement", {"title": "x", "text": "y"}, ("li", "wang"), medium="sms"))
    bench.later(2)
    assert bench.numbers("sms") == [LI]


def test_a_debt_is_named_in_no_log_and_no_group(bench: Bench) -> None:
    bench.tell(SendMessage("fee-due", {"house": "1-2-301", "amount": "1280"}, receiver=CHIEF, medium="sms"))
    bench.later(2)
    assert "1280" in bench.taken("sms")[0].text
    row = bench.messages()[0]
    assert "1280" not in row.title + row.text
    assert CHIEF not in row.receiver


def test_a_log_in_code_lies_on_no_disk_in_clear(bench: Bench) -> None:
    bench.tell(SendMessage("log-in-code", {"code": "739184"}, receiver=CHIEF, medium="sms", priority=1))
    bench.later(2)
    assert "739184" in bench.taken("sms")[0].text
    bench.notifier._store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"739184" not in (bench.path / "notifier.db").read_bytes()
    assert CHIEF.encode() not in (bench.path / "notifier.db").read_bytes()


def test_rest_is_broken_by_what_is_critical_only(bench: Bench) -> None:
    rest = Reach(rest=Hours(22 * 60, 7 * 60))
    bench.know(directory(person("li", LI, reach=rest), person("wang", WANG), person("chief", CHIEF)))
    bench.site = replace(
        bench.site, notification=Notification((replace(POLICY, steps=(Step(0, Audience.ON_DUTY),)),))
    )
    bench.round()
    bench.happens(device="d1", priority=2)
    bench.later(2)
    assert bench.numbers("sms") == []
    bench.happens(device="d2", priority=1)
    bench.later(2)
    assert bench.numbers("voice") == [LI]


# --- kills


def test_a_kill_while_a_message_is_under_way_sends_it_once_more_and_no_more(bench: Bench) -> None:
    bench.round()
    bench.hangs = True
    bench.happens()
    bench.round(2)
    assert {line.account.id for line, _ in bench.hung} == {"voice", "sms", "email"}
    for line, outgoing in bench.hung:
        bench.providers[line.account.id].take(outgoing)  # it has gone, and nobody heard of it
    bench.hangs = False
    bench.restart()
    bench.later(5)
    assert bench.numbers("sms") == [LI, LI]
    bench.restart()
    bench.later(5)
    assert bench.numbers("sms") == [LI, LI]


def test_an_unclear_message_is_repeated_freely_where_the_provider_knows_its_id(bench: Bench) -> None:
    bench.remove("sms")
    provider = bench.add("sms", Medium.SMS, kind=Kind(Medium.SMS, repeatable=True))
    provider.says = refuses(Unclear)
    bench.round()
    bench.happens()
    bench.later(20)
    provider.says = None
    bench.later(30)
    assert bench.numbers("sms") == [LI]


def test_a_kill_between_deciding_and_sending_loses_nothing(bench: Bench) -> None:
    bench.round()
    for one in bench.providers.values():
        one.says = refuses(TryLater)
    bench.happens()
    bench.round()
    bench.restart()
    for one in bench.providers.values():
        one.says = None
    bench.later(5)
    assert bench.numbers("voice") == bench.numbers("sms") == [LI]
    bench.restart()
    bench.later(5)
    assert bench.numbers("voice") == [LI], "a step is taken once"


def test_a_kill_before_anything_was_written_repeats_nothing(bench: Bench) -> None:
    bench.hangs, bench.is_written = True, False
    bench.round()
    bench.happens()
    for _ in range(4):
        bench.round()
        bench.restart()
    bench.hangs = False
    bench.later(3)
    assert bench.numbers("sms") == [LI], "nothing had left before, however often it began"


def test_what_waited_while_the_notifier_was_away_is_sent_and_not_given_up(bench: Bench) -> None:
    bench.round()
    for one in bench.providers.values():
        one.says = refuses(TryLater)
    bench.happens()
    bench.later(2)
    bench.notifier.teardown()
    bench.now_ns += 300 * SECOND_NS
    for one in bench.providers.values():
        one.says = None
    bench.notifier = bench.another()
    bench.later(3)
    assert bench.numbers("voice")[0] == bench.numbers("sms")[0] == LI
