"""The business alone, without screens and channels: search, commands, permissions.

search_COUNT_p95_ms        one look into the search box, over COUNT entries, every kind of query alike
search_COUNT_scoped_p95_ms the same for somebody who may see one building in twenty
search_COUNT_worst         the kind of query with the largest p95, and that
search_COUNT_put_us        indexing one entry, in transactions of 500
commands_per_s             commands one after the other through the gate: permission, change, audit, commit
load_us_per_command        what making such a command costs, the load generator's part of it
permission_us              whether one may do something, asked of the authority, warm, median

Each ends in _sqlite or _postgresql.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Engine, make_url, text

from actors.messages import Issuer, Stage
from benchmarks.report import report
from benchmarks.residents import SCOPES, entries, queries
from benchmarks.setting import begin, parser, percentile
from business.access import Authority
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.gate import Execute, Gate
from business.identity.messages import CreateFirstAdministrator, LoggedIn, LogIn
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.identity.tokens import fingerprint, new_token
from business.jobs.kinds import catalogue
from business.jobs.messages import ChangeSchedule, CreateSchedule
from business.jobs.purge import PURGE_RUNS
from business.jobs.service import Jobs
from business.migrations import migrate
from business.search.index import put_all
from business.search.model import SearchEntry
from business.search.queries import find
from tests.business.postgresql import running_server

SEED = 20
CHUNK = 500
Figures = dict[str, float | str]


def main() -> int:
    flags = parser("business", __doc__)
    flags.add_argument("--entries", type=int, nargs="*", default=[100_000, 400_000], help="ascending")
    flags.add_argument("--queries", type=int, default=200, help="of each kind")
    flags.add_argument("--seconds", type=float, default=10.0, help="of commands")
    flags.add_argument("--permissions", type=int, default=20_000, help="questions")
    flags.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server of its own too")
    told = flags.parse_args()
    begin(told.cores)
    figures: Figures = {}
    for kind in ("sqlite", "postgresql")[: 1 + told.postgresql]:
        with database(kind) as url:
            house = House(url)
            found = {
                **permission_figure(house, told.permissions),
                **command_figures(house, told.seconds),
                **search_figures(house, told.entries, told.queries),
            }
            house.close()
        figures |= {f"{name}_{kind}": value for name, value in found.items()}
    report("business", seconds=told.seconds, **figures)
    return 0


@contextmanager
def database(kind: str) -> Iterator[URL]:
    """An empty one, gone afterwards."""
    with ExitStack() as open_ones:
        if kind == "postgresql":
            server = open_ones.enter_context(running_server(shared_buffers="512MB"))
            server.create("business")
            yield server.url("business")
        else:
            directory = open_ones.enter_context(tempfile.TemporaryDirectory(prefix="st-business-"))
            yield make_url(sqlite_url(Path(directory) / "business.db"))


class House:
    """What `office` has of it, and an administrator who is logged in."""

    CODE = "one-time-code"
    PASSWORD = "Correct-Horse-7"

    def __init__(self, url: URL) -> None:
        self.writer: Engine = open_writer(url)
        migrate(self.writer)
        self.reader: Engine = open_reader(url)
        self.authority = Authority(self.reader, time.time_ns)
        self.sessions = sessions(self.writer)
        self.gate = Gate(self.sessions, self.authority, time.time_ns)
        self.jobs = Jobs(catalogue(PURGE_RUNS), ZoneInfo("Asia/Shanghai"), time.time_ns)
        identity = Identity(Passwords(), time.time_ns, self.CODE)
        nobody = Issuer("", "", "127.0.0.1")
        made = CreateFirstAdministrator(self.CODE, "chief", "Chief", self.PASSWORD, "127.0.0.1")
        assert self.gate.carry_out(identity, Execute(nobody, made)).stage is Stage.DONE
        enter = LogIn("chief", self.PASSWORD, fingerprint(new_token()), "office", "127.0.0.1", "", "")
        entered = self.gate.carry_out(identity, Execute(nobody, enter)).events[-1]
        assert isinstance(entered, LoggedIn)
        self.chief = Issuer(entered.user, entered.session, "127.0.0.1")

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


def permission_figure(house: House, count: int) -> Figures:
    command = _change(0)
    assert house.authority.refusal(house.chief, command) is None
    took = _timed(count, lambda: house.authority.refusal(house.chief, command))
    return {"permission_us": 1e6 * percentile(took, 0.5)}


def command_figures(house: House, seconds: float) -> Figures:
    """Without search entries: a change of a schedule, its audit record and its place in the chain."""
    begun = house.gate.carry_out(
        house.jobs, Execute(house.chief, CreateSchedule("plan", "purge_runs", "0 3 * * *"))
    )
    assert begun.stage is Stage.DONE, begun
    done, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        outcome = house.gate.carry_out(house.jobs, Execute(house.chief, _change(done)))
        assert outcome.stage is Stage.DONE, outcome
        done += 1
    load = _timed(1_000, lambda: Execute(house.chief, _change(done)))
    return {"commands_per_s": done / seconds, "load_us_per_command": 1e6 * percentile(load, 0.5)}


def search_figures(house: House, sizes: list[int], each: int) -> Figures:
    figures: Figures = {}
    source = entries(max(sizes, default=0), SEED)
    there = 0
    for size in sorted(sizes):
        began = time.perf_counter()
        while chunk := list(islice(source, min(CHUNK, size - there))):
            with house.sessions.begin() as session:
                put_all(session, chunk)
            there += len(chunk)
        put_us = 1e6 * (time.perf_counter() - began) / max(1, size)
        with house.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))  # as the nightly vacuum of a server does
        name = f"search_{size // 1000}k"
        figures |= {f"{name}_put_us": put_us} | _searched(house, name, size, each)
    return figures


def _searched(house: House, name: str, size: int, each: int) -> Figures:
    sample = [one for at, one in enumerate(entries(size, SEED)) if at % max(1, size // (2 * each)) == 0]
    took: dict[str, list[float]] = {}
    scoped: list[float] = []
    few = SearchEntry.scope_id.in_(range(0, SCOPES, 20))
    with sessions(house.reader)() as session:
        for kind, typed in queries(sample, SEED).items():
            for sought in typed[:each]:
                took.setdefault(kind, []).extend(
                    _timed(1, lambda: find(session, sought, query_codes=_tails))  # noqa: B023  # called at once
                )
                scoped.extend(
                    _timed(1, lambda: find(session, sought, scope=few, query_codes=_tails))  # noqa: B023
                )
    worst_ms, worst = max((1e3 * percentile(of, 0.95), kind) for kind, of in took.items())
    return {
        f"{name}_p95_ms": 1e3 * percentile([one for of in took.values() for one in of], 0.95),
        f"{name}_scoped_p95_ms": 1e3 * percentile(scoped, 0.95),
        f"{name}_worst": f"{worst}: {worst_ms:.1f} ms",
    }


def _tails(sought: str) -> tuple[str, ...]:
    return (f"tail:{sought}",) if len(sought) == 4 and sought.isdecimal() else ()


def _change(number: int) -> ChangeSchedule:
    return ChangeSchedule("plan", "purge_runs", f"{number % 60} 3 * * *", "{}", True, "once", 10, 300)


def _timed(count: int, call: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return took


if __name__ == "__main__":
    sys.exit(main())
