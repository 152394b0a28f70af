"""The runner with real threads and a real database: issue 3 "Jobs"; A13."""

import threading
from collections.abc import Callable, Generator

import pytest

from business.jobs.kinds import JobContext, JobKind, Lane, Progress, Retry
from business.jobs.messages import CancelRun, RunJobNow
from config.text import Text
from tests.business.jobs.bench import NEW_YORK, START_NS, WAIT_S, Bench, Counter, ns

pytestmark = pytest.mark.both_databases

MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
MakeBench = Callable[..., Bench]


def test_a_run_that_is_asked_for_runs_and_stands_in_the_log(make_bench: MakeBench) -> None:
    job = Counter(3)
    bench = make_bench(job.kind())
    bench.start()
    bench.do(RunJobNow("count"))
    bench.wait_for_states("done")
    (run,) = bench.runs()
    assert (run.asked_by, run.starts, run.done, run.total, run.text) == ("anna", 1, 3, 3, "step 3")
    assert (run.started_ns, run.ended_ns) == (START_NS, START_NS)


def test_a_schedule_fires_at_its_time_and_not_before(make_bench: MakeBench) -> None:
    job = Counter()
    bench = make_bench(job.kind())
    bench.schedule("every 10 minutes")
    bench.start()
    bench.set_clock(START_NS + 10 * MINUTE)
    bench.wait_for_states("done")
    assert (bench.runs()[0].due_ns, bench.due().last_fire_ns) == (START_NS + 10 * MINUTE,) * 2
    assert bench.due().next_fire_ns == START_NS + 20 * MINUTE
    assert job.starts == 1


def test_a_clock_put_back_by_an_hour_runs_nothing_twice(make_bench: MakeBench) -> None:
    job = Counter()
    bench = make_bench(job.kind())
    bench.schedule("every 10 minutes")
    bench.start()
    for step in (1, 2, 3):
        bench.set_clock(START_NS + step * 10 * MINUTE)
        bench.wait_for_states(*["done"] * step)
    bench.stop()
    for minute in range(-30, 31):
        bench.set_clock(START_NS + minute * MINUTE)
        bench.start()
        bench.do(RunJobNow("count"))  # what is queued behind it has been seen once it is done
        bench.wait_for(lambda: bench.states()[-1] == "done")
        bench.stop()
    scheduled = [run.due_ns for run in bench.runs() if run.schedule_id is not None]
    assert scheduled == [START_NS + step * 10 * MINUTE for step in (1, 2, 3)]


@pytest.mark.parametrize(
    ("catch_up", "states", "dues"),
    [
        ("skip", ["skipped"], [1]),
        ("once", ["skipped", "done"], [1, 6]),
        ("each", ["skipped", "done", "done", "done"], [1, 4, 5, 6]),
    ],
)
def test_a_clock_put_forward_follows_the_catch_up_policy(
    make_bench: MakeBench, catch_up: str, states: list[str], dues: list[int]
) -> None:
    bench = make_bench(Counter().kind())
    bench.schedule("every 1 hours", catch_up=catch_up, catch_up_limit=3, window_s=60)
    bench.start()
    bench.set_clock(START_NS + 6 * HOUR + 30 * MINUTE)
    bench.wait_for_states(*states)
    assert [run.due_ns for run in bench.runs()] == [START_NS + hour * HOUR for hour in dues]
    assert bench.due().next_fire_ns == START_NS + 7 * HOUR


def test_a_firing_within_the_window_is_on_time_after_a_restart(make_bench: MakeBench) -> None:
    bench = make_bench(Counter().kind())
    bench.schedule("every 1 hours", catch_up="skip", window_s=300)
    bench.now_ns = START_NS + HOUR + 5 * MINUTE
    bench.start()
    bench.wait_for_states("done")


def test_a_clock_that_was_a_year_ahead_leaves_no_year_of_silence(make_bench: MakeBench) -> None:
    bench = make_bench(Counter().kind())
    bench.now_ns = START_NS + 365 * 24 * HOUR
    bench.schedule("every 1 hours")
    bench.now_ns = START_NS
    bench.start()
    bench.wait_for(lambda: bench.due().next_fire_ns == START_NS + HOUR)
    bench.set_clock(START_NS + HOUR)
    bench.wait_for_states("done")


def test_the_hour_that_comes_twice_runs_a_daily_job_once(make_bench: MakeBench) -> None:
    bench = make_bench(Counter().kind(), zone=NEW_YORK)
    bench.now_ns = ns(NEW_YORK, 2027, 11, 7, 0)
    bench.schedule("30 1 * * *")
    bench.start()
    bench.set_clock(ns(NEW_YORK, 2027, 11, 7, 1, 30))
    bench.wait_for_states("done")
    assert bench.due().next_fire_ns == ns(NEW_YORK, 2027, 11, 8, 1, 30)


def test_a_running_job_is_cancelled_between_two_chunks(make_bench: MakeBench) -> None:
    job = Counter(1000, gated=True)
    bench = make_bench(job.kind())
    bench.start()
    bench.do(RunJobNow("count"))
    assert job.stepped.acquire(timeout=WAIT_S)
    bench.do(CancelRun(1))
    job.go.release()
    bench.wait_for_states("cancelled")
    assert job.closed.is_set()
    assert bench.runs()[0].done == 1


def test_progress_is_written_at_most_twice_a_second(make_bench: MakeBench) -> None:
    job = Counter(20, gated=True)
    bench = make_bench(job.kind())
    bench.start()
    bench.do(RunJobNow("count"))
    seen = []
    for step in range(20):
        assert job.stepped.acquire(timeout=WAIT_S)
        seen.append(bench.runs()[0].done)
        bench.monotonic = step * 100_000_000
        job.go.release()
    bench.wait_for_states("done")
    assert seen == [0] + [1] * 5 + [6] * 5 + [11] * 5 + [16] * 4


def test_a_failure_is_tried_again_after_waits_that_double(make_bench: MakeBench) -> None:
    job = Counter()
    job.failures = [OSError("no paper"), OSError("no ink"), OSError("no power")]
    bench = make_bench(job.kind(retry=Retry(3, first_s=60)))
    bench.start()
    bench.do(RunJobNow("count"))
    waits = []
    for failures in (1, 2):
        bench.wait_until(lambda: bench.runs()[0].failures, failures)
        waits.append(bench.runs()[0].not_before_ns - bench.now_ns)
        bench.set_clock(bench.runs()[0].not_before_ns)
    bench.wait_for_states("failed")
    (run,) = bench.runs()
    assert waits == [MINUTE, 2 * MINUTE]
    assert (run.starts, run.failures, run.error) == (3, 3, "OSError: no power")


def test_a_failure_that_is_mended_ends_well(make_bench: MakeBench) -> None:
    job = Counter()
    job.failures = [OSError("no paper")]
    bench = make_bench(job.kind(retry=Retry(2, first_s=5)))
    bench.start()
    bench.do(RunJobNow("count"))
    bench.wait_for(lambda: bench.runs()[0].failures == 1)
    bench.set_clock(START_NS + 5_000_000_000)
    bench.wait_for_states("done")
    assert bench.runs()[0].starts == 2


def test_a_stop_ends_after_the_chunk_and_the_next_start_takes_it_up(make_bench: MakeBench) -> None:
    job = Counter(3, gated=True)
    bench = make_bench(job.kind())
    bench.start()
    bench.do(RunJobNow("count"))
    assert job.stepped.acquire(timeout=WAIT_S)
    assert bench.runner is not None
    assert not bench.runner.stop(0)  # the chunk is under way
    job.go.release()
    bench.wait_for_states("queued")
    bench.stop()
    assert (bench.runs()[0].interruptions, job.closed.is_set()) == (0, True)
    for _ in range(3):
        job.go.release()
    bench.start()
    bench.wait_for_states("done")
    assert bench.runs()[0].starts == 2


def test_a_long_job_does_not_hold_up_a_short_one_and_two_of_a_kind_wait(make_bench: MakeBench) -> None:
    long, short = Counter(gated=True), Counter()
    bench = make_bench(long.kind("long", lane=Lane.HEAVY), short.kind("short"))
    bench.start()
    bench.do(RunJobNow("long"))
    bench.do(RunJobNow("long"))
    assert long.stepped.acquire(timeout=WAIT_S)
    bench.do(RunJobNow("short"))
    bench.wait_for_states("running", "queued", "done")
    long.go.release()
    long.go.release()
    bench.wait_for_states("done", "done", "done")


def test_a_schedule_slower_than_its_interval_does_not_pile_up(make_bench: MakeBench) -> None:
    job = Counter(gated=True)
    bench = make_bench(job.kind())
    bench.schedule("every 1 minutes")
    bench.start()
    bench.set_clock(START_NS + MINUTE)
    assert job.stepped.acquire(timeout=WAIT_S)
    for minute in (2, 3, 4):
        bench.set_clock(START_NS + minute * MINUTE)
        bench.wait_until(lambda: len(bench.runs()), minute)
    assert bench.states() == ["running", "queued", "skipped", "skipped"]
    job.go.release()
    job.go.release()
    bench.wait_for_states("done", "done", "skipped", "skipped")


def test_a_job_that_the_program_no_longer_knows_fails_with_its_name(make_bench: MakeBench) -> None:
    bench = make_bench(Counter().kind(), Counter().kind("gone"))
    bench.schedule("every 1 minutes", job="gone")
    bench.kinds = {"count": bench.kinds["count"]}
    bench.now_ns += MINUTE
    bench.start()
    bench.wait_for_states("failed")
    assert "'gone'" in bench.runs()[0].error


def test_a_job_may_ask_whether_it_is_cancelled_within_a_chunk(make_bench: MakeBench) -> None:
    began = threading.Event()

    def work(context: JobContext) -> Generator[Progress, None, None]:
        began.set()
        while not context.is_cancelled():
            yield Progress(0)

    bench = make_bench(JobKind("ask", Text("问", "Ask"), work))
    bench.start()
    bench.do(RunJobNow("ask"))
    assert began.wait(WAIT_S)
    bench.do(CancelRun(1))
    bench.wait_for_states("cancelled")
