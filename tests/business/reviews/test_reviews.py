"""What residents and clerks propose waits until somebody has looked at it (B12, S0-3.3.2)."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.audit.model import AuditRecord
from business.audit.verify import verify
from business.gate import Execute
from business.property.entities import ENTITIES
from business.registry.messages import ChangeRecord
from business.reviews.messages import (
    AcceptSubmission,
    RecordSubmitted,
    ReturnSubmission,
    SubmitRecord,
    WithdrawSubmission,
)
from business.reviews.model import State, Submission
from business.reviews.queries import mine, proposal, reviewed, waiting_count
from business.reviews.service import MOST_WAITING, Reviews
from tests.business.estate import Estate
from tests.business.street import Street, street_of

pytestmark = pytest.mark.both_databases


class Desk:
    """A street, its clerk who proposes, and the manager who reviews."""

    def __init__(self, street: Street) -> None:
        self.street, self.estate = street, street.estate
        self.module = Reviews(ENTITIES, self.estate.registry.records, self.estate.office.wall_ns)
        self.clerk = street.seat("clerk", "company-clerk", company="company:acme")
        self.zhang = street.seat("zhang", "owner", person="person:zhang")
        self.estate.office.create("manager", "manager")
        self.manager = self.estate.office.log_in("manager")

    def try_(self, command: Any, issuer: Issuer) -> Any:
        return self.estate.office.gate.carry_out(self.module, Execute(issuer, command))

    def done(self, command: Any, issuer: Issuer) -> tuple[Any, ...]:
        outcome = self.try_(command, issuer)
        assert outcome.stage is Stage.DONE, outcome.detail
        events: tuple[Any, ...] = outcome.events
        return events

    def refused(self, command: Any, issuer: Issuer) -> str:
        outcome = self.try_(command, issuer)
        assert outcome.stage is Stage.REFUSED, outcome
        return str(outcome.detail)

    def submit(self, entity: str, issuer: Issuer, **values: Any) -> int:
        submitted = self.done(SubmitRecord(entity, values), issuer)[0]
        assert isinstance(submitted, RecordSubmitted)
        return submitted.submission

    def propose(self, which: str, /, issuer: Issuer, **values: Any) -> int:
        entity, id_ = which.split(":")[0], self.street[which]
        version = self.estate.get(entity, id_).version
        submitted = self.done(SubmitRecord(entity, values, id_, version), issuer)[0]
        assert isinstance(submitted, RecordSubmitted)
        return submitted.submission

    def row(self, id_: int) -> Submission:
        with self.estate.read() as session:
            return session.get_one(Submission, id_)

    def writes(self, issuer: Issuer) -> dict[str, Any]:
        return {entity.name: self.street.reach(issuer, entity.name, "write") for entity in ENTITIES}


@pytest.fixture
def desk(estate: Estate) -> Desk:
    return Desk(street_of(estate))


def test_nothing_changes_before_it_is_accepted_and_then_in_both_names(desk: Desk) -> None:
    submission = desk.propose("merchant:acme", desk.clerk, name="尖峰便利店", hours="8-22")
    merchant = desk.street["merchant:acme"]
    assert desk.estate.get("merchant", merchant).name == "acme 店"
    with desk.estate.read() as session:
        writes = desk.writes(desk.manager)
        assert waiting_count(session, writes) == 1
        shown = proposal(session, ENTITIES, writes, submission)
        assert shown is not None
        assert (shown.values, shown.before) == ({"name": "尖峰便利店", "hours": "8-22"}, {"name": "acme 店"})
        assert not shown.is_stale
    desk.done(AcceptSubmission("merchant", submission, "clerk", 1), desk.manager)
    changed = desk.estate.get("merchant", merchant)
    assert (changed.name, changed.hours, changed.version) == ("尖峰便利店", "8-22", 2)
    with desk.estate.read() as session:
        record = session.query(AuditRecord).filter_by(kind="AcceptSubmission").one()
        assert (record.user, record.object) == ("manager", f"submissions/{submission}/clerk")
        assert {change.object for change in record.changes} == {
            f"merchants/{merchant}", f"submissions/{submission}",
        }  # fmt: skip
        assert waiting_count(session, writes) == 0
        assert [row.state for row in mine(session, "clerk")] == [State.ACCEPTED]
        assert verify(session).breaks == ()
    assert desk.row(submission).content is None, "what was accepted stands in the record alone"


def test_a_new_record_of_ones_own_is_made_when_it_is_accepted(desk: Desk) -> None:
    submission = desk.submit("pet", desk.zhang, name="小白", owner_id=desk.street["person:zhang"])
    assert {row.name for row in desk.estate.list("pet").rows} == {"旺财0", "旺财1", "旺财2"}
    desk.done(AcceptSubmission("pet", submission, "zhang"), desk.manager)
    made = desk.row(submission).record_id
    assert made is not None
    assert desk.estate.get("pet", made).name == "小白"
    assert made in desk.street.seen(desk.zhang, "pet")


def test_only_what_is_his_own_can_be_proposed(desk: Desk) -> None:
    """Neither for a neighbour's record, nor with anything that is a neighbour's, nor out of nothing."""
    street = desk.street
    for command in (
        SubmitRecord("vehicle", {"brand": "长城"}, street["vehicle:li"], 1),
        SubmitRecord("vehicle", {"owner_id": street["person:li"]}, street["vehicle:zhang"], 1),
        SubmitRecord("pet", {"name": "小白", "owner_id": street["person:li"]}),
        SubmitRecord("pet", {"name": "小白", "owner_id": "x"}),
        SubmitRecord("pet", {"name": "小白"}),
        SubmitRecord("person", {"name": "某人"}),
        SubmitRecord("house", {"door": "1"}, street["house:zhang"], 1),
        SubmitRecord("stay", {"house_id": street["house:li"]}, street["stay:zhang"], 1),
    ):
        zhang = desk.estate.office.log_in("zhang")
        assert desk.refused(command, zhang) == Refusal.NOT_PERMITTED, command


def test_what_is_wrong_is_said_to_who_proposes_it(desk: Desk) -> None:
    vehicle = desk.street["vehicle:zhang"]
    assert "车牌号" in desk.refused(SubmitRecord("vehicle", {"plate": "XX"}, vehicle, 1), desk.zhang)
    assert "没有改动" in desk.refused(SubmitRecord("vehicle", {}, vehicle, 1), desk.zhang)
    assert "重新打开" in desk.refused(SubmitRecord("vehicle", {"brand": "长城"}, vehicle, 7), desk.zhang)
    assert "过长" in desk.refused(
        SubmitRecord("vehicle", {"brand": "长城"}, vehicle, 1, "x" * 501), desk.zhang
    )


def test_a_record_that_changed_meanwhile_is_a_conflict_until_the_reviewer_has_seen_it(desk: Desk) -> None:
    vehicle = desk.street["vehicle:zhang"]
    submission = desk.propose("vehicle:zhang", desk.zhang, brand="长城")
    desk.estate.do(ChangeRecord("vehicle", vehicle, 1, {"brand": "吉利", "colour": "white"}))
    with desk.estate.read() as session:
        shown = proposal(session, ENTITIES, desk.writes(desk.manager), submission)
        assert shown is not None
        assert shown.is_stale
    assert "第 2 版" in desk.refused(AcceptSubmission("vehicle", submission, "zhang", 1), desk.manager)
    assert desk.row(submission).state == State.WAITING
    desk.done(AcceptSubmission("vehicle", submission, "zhang", 2), desk.manager)
    changed = desk.estate.get("vehicle", vehicle)
    assert (changed.brand, changed.colour) == ("长城", "white")


def test_what_is_returned_says_why_and_may_be_withdrawn(desk: Desk) -> None:
    submission = desk.propose("vehicle:zhang", desk.zhang, plate="沪A77777")
    assert "原因" in desk.refused(ReturnSubmission("vehicle", submission, "zhang", " "), desk.manager)
    desk.done(ReturnSubmission("vehicle", submission, "zhang", "请附行驶证"), desk.manager)
    with desk.estate.read() as session:
        (row,) = mine(session, "zhang")
        assert (row.state, row.reason, row.reviewer) == (State.RETURNED, "请附行驶证", "manager")
    for command in (
        AcceptSubmission("vehicle", submission, "zhang", 1),
        ReturnSubmission("vehicle", submission, "zhang", "再次退回"),
    ):
        assert "不在待审状态" in desk.refused(command, desk.manager)
    assert "没有可撤回" in desk.refused(WithdrawSubmission(submission), desk.clerk)
    desk.done(WithdrawSubmission(submission), desk.zhang)
    assert desk.row(submission).content is None
    assert "没有可撤回" in desk.refused(WithdrawSubmission(submission), desk.zhang)


def test_who_may_not_write_the_record_neither_sees_nor_decides(desk: Desk) -> None:
    submission = desk.propose("vehicle:zhang", desk.zhang, brand="长城")
    desk.estate.office.create("guard", "guard")
    guard = desk.estate.office.log_in("guard")
    for issuer in (guard, desk.zhang, desk.clerk):
        assert (
            desk.refused(AcceptSubmission("vehicle", submission, "zhang", 1), issuer) == Refusal.NOT_PERMITTED
        )
        with desk.estate.read() as session:
            assert reviewed(session, desk.writes(issuer)) == ()
            assert proposal(session, ENTITIES, desk.writes(issuer), submission) is None
            assert waiting_count(session, desk.writes(issuer)) == 0
    for command in (
        AcceptSubmission("pet", submission, "zhang", 1),
        AcceptSubmission("vehicle", submission, "clerk", 1),
        AcceptSubmission("vehicle", 4711, "zhang", 1),
    ):
        desk.refused(command, desk.manager)
    assert desk.row(submission).state == State.WAITING


def test_one_user_does_not_flood_the_reviewers(desk: Desk) -> None:
    for _ in range(MOST_WAITING):
        desk.propose("vehicle:zhang", desk.zhang, brand="长城")
    full = SubmitRecord("vehicle", {"brand": "长城"}, desk.street["vehicle:zhang"], 1)
    assert str(MOST_WAITING) in desk.refused(full, desk.zhang)


def test_what_is_proposed_is_sealed_and_not_in_the_trail(desk: Desk) -> None:
    """S-51: numbers that wait for review are encrypted like those that are registered."""
    desk.propose("person:zhang", desk.zhang, phone="13987654321")
    with desk.estate.office.writer.connect() as connection:
        stored = connection.execute(text("SELECT content FROM submissions")).scalar_one()
        trail = connection.execute(text("SELECT before, after FROM audit_changes")).all()
    assert b"13987654321" not in bytes(stored)
    assert "13987654321" not in json.dumps([list(row) for row in trail], ensure_ascii=False)
