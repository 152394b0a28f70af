"""The executor: what it follows, keeps and orders, whatever ends it in between (S0-3.5.5, S0-3.5.6)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.messages import (
    ConfirmRun,
    HangTag,
    LinkageState,
    Mode,
    NoticePosted,
    OperatePoint,
    Outcome,
    PushButton,
    RaiseEvent,
    ReleasePoint,
    RestoreRun,
    RunState,
    SelectPoint,
    SetArea,
    Stage,
    StationCalled,
    StepState,
)
from actors.refusals import OFFICE
from actors.said import in_language
from actors.zone import ConfigurationApplied
from config.plans import Condition, End, EndWhen, Op, StepKind, Trigger, TriggerKind
from tests.actors.alarm_core import DEADLINE_S, eventually
from tests.actors.linkage_bench import BACK, BUTTON, OTHER_SMOKE, SMOKE, name, plan, site, step, write
from tests.actors.linkage_core import PlantCore

SCENE = plan(
    "scene",
    write("fan", "ahu-1/fan", 50, **BACK),
    step("say", StepKind.SPEAK, after=("fan",)),
    step("post", StepKind.NOTICE, after=("fan",)),
    step("tell", StepKind.NOTIFY, after=("say",), target="guards"),
    write("damper", "ahu-2/damper", 7, after=("tell",), **BACK),
)
TWO = plan("two", write("w", "ahu-3/fan", 9), triggers=(SMOKE, OTHER_SMOKE), independent=2, level=1)
NEWS = plan("news", write("w", "ahu-3/damper", 3), triggers=(Trigger(TriggerKind.BUSINESS, event="rain"),))
KEPT = plan("kept", write("w", "ahu-2/fan", 40, **BACK), triggers=(BUTTON,), end=End(EndWhen.HAND))
SHOWN = plan(
    "shown",
    step("look", StepKind.CAMERA, device="ahu-1"),
    step("post", StepKind.NOTICE, after=("look",)),
    step("say", StepKind.SPEAK, after=("post",)),
    triggers=(BUTTON,),
    end=End(EndWhen.HAND),
)
SITE = site(SCENE, NEWS, KEPT, SHOWN)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[PlantCore]:
    with PlantCore(tmp_path, SITE) as running:
        yield running


def test_a_fresh_alarm_is_followed_to_its_last_step(core: PlantCore) -> None:
    core.occurs()
    read = core.ended()
    assert read.run is not None
    assert (read.run.outcome, read.run.cause, read.run.trigger) == (Outcome.DONE, "ahu-1/smoke/high", "alarm")
    assert {one.state for one in read.steps} == {StepState.DONE}
    assert [(body.device, body.point, body.value) for _, body in core.executed] == [
        ("ahu-1", "fan", 50), ("ahu-2", "damper", 7), ("ahu-2", "damper", 0), ("ahu-1", "fan", 0),
    ]  # fmt: skip
    assert core.heard(StationCalled).kind == "speak"
    assert [core.heard(NoticePosted).stands, core.heard(NoticePosted).stands] == [True, False]
    (request,) = core.reader.requests(0, 10)
    assert (request.kind, request.target, request.run) == ("notify", "guards", 1)
    assert core.reader.requests(request.id, 10) == ()


def test_every_write_is_in_the_record_of_commands_as_the_plans(core: PlantCore) -> None:
    core.occurs()
    core.ended()
    with core.journal_reader() as reader:
        rows = reader.commands()
    assert {(row.kind, row.user, row.session) for row in rows} == {("WritePoint", "linkage", "")}
    assert all(row.stages[-1].stage is Stage.CONFIRMED for row in rows)


def test_a_write_that_cannot_be_meant_is_refused_by_the_gate_and_told(tmp_path: Path) -> None:
    wrong = plan("wrong", write("w", "ahu-1/fan", 101))
    with PlantCore(tmp_path, site(wrong)) as core:
        core.occurs()
        (failed,) = core.ended().steps
        assert failed.state is StepState.FAILED
        assert "101 °C is outside 0 to 100" in in_language(failed.detail, "en")
        assert core.executed == []


def test_a_person_starts_verifies_and_releases_through_the_gate(tmp_path: Path) -> None:
    with PlantCore(tmp_path, site(TWO, KEPT)) as core:
        core.occurs()
        eventually(lambda: core.runs() == [1])
        assert core.command(PushButton("two", "")).stage is Stage.REFUSED  # it is under way
        core.office.refuses = "not you"
        assert core.command(ConfirmRun(1, "")).detail == "not you"
        core.office.refuses = ""
        assert core.command(ConfirmRun(1, "seen")).stage is Stage.DONE
        row = core.ended().run
        assert row is not None
        assert (row.user, row.note) == ("li", "seen")
        answer = core.command(ConfirmRun(9, ""))
        assert answer.stage is Stage.REFUSED
        assert "run 9 is not under way" in in_language(answer.detail, "en")


def test_only_the_office_itself_tells_of_business_without_a_session(core: PlantCore) -> None:
    core.office.refuses = "no session"
    assert core.command(RaiseEvent("rain", ())).stage is Stage.REFUSED
    assert core.command(RaiseEvent("rain", ()), OFFICE).stage is Stage.DONE
    assert core.ended().run is not None
    assert core.command(HangTag("ahu-1", ""), OFFICE).stage is Stage.REFUSED


def operate(core: PlantCore, point: str, value: float) -> None:
    device, point_id = point.split("/")
    selected = core.command(SelectPoint(device, point_id, value))
    done = core.command(OperatePoint(str(selected.value), device, point_id, value))
    assert done.stage is Stage.CONFIRMED


def test_a_person_who_operates_a_point_keeps_it_also_across_a_restart(core: PlantCore) -> None:
    operate(core, "ahu-2/fan", 11)
    eventually(lambda: [one.user for one in core.pulse.held] == ["li"])
    core.restart()
    assert core.command(PushButton("kept", "")).stage is Stage.DONE
    eventually(lambda: bool(core.run().steps) and core.run().steps[0].state is StepState.LOST)
    assert "li operated it" in in_language(core.run().steps[0].detail, "en")
    assert core.command(ReleasePoint("ahu-2", "fan", "")).stage is Stage.DONE
    eventually(lambda: core.pulse.held == ())


def test_what_a_run_holds_it_holds_after_a_restart(core: PlantCore) -> None:
    core.command(PushButton("kept", ""))
    eventually(lambda: core.run().run is not None and core.run().run.state is RunState.HOLDING)  # type: ignore[union-attr]
    core.restart()
    state = core.heard(LinkageState)
    while not state.held:
        state = core.heard(LinkageState)
    (held,) = state.held
    assert (held.plan, held.value) == ("kept", 40)


def test_what_stations_show_of_a_run_they_are_told_again_after_a_restart(core: PlantCore) -> None:
    """Nobody else remembers what is posted, and which cameras were called; nothing is spoken twice."""
    core.command(PushButton("shown", ""))
    camera, notice = core.heard(StationCalled), core.heard(NoticePosted)
    assert core.heard(StationCalled).kind == "speak"
    eventually(lambda: core.run().run is not None and core.run().run.state is RunState.HOLDING)  # type: ignore[union-attr]
    core.restart()
    again = core.heard(StationCalled)
    assert (again.id, again.kind, again.time_ns) == (camera.id, "camera", camera.time_ns)
    assert core.heard(NoticePosted) == notice
    core.command(RestoreRun(1, ""))
    while isinstance(message := core.published.get(timeout=DEADLINE_S), LinkageState):
        pass
    assert (message.id, message.stands) == (notice.id, False)


def test_a_condition_is_read_before_anything_is_done(tmp_path: Path) -> None:
    guarded = plan(
        "guarded", write("w", "ahu-1/fan", 5), conditions=(Condition(name("ahu-1/speed"), Op.EQUAL, 1),)
    )
    with PlantCore(tmp_path, site(guarded)) as core:
        core.occurs()
        row = core.ended().run
        assert row is not None
        assert row.outcome is Outcome.REFUSED
        core.values[name("ahu-1/speed")] = 1
        core.occurs()
        assert core.ended(2).steps[0].state is StepState.DONE


def test_what_happened_before_its_first_start_and_long_ago_starts_nothing(tmp_path: Path) -> None:
    core = PlantCore(tmp_path, SITE)
    with core:
        core.linkage.stop(block=True, timeout=DEADLINE_S)
        core.occurs(time_ns=time.time_ns() - 61 * 10**9)
        core.restart()
        row = core.ended().run
        assert row is not None
        assert row.outcome is Outcome.REFUSED
        assert core.executed == []


def test_an_alarm_whose_timer_rings_again_starts_nothing_again(core: PlantCore) -> None:
    core.occurs(event=1)
    core.ended()
    core.occurs(event=1, transition="re_alarm")
    core.occurs(event=2, transition="re_alarm")
    core.ended(2)
    assert core.runs() == [2, 1]


def test_a_class_is_shelved_through_the_gate(tmp_path: Path) -> None:
    shelving = plan(
        "works", step("shelve", StepKind.SHELVE, alarm_class="process", zone="building-a", hours=2)
    )
    with PlantCore(tmp_path, site(shelving)) as core:
        core.occurs()
        (done,) = core.ended().steps
        assert done.state is StepState.DONE
        (rule,) = core.ruled
        assert isinstance(rule.command, SetArea)
        assert rule.command.mode is Mode.SHELVED
        assert (rule.command.zone, rule.command.alarm_class) == ("building-a", "process")
        assert rule.command.until_ns > time.time_ns() + 7000 * 10**9


def test_a_new_configuration_counts_for_what_starts_next(core: PlantCore) -> None:
    core.linkage.tell(ConfigurationApplied(site(KEPT)))
    core.occurs()
    core.command(PushButton("kept", ""))
    assert core.runs() == [1]
    assert core.runs(plan="kept", trigger="button", level=5, group="other") == [1]
    assert core.runs(plan="scene") == core.runs(level=4) == core.runs(until_ns=1) == []


def test_pages_of_runs_go_by_cursor_and_filter(core: PlantCore) -> None:
    for at in range(5):
        core.command(RaiseEvent("rain", ()), OFFICE)
        core.ended(at + 1)
    assert core.runs() == [5, 4, 3, 2, 1]
    assert core.runs(trigger="business", outcome="done") == [5, 4, 3, 2, 1]
    assert core.runs(since_ns=core.run(4).run.opened_ns) == [5, 4]  # type: ignore[union-attr]


# --- whatever ends it in between


def effects(tmp_path: Path) -> int:
    """How many things the executor does to the world outside for one alarm."""
    with PlantCore(tmp_path, SITE) as core:
        core.occurs()
        core.ended()
        return core.kill.done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("answers", [True, False], ids=["answered", "unanswered"])
def test_a_kill_at_any_moment_neither_loses_nor_repeats(
    tmp_path: Path, *, after: bool, answers: bool
) -> None:
    (tmp_path / "whole").mkdir()
    count = effects(tmp_path / "whole")
    assert count > 8
    for at in range(1, count + 1):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        with PlantCore(folder, SITE) as core:
            core.kill.at, core.kill.after = at, after
            core.stages = (Stage.ACCEPTED, Stage.CONFIRMED) if answers else (Stage.ACCEPTED,)
            core.occurs()
            eventually(lambda core=core: not core.linkage.is_alive() or bool(core.executed))  # type: ignore[misc]
            if answers:
                eventually(lambda core=core: not core.linkage.is_alive())  # type: ignore[misc]
            core.stages = (Stage.ACCEPTED, Stage.CONFIRMED)
            core.restart()
            read = core.ended()
            assert core.runs() == [1], at
            ids = [id_ for id_, _ in core.executed]
            assert len(set(ids)) == len(ids), at
            given = {order.id: order for order in read.orders}
            assert set(ids) <= set(given)
            for id_, order in given.items():
                assert order.stage == "unknown" or (order.stage == "confirmed") == (id_ in ids), (at, order)
            assert all(one.state.is_final for one in read.steps)
            assert len(core.reader.requests(0, 10)) == 1
