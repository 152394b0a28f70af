"""Runs jobs as a service: one thread watches the clock, others do the work, none of them an actor's."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql import ColumnElement

from actors.said import in_both, said
from business.audit.changes import watch
from business.jobs import runs
from business.jobs.firing import AT_ONCE, fire, next_fire_ns
from business.jobs.kinds import SECOND_NS, Catalogue, JobContext, JobKind, Lane, Progress
from business.jobs.messages import RunCancelled
from business.jobs.model import JobRun, RunState

logger = logging.getLogger(__name__)

LOOK_S = 30.0
"""The longest sleep: so soon is a jump of the wall clock noticed."""
REPORT_NS = SECOND_NS // 2
"""How long at least between two reports of progress."""
AGAIN_S = 1.0
"""How long to wait while the database cannot be written."""


class Runner:
    """Fires schedules and runs what is queued. Give `hear` the events of the module `Jobs`."""

    def __init__(
        self,
        kinds: Catalogue,
        sessions: sessionmaker[Session],
        zone: ZoneInfo,
        wall_ns: Callable[[], int],
        monotonic_ns: Callable[[], int],
        workers: Mapping[Lane, int] | None = None,
    ) -> None:
        """`sessions` are the one writer's; `workers` says how many threads a lane has, one by default."""
        watch(sessions)
        self._kinds = kinds
        self._sessions = sessions
        self._zone = zone
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._generation = 0
        self._claiming = threading.Lock()
        self._under_way: dict[int, tuple[str, threading.Event]] = {}
        """By run: its kind, and whether it is to be cancelled."""
        threads = dict.fromkeys(Lane, 1) if workers is None else workers
        lanes = [lane for lane, count in threads.items() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._watch_clock, name="job clock", daemon=True),
            *(
                threading.Thread(target=self._work, args=(lane,), name=f"{lane} jobs", daemon=True)
                for lane in lanes
            ),
        ]

    def start(self) -> None:
        """Take up what a former process left running, and begin. Raises SQLAlchemyError."""
        with self._sessions.begin() as session:
            for run in session.scalars(select(JobRun).where(JobRun.state == RunState.RUNNING)):
                runs.interrupt(run, self._kinds.get(run.job), self._wall_ns(), crashed=True)
                logger.warning("run %d of %s was interrupted; now %s", run.id, run.job, run.state)
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> bool:
        """End after the chunks under way; whether all threads have ended in time."""
        self._stopping.set()
        self.wake()
        end_ns = self._monotonic_ns() + int(timeout_s * SECOND_NS)
        for thread in self._threads:
            thread.join(max(0.0, (end_ns - self._monotonic_ns()) / SECOND_NS))
        return not any(thread.is_alive() for thread in self._threads)

    def hear(self, event: Any) -> None:
        """What a command of jobs has done."""
        if isinstance(event, RunCancelled) and (found := self._under_way.get(event.run)):
            found[1].set()
        self.wake()

    def wake(self) -> None:
        """Look at clock and queue now."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    # -- the clock

    def _watch_clock(self) -> None:
        self._repeat(self._tick)

    def _tick(self) -> float:
        """Fire what is due; how long to sleep, seconds."""
        now = self._wall_ns()
        fired = fire(self._sessions, self._zone, now)
        if fired:
            self.wake()
        if fired == AT_ONCE:
            return 0.0
        with self._sessions() as session:
            return self._sleep_s(next_fire_ns(session), now)

    # -- the work

    def _work(self, lane: Lane) -> None:
        if lane is Lane.HEAVY:
            # What no code knows any more is claimed too, to be failed.
            others = [kind.name for kind in self._kinds.values() if kind.lane is not Lane.HEAVY]
            which = JobRun.job.not_in(others)
        else:
            which = JobRun.job.in_([kind.name for kind in self._kinds.values() if kind.lane is lane])

        def step() -> float:
            return 0.0 if self._run_next(which) else self._until_retry()

        self._repeat(step)

    def _until_retry(self) -> float:
        now = self._wall_ns()
        with self._sessions() as session:
            return self._sleep_s(runs.next_retry_ns(session, now), now)

    def _run_next(self, which: ColumnElement[bool]) -> bool:
        with self._claiming:
            busy = {job for job, _ in self._under_way.values()}
            with self._sessions.begin() as session:
                claimed = runs.claim(session, which, busy, self._wall_ns())
            if claimed is None:
                return False
            cancel = threading.Event()
            self._under_way[claimed.id] = (claimed.job, cancel)
        try:
            self._run(claimed, cancel)
        finally:
            with self._claiming:
                del self._under_way[claimed.id]
        self.wake()
        return True

    def _run(self, claimed: runs.Claimed, cancel: threading.Event) -> None:
        kind = self._kinds.get(claimed.job)
        if kind is None:
            known = ", ".join(sorted(self._kinds))
            error = said(
                f"程序中已没有任务“{claimed.job}”；可用：{known}",
                f"no job {claimed.job!r} in this program; there are {known}",
            )
            self._persist(lambda session: runs.fail(session, claimed.id, None, error, self._wall_ns()))
            return
        try:
            progress, ended = self._chunks(kind, claimed, cancel)
        except Exception as failure:  # the job's own defect: it stands in the log of runs
            logger.warning("run %d of %s failed", claimed.id, claimed.job, exc_info=True)
            error = f"{type(failure).__name__}: {failure}"
            self._persist(lambda session: runs.fail(session, claimed.id, kind, error, self._wall_ns()))
            return
        self._persist(lambda session: self._conclude(session, claimed.id, kind, progress, ended, cancel))

    def _chunks(self, kind: JobKind, claimed: runs.Claimed, cancel: threading.Event) -> tuple[Progress, bool]:
        """Work until the end, a cancellation or a stop; how far it came and whether it came to the end."""
        context = JobContext(json.loads(claimed.arguments), cancel.is_set, self._wall_ns, self._sessions)
        progress, reported_ns = Progress(0), self._monotonic_ns() - REPORT_NS
        with closing(kind.work(context)) as work:
            for progress in work:
                now_ns = self._monotonic_ns()
                if now_ns - reported_ns >= REPORT_NS:
                    reported_ns = now_ns
                    with self._sessions.begin() as session:
                        if runs.report(session, claimed.id, progress):
                            cancel.set()
                if cancel.is_set() or self._stopping.is_set():
                    return progress, False
        return progress, not cancel.is_set()

    def _conclude(
        self,
        session: Session,
        run_id: int,
        kind: JobKind,
        progress: Progress,
        ended: bool,  # noqa: FBT001
        cancel: threading.Event,
    ) -> None:
        now = self._wall_ns()
        if ended:
            runs.finish(session, run_id, progress, now)
        elif cancel.is_set():
            runs.cancelled(session, run_id, progress, now)
        else:
            run = session.get(JobRun, run_id)
            assert run is not None
            runs.interrupt(run, kind, now, crashed=False)

    # -- in any weather

    def _persist(self, change: Callable[[Session], None]) -> None:
        """Write how a run ended, as often as it takes; after a stop the next process finds it interrupted."""
        while True:
            try:
                with self._sessions.begin() as session:
                    change(session)
            except SQLAlchemyError as error:
                logger.warning("the end of a run cannot be written: %s", in_both(str(error)))
                if self._stopping.wait(AGAIN_S):
                    return
            else:
                return

    def _repeat(self, step: Callable[[], float]) -> None:
        """Call it until the stop, each time after the seconds that it asks for or when woken."""
        while not self._stopping.is_set():
            seen = self._generation
            try:
                sleep_s = step()
            except SQLAlchemyError as error:
                logger.warning("jobs wait for the business database: %s", error)
                sleep_s = AGAIN_S
            except Exception:  # a defect must not end the thread: all jobs would stand still unnoticed
                logger.exception("jobs met a defect; they look again in %g s", LOOK_S)
                sleep_s = LOOK_S
            self._sleep(seen, sleep_s)

    @staticmethod
    def _sleep_s(until_ns: int | None, now_ns: int) -> float:
        return LOOK_S if until_ns is None else min(LOOK_S, max(0, until_ns - now_ns) / SECOND_NS)

    def _sleep(self, seen: int, sleep_s: float) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._generation != seen or self._stopping.is_set(), timeout=sleep_s
            )
