"""The pages of the configuration in a real browser, over a site without a plant (S1-4.5, S1-4.10)."""

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served

SECRET = "hunter2-hunter2"  # of the test


ENVIRONMENT = {"MODULES_OFF": "pets"}


def test_bad_values_are_told_at_their_fields_and_nothing_entered_is_lost(admin: Person) -> None:
    page = admin.open("/configuration/settings")
    page.fill("[name='settings.office.port']", "99999")
    page.fill("[name='settings.backup.folder']", "relative<b>")
    page.fill("[name='settings.backup.daily']", "many")
    page.fill("[name='site.name.en']", "Kept")
    page.click("form[data-form=settings] button.main")
    port = page.locator("label", has=page.locator("[name='settings.office.port']"))
    expect(port.locator(".problem")).to_have_text("端口为 99999，应在 1 至 65535 之间")
    folder = page.locator("label", has=page.locator("[name='settings.backup.folder']"))
    expect(folder.locator(".problem")).to_contain_text("relative<b>")
    daily = page.locator("label", has=page.locator("[name='settings.backup.daily']"))
    expect(daily.locator(".problem")).to_contain_text("应是整数")
    expect(page.locator("[name='site.name.en']")).to_have_value("Kept")
    expect(page.locator("form[data-form=save]")).to_have_count(0)


def test_the_differences_and_who_starts_anew_are_shown_before_anything_is_saved(admin: Person) -> None:
    page = admin.open("/configuration/settings")
    page.fill("[name='settings.history_keep_days']", "401")
    page.click("form[data-form=settings] button.main")
    line = page.locator(".differences li")
    expect(line).to_contain_text("历史保留")
    expect(line).to_contain_text("401")
    expect(page.locator(".page")).to_contain_text("投入使用后将自动重新启动：历史")
    page.click("form[data-form=save] button[value=save]")
    expect(page.locator(".q-notification")).to_contain_text("修改原因")  # a reason is asked for
    page.fill("[name=reason]", "more history")
    page.click("form[data-form=save] button[value=save]")
    row = page.locator("tr", has_text="more history")
    expect(row).to_contain_text("admin")
    expect(row.locator("[data-act=apply]")).to_be_visible()


def test_of_two_administrators_the_second_reads_who_was_faster(browser: Browser, site: Served) -> None:
    people = [Person(browser, site) for _ in range(2)]
    pages = []
    for at, person in enumerate(people):
        person.log_in("admin")
        page = person.open("/configuration/settings")
        page.fill("[name='settings.backup.weekly']", str(5 + at))
        page.click("form[data-form=settings] button.main")
        page.fill("[name=reason]", f"number {at}")
        pages.append(page)
    pages[0].click("form[data-form=save] button[value=save]")
    expect(pages[0].locator("tr", has_text="number 0")).to_be_visible()
    pages[1].click("form[data-form=save] button[value=save]")
    expect(pages[1].locator(".q-notification")).to_contain_text("number 0")
    for person in people:
        person.close()
        assert person.troubles == []


def test_what_a_module_needs_is_said_when_it_is_switched_off(admin: Person) -> None:
    page = admin.open("/configuration/modules")
    expect(page.locator("input[value=audit]")).to_be_disabled()
    page.uncheck("input[value=property]")
    page.click("form[data-form=settings] button.main")
    expect(page.locator(".notice").first).to_contain_text("房产与住户")
    for name in ("companies", "vehicles", "pets", "keys", "utility-accounts"):
        page.uncheck(f"input[value={name}]")
    page.click("form[data-form=settings] button.main")
    expect(page.locator(".differences")).to_contain_text("停用的模块")


def test_a_module_that_is_off_has_no_link_and_its_page_says_so(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("manager")
    page = person.open("/house")
    expect(page.locator("nav.side")).to_contain_text("车辆")
    expect(page.locator("nav.side")).not_to_contain_text("宠物")
    expect(person.open("/pet").locator("h1")).to_have_text("模块“宠物”已停用")
    person.close()


def test_a_file_with_a_mistake_is_told_with_its_line(admin: Person) -> None:
    page = admin.open("/configuration/files")
    page.fill("form[data-form=new-file] input", "more.toml")
    page.click("form[data-form=new-file] button")
    expect(page.locator("[data-act=file].main")).to_have_text("more.toml")
    page.locator(".cm-content").click()
    page.keyboard.insert_text('[[zone]]\nid = "z9"\nkind = "house"\n')
    page.locator(".q-btn", has_text="检查").click()
    expect(page.locator(".troubles")).to_contain_text("more.toml:3 zone[0].kind")
    expect(page.locator(".troubles")).to_contain_text("缺少")


def test_a_secret_is_set_and_never_sent_back(admin: Person, site: Served) -> None:
    page = admin.open("/configuration/secrets")
    row = page.locator("[data-secret=database-password]")
    expect(row).to_contain_text("未设置")
    row.locator("[data-act=set]").click()
    page.fill("[name=value]", SECRET)
    page.click("form[data-form=secret] button")
    expect(row).to_contain_text("由 admin 设置")
    assert SECRET not in admin.open("/configuration/secrets").content()
    row.locator("[data-act=remove]").click()
    page.locator(".q-dialog .q-btn", has_text="删除").click()
    expect(row).to_contain_text("未设置")


@pytest.mark.parametrize("user", ["operator", "manager", "security"])
def test_who_may_not_sees_none_of_it(browser: Browser, site: Served, user: str) -> None:
    person = Person(browser, site)
    person.log_in(user)
    page = person.page
    for path in ("", "/settings", "/modules", "/files", "/secrets"):
        page = person.open(f"/configuration{path}")
        expect(page.locator("h1")).to_have_text("您的角色不能打开此页")
    expect(page.locator("nav.side")).not_to_contain_text("配置")
    person.close()


def test_an_auditor_reads_the_versions_and_edits_none(browser: Browser, site: Served) -> None:
    person = Person(browser, site)
    person.log_in("auditor")
    page = person.open("/configuration")
    expect(page.locator("[data-version='1']")).to_contain_text("imported by steward run")
    expect(page.locator("[data-act=apply]")).to_have_count(0)
    expect(page.locator(".tabs a")).to_have_count(1)
    person.close()


def test_both_languages(admin: Person) -> None:
    page = admin.page
    page.goto(admin.site.address + "/preference?language=en&back=/")
    for path in ("", "/settings", "/modules", "/files", "/secrets"):
        text = admin.open(f"/configuration{path}").locator(".page").inner_text()
        said = [line for line in text.splitlines() if any("一" <= one <= "鿿" for one in line)]
        assert not [line for line in said if not path.startswith("/files")], said
