"""Policies, accounts, approvals and wordings of a site: what they resolve to, and how they can be wrong (N02, N10)."""
# ruff: noqa: E501, a case is a line

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from config.driver_schema import DriverSchema
from config.hours import Hours
from config.load import load_site
from config.notification import Audience, Duties, Medium, Progress, Review, Stop, VariableKind
from config.notify_events import EVENTS, EXAMPLES, LANGUAGES, VARIABLES, filled, variables_of
from config.plans import DayKind
from config.problems import Problem, SiteError
from config.site import Site
from config.text import Text

NOTIFY = """
[[policy]]
id = "nights"
name = { zh = "夜间", en = "Nights" }
order = 20
team = "fire"
priorities = ["critical", "high"]
zones = ["building-a"]
subsystems = ["fire"]
classes = ["fire"]
days = ["workday"]
start = "18:00"
end = "08:00"
again_s = 600
promises = { acknowledged_s = 300, on_site_s = 3600 }

[[policy.step]]
audience = "on-duty"
media = ["voice", "sms"]
in_order = true
repeats = 2
every_s = 60

[[policy.step]]
after_s = 300
audience = "phone"
team = "security"

[[policy]]
id = "first"
name = { zh = "先", en = "First" }
order = 10
stops = []
step = [{ audience = "members" }]

[[account]]
id = "texts"
name = { zh = "短信", en = "Texts" }
kind = "aliyun-sms"
duties = "alarms"
cost_each = 0.045
cost_a_day = 20
languages = ["zh"]
limit = [{ most = 5, within_s = 3600, equal = true }]
options = { anything = 1 }

[[approval]]
id = "alarm-zh"
account = "texts"
event = "alarm"
template = "SMS_1"
review = "approved"
variable = [{ name = "where", source = "place", most = 30, kind = "letters" }]

[[wording]]
id = "short"
event = "alarm"
medium = "sms"
text = "{level} {device}: {{not a variable}}"
"""


class Bench:
    def __init__(self, folder: Path, drivers: Mapping[str, DriverSchema]) -> None:
        self._folder, self._drivers = folder, drivers

    def site(self, *changes: tuple[str, str], more: str = "") -> Site:
        text = NOTIFY + more
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (self._folder / "notify.toml").write_text(text, "utf-8")
        return load_site(self._folder, self._drivers)

    def problems(self, *changes: tuple[str, str], more: str = "") -> list[Problem]:
        with pytest.raises(SiteError) as caught:
            self.site(*changes, more=more)
        return list(caught.value.problems)


@pytest.fixture
def bench(site: Path, drivers: Mapping[str, DriverSchema]) -> Bench:
    return Bench(site, drivers)


def test_policies_come_in_the_order_in_which_they_are_tried(bench: Bench) -> None:
    first, nights = bench.site().notification.policies
    assert (first.id, nights.id) == ("first", "nights")
    assert nights.priorities == {1, 2}
    assert [*nights.zones, *nights.subsystems, *nights.classes] == ["building-a", "fire", "fire"]
    assert nights.days == (DayKind.WORKDAY,)
    assert nights.promises_s == {Progress.ACKNOWLEDGED: 300, Progress.ON_SITE: 3600}, "0 is for ever"
    assert nights.stops == {Stop.ANSWER}
    assert first.stops == frozenset()
    by_phone = nights.steps[1]
    assert (by_phone.audience, by_phone.team, by_phone.media) == (Audience.PHONE, "security", ())
    assert nights.steps[0].media == (Medium.VOICE, Medium.SMS)
    assert nights.steps[0].last_s == 120
    equal = bench.site(("order = 20", "order = 10")).notification.policies
    assert [one.id for one in equal] == ["nights", "first"], "of the same order the one above"


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("18:00", "08:00", Hours(18 * 60, 8 * 60)),
        ("00:00", "00:00", Hours(0, 1440)),
        ("18:00", "00:00", Hours(18 * 60, 1440)),
        ("00:00", "08:00", Hours(0, 480)),
        ("08:00", "08:00", Hours(480, 480)),
    ],
)
def test_hours_that_end_at_midnight_end_with_the_day(
    bench: Bench, start: str, end: str, hours: Hours
) -> None:
    found = bench.site(('"18:00"', f'"{start}"'), ('"08:00"', f'"{end}"')).notification.policies[1].hours
    assert found == hours
    if start == end:
        assert all(found.hold(datetime(2026, 3, 4, hour, 30)) for hour in range(24))  # noqa: DTZ001


def test_accounts_approvals_and_wordings_are_resolved(bench: Bench) -> None:
    found = bench.site().notification
    texts = found.accounts["texts"]
    assert (texts.kind, texts.duties, texts.cost_each, texts.cost_a_day) == (
        "aliyun-sms",
        Duties.ALARMS,
        4,
        2000,
    )
    assert (texts.limits[0].most, texts.limits[0].equal, texts.options) == (5, True, {"anything": 1})
    (approval,) = found.approvals
    assert (approval.language, approval.review) == ("zh", Review.APPROVED)
    assert (approval.variables[0].source, approval.variables[0].kind) == ("place", VariableKind.LETTERS)
    (wording,) = found.wordings
    assert wording.medium is Medium.SMS
    assert filled(wording.text, {"level": "紧急"}) == "紧急 : {not a variable}"


def test_settings_of_notification_have_hours_and_minutes(bench: Bench) -> None:
    settings = bench.site().settings.notification
    assert (settings.quiet, settings.test_minute) == (Hours(21 * 60, 8 * 60), 600)
    more = (
        '[settings.notification]\nquiet_from = "22:30"\nlink_address = "https://steward.example.org:8081"\n'
    )
    settings = bench.site(more=more).settings.notification
    assert settings.quiet == Hours(22 * 60 + 30, 8 * 60)
    assert settings.link_address == "https://steward.example.org:8081"
    never = '[settings.notification]\nquiet_from = "08:00"\n'
    assert bench.site(more=never).settings.notification.quiet is None
    (one,) = bench.problems(more=more.replace(":8081", ":8081/a"))
    assert "链接地址" in one.zh
    assert "link_address" in one.message


CASES = {
    # what: (old, new, words in English, words in Chinese)
    "zone": ('zones = ["building-a"]', 'zones = ["bilding-a"]', ["policy[0] nights .zones[0]", "unknown zone 'bilding-a'", "Did you mean 'building-a'?"], ["未知的区域 'bilding-a'", "是否指 'building-a'"]),
    "subsystem": ('subsystems = ["fire"]', 'subsystems = ["fier"]', ["unknown subsystem 'fier'", "Did you mean 'fire'?"], ["未知的子系统 'fier'"]),
    "class": ('classes = ["fire"]', 'classes = ["fires"]', ["unknown alarm class 'fires'", "Did you mean 'fire'?"], ["未知的报警类别 'fires'"]),
    "priority": ('["critical", "high"]', '["critical", "hihg"]', ["unknown priorities 'hihg'", "Did you mean 'high'?"], ["未知的级别 'hihg'", "high"]),
    "day": ('days = ["workday"]', 'days = ["workdays"]', ["unknown days 'workdays'", "Did you mean 'workday'?"], ["未知的日子 'workdays'"]),
    "medium": ('media = ["voice", "sms"]', 'media = ["voice", "smss"]', ["unknown media 'smss'", "Did you mean 'sms'?"], ["未知的方式 'smss'"]),
    "audience": ('audience = "phone"', 'audience = "fone"', ["unknown audience 'fone'", "Did you mean 'phone'?"], ["未知的对象 'fone'"]),
    "hours": ('start = "18:00"', 'start = "6 pm"', ["start is '6 pm'", "HH:MM"], ["从为 '6 pm'", "时:分"]),
    "no step": ('step = [{ audience = "members" }]', "step = []", ["policy first tells nobody", "Add a [[policy.step]]"], ["策略 first 没有步骤", "请至少加一步"]),
    "no audience": ('audience = "on-duty"\n', "", ["'audience' is missing", "who of the team is told"], ["缺少对象"]),
    "repeats": ("every_s = 60", "every_s = 9", ["step 1 repeats every 9 s, at least 10 s", "repeats = 0"], ["第 1 步每 9 s 重复，至少 10 s", "请改大间隔"]),
    "order of one": ('media = ["voice", "sms"]', 'media = ["voice"]', ["step 1 has one medium and needs no order", "two media or more"], ["第 1 步只有一种方式", "请多选几种"]),
    "phone by mail": ('audience = "phone"', 'audience = "phone"\nmedia = ["email", "chat"]', ["step 2 reaches no duty phone by email, chat", "Name voice or sms"], ["第 2 步的方式到不了值班电话", "请选电话或短信"]),
    "never stops": ("stops = []", "stops = []\nagain_s = 60", ["policy first begins anew after 60 s and nothing ever stops it", "again_s = 0"], ["策略 first 在 60 s 后再来一轮", "改为 0"]),
    "too long": ("again_s = 600", "again_s = 90000", ["again_s is 90000", "seconds to the next round"], ["再来一轮为 90000 s，应在 0 至 86400 s 之间"]),
    "duties": ('duties = "alarms"', 'duties = "alarm"', ["unknown duties 'alarm'", "Did you mean 'alarms'?"], ["未知的用于 'alarm'"]),
    "language": ('languages = ["zh"]', 'languages = ["de"]', ["unknown languages 'de'"], ["未知的语言 'de'", "zh、en"]),
    "key": ("order = 20", "ordre = 20", ["unknown key 'ordre'", "Did you mean 'order'?"], ["未知的键 'ordre'"]),
    "account": ('account = "texts"', 'account = "text"', ["approval[0] alarm-zh .account", "unknown account 'text'", "Did you mean 'texts'?"], ["未知的渠道 'text'"]),
    "event": ('event = "alarm"\ntemplate', 'event = "alrm"\ntemplate', ["unknown event 'alrm'", "Did you mean 'alarm'?"], ["未知的事件 'alrm'"]),
    "source": ('source = "place"', 'source = "plase"', ["unknown variable 'plase'", "Did you mean 'place'?"], ["未知的变量 'plase'"]),
    "event of a wording": ('event = "alarm"\nmedium', 'event = "alarms"\nmedium', ["wording[0] short .event", "unknown event 'alarms'"], ["未知的事件 'alarms'"]),
    "variable of a wording": ("{device}", "{divice}", ["wording[0] short .text", "unknown variable 'divice'", "Did you mean 'device'?"], ["未知的变量 'divice'", "是否指 'device'"]),
    "attribute": ("{device}", "{device.__class__}", ["{device.__class__} is no variable", "Write variables as {site}, {place}"], ["{device.__class__} 不是变量", "可用 {site}、{place}"]),
    "format": ("{device}", "{device:>999999999}", ["{device:>999999999} is no variable"], ["不是变量"]),
    "conversion": ("{device}", "{device!r}", ["{device!r} is no variable"], ["{device!r} 不是变量"]),
    "open brace": ("{device}", "{device", ["{ is no variable", "a brace itself twice"], ["{ 不是变量", "花括号本身写两次"]),
    "closed brace": ("{device}", "device}", ["} is no variable"], ["} 不是变量"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_in_both_languages_with_the_way_out(bench: Bench, case: str) -> None:
    old, new, english, chinese = CASES[case]
    (problem,) = bench.problems((old, new))
    assert all(words in str(problem) for words in english), str(problem)
    assert all(words in problem.zh for words in chinese), problem.zh
    assert problem.line


TWICE = {
    "approvals in use": (
        '[[approval]]\nid = "b"\naccount = "texts"\nevent = "alarm"\ntemplate = "SMS_2"\nreview = "approved"\n',
        "approvals alarm-zh and b are both in use for alarm (zh) at texts", "alarm-zh 与 b 都已通过",
    ),
    "wordings": (
        '[[wording]]\nid = "b"\nevent = "alarm"\nmedium = "sms"\ntext = "x"\n',
        "wordings short and b say the same event", "short 与 b 的事件、语言和方式都相同",
    ),
    "policies of one id": (
        '[[policy]]\nid = "first"\nname = { zh = "又", en = "Again" }\nstep = [{ audience = "leader" }]\n', "policy 'first' is defined twice", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TWICE)
def test_of_two_that_mean_the_same_one_is_refused(bench: Bench, case: str) -> None:
    more, english, chinese = TWICE[case]
    (problem,) = bench.problems(more=more)
    assert english in str(problem)
    assert chinese in problem.zh


def test_a_draft_beside_the_template_in_use_is_no_problem(bench: Bench) -> None:
    draft = '[[approval]]\nid = "b"\naccount = "texts"\nevent = "alarm"\ntemplate = "SMS_2"\n'
    other = '[[wording]]\nid = "b"\nevent = "alarm"\nlanguage = "en"\nmedium = "sms"\ntext = "x"\n'
    found = bench.site(more=draft + other).notification
    assert [one.review for one in found.approvals] == [Review.APPROVED, Review.DRAFT]
    assert len(found.wordings) == 2


def test_a_variable_of_a_template_is_filled_once(bench: Bench) -> None:
    again = '{ name = "where", source = "device" }'
    (problem,) = bench.problems((', kind = "letters" }]', f', kind = "letters" }}, {again}]'))
    assert "variable 'where' is filled twice" in problem.message
    assert "写了两次" in problem.zh


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_what_ships_says_only_what_its_event_knows(event: "object") -> None:
    found = EVENTS[event.id]  # type: ignore[attr-defined]
    assert set(found.variables) <= VARIABLES.keys()
    assert set(found.variables) <= EXAMPLES.keys()
    for text in (found.subject, found.text):
        assert isinstance(text, Text)
        for language in LANGUAGES:
            assert set(variables_of(text.in_language(language))) <= set(found.variables)
