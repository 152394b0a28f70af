"""The master alarm database as a workbook (ISA-18.2 C, I, J; issue 4): out, edited, and back."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from actors.said import in_language
from business.alarm_database.columns import READ
from business.alarm_database.comparing import AlarmChange, Change, changes
from business.alarm_database.importing import DryRun, write_refused
from business.exchange.opening import sheets_in
from business.exchange.reading import Failed
from business.exchange.refusal import FileRefused
from config.load import read
from config.rules import Priority
from supervisor.cli import DEMO
from tests.business.alarm_database.database import Database, demo


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path)


def changed(found: DryRun) -> dict[str, dict[str, Any]]:
    return {"/".join(one.alarm): {field.key: field.after for field in one.fields} for one in found.changes}


def reasons(found: DryRun, language: str = "zh") -> list[str]:
    return [in_language(error.reason, language) for failed in found.failed for error in failed.errors]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_that_nobody_edited_changes_nothing(tmp_path: Path, language: str) -> None:
    database = Database(tmp_path, read(DEMO))
    alarms = sum(1 for _ in database.known().all())
    assert alarms > 1000
    found = database.dry_run(database.export(language))
    assert (found.rows, found.edits, found.changes, found.proposal.differences) == (alarms, (), (), ())
    assert (found.failed, found.troubles, found.ignored) == ((), (), ())


def test_an_edit_becomes_a_table_of_that_device_and_nothing_else_is_touched(database: Database) -> None:
    book = database.book()
    row = book.row("ch-1", "cond-pressure", "high-high")
    row["limit"], row["action_zh"] = 1250, "检查冷却水"
    found = database.dry_run(book.file())
    assert changed(found) == {
        "ch-1/cond-pressure/high-high": {
            "limit": 1250.0,
            "action": ("检查冷却水", row["action_en"]),
        }
    }
    before = database.desk.store.get(1).documents
    after = database.apply(found)
    assert {file for file in after if after.get(file) != before.get(file)} == {"alarms.toml"}
    (table,) = after["alarms.toml"]["alarm"]
    assert (table["device"], table["point"], table["name"], table["limit"]) == (
        "ch-1", "cond-pressure", "high-high", 1250,
    )  # fmt: skip
    assert database.dry_run(book.file()).edits == ()  # once is enough
    other = database.known().site.rule("ch-2", "cond-pressure", "high-high")
    assert other is not None
    assert other.limit == 1300


def test_a_row_that_says_again_what_its_profile_says_takes_the_table_away(database: Database) -> None:
    untouched = database.export()
    book = database.book()
    book.row("ch-1", "cond-pressure", "high-high")["limit"] = 1250
    database.apply(database.dry_run(book.file()))
    found = database.dry_run(untouched)
    assert changed(found) == {"ch-1/cond-pressure/high-high": {"limit": 1300.0}}
    assert "alarms.toml" not in database.apply(found)


def test_the_alarms_of_nodes_stand_in_the_workbook_as_all_others(database: Database) -> None:
    """A lost gateway is an alarm of no device: out, edited, tried, and different from what runs."""
    nodes = [*database.known().site.nodes]
    assert len(nodes) > 3
    book = database.book("en")
    assert {row[0] for row in book.rows} >= {*nodes}
    row = book.row(nodes[0], "", "node-out")
    row["severity"], row["action_zh"], row["action_en"] = "severe", "先恢复网关", "Restore the gateway first"
    found = database.dry_run(book.file())
    name = f"{nodes[0]}//node-out"
    assert changed(found)[name] == {
        "severity": "severe",
        "action": ("先恢复网关", "Restore the gateway first"),
        "rank": "critical",
    }
    assert [*changed(found)] == [name]
    before = database.known().site
    database.apply(found)
    told = [*changes(before, database.known().site)]
    assert [one.alarm for one in told] == [(nodes[0], "", "node-out")]
    assert database.dry_run(book.file()).edits == ()

    row["enabled"] = "no"
    book.row(nodes[1], "", "node-out")["limit"] = 2
    book.add(device=nodes[2], point="power", rule="high", kind="high")
    assert [in_column(one) for one in database.dry_run(book.file()).failed] == ["enabled", "limit", "point"]


def in_column(failed: Failed) -> str:
    (error,) = failed.errors
    return next(column.name for column in READ if column.label == error.label)


def test_an_alarm_is_taken_away_put_back_and_added(database: Database) -> None:
    book = database.book()
    book.row("ahu-a1", "filter-clogged", "state")["enabled"] = "否"
    book.add(
        device="ahu-a1", point="return-temp", rule="very-high", kind="超高限", limit=40, severity="严重",
        response_s=600, text_zh="回风温度过高", text_en="Return air much too warm",
    )  # fmt: skip
    found = database.dry_run(book.file())
    assert {(one.alarm, one.change) for one in found.changes} == {
        (("ahu-a1", "filter-clogged", "state"), Change.TAKEN_AWAY),
        (("ahu-a1", "return-temp", "very-high"), Change.ADDED),
    }
    database.apply(found)
    added = database.known().site.rule("ahu-a1", "return-temp", "very-high")
    assert added is not None
    assert added.priority is Priority.HIGH  # major within half an hour
    again = database.book("en")
    assert again.row("ahu-a1", "filter-clogged", "state")["enabled"] == "no"
    assert database.dry_run(again.file()).edits == ()
    again.row("ahu-a1", "filter-clogged", "state")["enabled"] = "yes"
    again.row("ahu-a1", "return-temp", "very-high")["enabled"] = "no"
    found = database.dry_run(again.file())
    assert {(one.alarm[1], one.change) for one in found.changes} == {
        ("filter-clogged", Change.ADDED),
        ("return-temp", Change.TAKEN_AWAY),
    }
    assert "alarms.toml" not in database.apply(found)


def test_a_table_that_stands_in_another_file_is_changed_there(tmp_path: Path) -> None:
    own = {"device": "ch-1", "point": "cond-pressure", "name": "high-high", "limit": 1200}
    documents = {**demo(), "mine.toml": {"alarm": [own]}}
    database = Database(tmp_path, documents)
    assert database.dry_run(database.export()).edits == ()
    book = database.book()
    book.row("ch-1", "cond-pressure", "high-high")["limit"] = 1210
    after = database.apply(database.dry_run(book.file()))
    assert after["mine.toml"] == {"alarm": [{**own, "limit": 1210}]}
    assert "alarms.toml" not in after


VALUES: dict[str, list[Any]] = {
    "severity": ["轻微", "一般", "major", "severe"],
    "response_s": [60, 600, 7200, "1,800"],
    "priority": ["低", "中", "high", "critical"],
    "on_delay_s": [7, 61.5],
    "off_delay_s": [9],
    "latched": ["是", "yes", True],
    "re_alarm_s": [120, 0.5],
    "alarm_class": ["equipment", "water"],
    "sound": ["chime", "leak"],
    "cause_zh": ["=1+1", "很久", "+86"],
    "prompt_zh": ["请注意"],
    "prompt_en": ["Attention"],
    "suppressed_in": ["normal"],
}


@pytest.mark.parametrize("seed", range(2))
def test_random_edits_are_exactly_what_changes(database: Database, seed: int) -> None:
    """Property: export, edit some cells, import: those alarms and fields, and no other; then nothing more."""
    chosen = random.Random(seed)
    book = database.book(chosen.choice(["zh", "en"]))
    rows = [row for row in book.rows if row[1]]
    edited: dict[str, set[str]] = {}
    for cells in chosen.sample(rows, 25):
        name = f"{cells[0]}/{cells[1]}/{cells[2]}"
        row = book.row(cells[0], cells[1], cells[2])
        for column in chosen.sample(sorted(set(VALUES) - {"suppressed_in", "prompt_en"}), 3):
            row[column] = chosen.choice(VALUES[column])
            if column == "prompt_zh":
                row["prompt_en"] = chosen.choice(VALUES["prompt_en"])
            edited.setdefault(name, set()).add(column.removesuffix("_zh"))
    chosen.shuffle(book.rows)
    found = database.dry_run(book.file())
    assert reasons(found) == []
    for name, fields in changed(found).items():
        assert set(fields) <= edited[name] | {"rank"}, name
    database.apply(found)
    assert database.dry_run(book.file()).edits == ()
    assert database.dry_run(database.export()).edits == ()
    texts = {row["cause_zh"] for name in edited if (row := book.row(*name.split("/")))}
    again = database.book("zh")
    assert texts == {again.row(*name.split("/"))["cause_zh"] for name in edited}


def test_every_row_that_is_wrong_is_told_at_once_and_the_others_count(database: Database) -> None:
    book = database.book()
    book.row("ch-1", "cond-pressure", "high-high")["limit"] = 99_999  # beyond the range
    book.row("ch-2", "cond-pressure", "high-high")["limit"] = 99_999  # and again
    book.row("ch-1", "fault", "state")["limit"] = "viel"
    book.row("ch-2", "fault", "state")["severity"] = "schlimm"
    book.row("ups-a", "load", "high")["cause_en"] = None
    book.row("ups-a", "battery-temp", "high")["alarm_class"] = "ups"
    book.row("ups-b", "load", "high")["suppressed_by"] = "load/nothing"
    book.row("ups-a", "", "comm-loss")["enabled"] = "否"
    book.row("ups-b", "", "comm-loss")["on_delay_s"] = 5
    book.row("ups-b", "battery-temp", "high")["limit"] = 41
    book.rows.append(list(book.rows[0]))
    book.add(device="chh-1", point="fault", rule="state")
    book.add(device="ch-1", point="falt", rule="state")
    book.add(device="ch-1", point="fault", rule="stat")
    found = database.dry_run(book.file())
    assert changed(found) == {"ups-b/battery-temp/high": {"limit": 41.0}}
    assert len(found.failed) == 13
    told = "\n".join(reasons(found))
    for part in (
        "限值 99999 超出该点量程", "“viel”不是数字", "“schlimm”", "英文）没有填写", "未知的报警类别",
        "load/nothing",
        "设备失联必须报警", "不能修改报警延时", "重复", "是否指 ch-1", "是否指 fault", "请填写类型",
    ):  # fmt: skip
        assert part in told, part
    assert told.count("限值 99999") == 2  # on every device that is equal
    refused = BytesIO()
    write_refused(refused, found, "en")
    sheet = sheets_in(refused.getvalue())[0]
    rows = list(sheet.rows())
    assert len(rows) == 14
    assert "is not a number" in str(rows[1].cells) or "Reason refused" in str(rows[0].cells)
    again = database.dry_run(refused.getvalue())  # it can be imported as it is
    assert (again.rows, again.edits, again.ignored) == (13, (), ())


def test_a_rating_alone_moves_the_priority_and_is_told(database: Database) -> None:
    book = database.book()
    book.row("ups-a", "", "comm-loss")["severity"] = "特别严重"
    book.row("ups-a", "", "comm-loss")["response_s"] = 60
    (found,) = database.dry_run(book.file()).changes
    assert isinstance(found, AlarmChange)
    assert {field.key: field.after for field in found.fields} == {
        "severity": "severe", "response_s": 60.0, "rank": "critical",
    }  # fmt: skip


def test_a_partial_file_leaves_the_rest_as_it_is(database: Database) -> None:
    book = database.book()
    book.row("ups-a", "load", "high")["limit"] = 80
    keep = [book.place(name) for name in ("device", "point", "rule", "limit")]
    book.rows = [[row[at] for at in keep] for row in book.rows if row[0] == "ups-a"]
    book.heads = [*(book.heads[at] for at in keep), "备注栏"]
    book.rows = [[*row, "x"] for row in book.rows]
    found = database.dry_run(book.file())
    assert changed(found) == {"ups-a/load/high": {"limit": 80.0}}
    assert found.ignored == ("备注栏",)


def test_texts_are_never_formulas_and_cells_offer_what_they_may_hold(database: Database) -> None:
    with ZipFile(BytesIO(database.export())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert sheet.count("<dataValidation ") == 6
        assert "<autoFilter" in sheet
        for name in ("sheet2", "sheet3"):
            assert f"xl/worksheets/{name}.xml" in archive.namelist()


def test_files_that_are_none_of_the_database_are_refused(database: Database) -> None:
    with pytest.raises(FileRefused, match="设备编号、测点编号、报警编号"):
        database.dry_run(b"a,b,c\n1,2,3\n")
    with pytest.raises(FileRefused, match="空的"):
        database.dry_run(b"")
    heads = "Device,Point,Alarm,Limit\n"
    with pytest.raises(FileRefused, match="100000"):
        database.dry_run((heads + "ups-a,load,high,80\n" * 100_100).encode())


def test_twenty_thousand_rows_are_judged(database: Database) -> None:
    """All but one are wrong, each in its own way, and none of it is left out."""
    lines = ["Device,Point,Alarm,Limit", "ups-a,load,high,80"]
    lines += [f"ups-{at},load,high,8" for at in range(100, 20_099)]
    found = database.dry_run("\n".join(lines).encode())
    assert changed(found) == {"ups-a/load/high": {"limit": 80.0}}
    assert len(found.failed) == 19_999
