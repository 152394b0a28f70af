"""The list of linkage plans with what runs now (S0-3.5.5), and the history of runs (S0-3.5.6)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from actors.messages import Outcome, RunState, StepState
from config.plans import (
    DayKind,
    EndWhen,
    Occasion,
    OnFailure,
    PlanEvent,
    PlanGroup,
    Restore,
    Role,
    StepKind,
    TriggerKind,
)
from config.text import Text
from hmi.words import linkage as words
from tests.hmi.browsing import Person, Served, served

HOSTILE = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("control", tmp_path_factory.mktemp("site"), HOSTILE, LINKAGE_RUNS="1") as site:
        yield site


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (words.GROUPS, PlanGroup),
        (words.TRIGGERS, TriggerKind),
        (words.DAYS, DayKind),
        (words.OCCASIONS, Occasion),
        (words.PLAN_EVENTS, PlanEvent),
        (words.STEPS, StepKind),
        (words.ROLES, Role),
        (words.FAILURES, OnFailure),
        (words.RESTORES, Restore),
        (words.ENDS, EndWhen),
        (words.RUN_STATES, RunState),
        (words.OUTCOMES, Outcome),
        (words.STEP_STATES, StepState),
    ],
)
def test_every_kind_has_its_words(table: dict[object, Text], kind: type) -> None:
    assert set(table) == set(kind)  # type: ignore[call-overload]


def test_the_list_tells_of_every_plan_and_what_runs(operator: Person) -> None:
    page = operator.open("/linkage")
    fire = page.locator("[data-plan=fire-b]")
    expect(fire).to_contain_text("B 座火灾")
    expect(fire).to_contain_text("类报警")
    expect(fire).to_contain_text("2 个独立信号")
    expect(fire).to_contain_text("有动作失败")
    expect(fire.locator('a[href="/linkage/run/119"]')).to_have_count(1)
    evening = page.locator("[data-plan=evening]")
    expect(evening).to_contain_text("停用")
    expect(evening).to_contain_text("工作日的 19:30")
    expect(evening.locator("[data-act=start]")).to_have_count(0)
    expect(page.locator("table.live [data-run]")).to_have_count(2)
    expect(page.locator("table.live")).to_contain_text("标记：演练")
    held = page.locator('[data-held="hvac-1/fan"]')
    expect(held).to_contain_text("olga")
    expect(held).to_contain_text("B 座火灾")
    expect(page.get_by_text("2031")).to_be_visible()


def test_a_verification_is_confirmed_or_rejected_before_its_clock_has_run_out(
    operator: Person, site: Served
) -> None:
    page = operator.open("/linkage")
    box = page.locator(".verification[data-run='121']")
    expect(box.locator(".clock")).to_have_text(re.compile(r"剩余 [12]:\d\d"))
    before = box.locator(".clock").inner_text()
    expect(box.locator(".clock")).not_to_have_text(before)
    box.locator("[data-act=confirm]").click()
    page.locator(".q-dialog").get_by_label("原因").fill("火光可见")
    page.locator(".q-dialog").get_by_role("button", name="确认属实").click()
    assert "ConfirmRun(run=121, note='火光可见')" in site.command("ConfirmRun")["body"]
    expect(page.locator(".q-dialog")).to_have_count(0)
    box.locator("[data-act=reject]").click()
    page.locator(".q-dialog").get_by_role("button", name="误报").click()
    expect(page.get_by_text("请填写原因")).to_be_visible()
    page.locator(".q-dialog").get_by_label("原因").fill("灰尘")
    page.locator(".q-dialog").get_by_role("button", name="误报").click()
    assert "RejectRun(run=121, note='灰尘')" in site.command("RejectRun")["body"]


@pytest.mark.parametrize(
    ("act", "where", "command", "body"),
    [
        ("start", "[data-plan=fire-b]", "PushButton", "PushButton(plan='fire-b', reason='演习')"),
        ("stop", "table.live [data-run='122']", "StopRun", "StopRun(run=122, reason='演习')"),
        ("restore", "table.live [data-run='123']", "RestoreRun", "RestoreRun(run=123, reason='演习')"),
        (
            "release",
            "[data-held='hvac-1/fan']",
            "ReleasePoint",
            "ReleasePoint(device='hvac-1', point='fan', reason='演习')",
        ),
    ],
)
def test_starting_stopping_restoring_and_releasing_ask_for_a_reason(
    operator: Person, site: Served, act: str, where: str, command: str, body: str
) -> None:
    page = operator.open("/linkage")
    page.locator(where).locator(f"[data-act={act}]").click()
    dialog = page.locator(".q-dialog")
    dialog.locator(".actions button").last.click()
    expect(page.get_by_text("请填写原因")).to_be_visible()
    dialog.get_by_label("原因").fill("演习")
    dialog.locator(".actions button").last.click()
    assert site.command(command)["body"] == body


def test_linkage_that_is_not_heard_is_off_in_red(operator: Person, site: Served) -> None:
    site.tell(linkage=False)
    try:
        page = operator.open("/linkage")
        expect(page.locator(".warning[data-warning=linkage]")).to_be_visible(timeout=15_000)
        expect(page.locator("table.live")).to_have_count(0)
    finally:
        site.tell(linkage=True)
    expect(page.locator("[data-warning=linkage]")).to_have_count(0)


def test_the_history_is_searched_and_turned(operator: Person) -> None:
    page = operator.open("/linkage/runs")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_label("级别").select_option("1")
    page.get_by_label("结果").select_option("failed")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url(re.compile("outcome=failed"))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("风机无反馈")
    page = operator.open("/linkage/runs?plan=evening")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_text("更早").click()
    page.wait_for_url(re.compile("before="))
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.get_by_text("更早")).to_have_count(0)
    page = operator.open("/linkage/runs?trigger=alarm&since=never")
    expect(page.locator("p.warning")).to_contain_text("never")


def test_a_run_shows_every_step_what_it_lost_and_what_was_put_back(operator: Person) -> None:
    page = operator.open("/linkage/run/119")
    expect(page.locator("h1")).to_contain_text("第 119 次运行")
    expect(page.locator("[data-step=fan-off]")).to_contain_text("让位")
    expect(page.locator("[data-step=watch]")).to_contain_text("主要")
    expect(page.locator("[data-step=watch]")).to_contain_text("失败")
    expect(page.locator("[data-order='linkage-119-fan-off-1-0']")).to_contain_text("olga 人工操作")
    expect(page.locator("[data-order='linkage-119-restore-1']")).to_contain_text("已回读确认")
    expect(page.locator(".facts")).to_contain_text("operator")
    expect(page.locator(".facts")).to_contain_text("现场确认")
    for nowhere in ("/linkage/run/4711", "/linkage/run/x", "/linkage/run/99999999999999999999"):
        operator.open(nowhere)
        expect(page.locator("[data-step]")).to_have_count(0)


def test_it_speaks_english_too(operator: Person, site: Served) -> None:
    operator.page.goto(f"{site.address}/preference?name=x&language=en&back=/linkage")
    operator.page.goto(f"{site.address}/preference?language=en&back=/linkage")
    page = operator.open("/linkage")
    expect(page.locator("h1")).to_have_text("Linkage plans")
    expect(page.locator("[data-plan=evening]")).to_contain_text("workdays at 19:30")
    chinese = re.compile("[一-鿿]")
    for path in ("/linkage", "/linkage/runs", "/linkage/run/119"):
        operator.open(path)
        told = page.locator(".page").inner_text()
        for line in told.splitlines():
            assert not chinese.search(line.replace("现场确认", "").replace("中文", "")), line


def test_who_only_watches_is_offered_nothing_and_refused_everything(browser: Browser, site: Served) -> None:
    viewer = Person(browser, site)
    viewer.log_in("viewer")
    page = viewer.open("/linkage")
    expect(page.locator("[data-plan=fire-b]")).to_be_visible()
    for act in ("start", "stop", "restore", "release", "confirm", "reject"):
        expect(page.locator(f".page [data-act={act}]")).to_have_count(0)
    page.evaluate("steward.act('start', 'fire-b')")
    expect(page.locator(".q-notification")).to_be_visible()
    expect(page.locator(".q-dialog")).to_have_count(0)
    viewer.close()
    security = Person(browser, site)
    security.log_in("security")
    page = security.page
    page.goto(site.address + "/linkage")
    expect(page.locator("h1")).to_have_text("您的角色不能打开此页")
    security.close()


def test_the_office_sees_what_runs_too(browser: Browser, tmp_path: Path) -> None:
    with served("office", tmp_path, LINKAGE_RUNS="1") as office:
        person = Person(browser, office)
        person.log_in("manager")
        page = person.open("/linkage")
        expect(page.locator("[data-plan=fire-b]")).to_be_visible()
        expect(page.locator("table.live [data-run]")).to_have_count(2)
        person.close()
        assert person.troubles == []
