"""A policy as a picture, and what may be said next (N02)."""

from dataclasses import replace
from itertools import pairwise

import pytest

from config.notification import Audience, Policy, Progress, Step
from config.text import Text
from hmi.pages.notify.timeline import NEAR, timeline
from hmi.progress import offered

POLICY = Policy(
    "p", Text("策略", "Policy"), "t",
    (Step(0, Audience.ON_DUTY, repeats=2, every_s=60), Step(900, Audience.LEADER)), again_s=300,
)  # fmt: skip


def test_each_step_has_a_mark_for_each_of_its_turns() -> None:
    picture = timeline(POLICY)
    assert [[mark.after_s for mark in lane.marks] for lane in picture.lanes] == [[0, 60, 120], [900]]
    assert picture.ends_s == 1200
    assert [tick.after_s for tick in picture.ticks] == [0, 60, 900, 1200], "what is too near has no tick"
    places = [tick.place for tick in picture.ticks]
    assert (places[0], places[-1]) == (0, 1)
    assert all(after - before >= NEAR for before, after in pairwise(places))


@pytest.mark.parametrize("steps", [(), (Step(0, Audience.MEMBERS),)])
def test_what_takes_no_time_is_drawn_too(steps: tuple[Step, ...]) -> None:
    picture = timeline(replace(POLICY, steps=steps, again_s=0))
    assert [tick.place for tick in picture.ticks] == [0]
    assert len(picture.lanes) == len(steps)


def test_only_what_comes_later_may_be_said_and_passing_on_only_before_an_answer() -> None:
    assert [*offered(Progress.CALLING)] == [*[*Progress][1:], Progress.CALLING]
    assert [*offered(Progress.ON_THE_WAY)] == [Progress.ON_SITE, Progress.DONE]
    assert [*offered(Progress.DONE)] == []
