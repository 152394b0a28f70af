"""The page of alarm orders (S4): listed, filtered, closed with the alarm, in both languages."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served

WATER, HVAC, PLAN = "水泵房", "空调班", "guards"


def written(path: Path) -> None:
    """Orders as the follower would have opened them."""
    columns = (
        "number, subject, device, point, rule, alarm_class, plan, zone, team, priority, text, first_event, "
        "last_event, joined, first_row, last_row, opened_ns, last_ns, cleared_ns, closed_ns, closed_by, "
        "verdict, result"
    )
    now = time.time_ns()
    rows = [
        ("WO-1", "alarm hvac-1/t", "hvac-1", "supply", "high", "equipment", "", "a", HVAC, 2,
         "一号机组 温度高\x1eUnit 1 too hot", 7, 9, 3, 1, 5, now, now, None, None, "", "", ""),
        ("WO-2", "alarm w", "water-2", "level", "low", "water", "", "a", WATER, 1,
         "水位低\x1eLevel low", 7, 7, 1, 2, 2, now, now, now, None, "", "", ""),
        ("WO-3", "device x", "x", "", "", "", "flood", "a", PLAN, 3,
         "查看\x1eLook", 0, 0, 1, 1, 1, now, now, None, now, "li", "false", ""),
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as db:
        marks = ", ".join("?" * 23)
        db.executemany(f"INSERT INTO alarm_orders ({columns}) VALUES ({marks})", rows)
        db.commit()


@pytest.fixture(params=["control", "office"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(request.param, tmp_path) as site:
        written(tmp_path / "business.db")
        yield site


def test_orders_are_listed_filtered_and_closed(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("operator")
    page = person.open("/alarm-orders")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("WO-2")
    expect(rows.nth(0)).to_contain_text("报警已消除")
    expect(rows.nth(1)).to_contain_text("一号机组 温度高")
    expect(rows.nth(2)).to_contain_text("结论：误报")
    page.get_by_label("班组").select_option(HVAC)
    page.get_by_role("button", name="查询").click()
    expect(rows).to_have_count(1)
    rows.nth(0).locator("[data-act=close-order]").click()
    dialog = page.locator(".q-dialog:visible")
    expect(dialog).to_contain_text("WO-1")
    dialog.get_by_label("处理结果").fill("换了皮带")
    dialog.get_by_role("button", name="关闭工单").click()
    expect(rows.nth(0)).to_contain_text("operator 关闭 换了皮带")
    person.close()
    assert person.troubles == []


def test_taking_out_of_service_fills_in_the_number(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("operator")
    page = person.open("/alarm-orders?state=open")
    page.locator("tbody tr", has_text="WO-1").locator("[data-act=take-out]").click()
    dialog = page.locator(".q-dialog:visible")
    dialog.get_by_label("原因").fill("检修")
    dialog.get_by_role("button", name="退出服务").click()
    sent = site.command("RemoveFromService")
    assert "order='WO-1'" in sent["body"]
    assert "until_ns=0" in sent["body"]
    person.close()
    assert person.troubles == []


def test_it_speaks_english_and_offers_no_act_to_who_may_only_see(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("viewer")
    person.open("/alarm-orders")
    page = person.open("/preference?language=en&back=/alarm-orders")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Unit 1 too hot")
    expect(page.locator("tbody tr").nth(2)).to_contain_text("Verdict: False")
    expect(page.locator("[data-act=close-order]")).to_have_count(0)
    person.close()
    assert person.troubles == []
