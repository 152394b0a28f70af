"""Commands to the plant stand in the same trail, once each, whatever restarts (S-30)."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from actors.channels.query import QueryFailed
from actors.codecs import CORE_COMMANDS
from actors.messages import (
    AcknowledgeAlarm,
    CommandResult,
    CommandRow,
    ConfirmRun,
    HangTag,
    OperatePoint,
    PushButton,
    Stage,
    UseLimitSet,
)
from business import follower
from business.access import Refusal
from business.audit.model import AuditRecord
from business.audit.plant import PlantTrail
from business.audit.verify import verify
from business.follower import PAGE
from business.identity.bootstrap import ITSELF
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases


class Core:
    """What `core` has recorded."""

    def __init__(self) -> None:
        self.rows: list[CommandRow] = []
        self.is_away = False

    def end(self, command: Any, stage: Stage, detail: str = "", value: float | None = None) -> str:
        number = len(self.rows) + 1
        result = CommandResult(f"c{number}", stage, detail, value, 9)
        stages = (CommandResult(result.id, Stage.ACCEPTED, "", None, 8), result)
        kind, body = type(command).__name__, CORE_COMMANDS.encode(command)
        self.rows.append(
            CommandRow(
                number, result.id, kind, body, "anna", "s1", "west", "field", 1_000 + number, number, stages
            )
        )
        return result.id

    def ask(self, after: int, limit: int) -> Sequence[CommandRow]:
        if self.is_away:
            raise QueryFailed("core did not answer within 1 s; ask again")
        return [row for row in self.rows if row.ended > after][:limit]


@pytest.fixture
def core() -> Core:
    return Core()


def _raise(error: BaseException) -> None:
    raise error


def following(office: Office, ask: Callable[[int, int], Sequence[CommandRow]]) -> PlantTrail:
    return PlantTrail(office.sessions, ask, on_failure=_raise)


def told(office: Office) -> list[AuditRecord]:
    with office.sessions() as session:
        rows = (
            select(AuditRecord)
            .where(AuditRecord.user != ITSELF.user)
            .order_by(AuditRecord.sequence)
            .options(selectinload(AuditRecord.changes))
        )
        return list(session.scalars(rows))


def test_a_command_to_the_plant_tells_device_value_reason_and_read_back(office: Office, core: Core) -> None:
    core.end(OperatePoint("x", "ahu-1", "setpoint", 21.5), Stage.CONFIRMED, value=21.4)
    core.end(HangTag("ahu-1", "repair"), Stage.REFUSED, "not-permitted")
    core.end(UseLimitSet("hvac", "night"), Stage.DONE)
    core.end(AcknowledgeAlarm("ahu-1", "t", "high", 7, "seen"), Stage.DONE)
    core.end(ConfirmRun(7, "smoke on camera 3"), Stage.DONE)
    core.end(PushButton("scene", "a concert"), Stage.DONE)
    assert following(office, core.ask).turn() == 6
    operated, tagged, limits, acknowledged, confirmed, started = told(office)
    assert (operated.user, operated.session, operated.station) == ("anna", "s1", "west")
    assert (operated.object, operated.permission) == ("devices/ahu-1/setpoint", "point.operate")
    assert (operated.result, operated.time_ns) == ("confirmed", 1_001)
    assert operated.changes[0].after == '{"read_back": 21.4, "selection": "x", "value": 21.5}'
    assert (tagged.object, tagged.reason, tagged.detail) == ("devices/ahu-1", "repair", "not-permitted")
    assert limits.object == "subsystems/hvac"
    assert (acknowledged.object, acknowledged.reason) == ("devices/ahu-1/t/high", "seen")
    assert (confirmed.object, confirmed.reason) == ("linkage/runs/7", "smoke on camera 3")
    assert (started.object, started.permission) == ("linkage/plans/scene", "linkage.start")


def test_each_stands_once_across_pages_and_restarts(office: Office, core: Core) -> None:
    for number in range(PAGE + 3):
        core.end(HangTag(f"d{number}", ""), Stage.DONE)
    trail = following(office, core.ask)
    assert trail.turn() == PAGE
    office.close()
    office.open()
    trail = following(office, core.ask)
    assert (trail.turn(), trail.turn()) == (3, 0)
    assert [record.command for record in told(office)] == [row.id for row in core.rows]
    with office.sessions() as session:
        assert verify(session).breaks == ()


def test_what_stands_already_is_not_told_twice(office: Office, core: Core) -> None:
    core.end(HangTag("d", ""), Stage.DONE)
    following(office, core.ask).turn()
    repeated = Core()
    repeated.rows = [*core.rows, *core.rows]
    assert following(office, lambda _after, _limit: repeated.rows).turn() == 2
    assert len(told(office)) == 1


def test_a_body_of_another_version_still_tells_who_and_what(office: Office, core: Core) -> None:
    core.end(HangTag("d", ""), Stage.DONE)
    old = replace(core.rows[0], kind="Bygone", body=b"nonsense")
    following(office, lambda _after, _limit: [old]).turn()
    (record,) = told(office)
    assert (record.kind, record.user, record.object) == ("Bygone", "anna", "")


def test_while_core_is_away_nothing_is_lost_and_one_line_tells(
    office: Office, core: Core, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "business.follower")
    core.end(HangTag("d", ""), Stage.DONE)
    core.is_away = True
    asked = itertools.count(1)
    settled = threading.Event()

    def ask(after: int, limit: int) -> Sequence[CommandRow]:
        turn = next(asked)
        core.is_away = turn < 3
        if turn == 4:
            settled.set()
        return core.ask(after, limit)

    monkeypatch.setattr(follower, "PERIOD_S", 0.01)
    trail = following(office, ask)
    trail.start()
    assert settled.wait(60)
    assert trail.stop(5.0)
    assert [record.command for record in told(office)] == ["c1"]
    assert [line.message.partition(":")[0] for line in caplog.records] == [
        "commands to the plant reach the audit trail later",
        "commands to the plant reach the audit trail again",
    ]


def test_overreaching_for_the_plant_locks_the_session_too(office: Office, core: Core) -> None:
    """A07: refused by the gate of core, counted where sessions live, and recorded with the refusal."""
    office.create("anna", "viewer")
    seat = office.log_in("anna")
    for _ in range(4):
        core.end(HangTag("d", ""), Stage.REFUSED, Refusal.NOT_PERMITTED)
    core.rows = [replace(row, session=seat.session) for row in core.rows]
    following(office, core.ask).turn()
    person = office.authority.person(seat.session)
    assert person is not None
    assert person.locked
    last = told(office)[-1]
    assert last.changes[-1].object == f"user_sessions/{seat.session}"
    with office.sessions() as session:
        assert verify(session).breaks == ()


def test_a_defect_ends_the_process_instead_of_the_trail(office: Office) -> None:
    failures: list[BaseException] = []

    def ask(_after: int, _limit: int) -> Sequence[CommandRow]:
        raise ZeroDivisionError

    trail = PlantTrail(office.sessions, ask, on_failure=failures.append)
    trail.start()
    assert trail.stop(10)
    assert isinstance(failures[0], ZeroDivisionError)
