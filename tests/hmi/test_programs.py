"""Service accounts and webhooks in a real browser, and a program that uses what the pages hand out."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hmi.browsing import Person, Served


def shown_once(page: Page) -> str:
    """What the dialog shows, which is then closed."""
    dialog = page.locator(".q-dialog:visible", has_text="请立即抄存")
    secret = dialog.locator("input").input_value()
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_be_hidden()
    return secret


def test_a_program_is_let_in_by_a_key_and_shut_out_by_its_end(browser: Browser, site: Served) -> None:
    """S-23."""
    person = Person(browser, site)
    person.log_in("security")
    page = person.open("/service-accounts")
    page.click("[data-act=add]")
    dialog = page.locator(".q-dialog:visible")
    dialog.get_by_label("用户名").fill("erp")
    dialog.get_by_label("显示名").fill("财务系统")
    dialog.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr", has_text="erp")
    expect(row).to_contain_text("没有密钥")
    row.locator("[data-act=key]").click()
    page.locator(".q-dialog:visible").get_by_label("用途").fill("生产环境")
    page.locator(".q-dialog:visible").get_by_role("button", name="保存").click()
    expect(row).to_contain_text("生产环境")
    key = shown_once(page)
    with httpx.Client(base_url=site.address + "/api/v1", timeout=10) as program:
        got = program.post("/tokens", json={"grant": "key", "key": key})
        assert got.status_code == 200, got.text
        program.headers["Authorization"] = f"Bearer {got.json()['access_token']}"
        assert program.get("/me").json()["user"] == "erp"
        row.locator("[data-act=revoke]").click()
        expect(row).to_contain_text("没有密钥")
        assert program.get("/me").status_code == 401
    assert key not in page.content()
    person.close()
    assert person.troubles == []


def test_a_webhook_is_added_changed_tried_and_removed(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("admin")
    page = person.open("/webhooks")
    page.click("[data-act=add]")
    dialog = page.locator(".q-dialog:visible")
    dialog.get_by_label("名称").fill("ERP")
    dialog.get_by_label("地址").fill("erp")
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator(".q-notification", has_text="不是可推送的地址")).to_be_visible()
    dialog.get_by_label("地址").fill("https://erp.example.com/hook")
    dialog.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr", has_text="https://erp.example.com/hook")
    expect(row).to_contain_text("启用")
    secret = shown_once(page)
    assert secret.startswith("whsec_")
    row.locator("[data-act=renew]").click()
    assert shown_once(page) not in {"", secret}
    row.locator("[data-act=try]").click()
    sent = page.locator("tbody tr", has_text="Trial")
    expect(sent).to_contain_text("等待")
    row.locator("[data-act=change]").click()
    dialog.get_by_label("名称").fill("财务系统")
    dialog.get_by_text("启用").click()
    dialog.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("财务系统")
    expect(row).to_contain_text("已停用")
    row.locator("[data-act=remove]").click()
    expect(row).to_have_count(0)
    expect(sent).to_have_count(0)
    person.close()
    assert person.troubles == []


@pytest.mark.parametrize("path", ["/webhooks", "/service-accounts"])
def test_the_pages_are_not_everybodys(browser: Browser, site: Served, path: str) -> None:
    """S-20."""
    person = Person(browser, site)
    person.log_in("operator")
    page = person.open(path)
    expect(page.locator("[data-act=add]")).to_have_count(0)
    person.close()
