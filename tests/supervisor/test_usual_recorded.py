"""What is usual, from the outbox of a field process over the historian to a calculated point."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from actors.channels.durable import Outbox, Sender
from actors.codecs import HISTORY
from actors.historian.service import HistorianService, HistoryLimits
from actors.loop import IoLoop
from actors.messages import History, TableDefined
from actors.paths import RunPaths
from config.calendar import Calendar
from drivers.calc import CalcDriver, Function, Options, Source
from drivers.computed import Nowhere
from drivers.driver import Cadence, Quality, Surroundings
from drivers.readings import Readings
from supervisor.recorded import Recorded
from tests.actors.small_site import point, site
from tests.drivers.plant import FakePlant, Process, device, template
from tests.drivers.plant import point as calculated

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 9, 20, tzinfo=SHANGHAI)
WITHIN_S = 30.0


def fail(error: BaseException) -> None:
    raise AssertionError from error


def written() -> Iterator[History]:
    """Four weeks of mornings: 100 kW on workdays, 20 on days off, something else an hour before and after."""
    for back in range(1, 29):
        nine = NOW.replace(hour=9, minute=0) - timedelta(back)
        power = 100.0 if Calendar().is_workday(nine.date()) else 20.0
        times = np.array([int((nine.timestamp() + 600 * at) * 1e9) for at in range(-6, 12)], np.int64)
        inside = (np.arange(18) >= 6) & (np.arange(18) < 12)
        values = np.where(inside, power + back % 2, 999.0)[:, None]
        rows = np.zeros(18, np.int32)
        yield History("t", rows, times, times, values, np.zeros((18, 1), np.uint8))


@pytest.fixture
def historian(paths: RunPaths) -> Iterator[HistorianService]:
    service = HistorianService(
        paths.history, paths.durable("historian"), paths.query("historian"), on_failure=fail,
        limits=HistoryLimits(commit_every_s=0.05, keep_days=100_000),
        clock_ns=lambda: int(NOW.timestamp() * 1e9),
    )  # fmt: skip
    service.start()
    outbox = Outbox(paths.root / "outbox.db", commit_every_s=0.05, on_failure=fail)
    outbox.start()
    sender = Sender(outbox, paths.durable("historian"), "field", on_failure=fail, acknowledge_s=0.5)
    sender.start()
    outbox.append(HISTORY.encode(TableDefined("t", ("meter",), ("power",))))
    for batch in written():
        outbox.append(HISTORY.encode(batch))
    deadline = time.monotonic() + WITHIN_S
    while service.statistics().rows < 28 * 18:
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    yield service
    assert sender.stop(5)
    assert outbox.stop(5)
    assert service.stop(20)


def test_a_calculated_point_is_what_its_input_was_on_like_days(
    paths: RunPaths, historian: HistorianService
) -> None:
    loop = IoLoop()
    loop.start()
    recorded = Recorded(loop, paths.query("historian"), lambda: site(point("p")))
    recorded.start()
    process = Process(FakePlant())
    surroundings = Surroundings(
        process.shares, process.ticks, process.plant, lambda: True, time.monotonic,
        lambda: int(NOW.timestamp() * 1e9), history=recorded,
    )  # fmt: skip
    points = tuple(
        calculated(each, Source(function=Function(each), inputs=("meter/power",)))
        for each in ("usual", "usual-spread")
    )
    driver = CalcDriver(
        device("v", template("calc", points, Options()), Nowhere()), Cadence(1.0), surroundings
    )
    shown: list[Readings] = []
    known = threading.Event()

    async def scan() -> None:
        scans = driver.scans()
        while not known.is_set():
            shown.append((await anext(scans)).raw)
            if shown[-1].quality[0] == Quality.GOOD:
                known.set()
        await scans.aclose()  # type: ignore[attr-defined]
        await driver.close()
        process.ticks.close()

    work = loop.spawn(scan(), on_error=fail)
    try:
        assert known.wait(WITHIN_S)
        mean, spread = shown[-1].values
        assert mean == pytest.approx(100.5, abs=0.2)
        assert spread == pytest.approx(0.51, abs=0.05)
        assert shown[0].quality == [Quality.BAD_INPUT, Quality.BAD_INPUT]
    finally:
        assert work.stop(5)
        assert recorded.stop(5)
        loop.stop(5)
