"""Who may write a point: levels, losers, and persons before all of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.messages import Outcome, PushButton, ReleasePoint, RunState, StopRun
from config.plans import End, EndWhen
from tests.actors.linkage_bench import BACK, BUTTON, Bench, bench, name, plan, said_en, write

HAND = End(EndWhen.HAND)
FAN = name("ahu-1/fan")


def claimant(id_: str, level: int, value: float) -> object:
    return plan(id_, write("w", "ahu-1/fan", value, **BACK), level=level, triggers=(BUTTON,), end=HAND)


def three() -> Bench:
    plans = (claimant("high", 1, 90), claimant("middle", 5, 50), claimant("low", 9, 10))
    return bench(*plans)  # type: ignore[arg-type]


def test_the_lower_level_loses_and_it_is_said_to_whom() -> None:
    at = three()
    at.command(PushButton("high", ""))
    at.command(PushButton("low", ""))
    assert at.values[FAN] == 90
    assert at.steps(2) == {"w": "lost"}
    assert "held by plan high of level 1, run 1" in said_en(at.runs[2].steps["w"].detail)
    at.command(StopRun(2, ""))
    assert at.values[FAN] == 90


def test_the_higher_level_takes_the_point_and_gives_it_back_to_the_lower() -> None:
    at = three()
    at.values[FAN] = 1
    at.command(PushButton("low", ""))
    at.command(PushButton("middle", ""))
    (held,) = at.book.held()
    assert (held.plan, held.level, held.losers) == ("middle", 5, ("low",))
    at.command(StopRun(2, ""))
    assert at.values[FAN] == 10
    at.command(StopRun(1, ""))
    assert at.values[FAN] == 1


def test_what_was_there_first_comes_back_whoever_ends_first() -> None:
    at = three()
    at.values[FAN] = 1
    at.command(PushButton("low", ""))
    at.command(PushButton("high", ""))
    at.command(StopRun(1, ""))
    assert at.values[FAN] == 90
    at.command(StopRun(2, ""))
    assert at.values[FAN] == 1


def test_a_person_wins_over_every_level_and_it_is_shown() -> None:
    at = three()
    at.operates("ahu-1/fan", 7)
    at.command(PushButton("high", ""))
    assert at.values[FAN] == 7
    assert "wang operated it" in said_en(at.runs[1].steps["w"].detail)
    (held,) = at.book.held()
    assert (held.user, held.value) == ("wang", 7)


def test_a_person_takes_a_point_from_a_run_and_its_end_leaves_it() -> None:
    at = three()
    at.command(PushButton("high", ""))
    at.operates("ahu-1/fan", 7)
    (held,) = at.book.held()
    assert (held.user, held.losers) == ("wang", ("high",))
    at.command(StopRun(1, ""))
    assert at.values[FAN] == 7
    assert at.run().state is RunState.ENDED


def test_a_point_is_free_again_when_it_is_released_or_its_time_is_over() -> None:
    at = three()
    at.operates("ahu-1/fan", 7)
    assert at.command(ReleasePoint("ahu-1", "fan", "done")) == ""
    assert "nobody holds" in at.command(ReleasePoint("ahu-1", "fan", "again"))
    at.command(PushButton("low", ""))
    assert at.values[FAN] == 10
    at.operates("ahu-1/fan", 7)
    at.passes(7201, 600)
    at.command(PushButton("high", ""))
    assert at.values[FAN] == 90


def test_a_person_whose_write_came_to_nothing_holds_nothing() -> None:
    at = three()
    at.operates("ahu-1/fan", 7)
    at.book.not_operated("c-ahu-1/fan")
    at.settle()
    assert at.book.held() == ()


def test_equals_that_want_the_same_share_it_and_others_do_not() -> None:
    at = bench(claimant("a", 5, 50), claimant("b", 5, 50), claimant("c", 5, 60))  # type: ignore[arg-type]
    at.values[FAN] = 1
    for each in "abc":
        at.command(PushButton(each, ""))
    assert [at.steps(one) for one in (1, 2, 3)] == [{"w": "done"}, {"w": "done"}, {"w": "lost"}]
    at.command(StopRun(1, ""))
    assert at.values[FAN] == 50
    at.command(StopRun(2, ""))
    assert at.values[FAN] == 1
    assert at.run(3).outcome is Outcome.OPEN


ACTS = st.lists(
    st.tuples(st.sampled_from(["start", "stop", "operate", "release"]), st.integers(0, 3)), max_size=25
)
LEVELS = st.lists(st.integers(1, 9), min_size=4, max_size=4)


@settings(max_examples=300)
@given(levels=LEVELS, acts=ACTS)
def test_a_point_always_has_the_value_of_whoever_comes_first_and_in_the_end_its_own(
    levels: list[int], acts: list[tuple[str, int]]
) -> None:
    """Against a plain account of who is there: a person first, then the lowest number, then the earlier."""
    plans = [claimant(f"p{at}", level, 10.0 * (at + 1)) for at, level in enumerate(levels)]
    at = bench(*plans)  # type: ignore[arg-type]
    at.values[FAN] = 1.0
    there: list[int] = []
    runs: dict[int, int] = {}
    person = False
    for act, who in acts:
        if act == "start" and who not in runs:
            at.command(PushButton(f"p{who}", ""))
            runs[who] = max(at.runs)
            beaten = person or any(levels[one] <= levels[who] for one in there)
            assert at.steps(runs[who]) == {"w": "lost" if beaten else "done"}
            if not beaten:
                there.append(who)
        elif act == "stop" and who in runs:
            at.command(StopRun(runs.pop(who), ""))
            there = [one for one in there if one != who]
        elif act == "operate":
            at.operates("ahu-1/fan", 5.0)
            person = True
        elif act == "release" and person:
            at.command(ReleasePoint("ahu-1", "fan", ""))
            person = False
            for run in [*runs.values()]:
                at.command(StopRun(run, ""))
            runs, there = {}, []
            at.values[FAN] = 1.0
            continue
        if person:
            assert at.values[FAN] == 5.0
        elif there:
            assert at.values[FAN] == 10.0 * (min(there, key=lambda one: levels[one]) + 1)
        else:
            assert at.values[FAN] == 1.0
    assert len({one.id for one in at.given}) == len(at.given)
