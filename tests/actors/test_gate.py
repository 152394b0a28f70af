"""The command gate with a real journal: who may, recorded first, executed at most once."""

import itertools
import queue
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actors.actor import Ref
from actors.address import Address
from actors.channels.command import Envelope, Reply
from actors.codecs import CORE_COMMANDS, RECORDED
from actors.gate import GRACE_S, Gate, GateOutlets, Received
from actors.intake import Part
from actors.linkage.inbox import Given
from actors.messages import (
    AcknowledgeAlarm,
    ApplyConfiguration,
    CommandResult,
    EndSubstitution,
    HangTag,
    Issuer,
    OperatePoint,
    RemoveTag,
    RetryDevice,
    SelectionsOpen,
    SelectPoint,
    Stage,
    SubstitutePoint,
    UseLimitSet,
    WithdrawSelection,
    WritePoint,
)
from actors.permissions import PERMISSIONS
from actors.said import in_language
from actors.zone import Tick
from config.text import Text
from tests.actors.alarm_core import DEADLINE_S, Core, eventually
from tests.actors.alarm_zone import ANNA, BERT, began
from tests.actors.small_site import point, rule, site, writable
from tests.actors.test_alarm_book import HIGH

RELAY = replace(writable(0, 1), two_person=True, reasons=(Text("用户书面申请", "written request"),))
SITE = site(point("t", rule("high")), point("setpoint", write=writable(16, 28)), point("relay", write=RELAY))
ASKED = SelectPoint("ahu-1", "relay", 0.0, "用户书面申请；A栋301")
FIELD_COMMANDS = [
    HangTag("ahu-1", "repair"),
    RemoveTag("ahu-1"),
    SubstitutePoint("ahu-1", "t", 20.0, "broken", 1),
    EndSubstitution("ahu-1", "t"),
    RetryDevice("ahu-1"),
    UseLimitSet("hvac", "night"),
]


class Office:
    """Knows who may do what; a test takes it away from them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refused: set[str] = set()

    def remember(self) -> None:
        pass

    def refusal(self, issuer: Issuer, command: object, /) -> str | None:
        permission = PERMISSIONS[type(command)]
        self.asked.append(permission)
        return f"{issuer.user} may not {permission}" if issuer.user in self.refused else None


class Gated:
    """A gate in its core; the field process is a list of what was forwarded."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.office = Office()
        self.forwarded: list[tuple[tuple[str, ...], Envelope, Reply]] = []
        self.applied: list[int] = []
        self.shown: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        self.waiting: queue.SimpleQueue[SelectionsOpen] = queue.SimpleQueue()
        self.offset_s: float | None = 0.0
        self.started = 0
        self.gate = self.start()

    def start(self) -> Ref:
        ids = itertools.count()
        outlets = GateOutlets(
            linkage=Address("linkage"),
            journal=self.core.journal_address,
            zones={"building-a": self.core.zone_address}.get,
            board=self.core.board_address,
            authority=self.office,
            encode=RECORDED.encode,
            forward=lambda *each: self.forwarded.append(each),
            apply_configuration=self.apply,
            show=self.shown.put,
            publish=self.waiting.put,
            clock_offset_s=lambda _: self.offset_s,
            ready=self.core.intake.ready,
            clock=lambda: self.core.now_s,
            wall_ns=self.core.wall_ns,
        )
        self.gate = Gate.start(None, site=SITE, outlets=outlets, new_id=lambda: f"sel-{next(ids)}")
        return self.gate

    def apply(self, version: int, issuer: Issuer, report: Any) -> None:
        self.applied.append(version)
        report(Stage.DONE, f"version {version} runs")

    def give(
        self, id_: str, body: object, who: Issuer = ANNA, ttl_s: float = 10.0
    ) -> "queue.SimpleQueue[CommandResult]":
        answers: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        envelope = Envelope(id_, who, ttl_s, self.core.now_s + ttl_s, body)
        self.gate.tell(Received(envelope, answers.put))
        return answers

    def ended(self, id_: str, body: object, who: Issuer = ANNA, ttl_s: float = 10.0) -> CommandResult:
        return final(self.give(id_, body, who, ttl_s))

    def stages(self, id_: str) -> list[Stage]:
        with self.core.reader() as reader:
            return [result.stage for row in reader.commands() if row.id == id_ for result in row.stages]

    def part(self, *results: CommandResult) -> Part:
        return Part("field-1", "e", (), results, caught_up=True, done=lambda: self.core.others.append("done"))


def final(answers: "queue.SimpleQueue[CommandResult]") -> CommandResult:
    while not (result := answers.get(timeout=DEADLINE_S)).stage.is_final:
        pass
    return result


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[Gated]:
    with Core(tmp_path / "alarms.db", SITE) as core:
        gated = Gated(core)
        yield gated
        if gated.gate.is_alive():
            gated.gate.stop(block=True, timeout=DEADLINE_S)


def result(id_: str, stage: Stage, value: float | None = None) -> CommandResult:
    return CommandResult(id_, stage, "", value, 5)


def test_a_write_goes_through_select_and_operate_to_the_field_and_back(gated: Gated) -> None:
    selected = gated.ended("c1", SelectPoint("ahu-1", "setpoint", 21.0))
    assert selected.stage is Stage.DONE
    assert (
        in_language(selected.detail, "en")
        == "selected ahu-1/setpoint = 21.0 °C, allowed 16 to 28 °C; operate"
    )
    assert isinstance(selected.value, str)
    answers = gated.give("c2", OperatePoint(selected.value, "ahu-1", "setpoint", 21.0))
    assert answers.get(timeout=DEADLINE_S).stage is Stage.ACCEPTED
    eventually(lambda: len(gated.forwarded) == 1)
    ((processes, envelope, reply),) = gated.forwarded
    assert (processes, envelope.id, envelope.body) == (
        ("field-1",),
        "c2",
        WritePoint("ahu-1", "setpoint", 21.0),
    )
    reply(result("c2", Stage.WRITTEN))
    reply(result("c2", Stage.CONFIRMED, 21.0))
    assert answers.get(timeout=DEADLINE_S).stage is Stage.WRITTEN
    assert answers.get(timeout=DEADLINE_S).value == 21.0
    assert gated.stages("c2") == [Stage.ACCEPTED, Stage.WRITTEN, Stage.CONFIRMED]


def test_a_command_is_on_disk_before_it_is_forwarded(gated: Gated) -> None:
    gated.give("c1", HangTag("ahu-1", "repair"))
    eventually(lambda: len(gated.forwarded) == 1)
    with gated.core.reader() as reader:
        (row,) = reader.commands()
    assert (row.id, row.kind, row.user, row.station, row.process) == (
        "c1",
        "HangTag",
        "anna",
        "west",
        "field-1",
    )
    assert CORE_COMMANDS.decode(row.body) == HangTag("ahu-1", "repair")


@pytest.mark.parametrize("body", FIELD_COMMANDS, ids=lambda body: type(body).__name__)
def test_what_concerns_the_field_goes_there_as_it_is(gated: Gated, body: object) -> None:
    answers = gated.give("c1", body)
    eventually(lambda: len(gated.forwarded) == 1)
    processes, envelope, reply = gated.forwarded[0]
    assert (processes, envelope.body) == (("field-1",), body)
    assert gated.office.asked == [PERMISSIONS[type(body)]]
    reply(result("c1", Stage.DONE))
    assert final(answers).stage is Stage.DONE


def test_an_alarm_is_acknowledged_through_its_zone(gated: Gated) -> None:
    """R-62: the second of two is refused."""
    gated.core.apply(1, began(*HIGH, 1000))
    assert gated.ended("a", AcknowledgeAlarm(*HIGH, 1, "")).stage is Stage.DONE
    second = gated.ended("b", AcknowledgeAlarm(*HIGH, 1, ""), BERT)
    assert (second.stage, in_language(second.detail, "en")) == (
        Stage.REFUSED,
        "ahu-1/t/high event 1 was acknowledged by anna already",
    )
    assert gated.stages("b") == [Stage.ACCEPTED, Stage.REFUSED]


def test_an_acknowledge_while_the_zone_is_away_fails_at_once(gated: Gated) -> None:
    gated.core.zone_address.point(None)
    answer = gated.ended("a", AcknowledgeAlarm(*HIGH, 1, ""))
    assert (answer.stage, in_language(answer.detail, "en")) == (
        Stage.FAILED,
        "the alarm zone is being restarted; do it again",
    )


def test_a_configuration_is_applied_by_core_itself(gated: Gated) -> None:
    assert gated.ended("c1", ApplyConfiguration(7)).detail == "version 7 runs"
    assert gated.applied == [7]


def test_who_may_not_is_refused_and_the_refusal_is_recorded(gated: Gated) -> None:
    """S-30: denied commands are audited too."""
    gated.office.refused.add("bert")
    answer = gated.ended("c1", HangTag("ahu-1", ""), BERT)
    assert (answer.stage, answer.detail) == (Stage.REFUSED, "bert may not device.tag")
    assert gated.stages("c1") == [Stage.REFUSED]
    assert gated.forwarded == []


def test_a_right_that_was_taken_away_between_select_and_operate_is_missed(gated: Gated) -> None:
    selected = gated.ended("c1", SelectPoint("ahu-1", "setpoint", 21.0))
    gated.office.refused.add("anna")
    answer = gated.ended("c2", OperatePoint(str(selected.value), "ahu-1", "setpoint", 21.0))
    assert answer.stage is Stage.REFUSED
    assert gated.forwarded == []


@pytest.mark.parametrize(("offset_s", "refused"), [(5.1, True), (-7.0, True), (4.9, False), (None, False)])
def test_a_process_whose_clock_is_off_gets_no_commands(
    gated: Gated, offset_s: float | None, refused: bool
) -> None:
    gated.offset_s = offset_s
    answers = gated.give("c1", HangTag("ahu-1", ""))
    first = answers.get(timeout=DEADLINE_S)
    assert (first.stage is Stage.REFUSED) == refused
    if refused:
        assert f"the clock of field-1 is off by {offset_s:.1f} s, more than 5 s" in first.detail


def test_an_old_command_is_refused(gated: Gated) -> None:
    answer = gated.ended("c1", HangTag("ahu-1", ""), ttl_s=0.0)
    assert in_language(answer.detail, "en") == "it is older than its 0 s to live; give the command again"


def test_what_is_not_there_is_refused_with_the_nearest_name(gated: Gated) -> None:
    answer = gated.ended("c1", SelectPoint("ahu-1", "setpont", 21.0))
    assert in_language(answer.detail, "en") == "unknown point of ahu-1 'setpont'; did you mean 'setpoint'?"


def test_a_command_that_comes_twice_is_carried_out_once_also_across_a_restart(gated: Gated) -> None:
    first = gated.give("c1", HangTag("ahu-1", ""))
    second = gated.give("c1", HangTag("ahu-1", ""))
    eventually(lambda: len(gated.forwarded) == 1)
    gated.forwarded[0][2](result("c1", Stage.DONE))
    assert final(first).stage is final(second).stage is Stage.DONE
    gated.gate.stop(block=True, timeout=DEADLINE_S)
    gated.start()
    assert gated.ended("c1", HangTag("ahu-1", "")).stage is Stage.DONE
    assert len(gated.forwarded) == 1


def test_a_command_without_result_is_unknown_after_a_restart_and_never_repeated(gated: Gated) -> None:
    gated.give("c1", HangTag("ahu-1", ""))
    eventually(lambda: len(gated.forwarded) == 1)
    gated.gate.stop(block=True, timeout=DEADLINE_S)
    gated.start()
    shown = gated.shown.get(timeout=DEADLINE_S)
    assert (shown.id, shown.stage) == ("c1", Stage.UNKNOWN)
    assert "interrupted by a restart on its way to field-1" in shown.detail
    assert gated.ended("c1", HangTag("ahu-1", "")).stage is Stage.UNKNOWN
    assert len(gated.forwarded) == 1
    gated.gate.tell(gated.part(result("c1", Stage.DONE)))
    assert gated.shown.get(timeout=DEADLINE_S).stage is Stage.DONE
    assert gated.stages("c1") == [Stage.ACCEPTED, Stage.UNKNOWN, Stage.DONE]


def test_results_that_come_both_ways_are_applied_once(gated: Gated) -> None:
    answers = gated.give("c1", HangTag("ahu-1", ""))
    eventually(lambda: len(gated.forwarded) == 1)
    done = result("c1", Stage.DONE)
    gated.gate.tell(gated.part(done, result("other", Stage.DONE)))
    gated.forwarded[0][2](done)
    assert final(answers) == done
    eventually(lambda: gated.core.others == ["done"])
    assert gated.stages("c1") == [Stage.ACCEPTED, Stage.DONE]
    assert answers.empty()
    assert gated.shown.empty()


def test_a_command_that_nobody_answers_is_unknown_in_the_end(gated: Gated) -> None:
    answers = gated.give("c1", HangTag("ahu-1", ""), ttl_s=10)
    eventually(lambda: len(gated.forwarded) == 1)
    gated.gate.tell(Tick())
    gated.core.now_s += 10 + GRACE_S + 0.1
    gated.gate.tell(Tick())
    assert final(answers).stage is Stage.UNKNOWN


def test_every_command_of_core_has_a_permission() -> None:
    assert {kind.__name__ for kind in PERMISSIONS} == set(CORE_COMMANDS._kinds)


def waiting(gated: Gated) -> list[tuple[str, str, str]]:
    """Who waits for a second person, as told last."""
    told = gated.waiting.get(timeout=DEADLINE_S)
    return [(one.by, f"{one.device}/{one.point}", one.reason) for one in told.selections]


def test_what_takes_two_persons_is_asked_for_by_one_and_carried_out_by_another(gated: Gated) -> None:
    """S-62: and everybody sees that it waits."""
    assert waiting(gated) == []
    asked = gated.ended("c1", ASKED)
    assert asked.stage is Stage.DONE
    assert "another person carries it out within 5 minutes" in in_language(asked.detail, "en")
    assert waiting(gated) == [("anna", "ahu-1/relay", ASKED.reason)]
    operate = OperatePoint(str(asked.value), "ahu-1", "relay", 0.0)
    alone = gated.ended("c2", operate)
    assert alone.stage is Stage.REFUSED
    assert "another person must carry out ahu-1/relay" in in_language(alone.detail, "en")
    gated.core.now_s += 299.0
    gated.give("c3", operate, BERT)
    eventually(lambda: len(gated.forwarded) == 1)
    assert gated.forwarded[0][1].body == WritePoint("ahu-1", "relay", 0.0)
    assert waiting(gated) == []


def test_nobody_waits_for_ever_and_either_may_withdraw(gated: Gated) -> None:
    assert waiting(gated) == []
    asked = gated.ended("c1", ASKED)
    assert len(waiting(gated)) == 1
    withdraw = WithdrawSelection(str(asked.value), "ahu-1", "relay")
    assert gated.ended("c2", withdraw, BERT).stage is Stage.DONE
    assert waiting(gated) == []
    assert gated.ended("c3", withdraw, BERT).stage is Stage.REFUSED
    again = gated.ended("c4", ASKED)
    assert len(waiting(gated)) == 1
    gated.core.now_s += 301.0
    gated.gate.tell(Tick())
    assert waiting(gated) == []
    late = gated.ended("c5", OperatePoint(str(again.value), "ahu-1", "relay", 0.0), BERT)
    assert "has expired, it is valid for 300 s" in in_language(late.detail, "en")


@pytest.mark.parametrize("reason", ["", "欠物业费", "用户书面申请书"])
def test_only_the_reasons_that_the_law_allows_are_taken(gated: Gated, reason: str) -> None:
    refused = gated.ended("c1", replace(ASKED, reason=reason))
    assert refused.stage is Stage.REFUSED
    assert in_language(refused.detail, "en") == "ahu-1/relay: the reason must be one of: written request"


def test_no_plan_writes_what_takes_two_persons(gated: Gated) -> None:
    answers: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
    envelope = Envelope("c1", ANNA, 10.0, gated.core.now_s + 10.0, WritePoint("ahu-1", "relay", 0.0))
    gated.gate.tell(Given(envelope, answers.put))
    refused = final(answers)
    assert refused.stage is Stage.REFUSED
    assert "takes two persons" in in_language(refused.detail, "en")
    assert not gated.forwarded
