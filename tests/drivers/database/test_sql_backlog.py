"""Whoever has much of a table yet to read holds up nobody, and neither loses a row nor counts one twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.database.driver import SqlDriver
from drivers.database.schema import Options
from tests.drivers.contract import Pump
from tests.drivers.database.sql_entries import ENTRIES, RESTARTS, ROWS, plate, settled, values
from tests.drivers.database.sql_rig import OPTIONS, FileRig, PeerRig, row
from tests.drivers.database.sql_servers import Peer
from tests.drivers.plant import until

BACKLOG = 2000
"""Rows of the device that comes late; a pass reads fifty of them."""
SMALL = OPTIONS.model_copy(update={"begin": "start", "batch": 10, "overlap": 20})
LATE = "C-3"


@pytest.fixture(scope="session", params=["file", "postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Peer | None:
    """None for a file, which has none."""
    return None if request.param == "file" else request.getfixturevalue(request.param)


@pytest.fixture
async def rig(server: Peer | None, tmp_path: Path) -> AsyncIterator[FileRig | PeerRig]:
    """A table of many rows, the last of them the second of its first device."""
    made = FileRig(tmp_path) if server is None else PeerRig(server)
    await made.start()
    await execute(made, backlog(), row())
    yield made
    await made.stop()
    await made.process.close()


def backlog() -> str:
    """As one statement."""
    start, comma, values_ = row(meter=LATE).partition(" VALUES ")
    return start + comma + ", ".join([values_] * BACKLOG)


async def execute(rig: FileRig | PeerRig, *statements: str) -> None:
    run: Callable[..., None] = rig.execute if isinstance(rig, FileRig) else rig.peer.execute
    await asyncio.to_thread(run, *statements)


def driver(rig: FileRig | PeerRig, name: str, options: Options = SMALL, **connection: Any) -> SqlDriver:
    made = rig.of(name, options=options, points=ENTRIES, **connection)
    assert isinstance(made, SqlDriver)
    return made


async def present(rig: FileRig | PeerRig) -> SqlDriver:
    """A device that has read the table to its end before."""
    before = driver(rig, "a", SMALL.model_copy(update={"batch": 1000}))
    async with Pump(before) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] == 2)
        state = dict(before.state())
    found = driver(rig, "a")
    found.restore(state)
    return found


@pytest.mark.parametrize("late_first", [True, False])
async def test_whoever_catches_up_holds_up_nobody(rig: FileRig | PeerRig, *, late_first: bool) -> None:
    follower, late = Pump(await present(rig)), Pump(driver(rig, "c", match={"meter": LATE}))
    for pump in (late, follower) if late_first else (follower, late):
        await pump.__aenter__()
    try:
        await until(lambda: bool(follower.scans and late.scans) and values(late)[ROWS] > 0)
        await execute(rig, row(plate="粤B1"), row(meter=LATE, plate="粤C1"))
        await until(lambda: values(follower)[ROWS] == 3)
        assert values(late)[ROWS] < BACKLOG, "it was waited for"
        await until(lambda: plate(late) == "粤C1")
        assert values(late)[ROWS] < BACKLOG, "its newest row is shown only when it comes to it"
        await until(lambda: values(late)[ROWS] == BACKLOG + 1)
        await execute(rig, row(plate="粤B2"), row(meter=LATE, plate="粤C2"))
        await until(lambda: (plate(follower), plate(late)) == ("粤B2", "粤C2"))
        await settled(late)
        assert (values(follower)[ROWS], values(late)[ROWS]) == (4, BACKLOG + 2)
        assert (values(follower)[RESTARTS], values(late)[RESTARTS]) == (0, 0)
        assert not follower.losses
        assert not late.losses
    finally:
        await late.__aexit__()
        await follower.__aexit__()


@pytest.mark.parametrize("kept", [True, False])
async def test_a_backlog_goes_on_after_a_restart_of_the_process(
    rig: FileRig | PeerRig, *, kept: bool
) -> None:
    """Also from a state that was kept a while before the kill."""
    late = driver(rig, "c", match={"meter": LATE})
    async with Pump(await present(rig)), Pump(late) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] > 200)
        state = dict(late.state())
        before = state["total.rows"]
        await until(lambda: values(pump)[ROWS] > before + 200)
        if kept:
            state = dict(late.state())
    assert state["total.rows"] < BACKLOG
    await execute(rig, row(meter=LATE))
    successor = driver(rig, "c", match={"meter": LATE})
    successor.restore(state)
    async with Pump(await present(rig)), Pump(successor) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] == BACKLOG + 1)
        await settled(pump)
        assert values(pump)[ROWS] == BACKLOG + 1
        assert not pump.losses


async def test_a_newcomer_counts_nothing_of_the_backlog_of_another(file: FileRig) -> None:
    """What was there before it came is old, though it is read again for one that was away."""
    options = SMALL.model_copy(update={"begin": "end"})
    away = driver(file, "c", options, match={"meter": LATE})
    async with Pump(away) as pump:
        await settled(pump)
    file.execute(backlog(), *(row(meter=meter) for _ in range(5) for meter in ("A-101", LATE)))
    async with Pump(away) as back, Pump(driver(file, "a", options)) as newcomer:
        await until(lambda: bool(newcomer.scans))
        file.execute(row())
        await until(lambda: values(newcomer)[ROWS] > 0)
        await until(lambda: values(back)[ROWS] == BACKLOG + 5)
        await settled(newcomer)
        assert values(newcomer)[ROWS] == 1


async def test_an_overlap_may_hold_more_rows_than_a_pass(file: FileRig) -> None:
    file.execute(backlog())
    async with Pump(
        driver(file, "c", SMALL.model_copy(update={"overlap": 200}), match={"meter": LATE})
    ) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] == BACKLOG)
