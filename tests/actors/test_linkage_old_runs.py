"""Old runs are no longer kept; their numbers are nobody else's, and what others have yet to take stays."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.linkage import keeper
from actors.linkage.inbox import Taken
from actors.linkage.store import LinkageStore
from actors.messages import PushButton, RunState, Stage
from actors.zone import ConfigurationApplied
from config.plans import End, EndWhen, StepKind
from tests.actors.alarm_core import eventually
from tests.actors.linkage_bench import BACK, BUTTON, plan, site, step, write
from tests.actors.linkage_core import PlantCore

SCENE = plan("scene", write("fan", "ahu-1/fan", 50), triggers=(BUTTON,))
CALLS = plan("calls", step("tell", StepKind.NOTIFY, target="guards"), triggers=(BUTTON,))
KEPT = plan("kept", write("w", "ahu-2/fan", 40, **BACK), triggers=(BUTTON,), end=End(EndWhen.HAND))
SITE = site(SCENE, CALLS, KEPT)
AT_ONCE = replace(SITE, settings=replace(SITE.settings, linkage_keep_days=0))
"""Everything that has ended is old."""


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlantCore]:
    monkeypatch.setattr(keeper, "PURGE_S", 0.0)
    with PlantCore(tmp_path, SITE) as running:
        yield running


def push(core: PlantCore, name: str) -> int:
    """The run that it starts, when it stands still."""
    assert core.command(PushButton(name, "")).stage is Stage.DONE
    (newest, *_) = core.runs(plan=name)

    def rests() -> bool:
        row = core.run(newest).run
        return row is not None and row.state in {RunState.ENDED, RunState.HOLDING}

    eventually(rests)
    return newest


def test_what_ended_long_ago_goes_with_all_that_came_of_it(core: PlantCore) -> None:
    old, under_way = push(core, "scene"), push(core, "kept")
    core.linkage.tell(ConfigurationApplied(AT_ONCE))
    eventually(lambda: core.runs() == [under_way])
    read = core.run(old)
    assert (read.run, read.steps, read.orders, read.signals) == (None, (), (), ())
    assert core.run(under_way).steps


def test_what_is_not_so_old_stays(core: PlantCore) -> None:
    run = push(core, "scene")
    young = replace(SITE, settings=replace(SITE.settings, linkage_keep_days=1))
    core.linkage.tell(ConfigurationApplied(young))
    push(core, "scene")
    assert run in core.runs()


def test_no_number_of_a_run_comes_again_though_none_is_left(core: PlantCore) -> None:
    last = [push(core, "scene") for _ in range(3)][-1]
    core.linkage.tell(ConfigurationApplied(AT_ONCE))
    eventually(lambda: core.runs() == [])
    core.restart()
    assert push(core, "kept") == last + 1
    core.restart()
    assert core.runs() == [last + 1]


def test_what_others_have_not_taken_stays_also_across_a_restart(core: PlantCore) -> None:
    first, second = push(core, "calls"), push(core, "calls")
    gone = push(core, "scene")
    core.linkage.tell(ConfigurationApplied(AT_ONCE))
    eventually(lambda: core.runs(plan="scene") == [])  # nobody waits for anything of it
    assert core.runs() == [second, first]
    core.site = AT_ONCE
    core.linkage.tell(Taken("alarm-orders", 1))
    eventually(lambda: core.runs() == [second])
    assert [one.run for one in core.reader.requests(0, 10)] == [second]
    core.restart()
    third = push(core, "calls")
    core.linkage.tell(Taken("notifier", 2))
    core.linkage.tell(Taken("alarm-orders", 3))  # the slowest counts
    eventually(lambda: core.runs() == [third])
    assert [(one.id, one.run) for one in core.reader.requests(0, 10)] == [(3, third)]
    assert third > gone


def test_a_few_go_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PlantCore(tmp_path, SITE) as core:
        for _ in range(5):
            push(core, "scene")
    store = LinkageStore(tmp_path / "linkage.db")
    found = [store.purge(time.time_ns(), 0, 2) for _ in range(4)]
    assert found == [2, 2, 1, 0]
    assert store.load(time.time_ns()).next_run == 6
    store.close()
