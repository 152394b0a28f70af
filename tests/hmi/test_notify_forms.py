"""Policies, accounts, provider's templates and wordings as forms that propose a version (N02, N10)."""

import re

import pytest
from playwright.sync_api import Page, expect

from business.notifier.channels.catalogue import KINDS, table_of
from config.load import read
from config.notify_schema import ApprovalTable, PolicyTable, WordingTable
from config.settings_fields import as_text, fields_of, name_of, value_of
from config.settings_fields import table_of as table_from
from config.table import Table
from config.text import Text
from supervisor.cli import DEMO
from tests.hmi.browsing import Person, Served

CHINESE = re.compile("[一-鿿]")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("table", [PolicyTable, ApprovalTable, WordingTable, *map(table_of, KINDS)])
def test_every_key_is_said_in_both_languages(table: type[Table]) -> None:
    for field in fields_of(table, {}, Text("", "")):
        if field.keys[0] != "options":  # where names of providers stand in both
            assert CHINESE.search(field.label.zh), field.keys
        assert CHINESE.search(field.hint.zh), field.keys
        assert not CHINESE.search(field.label.en), field.keys


def test_every_entry_of_the_demo_comes_back_from_its_form_as_it_was() -> None:
    found = 0
    for tables in read(DEMO).values():
        for key, table in (("policy", PolicyTable), ("wording", WordingTable)):
            for row in tables.get(key, ()):
                fields = fields_of(table, row, Text("", ""))
                texts = {name_of(one): tuple(as_text(one, value_of(row, one)).split("\n")) for one in fields}
                assert table.model_validate(table_from(fields, texts)) == table.model_validate(row)
                found += 1
    assert found > 8


def test_all_boxes_unticked_are_not_the_default() -> None:
    fields = fields_of(PolicyTable, {}, Text("", ""))
    assert "stops" not in table_from(fields, {"stops": ("answer",)})
    assert table_from(fields, {})["stops"] == [], "nothing ends it"


def check(page: Page) -> None:
    page.click("button[value=check]")


def test_a_policy_is_changed_with_its_steps(admin: Person) -> None:
    page = admin.open("/configuration/policies")
    row = page.locator("[data-entry=water]")
    expect(row).to_contain_text("顺序 50；紧急、高；给排水；3 步")
    row.locator("a").click()
    expect(page.locator("[name='step.0.audience'] option[selected]")).to_have_text("当值人员")
    expect(page.locator("[name='step.3.audience']")).to_have_value("")  # there is always one more
    page.select_option("[name='step.3.audience']", "manager")
    page.fill("[name='step.3.after_s']", "soon")
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("soon")
    page.fill("[name='step.3.after_s']", "900")
    page.fill("[name='step.0.repeats']", "2")
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("第 1 步每 0 s 重复，至少 10 s")
    page.fill("[name='step.0.repeats']", "0")
    page.fill("[name='name.zh']", f"给排水{HOSTILE}")
    check(page)
    expect(page.locator(".differences")).to_contain_text("manager")
    expect(page.locator("[name='step.4.audience']")).to_have_value("")
    page.locator("[name=stops][value=answer]").uncheck()
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("没有任何情况使它停止")


def test_a_new_policy_needs_a_step_and_known_names(admin: Person) -> None:
    page = admin.open("/configuration/policies/new")
    check(page)
    expect(page.locator(".field.wrong").first).to_contain_text("缺少")
    page.fill("[name=id]", "nobody")
    page.fill("[name='name.zh']", "没人")
    page.fill("[name='name.en']", "Nobody")
    check(page)
    expect(page.locator(".field.wrong", has_text="策略 nobody 没有步骤")).to_be_visible()
    page.evaluate(
        "emitEvent('steward', {form: 'entry', fields: [['id', 'nobody'], ['name.zh', '没'], ['name.en', 'N'],"
        " ['zones', 'no-such-zone'], ['step.0.audience', 'everybody'], ['do', 'check']]})"
    )
    expect(page.locator(".field.wrong", has_text="未知的对象 'everybody'")).to_be_visible()


def test_the_options_of_an_account_follow_its_channel(admin: Person) -> None:
    page = admin.open("/configuration/accounts/new")
    expect(page.locator("[data-preview]")).to_contain_text("选择类型并点“检查”")
    page.fill("[name=id]", "texts")
    page.fill("[name='name.zh']", "短信")
    page.fill("[name='name.en']", "Texts")
    page.select_option("[name=kind]", label="阿里云短信")
    check(page)
    expect(page.locator("[name='options.access_key_id']")).to_be_visible()
    expect(page.locator(".field.wrong")).to_have_count(2)
    page.fill("[name='options.access_key_id']", "short")
    page.fill("[name='options.sign_name']", "【示范】")
    check(page)
    expect(page.locator(".field.wrong").first).to_contain_text("AccessKey ID为 'short'，不符合要求")
    page.fill("[name='options.access_key_id']", "LTAIofthetest")
    page.fill("[name='options.sign_name']", "示范园区")
    page.fill("[name='limit.0.most']", "5")
    page.fill("[name='limit.0.within_s']", "3600")
    check(page)
    expect(page.locator(".differences ins")).to_contain_text("示范园区")
    expect(page.locator("[name='limit.1.most']")).to_have_value("")
    page.select_option("[name=kind]", "email")
    check(page)
    expect(page.locator("[name='options.access_key_id']")).to_have_count(0)
    expect(page.locator("[name='options.host']")).to_be_visible()
    expect(page.locator("[data-preview]")).to_contain_text("密钥")


def test_an_account_s_secrets_and_templates_follow_once_it_is_saved(admin: Person, site: Served) -> None:
    page = admin.open("/configuration/accounts/new")
    for name, value in (("id", "texts"), ("name.zh", "短信"), ("name.en", "Texts")):
        page.fill(f"[name='{name}']", value)
    page.select_option("[name=kind]", "aliyun-sms")
    check(page)
    page.fill("[name='options.access_key_id']", "LTAIofthetest")
    page.fill("[name='options.sign_name']", "示范园区")
    check(page)
    page.fill("form[data-form=save] [name=reason]", "接入短信")
    page.click("form[data-form=save] button[value=save]")
    page.wait_for_url(re.compile("/configuration/accounts$"))
    page = admin.open("/configuration/approvals/new?base=2")
    page.fill("[name=id]", "alarm-zh")
    page.select_option("[name=account]", label="短信")
    page.select_option("[name=event]", label="报警")
    page.fill("[name=template]", "SMS_1")
    page.fill("[name='variable.0.name']", "where")
    page.select_option("[name='variable.0.source']", "place")
    page.fill("[name='variable.0.most']", "6")
    check(page)
    held = page.locator("[data-variable=where]")
    expect(held).to_contain_text("1号楼 B1层 冷冻机房")
    expect(held).to_contain_text("已截取")
    expect(held.locator("b")).to_have_text("冷冻机房")
    options = page.locator("[name='variable.0.source'] option")
    expect(options.filter(has_text="单号")).to_have_count(0)  # only those of its event


def test_a_wording_is_shown_as_it_reads_in_both_languages(admin: Person) -> None:
    page = admin.open("/configuration/wordings/alarm-sms")
    expect(page.locator("[data-language=zh]")).to_contain_text("3号冷水机组 冷凝压力高")
    expect(page.locator("[data-language=en]")).to_contain_text("Chiller 3")
    page.fill("[name=text]", "{level} {device.__class__}")
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("{device.__class__} 不是变量")
    page.fill("[name=text]", "{level} {divice}")
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("是否指 'device'")
    page.fill("[name=text]", f"新：{{device}} {HOSTILE}")
    check(page)
    expect(page.locator("[data-language=zh]")).to_contain_text(f"新：3号冷水机组 {HOSTILE}")
    page.fill("[name=text]", "{level")
    check(page)
    expect(page.locator(".field.wrong")).to_contain_text("{ 不是变量")


def test_the_forms_speak_english(admin: Person, site: Served) -> None:
    admin.page.goto(f"{site.address}/preference?language=en&back=/")
    for path in (
        "/configuration/policies",
        "/configuration/policies/new",
        "/configuration/accounts",
        "/configuration/accounts/new",
        "/configuration/approvals/new",
        "/configuration/wordings/new",
        "/configuration/settings",
    ):
        told = admin.open(path).locator(".page").inner_text()
        assert not CHINESE.search(told), (path, CHINESE.search(told))
    page = admin.open("/configuration/settings")
    chosen = page.locator("[name='settings.notification.test_day'] option[selected]")
    expect(chosen).to_have_text("Wednesdays")
