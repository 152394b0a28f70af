"""A version on trial: kept when every process has it, returned from when one does not come up (design 6)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from actors.loop import IoLoop
from actors.messages import Beat
from actors.paths import RunPaths
from actors.said import in_language
from config.applied import Event, Trial, begin, noted, under_way
from config.settings import Settings
from config.site import Site
from config.versions import VersionStore
from supervisor.changeover import TRIAL_S, Changeover
from supervisor.trial import FRESH_S, HOLD_S, Attendance

PROCESSES = ("core", "field", "office", "simulators")


class Stage:
    """One core over a run directory, with a clock that the test moves."""

    def __init__(self, paths: RunPaths, loop: IoLoop) -> None:
        self.paths = paths
        self.now_s = 100.0
        self.fields: tuple[str, ...] = ("field",)
        self.loop = loop
        self.versions = VersionStore(paths.configuration)
        paths.create()
        paths.processes.write_text(json.dumps({name: {"state": "running"} for name in PROCESSES}))
        for author in ("anna", "bo", "cy"):
            self.versions.add({"site.toml": {"by": author}}, author, "", "screen", lambda: datetime.now(UTC))
        self.start()

    def start(self) -> None:
        """As `core` starts, also after a crash."""
        self.attendance = Attendance(self.loop, self.paths, lambda: self.fields, lambda: self.now_s)
        self.changeover = Changeover(
            self.paths, self.attendance, self.versions, clock=lambda: self.now_s, wall_ns=lambda: 7
        )

    def beat(self, version: int, *processes: str, pid: int = 1) -> None:
        for name in processes:
            self.attendance.note(Beat(name, pid, 0, 0, version, {}))

    def pass_s(self, seconds: float, version: int, *processes: str) -> None:
        """With a beat a second, as long as it is."""
        for _ in range(int(seconds)):
            self.now_s += 1.0
            self.beat(version, *processes)

    def events(self) -> list[tuple[int, Event]]:
        return [(one.version, one.event) for one in noted(self.paths.configuration_log)]


@pytest.fixture
def stage(paths: RunPaths) -> Iterator[Stage]:
    loop = IoLoop()
    loop.start()
    stage = Stage(paths, loop)
    yield stage
    stage.attendance.stop(1.0)
    loop.stop(1.0)


def site(**settings: Any) -> Site:
    return Site("a", None, "UTC", 1, {}, {}, {}, (), replace(Settings(), **settings))  # type: ignore[arg-type]


def test_a_version_that_every_process_has_for_a_while_is_kept(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    assert stage.changeover.look(2) is None
    stage.pass_s(HOLD_S + 1, 2, "field", "office")
    assert stage.changeover.look(2) is None
    assert stage.events() == [(2, Event.APPLIED), (2, Event.KEPT)]
    assert under_way(stage.paths.trial) is None


def test_a_process_that_only_the_new_version_has_is_waited_for(stage: Stage) -> None:
    stage.fields = ("field", "field-bacnet")  # the outermost supervisor has not looked yet
    stage.changeover.begin(2, 1, "anna")
    stage.pass_s(HOLD_S + 1, 2, "field", "office")
    assert stage.changeover.look(2) is None
    assert under_way(stage.paths.trial) is not None
    stage.pass_s(HOLD_S + 1, 2, "field", "office", "field-bacnet")
    assert stage.changeover.look(2) is None
    assert stage.events() == [(2, Event.APPLIED), (2, Event.KEPT)]


def test_one_process_that_does_not_come_up_brings_the_version_before_back(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    stage.pass_s(TRIAL_S - 1, 2, "field")
    assert stage.changeover.look(2) is None
    stage.pass_s(2, 2, "field")
    assert stage.changeover.look(2) == 1
    assert stage.changeover.look(2) is None  # asked for once
    stage.changeover.returned()
    (_, returned) = noted(stage.paths.configuration_log)
    assert (returned.version, returned.event) == (2, Event.RETURNED)
    assert "office" in in_language(returned.reason, "zh")
    assert "60 s" in in_language(returned.reason, "en")


def test_a_process_that_comes_up_only_to_fall_again_has_not_come_up(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    for incarnation in range(int(TRIAL_S) + 1):
        stage.now_s += 1.0
        stage.beat(2, "field")
        stage.beat(2, "office", pid=incarnation)
    assert stage.changeover.look(2) == 1


def test_a_process_that_fell_silent_is_late(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    stage.pass_s(HOLD_S + 1, 2, "field", "office")
    stage.pass_s(FRESH_S + 1, 2, "field")
    assert stage.attendance.late(2) == ("office",)


def test_a_crash_of_core_in_the_middle_goes_on_with_the_trial(stage: Stage) -> None:
    """The pointer had moved: the version is watched on, and returned from all the same."""
    stage.changeover.begin(2, 1, "anna")
    stage.start()
    stage.changeover.resume(2)
    assert stage.changeover.look(2) is None
    stage.pass_s(TRIAL_S + 1, 2, "field")
    assert stage.changeover.look(2) == 1


def test_a_crash_before_the_pointer_moved_leaves_the_old_version_without_a_trial(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    stage.start()
    stage.changeover.resume(1)
    assert under_way(stage.paths.trial) is None
    assert stage.events()[-1] == (2, Event.RETURNED)


def test_a_crash_between_the_way_back_and_its_note_is_noted_by_the_next_start(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    stage.pass_s(TRIAL_S + 1, 2, "field")
    assert stage.changeover.look(2) == 1  # the pointer moves, and core dies
    stage.start()
    stage.changeover.resume(1)
    assert stage.events() == [(2, Event.APPLIED), (2, Event.RETURNED)]


def test_a_version_under_which_core_itself_keeps_falling_is_returned_from_at_once(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    for _ in range(4):
        stage.start()
        stage.changeover.resume(2)
    assert stage.changeover.look(2) == 1


def test_a_torn_trial_and_a_torn_log_are_none(stage: Stage) -> None:
    begin(stage.paths.trial, Trial(2, 1, "anna"))
    stage.paths.trial.write_text('{"version": 2, "bef')
    assert under_way(stage.paths.trial) is None
    stage.changeover.begin(3, 1, "anna")
    with stage.paths.configuration_log.open("a") as log:
        log.write('{"version": 4, "time_')
    assert stage.events() == [(3, Event.APPLIED)]


def test_during_a_trial_nobody_puts_another_version_in_force(stage: Stage) -> None:
    stage.changeover.begin(2, 1, "anna")
    assert "版本 2 正在试用" in stage.changeover.refusal(3, "bo", site())


def test_two_persons_are_asked_for_where_the_site_says_so(stage: Stage) -> None:
    """Version 2 is bo's. Once it was kept, anybody may go back to it."""
    assert stage.changeover.refusal(2, "bo", site()) == ""
    assert "双人确认" in stage.changeover.refusal(2, "bo", site(two_person=True))
    assert stage.changeover.refusal(2, "anna", site(two_person=True)) == ""
    stage.changeover.begin(2, 1, "anna")
    stage.pass_s(HOLD_S + 1, 2, "field", "office")
    stage.changeover.look(2)
    assert stage.changeover.refusal(2, "bo", site(two_person=True)) == ""
