"""The log of runs is purged in chunks of a bounded number of rows, one short transaction each."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, insert

from business.jobs.messages import RunJobNow
from business.jobs.model import JobRun
from business.jobs.purge import DAY_NS, PURGE_RUNS, ROWS_A_CHUNK
from tests.business.jobs.bench import START_NS, Bench

pytestmark = pytest.mark.both_databases


def fill(bench: Bench, count: int, state: str, ended_ns: int | None) -> None:
    row = {
        "due_ns": START_NS,
        "job": "count",
        "arguments": "{}",
        "asked_by": "",
        "state": state,
        "not_before_ns": START_NS + 1,
        "ended_ns": ended_ns,
    }
    with bench.sessions.begin() as session:
        session.execute(insert(JobRun), [row] * count)


def test_only_old_ended_runs_go_and_no_chunk_is_larger_than_it_may_be(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(PURGE_RUNS)
    fill(bench, 3 * ROWS_A_CHUNK + 7, "done", START_NS - 31 * DAY_NS)
    fill(bench, 5, "done", START_NS - 29 * DAY_NS)
    deleted: list[int] = []

    def note(_connection: object, cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("DELETE"):
            deleted.append(cursor.rowcount)  # type: ignore[attr-defined]

    event.listen(bench.writer, "after_cursor_execute", note)
    bench.start()
    bench.do(RunJobNow("purge_runs", '{"keep_days": 30}'))
    bench.wait_for(lambda: bench.runs()[-1].state == "done")
    assert deleted == [ROWS_A_CHUNK] * 3 + [7]
    assert len(bench.runs()) == 6
    last = bench.runs()[-1]
    assert (last.done, last.total) == (3 * ROWS_A_CHUNK + 7,) * 2
