"""From the register to the pixel and back, in a real browser over the running site."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from actors.messages import HangTag, Issuer, OperatePoint, SelectPoint, Stage
from benchmarks.browser import chromium
from benchmarks.modbus_farm import Farm
from business.alarm_report.messages import MakeAlarmReport
from business.jobs.messages import RunJobNow
from tests.flows.house import CALM, HOT, SETPOINT, TEMPERATURE, House, eventually
from tests.flows.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def operator(browser: Browser, home: House, chief: Issuer) -> Iterator[Visitor]:
    visitor = Visitor(browser, home.control).log_in("olga")
    yield visitor
    visitor.close()
    assert visitor.troubles == []


def test_a_register_becomes_a_pixel(operator: Visitor, farm: Farm) -> None:
    farm.set(0, TEMPERATURE, CALM)
    shown = operator.open("/device/u00").locator('[data-point="u00/temperature"]').first
    expect(shown).to_have_text(re.compile(rf"^{CALM}\b"))
    farm.set(0, TEMPERATURE, 37)
    expect(shown).to_have_text(re.compile(r"^37\b"))
    expect(shown).to_have_attribute("data-quality", "good")
    farm.set(0, TEMPERATURE, CALM)
    expect(shown).to_have_text(re.compile(rf"^{CALM}\b"))


def test_an_alarm_reaches_journal_and_screen_and_is_acknowledged_by_a_click(
    operator: Visitor, home: House, farm: Farm
) -> None:
    """Acknowledged and returned to normal, it leaves the list."""
    page = operator.open("/alarms")
    row = page.locator('[data-alarm^="u01/temperature/"]')
    farm.set(1, TEMPERATURE, HOT)
    expect(row).to_have_class(re.compile(r"\bunacknowledged\b"))
    expect(page.locator(".banner .count")).to_be_visible()
    row.locator("[data-act=ack]").click()
    page.locator(".q-dialog .q-btn", has_text="确认").click()
    expect(row).to_have_class(re.compile(r"\backnowledged\b"))
    farm.set(1, TEMPERATURE, CALM)
    expect(row).to_have_count(0)
    told = [(row.transition, row.user) for row in home.journal("u01")]
    assert [user for _, user in told if user] == ["olga"]
    assert len(told) == 3


def test_what_has_alarmed_is_searched_counted_and_reported(
    operator: Visitor, home: House, farm: Farm, chief: Issuer
) -> None:
    """S0-3.5.4, S4-7.5a: by the processes as they run: `core` finds it, `office` counts it and reports."""
    farm.set(3, TEMPERATURE, HOT)
    eventually(lambda: home.transitions("u03"), what="the alarm of u03")
    page = operator.open("/journal?device=u03&transition=alarm_occurs")
    expect(page.locator('tbody a[href="/device/u03"]').first).to_be_visible()
    page = operator.open("/journal?device=u03&transition=shelve")
    expect(page.locator("tbody tr")).to_have_count(0)
    page = operator.open("/alarm-kpi")
    expect(page.locator('[data-figure="total"] b')).not_to_have_text("0")
    expect(page.locator('[data-figure="standing"]')).to_be_visible()
    farm.set(3, TEMPERATURE, CALM)
    today = datetime.now(UTC).date()
    command = MakeAlarmReport((today - timedelta(days=2)).isoformat(), today.isoformat(), "")
    olga = home.log_in("olga")
    made = home.tell_office(command, olga)
    assert made.stage is Stage.DONE, made
    page = operator.open("/alarm-reports")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator('a[href$="/zh.pdf"]')).to_be_visible()
    vera = home.log_in("vera")
    assert home.tell_office(command, vera).stage is Stage.REFUSED


def test_a_setpoint_is_selected_confirmed_and_read_back(operator: Visitor, farm: Farm) -> None:
    """S-60: every stage is seen on the screen, and the device is written once."""
    before = len(farm.writes())
    page = operator.open("/device/u02")
    page.locator('[data-act=operate][data-key="setpoint"]').click()
    dialog = page.locator(".q-dialog")
    dialog.locator("input:visible").first.fill("33")
    dialog.locator(".q-btn", has_text="核对").click()
    expect(dialog).to_contain_text("检查通过")
    dialog.locator(".q-btn", has_text="确认执行").click()
    for words in ("已受理", "已写入", "已回读确认"):
        expect(dialog).to_contain_text(words)
    expect(page.locator('[data-point="u02/setpoint"]').first).to_have_text(re.compile(r"^33\b"))
    assert [(w.device, w.address, w.value) for w in farm.writes()[before:]] == [(2, SETPOINT, 33)]


def test_what_was_done_to_the_plant_stands_in_the_audit_trail(home: House, chief: Issuer) -> None:
    """S-30, A06: who, what, the value and its read-back; the refused one too."""
    vera = home.log_in("vera")
    home.tell(HangTag("u06", "nobody may"), vera)
    selected = home.tell(SelectPoint("u06", "setpoint", 24.0), chief)[-1]
    home.tell(OperatePoint(str(selected.value), "u06", "setpoint", 24.0), chief)

    def told() -> list[tuple[str, str, str, str]]:
        return [(row.user, row.kind, row.object, row.result) for row in home.audited("devices/u06")]

    wanted = [
        ("chief", "OperatePoint", "devices/u06/setpoint", "confirmed"),
        ("chief", "SelectPoint", "devices/u06/setpoint", "done"),
        ("vera", "HangTag", "devices/u06", "refused"),
    ]
    eventually(lambda: told() == wanted, what="the trail of three commands")
    (change,) = home.audited("devices/u06")[0].changes
    assert '"read_back": 24.0' in str(change.after)


def test_the_nightly_check_of_the_trail_runs_when_somebody_asks(
    browser: Browser, home: House, chief: Issuer
) -> None:
    """A site begins with its nightly jobs; the office shows them, runs them, and tells how they ended."""
    assert home.tell_office(RunJobNow("verify_trail"), home.log_in("vera")).stage is Stage.REFUSED
    assert not home.paths.audit_anchor.exists()
    visitor = Visitor(browser, home.office).log_in("chief")
    page = visitor.open("/jobs")
    planned = page.locator("tbody tr", has_text="40 3 * * *")
    expect(planned).to_contain_text("核对审计记录")
    planned.locator("[data-act=run]").click()
    ran = page.locator("tbody tr", has_text="条记录完整")
    expect(ran).to_contain_text("已完成")
    expect(ran).to_contain_text("chief")
    assert home.paths.audit_anchor.exists()
    visitor.close()
    assert {row.kind for row in home.audited("schedules/")} == {"CreateSchedule"}


def test_a_site_begins_with_a_key_for_personal_numbers(home: House, chief: Issuer) -> None:
    """S-51: drawn by the office, for its owner only; the job that renews what it sealed can be asked for."""
    keys = home.paths.secrets / "sealing-keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert len(keys.read_text()) == 64
    assert keys.read_text() not in home.log.read_text() + "".join(home.lines)
    assert home.tell_office(RunJobNow("reseal"), home.log_in("vera")).stage is Stage.REFUSED
    assert home.tell_office(RunJobNow("reseal"), chief).stage is Stage.DONE


def test_a_value_outside_the_limits_is_refused_by_page_and_gate(
    operator: Visitor, home: House, chief: Issuer, farm: Farm
) -> None:
    before = len(farm.writes())
    page = operator.open("/device/u02")
    page.locator('[data-act=operate][data-key="setpoint"]').click()
    dialog = page.locator(".q-dialog")
    dialog.locator("input:visible").first.fill("41")
    dialog.locator(".q-btn", has_text="核对").click()
    expect(dialog).to_contain_text("41 超出允许范围 10 至 40")
    (refused,) = home.tell(SelectPoint("u02", "setpoint", 41.0), chief)
    assert refused.stage is Stage.REFUSED
    assert "41" in refused.detail
    assert "40" in refused.detail
    assert len(farm.writes()) == before


def test_a_viewer_is_offered_no_command_and_may_give_none(
    browser: Browser, home: House, chief: Issuer, farm: Farm
) -> None:
    before = len(farm.writes())
    visitor = Visitor(browser, home.control).log_in("vera")
    page = visitor.open("/device/u02")
    expect(page.locator('[data-point="u02/setpoint"]').first).to_have_attribute("data-quality", "good")
    expect(page.locator("[data-act=operate], [data-act=tag], [data-act=substitute]")).to_have_count(0)
    visitor.close()
    vera = home.log_in("vera")
    assert home.tell(SelectPoint("u02", "setpoint", 20.0), vera)[-1].stage is Stage.REFUSED
    selected = home.tell(SelectPoint("u02", "setpoint", 20.0), chief)[-1]
    assert selected.stage is Stage.DONE
    stolen = home.tell(OperatePoint(str(selected.value), "u02", "setpoint", 20.0), vera)[-1]
    assert stolen.stage is Stage.REFUSED
    assert len(farm.writes()) == before


def test_a_page_shows_stale_values_while_field_is_gone(operator: Visitor, home: House) -> None:
    page = operator.open("/device/u03")
    shown = page.locator('[data-point="u03/temperature"]').first
    expect(shown).to_have_attribute("data-quality", "good")
    with home.frozen("field"):
        expect(shown).to_have_attribute("data-quality", "stale")
        expect(page.locator("[data-warning=silent]")).to_contain_text("现场采集")
    expect(shown).to_have_attribute("data-quality", "good")
    expect(page.locator("[data-warning=silent]")).to_have_count(0)


def test_a_killed_web_process_is_back_and_the_page_finds_it(operator: Visitor, home: House) -> None:
    """The browser loads the page anew by itself."""
    page = operator.open("/device/u04")
    before = home.kill("web-control")
    home.wait_back("web-control", before)
    shown = page.locator('[data-point="u04/counter"]').first
    old = shown.inner_text()
    expect(shown).not_to_have_text(old)
    expect(shown).to_have_attribute("data-quality", "good")
