"""Alarms are defined by command: a version with who and why, never two at once, nothing but alarms."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from actors.messages import Issuer, Stage
from actors.said import in_language
from business.alarm_database.messages import AlarmDefinition, DefineAlarms
from business.audit.model import AuditRecord
from business.configuration.secrets import Vault
from business.configuration.service import ConfigurationDesk
from business.gate import Execute, Outcome
from config.alarm_edits import AlarmEdit, with_alarms
from config.editing import differences
from config.rules import Priority
from tests.business.alarm_database.database import Database
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases
LIMIT = AlarmDefinition("ch-1", "cond-pressure", "high-high", '{"limit": 1250}')


class Bench:
    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.database = Database(folder)
        self.module = ConfigurationDesk(
            self.database.desk, Vault(self.database.paths.secrets, {}), office.wall_ns
        )
        office.create("eng", "engineer")
        office.create("eve", "engineer")
        office.create("op", "operator")

    def define(
        self, issuer: Issuer, *alarms: AlarmDefinition, newest: int = 1, reason: str = "why"
    ) -> Outcome:
        order = Execute(issuer, DefineAlarms(1, newest, alarms, reason))
        return self.office.gate.carry_out(self.module, order)


@pytest.fixture
def bench(office: Office, tmp_path: Path) -> Bench:
    return Bench(office, tmp_path)


def test_an_engineer_proposes_and_the_trail_says_what(bench: Bench) -> None:
    """An engineer defines alarms; whether it counts is for those who put versions in force."""
    assert bench.define(bench.office.log_in("eng"), LIMIT).stage is Stage.DONE
    version = bench.database.desk.store.get(2)
    assert (version.author, version.reason, version.origin, version.base) == ("eng", "why", "screen", 1)
    assert bench.database.paths.running.read_text() == "1"
    with bench.office.authority.open() as session:
        (record,) = session.scalars(select(AuditRecord).where(AuditRecord.object == "configuration/2"))
        told = json.loads(str(record.changes[0].after))
    table = {"device": "ch-1", "point": "cond-pressure", "name": "high-high", "limit": 1250}
    assert told == {"alarms.toml:alarm.ch-1/cond-pressure/high-high": table}


def test_the_alarm_of_a_node_is_defined_as_any_other(bench: Bench) -> None:
    node = next(iter(bench.database.known().site.nodes))
    lower = AlarmDefinition(node, "", "node-out", '{"priority": "low"}')
    assert bench.define(bench.office.log_in("eng"), lower).stage is Stage.DONE
    rule = bench.database.known().site.rule(node, "", "node-out")
    assert rule is not None
    assert rule.priority is Priority.LOW


def test_who_may_not_define_is_refused(bench: Bench) -> None:
    assert bench.define(bench.office.log_in("op"), LIMIT).stage is Stage.REFUSED
    assert bench.database.newest == 1


def test_of_two_who_import_at_once_the_second_reads_who_was_faster(bench: Bench) -> None:
    first, second = bench.office.log_in("eng"), bench.office.log_in("eve")
    assert bench.define(first, LIMIT, reason="first").stage is Stage.DONE
    other = AlarmDefinition("ch-2", "cond-pressure", "high-high", '{"limit": 1200}')
    outcome = bench.define(second, other, reason="second")
    assert outcome.stage is Stage.REFUSED
    assert "eng 已保存版本 2（first）" in in_language(outcome.detail, "zh")
    assert "open it anew" in in_language(outcome.detail, "en")
    assert bench.database.newest == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (AlarmDefinition("ch-9", "fault", "state", "{}"), "ch-9"),
        (AlarmDefinition("ch-1", "fault", "state", '{"limit": "x"}'), "limit"),
        (AlarmDefinition("ch-1", "fault", "state", '{"device": "ch-2"}'), "no table of an alarm"),
        (AlarmDefinition("ch-1", "fault", "state", "[1]"), "no table of an alarm"),
        (AlarmDefinition("ch-1", "fault", "state", "{"), "cannot be read"),
        (AlarmDefinition("ch-1", "fault", "state", '{"secret": 1}'), "secret"),
        (AlarmDefinition("ch-1", "", "comm-loss", '{"enabled": false}'), "lost device"),
        (AlarmDefinition("ch-1", "", "comm-loss", '{"alarm_class": "nix"}'), "nix"),
    ],
)
def test_what_no_page_sends_is_refused(bench: Bench, wrong: AlarmDefinition, said: str) -> None:
    outcome = bench.define(bench.office.log_in("eng"), wrong)
    assert outcome.stage is Stage.REFUSED
    assert said in in_language(outcome.detail, "en")
    assert bench.database.newest == 1


def test_nothing_to_change_and_no_reason_are_refused(bench: Bench) -> None:
    issuer = bench.office.log_in("eng")
    nothing = AlarmDefinition("ch-1", "cond-pressure", "high-high", "null")
    assert "没有差异" in in_language(bench.define(issuer, nothing).detail, "zh")
    assert "修改原因" in in_language(bench.define(issuer, LIMIT, reason=" ").detail, "zh")


def test_differences_of_alarms_go_by_their_names(bench: Bench) -> None:
    """Not by their place in the list: one more in front changes nothing of the others."""
    old = with_alarms(
        {}, [AlarmEdit(("b", "p", "r"), {"limit": 1}), AlarmEdit(("b", "p", "s"), {"limit": 1})]
    )
    new = with_alarms(old, [AlarmEdit(("b", "p", "r"), {"limit": 2}), AlarmEdit(("a", "", "comm-loss"), {})])
    new = with_alarms(new, [AlarmEdit(("b", "p", "s"), None)])
    told = {(one.keys, str(one.before), str(one.after)) for one in differences(old, new)}
    assert told == {
        (("alarm", "b/p/r", "limit"), "1", "2"),
        (("alarm", "a//comm-loss"), "None", "{'device': 'a', 'name': 'comm-loss'}"),
        (("alarm", "b/p/s"), "{'device': 'b', 'point': 'p', 'name': 's', 'limit': 1}", "None"),
    }
    assert with_alarms(new, [AlarmEdit(("b", "p", "r"), None), AlarmEdit(("a", "", "comm-loss"), None)]) == {}
