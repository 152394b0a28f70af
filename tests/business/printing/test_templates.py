"""Print templates an administrator keeps, with their versions."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from actors.messages import Stage
from actors.said import in_language
from business.printing.messages import (
    AddShippedTemplates,
    CreatePrintTemplate,
    DescribePrintTemplate,
    DisablePrintTemplate,
    EnablePrintTemplate,
    RemovePrintTemplate,
    SavePrintVersion,
    UsePrintVersion,
)
from business.printing.queries import sheet, templates, versions
from business.printing.rendering import PrintRefused
from business.printing.service import LONGEST_SAMPLE, Printing
from business.printing.templates import ShippedTemplate, seed
from business.shipped import ship
from config.text import Text
from tests.business.conftest import Office
from tests.business.desk import Desk
from tests.business.exchange.test_documents import pdf_text

CREATE = CreatePrintTemplate("pass", "通行证", "Pass", '{"name": "张三"}', "通行证 #data.name")


@pytest.fixture
def desk(office: Office) -> Desk:
    desk = Desk(office, Printing(office.wall_ns))
    ship(office.gate, desk.module, AddShippedTemplates(), seed())
    return desk


@pytest.fixture
def reading(desk: Desk) -> Iterator[Session]:
    with desk.office.authority.open() as session:
        yield session


@pytest.mark.both_databases
def test_a_template_is_made_changed_and_taken_back(desk: Desk, reading: Session) -> None:
    desk.done(CREATE, SavePrintVersion("pass", "新版 #data.name", "加了标题"))
    assert "新版 李四" in pdf_text(sheet(reading, "pass").printed({"name": "李四"}))
    found = versions(reading, "pass")
    assert [(one.number, one.note, one.author) for one in found] == [
        (2, "加了标题", "chief"),
        (1, "", "chief"),
    ]
    desk.done(UsePrintVersion("pass", 1))
    reading.rollback()
    assert "通行证 李四" in pdf_text(sheet(reading, "pass").printed({"name": "李四"}))
    desk.done(SavePrintVersion("pass", "第三版 #data.name"))
    assert [one.number for one in versions(reading, "pass")] == [3, 2, 1]
    desk.done(RemovePrintTemplate("pass"))
    assert "pass" not in {row.name for row in templates(reading)}


def test_whoever_prints_gives_every_placeholder(desk: Desk, reading: Session) -> None:
    with pytest.raises(PrintRefused, match="is given nothing for fields, note"):
        sheet(reading, "register_card").printed(
            {"title": "t", "subtitle": "", "code": None, "tables": [], "printed": ""}
        )


def test_a_card_of_any_record_prints_without_code_tables_and_note(desk: Desk, reading: Session) -> None:
    pdf = sheet(reading, "register_card").printed(
        {
            "title": "车辆",
            "subtitle": "",
            "code": None,
            "fields": [{"label": "车牌", "value": "粤B12345"}],
            "tables": [],
            "note": "",
            "printed": "",
        },
        "en",
    )
    assert "粤B12345" in pdf_text(pdf)


def test_a_long_list_repeats_its_heading(desk: Desk, reading: Session) -> None:
    data = json.loads(next(one.sample for one in seed() if one.name == "list"))
    data["rows"] = [[f"1-{n}", "某", "1.00"] for n in range(200)]
    text = pdf_text(sheet(reading, "list").printed(data))
    assert text.count("房号") >= 4
    assert "200" in text


def test_a_disabled_template_prints_nothing(desk: Desk, reading: Session) -> None:
    desk.done(DisablePrintTemplate("list"))
    with pytest.raises(PrintRefused) as error:
        sheet(reading, "list")
    assert "已停用；请在“打印模板”页恢复" in in_language(str(error.value), "zh")
    desk.done(EnablePrintTemplate("list"))
    reading.rollback()
    reading.expire_all()
    assert sheet(reading, "list").name == "list"


def test_an_upgrade_comes_into_use_unless_there_is_an_own_version(desk: Desk, reading: Session) -> None:
    newer = [ShippedTemplate(one.name, one.label, one.source + "\n// 2", one.sample) for one in seed()]
    desk.done(SavePrintVersion("list", "我的 #data.title"))
    upgraded = Printing(desk.office.wall_ns, newer)
    outcome = ship(desk.office.gate, upgraded, AddShippedTemplates(), newer)
    assert len(outcome.events) == len(seed())
    used = {row.name: row.version for row in templates(reading)}
    assert used == {one.name: 2 for one in seed()}
    assert [one.author for one in versions(reading, "list")] == ["", "chief", ""]
    assert ship(desk.office.gate, upgraded, AddShippedTemplates(), (newer, 1)).events == ()


def test_a_template_of_one_s_own_is_not_taken_over(desk: Desk, reading: Session) -> None:
    desk.done(CREATE)
    shipped = [ShippedTemplate("pass", Text("证", "Pass"), "x", "{}")]
    upgraded = Printing(desk.office.wall_ns, shipped)
    assert ship(desk.office.gate, upgraded, AddShippedTemplates(), shipped).events == ()
    assert [one.number for one in versions(reading, "pass")] == [1]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (CreatePrintTemplate("LIST", "清单", "List", "{}", "x"), "there is a template 'list'"),
        (CreatePrintTemplate("x", "某", "x", "[]", "x"), "the sample is no JSON object"),
        (CreatePrintTemplate("x", "某", "x", '{\n"a": }', "x"), "line 2 of the sample is no JSON"),
        (CreatePrintTemplate("x", "某", "x", "[" * 9000, "x"), "line 1 of the sample is no JSON"),
        (
            CreatePrintTemplate("x", "某", "x", "{}", "a\n#data.b"),
            "line 2 of the template: the data holds no b",
        ),
        (CreatePrintTemplate("x", "某", "x", " " * LONGEST_SAMPLE + "{}", "x"), "at most 20000"),
        (CreatePrintTemplate("x", "", "x", "{}", "x"), "the Chinese label has 0"),
        (SavePrintVersion("list", "#data.b"), "the data holds no b"),
        (SavePrintVersion("list", "x", "n" * 201), "the note has 201 characters"),
        (SavePrintVersion("none", "x"), "no print template 'none'"),
        (UsePrintVersion("list", 7), "template 'list' has no version 7"),
        (DescribePrintTemplate("list", "清单", "List", "{}"), "the data holds no"),
        (RemovePrintTemplate("list"), "came with the program and stays"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_way_out(desk: Desk, command: object, said: str) -> None:
    assert said in desk.refused(command)


def test_an_old_version_that_does_not_print_the_sample_any_more_is_not_used(desk: Desk) -> None:
    desk.done(CREATE, SavePrintVersion("pass", "fixed"))
    desk.done(DescribePrintTemplate("pass", "通行证", "Pass", '{"who": "张三"}'))
    assert "the data holds no name" in desk.refused(UsePrintVersion("pass", 1))


def test_only_an_administrator_changes_templates(desk: Desk) -> None:
    desk.office.create("olga", "operator")
    outcome = desk.do(SavePrintVersion("list", "x"), desk.office.log_in("olga"))
    assert (outcome.stage, outcome.detail) == (Stage.REFUSED, "not-permitted")
