"""What is usual at this hour: from the historian, ahead of time, across restarts, and never guessed."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from drivers import SCHEMAS
from drivers.calc import CalcDriver, Function, Options, Source
from drivers.computed import Nowhere
from drivers.driver import Cadence, Quality, Surroundings
from drivers.errors import LinkError
from drivers.usual import RETRY_S, usually
from tests.drivers.plant import FakePlant, Process, device, point, template

HOUR_S, DAY_S = 3600, 86_400
HOUR_NS, WEEK_NS = HOUR_S * 10**9, 7 * DAY_S * 10**9
NOON_S = 20_000 * DAY_S + 12 * HOUR_S


@dataclass
class Recorded:
    """A history in which every day is like the other; `mean_of(weeks ago)` is what is recorded."""

    mean_of: Callable[[int], float] = lambda weeks: 10.0 * weeks
    answers: bool = True
    asked: list[tuple[str, int]] = field(default_factory=list)
    defect: Exception | None = None

    def hours(self, wall_ns: int, weeks: int) -> tuple[int, ...]:
        start = wall_ns - wall_ns % HOUR_NS
        return (start, *(start - back * DAY_S * 10**9 for back in range(1, 7 * weeks + 1)))

    async def mean(self, point: str, hour_ns: int) -> float:
        await asyncio.sleep(0)
        if self.defect:
            raise self.defect
        if not self.answers:
            raise LinkError("无应答", "no answer")
        self.asked.append((point, hour_ns))
        days_ago = 20_000 - hour_ns // (DAY_S * 10**9)
        return self.mean_of(-(-days_ago // 7))


class Virtual:
    """A device with a usual and a usual-spread, whose clock the test moves."""

    def __init__(self, history: Recorded | None, weeks: int = 4) -> None:
        self.now_s = float(NOON_S)
        process = Process(FakePlant())
        surroundings = Surroundings(
            process.shares, process.ticks, process.plant, lambda: True, lambda: self.now_s,
            lambda: int(self.now_s * 1e9), history=history,
        )  # fmt: skip
        points = tuple(
            point(each, Source(function=Function(each), inputs=("meter/power",), weeks=weeks))
            for each in ("usual", "usual-spread")
        )
        self.driver = CalcDriver(
            device("v", template("calc", points, Options()), Nowhere()), Cadence(1.0), surroundings
        )

    async def scan(self, *, after_s: float = 0.0) -> list[tuple[float, int]]:
        """What it shows once everything asked for has been answered."""
        self.now_s += after_s
        self.driver.computed()
        for _ in range(200):
            await asyncio.sleep(0)
        found = self.driver.computed()
        return list(zip(found.values, found.quality, strict=True))


async def test_what_is_usual_is_the_mean_of_that_hour_and_its_spread() -> None:
    history = Recorded(mean_of=lambda weeks: 10.0 * weeks)
    virtual = Virtual(history)
    (mean, quality), (spread, _) = await virtual.scan()
    assert (mean, quality) == (25.0, Quality.GOOD)
    assert spread == pytest.approx(math.sqrt(28 * 125.0 / 27))
    assert history.asked[0] == ("meter/power", (NOON_S - DAY_S) * 10**9)
    assert len(history.asked) == 28
    await virtual.scan(after_s=60)
    assert len(history.asked) == 28


@pytest.mark.parametrize(("known", "quality"), [(2, Quality.BAD_INPUT), (3, Quality.GOOD)])
async def test_less_than_three_weeks_are_too_little_to_call_anything_usual(known: int, quality: int) -> None:
    virtual = Virtual(Recorded(mean_of=lambda weeks: 7.0 if weeks <= known else math.nan))
    values = await virtual.scan()
    assert [each for _, each in values] == [quality, quality]
    assert math.isnan(values[0][0]) == (quality != Quality.GOOD)


async def test_the_next_hour_is_asked_for_before_it_begins() -> None:
    history = Recorded()
    virtual = Virtual(history)
    await virtual.scan()
    await virtual.scan(after_s=44 * 60)
    assert len(history.asked) == 28
    await virtual.scan(after_s=60)
    assert len(history.asked) == 56
    virtual.now_s = NOON_S + HOUR_S
    assert virtual.driver.computed().quality == [Quality.GOOD, Quality.GOOD]


async def test_without_an_answer_the_hour_gone_by_is_shown_as_stale_and_asked_again_later() -> None:
    history = Recorded()
    virtual = Virtual(history)
    await virtual.scan()
    history.answers = False
    assert await virtual.scan(after_s=HOUR_S) == [
        (25.0, Quality.UNCERTAIN_STALE), (pytest.approx(11.386, abs=0.01), Quality.UNCERTAIN_STALE),
    ]  # fmt: skip
    history.answers = True
    assert (await virtual.scan(after_s=RETRY_S - 1))[0][1] == Quality.UNCERTAIN_STALE
    assert (await virtual.scan(after_s=1))[0][1] == Quality.GOOD


async def test_what_is_known_outlives_a_restart() -> None:
    before = Virtual(Recorded())
    shown = await before.scan()
    silent = Recorded(answers=False)
    after = Virtual(silent)
    after.driver.restore({name: float(repr(value)) for name, value in before.driver.state().items()})
    assert await after.scan() == shown
    longer = Virtual(silent, weeks=8)
    longer.driver.restore(before.driver.state())
    assert (await longer.scan())[0][1] == Quality.BAD_INPUT


async def test_without_history_nothing_is_usual() -> None:
    assert [each for _, each in await Virtual(None).scan()] == [Quality.BAD_INPUT, Quality.BAD_INPUT]


async def test_a_defect_in_asking_comes_out() -> None:
    virtual = Virtual(Recorded(defect=ZeroDivisionError("a defect")))
    with pytest.raises(ZeroDivisionError):
        await virtual.scan()


async def test_a_device_that_is_closed_stops_asking() -> None:
    history = Recorded()
    virtual = Virtual(history)
    virtual.driver.computed()
    await virtual.driver.close()
    for _ in range(50):
        await asyncio.sleep(0)
    assert history.asked == []


def test_weeks_are_counted_back_from_the_hour() -> None:
    hour = 100 * WEEK_NS
    starts = [hour - days * DAY_S * 10**9 for days in (1, 6, 7, 8, 14)]
    assert usually(hour, dict.fromkeys(starts[:2], 1.0)).weeks == 1
    assert usually(hour, dict.fromkeys(starts[:3], 1.0)).weeks == 1
    assert usually(hour, dict.fromkeys(starts[:4], 1.0)).weeks == 2
    assert usually(hour, dict.fromkeys([*starts, hour - 15 * DAY_S * 10**9], 1.0)).weeks == 3
    assert usually(hour, dict.fromkeys([starts[2] - HOUR_NS], 1.0)).weeks == 1


def test_it_has_one_input() -> None:
    source = Source(function=Function.USUAL, inputs=("d/a", "d/b"))
    assert any("exactly one input" in said for said in SCHEMAS["calc"].problems(source, Options()))
