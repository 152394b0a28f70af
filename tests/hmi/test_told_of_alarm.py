"""Who was told of an alarm, on its page, and calls in the control room (S4-6.6.10)."""

from playwright.sync_api import expect

from tests.hmi.browsing import Person, Served

PLACE = "control"
ALARM = "/alarm/hvac-1~supply-temperature~high"


def test_an_alarm_tells_of_its_messages_and_leads_to_the_rehearsal(operator: Person) -> None:
    page = operator.open(ALARM)
    told = page.locator("#told")
    expect(told).to_contain_text("呼叫中")
    expect(told.locator("[data-told=m-voice]")).to_contain_text("Operator")
    expect(told.locator("[data-told=m-voice]")).to_contain_text("应答")
    told.get_by_role("link", name="谁会被呼叫").click()
    expect(page.locator(".rehearsal")).to_contain_text("哪条策略生效")
    expect(page.locator(".rehearsal [name=alarm]")).to_have_value("hvac-1/supply-temperature/high")
    page = operator.open("/alarm/water-2~supply-temperature~high")
    expect(page.locator("#told")).to_contain_text("还没有通知过任何人")


def test_it_says_when_the_notifier_is_away(operator: Person, site: Served) -> None:
    site.tell(notifier=False)
    try:
        expect(operator.open(ALARM).locator("#told .warning")).to_contain_text("通知进程没有应答")
    finally:
        site.tell(notifier=True)


def test_calls_lead_to_their_alarms(operator: Person) -> None:
    page = operator.open("/notify/calls")
    page.locator("[data-call=call-1] a").first.click()
    expect(page.locator("h1")).to_contain_text("送风温度过高")
    page = operator.open("/notify/policies")
    expect(page.locator("[data-policy=urgent]")).to_be_visible()
    expect(page.locator("a[href^='/configuration']")).to_have_count(0)
