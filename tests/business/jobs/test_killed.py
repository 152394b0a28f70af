"""`kill -9` at every step: nothing starts twice, nothing is lost, what was under way is marked."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.business.jobs.bench import START_NS, Bench, Counter

pytestmark = pytest.mark.both_databases

MINUTE = 60_000_000_000
ROOT = Path(__file__).parents[3]
DYING = """
import sys, time
from sqlalchemy import event, select
from business.jobs import firing, runs
from business.jobs.model import JobRun
from tests.business.jobs.bench import SHANGHAI, START_NS, Counter, Bench

bench = Bench(sys.argv[1], Counter().kind())
now = START_NS + 60_000_000_000

def die():
    print("now", flush=True)
    sys.stdin.read()

if sys.argv[2] == "before the commit":
    event.listen(bench.sessions, "before_commit", lambda session: die())
firing.fire(bench.sessions, SHANGHAI, now)
if sys.argv[2] == "after the claim":
    with bench.sessions.begin() as session:
        assert runs.claim(session, JobRun.id > 0, (), now)
die()
"""


def kill(bench: Bench, when: str) -> None:
    """What dies is the one writer, so that the bench lets go of the database first."""
    bench.writer.dispose()
    url = bench.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", DYING, url, when],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        child.kill()


@pytest.mark.parametrize("when", ["before the commit", "between fire and run"])
def test_killed_between_fire_and_run_it_starts_exactly_once(
    make_bench: Callable[..., Bench], when: str
) -> None:
    job = Counter()
    bench = make_bench(job.kind())
    bench.schedule("every 1 minutes")
    kill(bench, when)
    assert bench.states() == ([] if when == "before the commit" else ["queued"])
    bench.now_ns = START_NS + MINUTE
    for _ in range(2):
        bench.start()
        bench.wait_for_states("done")
        bench.stop()
    (run,) = bench.runs()
    assert (job.starts, run.starts, run.interruptions, run.due_ns) == (1, 1, 0, START_NS + MINUTE)


@pytest.mark.parametrize(("resumes", "state", "starts"), [(True, "done", 2), (False, "interrupted", 1)])
def test_killed_under_way_it_is_marked_and_started_again_by_policy(
    make_bench: Callable[..., Bench], resumes: bool, state: str, starts: int
) -> None:
    job = Counter()
    bench = make_bench(job.kind(resumes=resumes))
    bench.schedule("every 1 minutes")
    kill(bench, "after the claim")
    assert bench.states() == ["running"]
    bench.now_ns = START_NS + MINUTE
    bench.start()
    bench.wait_for_states(state)
    (run,) = bench.runs()
    assert (run.starts, run.interruptions, job.starts) == (starts, 1, starts - 1)
    assert "意外中断" in run.error


def test_a_run_under_which_the_process_keeps_dying_is_given_up(make_bench: Callable[..., Bench]) -> None:
    job = Counter()
    bench = make_bench(job.kind())
    bench.schedule("every 1 minutes")
    for _ in range(4):
        kill(bench, "after the claim")
        bench.start(workers={})
        bench.stop()
    assert bench.states() == ["interrupted"]
    assert job.starts == 0
