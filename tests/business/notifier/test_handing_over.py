"""What the office wants told reaches the notifier once, in order, or not at all."""

import logging
from typing import Any

import pytest

from actors.messages import CommandResult, Stage
from actors.said import said
from business.follower import NotTaken
from business.notifier.handing_over import HandingOver
from business.notifier.messages import CheckReachable, SayProgress, SendMessage
from business.notifier.outbox import VALID_NS, Outbox, Task, waiting
from config.notification import Progress
from tests.business.conftest import Office

CODE = SendMessage("log-in-code", {"code": "482913"}, medium="sms", receiver="+8613812345678")

pytestmark = pytest.mark.both_databases


def fail(error: BaseException) -> None:
    raise error


class Wired:
    """An office with a notifier that hears of it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.outbox = Outbox(office.wall_ns)
        self.told: list[tuple[str, Any]] = []
        self.stages: list[Stage] = []
        """Of the next commands; DONE when they are used up."""
        self.follower = HandingOver(office.sessions, self._tell, office.wall_ns, on_failure=fail)

    def _tell(self, task: Any, id_: str) -> CommandResult:
        self.told.append((id_, task))
        stage = self.stages.pop(0) if self.stages else Stage.DONE
        return CommandResult(id_, stage, said("不在", "away"), None, 0)

    def put(self, *tasks: Task) -> list[str]:
        with self.office.sessions.begin() as session:
            return [self.outbox.put(session, one) for one in tasks]

    def waiting(self) -> list[str]:
        with self.office.sessions() as session:
            return [id_ for _, id_, _ in waiting(session, 100)]


@pytest.fixture
def wired(office: Office) -> Wired:
    return Wired(office)


def test_tasks_are_handed_over_once_in_their_order(wired: Wired) -> None:
    tasks = (CODE, SayProgress("alarm-1", "li", Progress.ON_SITE), CheckReachable(("guards",)), CODE)
    ids = wired.put(*tasks)
    assert wired.follower.turn() == 4
    assert wired.follower.turn() == 0
    assert [id_ for id_, _ in wired.told] == ids
    assert [type(task) for _, task in wired.told] == [type(one) for one in tasks]
    assert wired.told[1][1] == tasks[1]
    assert wired.waiting() == []


def test_every_message_says_until_when_it_counts(wired: Wired) -> None:
    wired.put(CODE, SendMessage("order", {}, until_ns=wired.office.now_ns + 7))
    wired.follower.turn()
    first, second = (task for _, task in wired.told)
    assert first.until_ns == wired.office.now_ns + VALID_NS[SendMessage]
    assert second.until_ns == wired.office.now_ns + 7


@pytest.mark.parametrize("stage", [Stage.FAILED, Stage.UNKNOWN])
def test_while_the_notifier_is_away_tasks_wait_in_their_order(wired: Wired, stage: Stage) -> None:
    first, second, third = wired.put(CODE, CODE, CODE)
    wired.stages = [Stage.DONE, stage]
    with pytest.raises(NotTaken):
        wired.follower.turn()
    assert wired.waiting() == [second, third], "what it has is not kept for the sake of the others"
    wired.follower.turn()
    assert [id_ for id_, _ in wired.told] == [first, second, second, third]


def test_what_the_notifier_refuses_is_not_told_again(wired: Wired, caplog: pytest.LogCaptureFixture) -> None:
    (refused, _) = wired.put(CODE, CODE)
    wired.stages = [Stage.REFUSED]
    wired.follower.turn()
    assert (len(wired.told), wired.waiting()) == (2, [])
    assert refused in caplog.text
    assert "away" in caplog.text


def test_what_comes_too_late_is_not_sent(wired: Wired, caplog: pytest.LogCaptureFixture) -> None:
    wired.put(CheckReachable(), CODE)
    wired.office.pass_minutes(11)
    with caplog.at_level(logging.WARNING):
        wired.follower.turn()
    assert [task.event for _, task in wired.told] == ["log-in-code"], "no test call long after it was asked"
    assert wired.waiting() == []
    assert "not sent in time" in caplog.text


def test_a_task_that_is_rolled_back_is_never_sent(wired: Wired) -> None:
    with wired.office.sessions() as session:
        wired.outbox.put(session, CODE)
        session.flush()
        session.rollback()
    assert wired.waiting() == []


def test_a_task_that_cannot_be_read_holds_up_nobody(wired: Wired) -> None:
    """Restored without its keys, or left by another version."""
    lost, _ = wired.put(CODE, CODE)
    with wired.office.writer.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE outgoing_tasks SET body = body_index WHERE id = '{lost}'"  # its own id
        )
    wired.follower.turn()
    assert len(wired.told) == 1
    assert wired.waiting() == []


def test_no_number_and_no_code_stands_in_plain(wired: Wired) -> None:
    """S-10."""
    wired.put(CODE)
    (row,) = wired.office.rows("outgoing_tasks")["outgoing_tasks"]
    assert b"482913" not in row.body
    assert b"13812345678" not in row.body
    assert "482913" not in repr(CODE)
