"""Conditions (Part 9): what their events make of points."""

from dataclasses import replace

import pytest

from drivers.driver import Quality, Value
from drivers.opcua.conditions import Conditions, Occurrence, Watcher
from drivers.opcua.schema import Event, Show

HIGH = Occurrence(
    source="AHU1", source_node="ns=2;s=AHU1", condition="High", id="ns=2;i=1", retain=True, active=True,
    acknowledged=False, severity=700, message="too hot", time_ns=5,
)  # fmt: skip
OVER = replace(HIGH, retain=False, active=False, acknowledged=True, message="normal", time_ns=9)
OTHER = replace(HIGH, condition="Low", id="ns=2;i=2", message="too cold", severity=300)


class Board:
    """Points of a device, their latest values and qualities."""

    def __init__(self, conditions: Conditions, **watched: tuple[Event, Show]) -> None:
        self._names = list(watched)
        self.values: dict[str, Value] = {}
        self.quality: dict[str, int] = {}
        self.times: dict[str, int] = {}
        for column, (event, show) in enumerate(watched.values()):
            is_text = show in (Show.MESSAGE, Show.LATEST)
            watcher = Watcher(self, self, column, event, show, is_text=is_text)
            conditions.watch(watcher)
            watcher.tell(Quality.GOOD, 1)

    def put(self, column: int, value: Value, quality: int, time_ns: int) -> None:
        name = self._names[column]
        self.values[name], self.quality[name], self.times[name] = value, quality, time_ns


ABOUT = Event(source="AHU1", condition="High")


@pytest.fixture
def conditions() -> Conditions:
    return Conditions()


@pytest.fixture
def board(conditions: Conditions) -> Board:
    return Board(
        conditions,
        active=(ABOUT, Show.ACTIVE),
        acknowledged=(ABOUT, Show.ACKNOWLEDGED),
        severity=(ABOUT, Show.SEVERITY),
        message=(ABOUT, Show.MESSAGE),
        by_node=(Event(source="ns=2;s=AHU1", condition="High"), Show.ACTIVE),
        unnamed=(Event(), Show.UNNAMED),
        latest=(Event(), Show.LATEST),
    )


def test_a_condition_comes_is_acknowledged_and_goes(conditions: Conditions, board: Board) -> None:
    conditions.occur(HIGH)
    shown = {"active": 1.0, "acknowledged": 0.0, "severity": 700.0, "message": "too hot", "by_node": 1.0}
    assert board.values == {**shown, "unnamed": 0.0, "latest": ""}
    assert board.times["active"] == 5
    conditions.occur(replace(HIGH, acknowledged=True))
    assert (board.values["active"], board.values["acknowledged"]) == (1.0, 1.0)
    conditions.occur(OVER)
    gone = {"active": 0.0, "acknowledged": 1.0, "severity": 0.0, "message": "normal", "by_node": 0.0}
    assert board.values == {**gone, "unnamed": 0.0, "latest": ""}
    assert not conditions._known


def test_what_no_point_names_is_counted_and_its_latest_message_is_told(
    conditions: Conditions, board: Board
) -> None:
    conditions.occur(OTHER)
    assert (board.values["unnamed"], board.values["latest"], board.values["active"]) == (1.0, "too cold", 0.0)
    conditions.occur(replace(OTHER, id="ns=2;i=3", condition="", message="third"))
    assert (board.values["unnamed"], board.values["latest"]) == (2.0, "third")
    conditions.occur(replace(OTHER, retain=False, active=False))
    assert board.values["unnamed"] == 1.0


def test_a_device_that_names_a_condition_takes_it_from_the_unnamed(
    conditions: Conditions, board: Board
) -> None:
    conditions.occur(OTHER)
    assert board.values["unnamed"] == 1.0
    other = Board(conditions, low=(Event(condition="Low"), Show.ACTIVE))
    assert other.values == {"low": 1.0}
    conditions.occur(replace(OTHER, id="ns=2;i=4", condition="None"))
    assert board.values["unnamed"] == 1.0
    conditions.forget(other)
    conditions.occur(replace(OTHER, severity=400))
    assert board.values["unnamed"] == 2.0


def test_an_earlier_state_that_waits_for_an_acknowledgement_keeps_the_point_unacknowledged(
    conditions: Conditions, board: Board
) -> None:
    """Part 9, 5.5.2: branches."""
    conditions.occur(replace(HIGH, acknowledged=True))
    conditions.occur(replace(HIGH, branch="ns=2;s=b1", active=False, message="earlier"))
    assert (board.values["active"], board.values["acknowledged"]) == (1.0, 0.0)
    conditions.occur(OVER)
    assert (board.values["active"], board.values["acknowledged"]) == (0.0, 0.0)
    conditions.occur(replace(HIGH, branch="ns=2;s=b1", retain=False, acknowledged=True, active=False))
    assert board.values["acknowledged"] == 1.0
    assert not conditions._known


def test_what_is_not_told_again_has_ended_while_nobody_listened(conditions: Conditions, board: Board) -> None:
    conditions.occur(HIGH)
    conditions.end({HIGH.id, "ns=2;s=never"}, 20)
    assert (board.values["active"], board.times["active"]) == (0.0, 20)


@pytest.mark.parametrize(
    ("event", "active"),
    [
        (replace(HIGH, active=None), 1.0),
        (replace(HIGH, active=None, retain=False), 0.0),
        (replace(HIGH, enabled=False), 0.0),
        (replace(HIGH, retain=False), 1.0),
    ],
)
def test_a_condition_without_an_active_state_is_active_while_it_is_retained(
    conditions: Conditions, board: Board, event: Occurrence, active: float
) -> None:
    conditions.occur(event)
    assert board.values["active"] == active


def test_an_event_without_a_state_is_a_message_and_no_condition(conditions: Conditions, board: Board) -> None:
    conditions.occur(Occurrence("Pump", "ns=2;s=Pump", "", "", message="started", time_ns=7))
    assert (board.values["latest"], board.values["unnamed"]) == ("started", 0.0)
    conditions.occur(Occurrence("AHU1", "ns=2;s=AHU1", "High", "", message="note", time_ns=8))
    assert (board.values["message"], board.values["active"]) == ("note", 0.0)


def test_many_conditions_of_one_source_may_be_one_point(conditions: Conditions) -> None:
    board = Board(
        conditions, any=(Event(source="AHU1"), Show.ACTIVE), worst=(Event(source="AHU1"), Show.SEVERITY)
    )
    conditions.occur(HIGH)
    conditions.occur(OTHER)
    conditions.occur(OVER)
    assert board.values == {"any": 1.0, "worst": 300.0}
