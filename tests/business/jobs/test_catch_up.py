"""What is run of what was missed, against a plain enumeration."""

from hypothesis import given
from hypothesis import strategies as st

from business.jobs.catch_up import REWIND_NS, CatchUp, Plan, Policy, plan
from business.jobs.triggers import read_trigger
from tests.business.jobs.bench import SHANGHAI, START_NS

MINUTE = 60_000_000_000


class Grid:
    """A trigger that fires at given minutes; counts how often it is asked."""

    def __init__(self, minutes: list[int]) -> None:
        self.times = sorted(minute * MINUTE for minute in minutes)
        self.asked = 0

    def after(self, ns: int) -> int | None:
        self.asked += 1
        return next((time for time in self.times if time > ns), None)


policies = st.builds(
    Policy, st.sampled_from(list(CatchUp)), st.integers(1, 6), st.integers(0, 30).map(lambda m: m * MINUTE)
)


@given(
    st.lists(st.integers(1, 1200), min_size=1, max_size=60, unique=True),
    st.integers(0, 1300),
    policies,
    st.data(),
)
def test_a_plan_is_what_an_enumeration_says(
    minutes: list[int], now: int, policy: Policy, data: st.DataObject
) -> None:
    grid, now_ns = Grid(minutes), now * MINUTE
    first_ns = data.draw(st.sampled_from(grid.times))
    got = plan(grid.after, first_ns, 0, now_ns, policy)
    past = [time for time in grid.times if first_ns <= time <= now_ns]
    wanted = past[-policy.limit :] if policy.catch_up is CatchUp.EACH else past[-1:]
    if policy.catch_up is CatchUp.SKIP:
        wanted = [time for time in wanted if now_ns - time <= policy.window_ns]
    assert got.dues == tuple(wanted)
    left_out = [time for time in past if time not in wanted]
    assert got.missed_ns == (left_out[0] if left_out else None)
    future = [time for time in grid.times if time > now_ns]
    assert got.next_ns == (first_ns if not past else future[0] if future else None)


def test_a_plan_made_by_a_clock_that_was_a_year_ahead_is_made_anew() -> None:
    grid = Grid([5, 10, 600_000])
    policy = Policy(CatchUp.EACH, 10, 0)
    assert plan(grid.after, 600_000 * MINUTE, 599_999 * MINUTE, MINUTE, policy) == Plan((), None, 5 * MINUTE)


def test_a_clock_that_is_put_back_by_no_more_than_a_day_changes_no_plan() -> None:
    grid = Grid(list(range(0, 3000, 5)))
    policy = Policy(CatchUp.ONCE, 10, 0)
    assert plan(grid.after, REWIND_NS + MINUTE, REWIND_NS, 0, policy) == Plan((), None, REWIND_NS + MINUTE)


def test_ten_years_of_missed_minutes_are_not_walked_through() -> None:
    trigger = read_trigger("* * * * *", SHANGHAI, START_NS)
    asked = 0

    def after(ns: int) -> int | None:
        nonlocal asked
        asked += 1
        return trigger.after(ns, 0)

    now_ns = START_NS + 3650 * 1440 * MINUTE
    got = plan(after, START_NS, START_NS, now_ns, Policy(CatchUp.EACH, 100, 0))
    assert got.dues == tuple(now_ns - MINUTE * step for step in range(99, -1, -1))
    assert got.missed_ns == START_NS
    assert asked < 500
