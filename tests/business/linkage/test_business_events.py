"""What happens in the office starts the plans that wait for it, once, and never late (S0-3.5.5)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from actors.messages import CommandResult, RaiseEvent, Stage
from business.audit.changes import watch
from business.follower import NotTaken
from business.linkage.events import LATE_NS, BusinessEvents
from config.plans import Plan, Trigger, TriggerKind
from config.site import Site
from tests.actors.linkage_bench import plan, site, write
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


def waiting(id_: str, event: str, subject: str = "", *, enabled: bool = True) -> Plan:
    trigger = Trigger(TriggerKind.BUSINESS, event=event, subject=subject)
    return plan(id_, write("on", "ahu-1/fan", 1), triggers=(trigger,), enabled=enabled)


class Wired(Desk):
    """An office with a `core` that hears of it."""

    def __init__(self, database: URL) -> None:
        super().__init__(database)
        self.staff()
        watch(self.sessions)
        self.told: list[tuple[str, RaiseEvent]] = []
        self.stage = Stage.DONE
        self.site: Site = site(waiting("any", "CreateSchedule"))
        self.follower = self.another()

    def another(self) -> BusinessEvents:
        """As after a restart."""
        return BusinessEvents(self.sessions, lambda: self.site, self._tell, self.wall_ns, on_failure=_raise)

    def _tell(self, event: RaiseEvent, id_: str) -> CommandResult:
        self.told.append((id_, event))
        return CommandResult(id_, self.stage, "", None, 0)

    def happen(self, schedule: str) -> None:
        body = {"schedule": schedule, "job": "count", "trigger": "0 3 * * *"}
        assert self.ask("POST", "/jobs/schedules", self.token("system"), body).status_code == 201

    def heard(self) -> list[str]:
        """The first object of each event."""
        return [event.objects[0] for _, event in self.told]


def _raise(error: BaseException) -> None:
    raise error


@pytest.fixture
def wired(database: URL) -> Iterator[Wired]:
    wired = Wired(database)
    wired.follower.turn()
    yield wired
    wired.close()


def test_what_a_plan_waits_for_is_told_once_with_its_object(wired: Wired) -> None:
    wired.happen("nightly")
    wired.follower.turn()
    wired.follower.turn()
    ((_, event),) = wired.told
    assert (event.name, event.objects[0]) == ("CreateSchedule", "schedules/nightly")


def test_nothing_is_told_that_no_enabled_plan_waits_for(wired: Wired) -> None:
    wired.site = site(
        waiting("other", "MoveIn"), waiting("off", "CreateSchedule", enabled=False), waiting("a", "LogIn")
    )
    wired.happen("nightly")
    wired.follower.turn()
    assert wired.told == []


def test_a_subject_means_the_objects_that_begin_with_it(wired: Wired) -> None:
    wired.site = site(waiting("one", "CreateSchedule", "schedules/week"))
    wired.happen("nightly")
    wired.happen("weekly")
    wired.follower.turn()
    assert wired.heard() == ["schedules/weekly"]


def test_while_core_does_not_take_it_the_event_waits_and_those_behind_it_too(wired: Wired) -> None:
    wired.stage = Stage.FAILED
    wired.happen("first")
    wired.happen("second")
    with pytest.raises(NotTaken):
        wired.follower.turn()
    wired.stage = Stage.DONE
    wired.follower.turn()
    assert wired.heard() == ["schedules/first", "schedules/first", "schedules/second"]
    assert wired.told[0][0] == wired.told[1][0] != wired.told[2][0]


def test_after_a_restart_what_is_not_late_is_told_again_under_its_id(wired: Wired) -> None:
    wired.happen("nightly")
    wired.follower.turn()
    wired.another().turn()
    assert wired.told[0] == wired.told[1]


def test_what_is_late_starts_nothing(wired: Wired) -> None:
    wired.happen("nightly")
    wired.pass_minutes(LATE_NS / 60e9 + 0.1)
    wired.follower.turn()
    wired.another().turn()
    assert wired.told == []
