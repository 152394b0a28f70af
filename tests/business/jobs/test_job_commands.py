"""Commands and queries of jobs, through the gate with its audit."""

from typing import Any

import pytest
from sqlalchemy import select

from actors.messages import Issuer, Stage
from business.audit.model import AuditRecord
from business.gate import Execute, Outcome
from business.jobs.kinds import catalogue
from business.jobs.messages import (
    COMMANDS,
    CancelRun,
    ChangeSchedule,
    CreateSchedule,
    RemoveSchedule,
    RunJobNow,
)
from business.jobs.model import RunState
from business.jobs.purge import PURGE_RUNS
from business.jobs.queries import WantedRuns, run, run_log, schedules
from business.jobs.service import Jobs
from tests.business.conftest import Office
from tests.business.jobs.bench import SHANGHAI

pytestmark = pytest.mark.both_databases


def do(office: Office, command: Any) -> Outcome:
    jobs = Jobs(catalogue(PURGE_RUNS), SHANGHAI, office.wall_ns)
    return office.gate.on_own_account(jobs, Execute(Issuer("anna", "", "10.0.0.1"), command))


CREATE = CreateSchedule("nightly", "purge_runs", "0 3 * * *")


def test_every_command_asks_for_the_permission_of_jobs() -> None:
    assert {command.permission for command in COMMANDS} == {"job.manage"}  # type: ignore[attr-defined]


def test_a_schedule_is_created_changed_switched_off_and_removed(office: Office) -> None:
    assert do(office, CREATE).stage is Stage.DONE
    with office.sessions() as session:
        (before,) = schedules(session)
    assert before.next_fire_ns is not None
    change = ChangeSchedule("nightly", "purge_runs", "every 2 hours", "{}", False, "skip", 1, 60)
    assert do(office, change).stage is Stage.DONE
    with office.sessions() as session:
        (after,) = schedules(session)
        record = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc())).first()
        assert record is not None
        assert (record.kind, record.object) == ("ChangeSchedule", "schedules/nightly")
        assert "every 2 hours" in str(record.changes[0].after)
    assert (after.trigger, after.enabled, after.next_fire_ns) == ("every 2 hours", False, None)
    assert do(office, RemoveSchedule("nightly")).stage is Stage.DONE
    with office.sessions() as session:
        assert schedules(session) == ()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (CreateSchedule("a", "nothing", "0 3 * * *"), "purge_runs"),
        (CreateSchedule("a", "purge_runs", "0 3 * * 1"), "weekday"),
        (CreateSchedule("", "purge_runs", "0 3 * * *"), "64"),
        (CreateSchedule("a", "purge_runs", "0 3 * * *", catch_up="all"), "skip"),
        (CreateSchedule("a", "purge_runs", "0 3 * * *", catch_up_limit=101), "100"),
        (CreateSchedule("a", "purge_runs", "0 3 * * *", window_s=-1), "604800"),
        (CreateSchedule("a", "purge_runs", "0 3 * * *", "[]"), "JSON"),
        (CreateSchedule("a", "purge_runs", "0 3 * * *", '{"keep_days": 0}'), "3650"),
        (RunJobNow("nothing"), "purge_runs"),
        (RunJobNow("purge_runs", "x" * 4001), "4000"),
        (RemoveSchedule("a"), "reload"),
        (CancelRun(7), "reload"),
    ],
)
def test_what_is_unfit_is_refused_with_the_way_out(office: Office, command: Any, says: str) -> None:
    outcome = do(office, command)
    assert outcome.stage is Stage.REFUSED
    assert says in outcome.detail
    with office.sessions() as session:
        assert schedules(session) == ()
        assert run_log(session).rows == ()


def test_a_name_is_given_once(office: Office) -> None:
    do(office, CREATE)
    assert "another name" in do(office, CREATE).detail


def test_a_queued_run_is_cancelled_at_once_and_only_once(office: Office) -> None:
    do(office, RunJobNow("purge_runs"))
    assert do(office, CancelRun(1)).stage is Stage.DONE
    with office.sessions() as session:
        found = run(session, 1)
    assert found is not None
    assert (found.state, found.ended_ns) == (RunState.CANCELLED, office.now_ns)
    assert "has ended" in do(office, CancelRun(1)).detail


def test_the_log_is_paged_without_gap_or_repetition(office: Office) -> None:
    for _ in range(7):
        do(office, RunJobNow("purge_runs"))
    seen, before = [], None
    with office.sessions() as session:
        while True:
            page = run_log(session, WantedRuns(job="purge_runs"), before=before, limit=3)
            seen += [row.id for row in page.rows]
            if (before := page.next_before) is None:
                break
        assert run_log(session, WantedRuns(states=[RunState.DONE])).rows == ()
    assert seen == [7, 6, 5, 4, 3, 2, 1]
