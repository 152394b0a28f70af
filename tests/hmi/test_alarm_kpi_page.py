"""The page of the figures about alarms (S4-7.5a): targets, charts, and the way to the journal."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served

PLACE = "control"


def test_each_figure_says_whether_its_target_is_met(operator: Person) -> None:
    """The journal of this site has 192 rows that sounded, a quarter of each priority."""
    page = operator.open("/alarm-kpi")
    expect(page.locator('[data-figure="total"] b')).to_have_text("192")
    met = page.locator('[data-figure="per_day"]')
    expect(met).to_contain_text("目标 ≤ 150")
    expect(met).to_contain_text("达标")
    missed = page.locator('[data-figure="critical"]')
    expect(missed).to_contain_text("25.0 %")
    expect(missed).to_contain_text("未达标")
    expect(page.locator("svg.columns")).to_have_count(2)
    for column in page.locator("svg.columns rect").all():
        drawn = column.evaluate("rect => [rect.getBBox().width, rect.getBBox().height]")
        said = [float(column.get_attribute(name) or 0) for name in ("width", "height")]
        assert drawn == pytest.approx(said, abs=0.01), "no style of the site may change a column"


def test_the_most_frequent_alarms_lead_to_their_page_and_on_to_the_journal(operator: Person) -> None:
    page = operator.open("/alarm-kpi")
    page.locator('a[href^="/alarm/hvac-1~"]').first.click()
    page.wait_for_url(re.compile("/alarm/hvac-1~"))
    page.locator('a[href^="/journal?device=hvac-1"]').first.click()
    page.wait_for_url(re.compile("/journal"))
    expect(page.locator("tbody tr")).to_have_count(100)


def test_a_time_and_a_station_are_chosen(operator: Person) -> None:
    page = operator.open("/alarm-kpi?since=2020-01-01&until=2020-01-31")
    expect(page.locator('[data-figure="total"] b')).to_have_text("0")
    page.get_by_role("link", name="近 7 天").click()
    expect(page.locator('[data-figure="total"] b')).to_have_text("192")
    page = operator.open("/alarm-kpi?station=nobody")
    expect(page.locator("p.warning")).to_contain_text("没有值班台 nobody")
    for day in ("tomorrow", "0001-01-01", "9999-12-31"):
        page = operator.open(f"/alarm-kpi?until={day}")
        expect(page.locator("p.warning")).to_contain_text(f"“{day}”不是日期")


def test_a_chattering_alarm_is_offered_for_shelving_with_its_reason(operator: Person, site: Served) -> None:
    """S4-7.5e: the class of the alarm bounds the time; the reason that was found is filled in."""
    days_ago = datetime.now(UTC).date() - timedelta(days=62)
    page = operator.open(f"/alarm-kpi?since={days_ago}&until={days_ago + timedelta(days=4)}")
    expect(page.locator('[data-figure="chattering"]')).to_contain_text("未达标")
    page.locator('button[data-act="shelve"]').first.click()
    dialog = page.locator(".q-dialog")
    expect(dialog).to_contain_text("搁置 空调机组 3 送风温度过高")
    expect(dialog.locator(".field-hours input, input.field-hours")).to_have_value("8")
    dialog.locator(".q-btn", has_text="搁置").click()
    body = site.command("ShelveAlarm")["body"]
    assert "device='hvac-3', point='supply-temperature', rule='high'" in body
    assert "抖动：3 次报警，60 秒内恢复 3 次以上" in body
    expect(dialog).to_have_count(0)


def test_who_may_not_report_on_alarms_does_not_see_it(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with served("office", tmp_path_factory.mktemp("office")) as office:
        for user, sees in (("manager", True), ("auditor", False)):
            person = Person(browser, office)
            person.log_in(user)
            expect(person.page.locator('nav a[href="/alarm-kpi"]')).to_have_count(int(sees))
            person.open("/alarm-kpi")
            expect(person.page.locator(".kpi")).to_have_count(26 if sees else 0)
            person.close()
