"""Select before operate: S-60."""

import itertools
from dataclasses import replace

import pytest

from actors.command_checks import problem
from actors.messages import (
    HangTag,
    Issuer,
    OperatePoint,
    SelectPoint,
    SubstitutePoint,
    UseLimitSet,
)
from actors.said import in_language
from actors.selection import KEPT_S, Selection, Selections
from config.site import PointKind
from tests.actors.small_site import point, site, writable

ANNA, BERT = Issuer("anna", "s1", "west"), Issuer("bert", "s2", "east")
WANTED = SelectPoint("ahu-1", "setpoint", 21.0)
SITE = site(
    point("setpoint", write=writable(16, 28)),
    point("t", plausible_low=-40.0, plausible_high=80.0),
    point("name", kind=PointKind.TEXT),
)


@pytest.fixture
def selections() -> Selections:
    numbers = itertools.count()
    return Selections(lambda: f"sel-{next(numbers)}")


def english(answer: object) -> str:
    return in_language(str(answer), "en")


def selected(selections: Selections, who: Issuer = ANNA, at: float = 0.0) -> OperatePoint:
    selection = selections.select(who, WANTED, at)
    assert isinstance(selection, Selection)
    return OperatePoint(selection.id, WANTED.device, WANTED.point, WANTED.value)


def test_a_selection_is_operated_once(selections: Selections) -> None:
    operate = selected(selections)
    assert selections.operate(ANNA, operate, 9.9) is None
    refused = selections.operate(ANNA, operate, 9.9)
    assert english(refused) == "the selection of ahu-1/setpoint is unknown or was used already; select again"


def test_an_expired_selection_is_refused(selections: Selections) -> None:
    operate = selected(selections)
    assert english(selections.operate(ANNA, operate, 10.0)) == (
        "the selection of ahu-1/setpoint has expired, it is valid for 10 s; select again"
    )


def test_long_expired_selections_are_forgotten(selections: Selections) -> None:
    operate = selected(selections)
    selections.select(BERT, SelectPoint("ahu-2", "setpoint", 20.0), 10 + KEPT_S)
    assert "unknown" in str(selections.operate(ANNA, operate, 10 + KEPT_S))


@pytest.mark.parametrize("who", [BERT, replace(ANNA, session="s9")])
def test_the_operate_of_somebody_else_or_of_another_session_is_refused(
    selections: Selections, who: Issuer
) -> None:
    operate = selected(selections)
    assert english(selections.operate(who, operate, 1)) == (
        "ahu-1/setpoint was selected by anna in another session; select it yourself"
    )
    assert selections.operate(ANNA, operate, 1) is None


@pytest.mark.parametrize(
    "change", [{"value": 22.0}, {"value": "21.0"}, {"point": "t"}, {"device": "ahu-2"}], ids=str
)
def test_anything_but_what_was_selected_is_refused_and_must_be_selected_again(
    selections: Selections, change: dict[str, str]
) -> None:
    operate = selected(selections)
    assert "was selected" in str(selections.operate(ANNA, replace(operate, **change), 1))
    assert "unknown" in str(selections.operate(ANNA, operate, 1))


def test_a_point_is_selected_by_one_person_at_a_time(selections: Selections) -> None:
    selected(selections, at=0)
    assert english(selections.select(BERT, WANTED, 4)) == (
        "ahu-1/setpoint is selected by anna for another 6 s; try again then"
    )
    assert isinstance(selections.select(BERT, SelectPoint("ahu-2", "setpoint", 21.0), 4), Selection)
    assert isinstance(selections.select(BERT, WANTED, 10), Selection)


def test_selecting_again_replaces_the_own_selection(selections: Selections) -> None:
    first, second = selected(selections), selected(selections)
    assert "unknown" in str(selections.operate(ANNA, first, 1))
    assert selections.operate(ANNA, second, 1) is None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (WANTED, None),
        (SelectPoint("ahu-1", "setpoint", 30.0), "30 °C is outside 16 to 28 °C"),
        (SelectPoint("ahu-1", "setpoint", "warm"), "takes a number"),
        (SelectPoint("ahu-1", "t", 21.0), "ahu-1/t is read only"),
        (SelectPoint("ahu-l", "t", 21.0), "unknown device 'ahu-l'; did you mean 'ahu-"),
        (
            SelectPoint("ahu-1", "setpiont", 2.0),
            "unknown point of ahu-1 'setpiont'; did you mean 'setpoint'?",
        ),
        (HangTag("zzz", "repair"), "unknown device 'zzz'"),
        (SubstitutePoint("ahu-1", "t", 99.0, "", 1), "99 °C is outside -40 to 80 °C"),
        (SubstitutePoint("ahu-1", "name", 1.0, "", 1), "only numbers can be substituted"),
        (UseLimitSet("hvac", "nigth"), "unknown limit set of hvac 'nigth'; did you mean 'night'?"),
        (UseLimitSet("hvca", "night"), "unknown subsystem 'hvca'; did you mean 'hvac'?"),
        (UseLimitSet("hvac", "night"), None),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_said_with_the_way_out(body: object, wrong: str | None) -> None:
    found = problem(SITE, body)
    assert found == wrong or (wrong is not None and found is not None and wrong in found)
