"""Operators' stations and classes of alarms as forms that propose a version (ISA-18.2 C, S0-2.9; issue 4)."""

import re

import pytest
from playwright.sync_api import Browser, expect

from config.alarm_schema import AlarmClassTable, StationTable, StepTable
from config.alarms import standard_class_tables
from config.load import read
from config.settings_fields import Kind, as_text, fields_of, name_of, table_of, value_of
from config.table import Table
from config.text import Text
from supervisor.cli import DEMO
from tests.hmi.browsing import Person, Served

CHINESE = re.compile("[一-鿿]")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("table", [AlarmClassTable, StepTable, StationTable])
def test_every_key_is_said_in_both_languages(table: type[Table]) -> None:
    """The forms follow from the schema: what is added to it appears by itself, and so must its words."""
    for field in fields_of(table, {}, Text("", "")):
        assert CHINESE.search(field.label.zh), field.keys
        assert CHINESE.search(field.hint.zh), field.keys
        assert not CHINESE.search(field.label.en), field.keys


def test_every_entry_comes_back_from_its_form_as_it_was() -> None:
    demo = read(DEMO)
    stations = [row for tables in demo.values() for row in tables.get("station", ())]
    assert stations
    for table, rows in ((AlarmClassTable, [*standard_class_tables().values()]), (StationTable, stations)):
        for row in rows:
            fields = fields_of(table, row, Text("", ""))
            texts = {name_of(one): (as_text(one, value_of(row, one)),) for one in fields}
            assert table.model_validate(table_of(fields, texts)) == table.model_validate(row)
            boxes = {
                name: tuple(text[0].split("\n")) if field.kind is Kind.LINES else text
                for field in fields
                for name, text in [(name_of(field), texts[name_of(field)])]
            }
            assert table_of(fields, boxes) == table_of(fields, texts), "boxes send each choice by itself"


def test_a_class_of_the_program_becomes_the_site_s_own_and_goes_back(admin: Person) -> None:
    page = admin.open("/configuration/alarm-classes")
    row = page.locator("[data-entry=fire]")
    expect(row).to_contain_text("随程序提供")
    expect(row).to_contain_text("须有结论")
    row.locator("a").click()
    page.fill("[name=re_alarm_s]", "soon")
    page.click("button[value=check]")
    expect(page.locator(".field.wrong")).to_contain_text("soon")
    page.fill("[name=re_alarm_s]", "90")
    page.fill("[name='checklist.6.text.zh']", f"通知物业经理{HOSTILE}")
    page.fill("[name='checklist.6.text.en']", "Tell the manager")
    page.click("button[value=check]")
    expect(page.locator(".differences")).to_contain_text("alarm_class")
    expect(page.locator("[name='checklist.7.text.zh']")).to_have_value("")  # there is always one more
    page.fill("form[data-form=save] [name=reason]", "火灾再次提示加快")
    page.click("form[data-form=save] button[value=save]")
    page.wait_for_url(re.compile("/configuration/alarm-classes$"))
    page = admin.open("/configuration")
    expect(page.locator("[data-version='2']")).to_contain_text("火灾再次提示加快")
    page = admin.open("/configuration/alarm-classes/fire?base=2")
    expect(page.locator("[name=re_alarm_s]")).to_have_value("90.0")
    expect(page.locator("[name='checklist.6.text.zh']")).to_have_value(f"通知物业经理{HOSTILE}")
    page.get_by_text("恢复随程序提供的定义").click()
    expect(page.locator(".differences del")).to_contain_text("re_alarm_s = 90")


def test_a_station_is_made_with_its_zones_and_taken_away(admin: Person) -> None:
    page = admin.open("/configuration/stations")
    expect(page.locator("[data-entry=east]")).to_contain_text("东区值班台")
    page = admin.open("/configuration/stations/new")
    page.fill("[name=id]", "west")
    page.click("button[value=check]")
    expect(page.get_by_role("alert").first).to_contain_text("west")
    page.fill("[name=id]", "gate")
    page.fill("[name='name.zh']", "门岗")
    page.fill("[name='name.en']", "Gate")
    page.locator("[name=zones]").first.check()
    page.click("button[value=check]")
    expect(page.locator(".differences ins")).to_contain_text("门岗")
    expect(page.locator("[name=zones]").first).to_be_checked()
    page.evaluate(
        "emitEvent('steward', {form: 'entry', fields: [['id', 'gate'], ['name.zh', '门'], ['name.en', 'G'],"
        " ['zones', 'no-such-zone'], ['do', 'check']]})"
    )
    expect(page.locator(".field.wrong")).to_contain_text("no-such-zone")
    page = admin.open("/configuration/stations/west")
    page.get_by_text("删除", exact=True).click()
    expect(page.locator(".differences del")).to_contain_text("西区值班台")
    page = admin.open("/configuration/stations/no-such")
    expect(page.locator(".notice")).to_contain_text("no-such")


def test_they_speak_english_and_are_not_everybody_s(browser: Browser, admin: Person, site: Served) -> None:
    admin.page.goto(f"{site.address}/preference?language=en&back=/")
    for path in (
        "/configuration/alarm-classes",
        "/configuration/alarm-classes/new",
        "/configuration/stations",
    ):
        told = admin.open(path).locator(".page").inner_text()
        assert not CHINESE.search(told), path
    person = Person(browser, site)
    person.log_in("manager")
    person.page.goto(f"{site.address}/configuration/stations")
    expect(person.page.locator("h1")).to_have_text("您的角色不能打开此页")
    person.close()
