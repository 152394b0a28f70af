"""On a full disk nothing is done without its record: linkage is off, says so, and goes on later (R-42)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

from actors.messages import LinkageState, Outcome, PushButton, RestoreRun, RunState, Stage
from actors.said import in_language
from config.plans import End, EndWhen
from tests.actors.alarm_core import eventually
from tests.actors.linkage_bench import BACK, BUTTON, SMOKE, plan, site, write
from tests.actors.linkage_core import PlantCore
from tests.small_disk import as_root, disk, fill, is_root

ALARMED = plan("alarmed", write("fan", "ahu-1/fan", 50, **BACK), triggers=(SMOKE,))
SCENE = plan("scene", write("damper", "ahu-2/damper", 7), triggers=(BUTTON,))
HOLD = plan("hold", write("fan", "ahu-3/fan", 30, **BACK), triggers=(BUTTON,), end=End(EndWhen.HAND))


@contextmanager
def filled(core: PlantCore) -> Iterator[None]:
    """To the last byte."""
    hog = core.folder / "small" / "hog"
    fill(hog)
    try:
        yield
    finally:
        hog.unlink()


def is_off(core: PlantCore) -> LinkageState:
    state: LinkageState = core.heard(LinkageState)
    while not state.off:
        state = core.heard(LinkageState)
    return state


def ended(core: PlantCore, run: int) -> Outcome:
    row = core.ended(run).run
    assert row is not None
    return row.outcome


def written(core: PlantCore) -> list[float | str]:
    return [body.value for _, body in core.executed]


def on_a_small_disk(test: Callable[[PlantCore], None]) -> Callable[[Path], None]:
    """`linkage.db` alone lies on it: the journal has room, and so there is something to start."""

    @wraps(test)
    def run(tmp_path: Path) -> None:
        if not is_root():
            as_root(f"{__file__}::{test.__name__}")
            return
        small = tmp_path / "small"
        small.mkdir()
        with disk(small, 3):
            (tmp_path / "linkage.db").symlink_to(small / "linkage.db")
            with PlantCore(tmp_path, site(ALARMED, SCENE, HOLD)) as core:
                test(core)

    del run.__wrapped__  # the fixtures are those of `run`
    return run


@on_a_small_disk
def test_what_cannot_be_kept_is_not_done_and_with_room_it_is_done_once(core: PlantCore) -> None:
    with filled(core):
        off = is_off(core)
        assert "the disk is full" in in_language(off.off, "en")
        assert (off.runs, off.held) == ((), ())
        assert core.pulse.beat_s == 0
        core.occurs()
        refused = core.command(PushButton("scene", ""))
        assert (refused.stage, in_language(refused.detail, "zh")[:4]) == (Stage.REFUSED, "磁盘已满")
        is_off(core)
        is_off(core)
        assert core.executed == []
    assert ended(core, 1) is Outcome.DONE  # of the alarm: it is not late yet
    assert written(core) == [50, 0]
    assert core.runs() == [1]
    assert core.linkage.is_alive()
    assert core.pulse.beat_s > 0


@on_a_small_disk
def test_what_happened_too_long_ago_meanwhile_is_told_and_does_nothing(core: PlantCore) -> None:
    with filled(core):
        is_off(core)
        long_ago_ns = time.time_ns() - 61 * 10**9
        core.occurs(time_ns=long_ago_ns, source_ns=long_ago_ns)
    assert ended(core, 1) is Outcome.REFUSED
    assert core.executed == []


@on_a_small_disk
def test_a_run_that_is_under_way_goes_on_and_writes_nothing_twice(core: PlantCore) -> None:
    assert core.command(PushButton("hold", "")).stage is Stage.DONE
    eventually(lambda: written(core) == [30])
    eventually(lambda: (row := core.run(1).run) is not None and row.state is RunState.HOLDING)
    with filled(core):
        is_off(core)
        refused = core.command(RestoreRun(1, "over"))
        assert refused.stage is Stage.REFUSED
        assert core.pulse.held == ()
    eventually(lambda: [one.run for one in core.pulse.held] == [1])
    assert core.command(RestoreRun(1, "over")).stage is Stage.DONE
    assert ended(core, 1) is Outcome.DONE
    assert written(core) == [30, 0]


@on_a_small_disk
def test_the_ballast_is_freed_first_and_then_nothing_is_off(core: PlantCore) -> None:
    ballast = core.folder / "small" / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    freed = []

    def free() -> None:
        ballast.unlink(missing_ok=True)
        freed.append(True)

    core.on_disk_full = free
    with filled(core):
        core.occurs()
        assert ended(core, 1) is Outcome.DONE
        eventually(lambda: bool(freed))
        assert core.pulse.beat_s > 0


@on_a_small_disk
def test_an_end_of_the_process_meanwhile_changes_nothing(core: PlantCore) -> None:
    with filled(core):
        is_off(core)
        core.occurs()
        core.is_dead = True
        core.linkage.stop(block=True, timeout=30)
    core.restart()
    assert ended(core, 1) is Outcome.DONE
    assert written(core) == [50, 0]
