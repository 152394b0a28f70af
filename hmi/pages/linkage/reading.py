"""What pages ask of the runs that `core` keeps."""

from actors.channels.query import QueryFailed
from actors.messages import ReadRun, ReadRuns, RunRead, RunRow, Runs
from hmi.view import View


async def runs(view: View, query: ReadRuns) -> tuple[RunRow, ...]:
    """Raises QueryFailed."""
    found: tuple[RunRow, ...] = ()
    async for chunk in view.house.ports.journal.ask(query):
        assert isinstance(chunk, Runs)
        found += chunk.rows
    return found


async def last_run(view: View, plan: str) -> RunRow | None:
    """The newest of a plan; None also when `core` does not answer."""
    try:
        rows = await runs(view, ReadRuns(0, 1, plan=plan))
    except QueryFailed:
        return None
    return rows[0] if rows else None


async def run(view: View, number: int) -> RunRead:
    """Raises QueryFailed."""
    async for chunk in view.house.ports.journal.ask(ReadRun(number)):
        assert isinstance(chunk, RunRead)
        return chunk
    return RunRead(None, (), (), ())
