"""An acknowledged alarm of the device itself: passed on to it, and what became of that journaled."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.messages import AcknowledgeAlarm, AlarmState, DeviceAcknowledged, PassAcknowledgement, Stage
from actors.said import in_language
from config.site import Site
from tests.actors.alarm_core import DEADLINE_S, Core, eventually
from tests.actors.alarm_zone import ANNA, began, ended
from tests.actors.test_alarm_book import HIGH, SITE

S = 1_000_000_000


def with_own_alarms(site: Site) -> Site:
    """The alarms of HIGH's point are the device's own."""
    device, point, _ = HIGH
    template = site.devices[device].template
    points = tuple(replace(one, acknowledge=one.id == point) for one in template.points)
    changed = replace(site.devices[device], template=replace(template, points=points))
    return replace(site, devices={**site.devices, device: changed})


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    with Core(tmp_path / "alarms.db", with_own_alarms(SITE)) as core:
        eventually(lambda: core.reads_asked == 1)
        core.apply(1, began(*HIGH, 1000))
        yield core


def acknowledge(core: Core) -> None:
    core.ask("a", AcknowledgeAlarm(*HIGH, 1, "seen"), ANNA)
    assert core.results.get(timeout=DEADLINE_S).stage is Stage.DONE


def test_it_is_passed_on_once_it_is_journaled_and_what_became_of_it_is_too(core: Core) -> None:
    acknowledge(core)
    command, issuer, _ = core.passed_on.get(timeout=DEADLINE_S)
    assert (command, issuer) == (PassAcknowledgement(*HIGH, 1, "seen"), ANNA)
    assert core.transitions()[-1] == "acknowledge"
    core.apply(2, DeviceAcknowledged(*HIGH, 1, "anna", "", 1001 * S))
    core.apply(3, DeviceAcknowledged(*HIGH, 1, "anna", "it says no", 1002 * S))
    with core.reader() as reader:
        *_, taken, refused = reader.since(0)
    assert (taken.transition, taken.user, taken.note) == ("device_acknowledged", "anna", "")
    assert (refused.transition, refused.event, refused.note) == ("device_not_acknowledged", 1, "it says no")
    assert (refused.state, refused.annunciated) == (AlarmState.ACKNOWLEDGED, False)


def test_where_no_process_takes_it_the_acknowledgement_stands_and_the_journal_says_why(core: Core) -> None:
    acknowledge(core)
    _, _, failed = core.passed_on.get(timeout=DEADLINE_S)
    failed("field-1 is away")
    eventually(lambda: core.transitions()[-1] == "device_not_acknowledged")
    with core.reader() as reader:
        row = reader.since(0)[-1]
    assert (row.user, row.note, row.state) == ("anna", "field-1 is away", AlarmState.ACKNOWLEDGED)


def begins_anew(core: Core) -> None:
    """The zone alone: what it knows of alarms comes from the journal, as for the next `core`."""
    core.zone.stop(block=True, timeout=DEADLINE_S)
    core.now_s += 60.0
    reads = core.reads_asked
    core.start_zone()
    eventually(lambda: core.reads_asked > reads)


def test_what_core_died_over_is_passed_on_by_the_next_with_the_time_of_the_deed(core: Core) -> None:
    acknowledge(core)
    core.passed_on.get(timeout=DEADLINE_S)  # and is never heard of again
    begins_anew(core)
    command, issuer, taken = core.passed_on.get(timeout=DEADLINE_S)
    assert (command, issuer.user) == (PassAcknowledgement(*HIGH, 1, "seen", 1000 * S), "anna")
    taken("")
    core.apply(2, DeviceAcknowledged(*HIGH, 1, "anna", "", 1060 * S))
    assert core.transitions()[-1] == "device_acknowledged"
    begins_anew(core)
    assert core.passed_on.empty()


def test_what_has_occurred_again_since_is_passed_on_no_more(core: Core) -> None:
    acknowledge(core)
    core.passed_on.get(timeout=DEADLINE_S)
    core.apply(2, ended(*HIGH, 1001), began(*HIGH, 1002))
    eventually(lambda: len(core.transitions()) > 3)
    begins_anew(core)
    assert core.passed_on.empty()


def test_what_the_process_has_taken_over_is_passed_on_once(core: Core) -> None:
    acknowledge(core)
    _, _, taken = core.passed_on.get(timeout=DEADLINE_S)
    taken("")
    core.apply(2, ended(*HIGH, 1001))
    eventually(lambda: core.transitions()[-1] != "acknowledge")
    begins_anew(core)
    assert core.passed_on.empty()


def test_a_late_answer_about_an_earlier_event_names_it(core: Core) -> None:
    core.apply(2, ended(*HIGH, 1001), began(*HIGH, 1002))
    eventually(lambda: len(core.transitions()) > 2)
    core.apply(4, DeviceAcknowledged(*HIGH, 1, "anna", "it says no", 1003 * S))
    with core.reader() as reader:
        *_, occurred, refused = reader.since(0)
    assert refused.event == occurred.event == 2
    assert in_language(refused.note, "en") == "event 1. it says no"


def test_a_row_that_comes_again_is_journaled_once(core: Core) -> None:
    told = DeviceAcknowledged(*HIGH, 1, "anna", "", 1001 * S)
    for _ in range(2):
        core.apply(2, told)
    assert core.transitions().count("device_acknowledged") == 1


def test_a_refused_one_is_not_passed_on(core: Core) -> None:
    core.ask("a", AcknowledgeAlarm(*HIGH, 9, "seen"), ANNA)
    assert core.results.get(timeout=DEADLINE_S).stage is Stage.REFUSED
    assert core.passed_on.empty()


def test_an_alarm_that_only_steward_keeps_concerns_no_device(tmp_path: Path) -> None:
    with Core(tmp_path / "alarms.db", SITE) as core:
        eventually(lambda: core.reads_asked == 1)
        core.apply(1, began(*HIGH, 1000))
        core.ask("a", AcknowledgeAlarm(*HIGH, 1, "seen"), ANNA)
        assert core.results.get(timeout=DEADLINE_S).stage is Stage.DONE
        assert core.passed_on.empty()
