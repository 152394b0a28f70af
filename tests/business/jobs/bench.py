"""Jobs on a real database file, with clocks that the test moves and waits that end with a commit."""

import threading
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, event, make_url, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.database import open_reader, open_writer, sessions
from business.jobs.kinds import Catalogue, JobContext, JobKind, Lane, Progress, catalogue
from business.jobs.messages import CreateSchedule
from business.jobs.model import JobDue, JobRun
from business.jobs.runner import Runner
from business.jobs.service import Jobs
from business.migrations import migrate
from config.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
ANNA = Issuer("anna", "s1", "10.0.0.1")
WAIT_S = 20.0


def ns(zone: ZoneInfo, *parts: int, fold: int = 0) -> int:
    """A time on the wall of a site."""
    return round(datetime(*parts, tzinfo=zone, fold=fold).timestamp()) * 1_000_000_000  # type: ignore[arg-type, misc]


START_NS = ns(SHANGHAI, 2027, 6, 1, 12)


class Counter:
    """A job that counts its starts, in steps that the test lets through."""

    def __init__(self, steps: int = 1, *, gated: bool = False) -> None:
        self.steps = steps
        self.starts = 0
        self.stepped = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.gated = gated
        self.closed = threading.Event()
        self.failures: list[Exception] = []

    def work(self, context: JobContext) -> Generator[Progress, None, None]:
        self.starts += 1
        if self.failures:
            raise self.failures.pop(0)
        try:
            for step in range(1, self.steps + 1):
                self.stepped.release()
                if self.gated:
                    assert self.go.acquire(timeout=WAIT_S)
                yield Progress(step, self.steps, f"step {step}")
        finally:
            self.closed.set()

    def kind(self, name: str = "count", **how: Any) -> JobKind:
        return JobKind(name, Text("计数", "Count"), self.work, **how)


class Bench:
    """The module `Jobs`, its database and, between `start` and `stop`, a runner."""

    def __init__(self, url: str | URL, *kinds: JobKind, zone: ZoneInfo = SHANGHAI) -> None:
        self.url = make_url(url)
        self.now_ns = START_NS
        self.monotonic = 0
        self.zone = zone
        self.kinds: Catalogue = catalogue(*kinds)
        self.writer = open_writer(self.url)
        migrate(self.writer)
        self.reader = sessions(open_reader(self.url))
        self.sessions = sessions(self.writer)
        self._committed = threading.Condition()
        event.listen(self.sessions, "after_commit", self._note)
        self.jobs = Jobs(self.kinds, zone, self.wall_ns)
        self.runner: Runner | None = None

    def _note(self, _session: Session) -> None:
        with self._committed:
            self._committed.notify_all()

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.monotonic

    def do(self, command: Any) -> tuple[Any, ...]:
        with self.sessions.begin() as session:
            events = self.jobs.handle(session, ANNA, command)
        if self.runner is not None:
            for each in events:
                self.runner.hear(each)
        return events

    def schedule(self, trigger: str, job: str = "count", **how: Any) -> None:
        self.do(CreateSchedule("plan", job, trigger, **how))

    def start(self, workers: Mapping[Lane, int] | None = None) -> None:
        self.runner = Runner(self.kinds, self.sessions, self.zone, self.wall_ns, self.monotonic_ns, workers)
        self.runner.start()

    def stop(self) -> None:
        if self.runner is not None:
            assert self.runner.stop(WAIT_S)
            self.runner = None

    def set_clock(self, now_ns: int) -> None:
        self.now_ns = now_ns
        if self.runner is not None:
            self.runner.wake()

    def runs(self) -> list[JobRun]:
        with self.reader() as session:
            return list(session.scalars(select(JobRun).order_by(JobRun.id)))

    def states(self) -> list[str]:
        return [run.state for run in self.runs()]

    def due(self) -> JobDue:
        with self.reader() as session:
            return session.scalars(select(JobDue)).one()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Asked again after every commit."""
        with self._committed:
            assert self._committed.wait_for(is_so, WAIT_S), self.states()

    def wait_until(self, read: Callable[[], object], wanted: object) -> None:
        self.wait_for(lambda: read() == wanted)

    def wait_for_states(self, *states: str) -> None:
        self.wait_for(lambda: self.states() == list(states))

    def close(self) -> None:
        self.stop()
        self.reader.kw["bind"].dispose()
        self.writer.dispose()
