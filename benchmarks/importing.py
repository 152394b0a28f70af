"""100,000 rows in from a file, tried and committed, and out again: how long, and how long others wait.

python -m benchmarks.importing [ROWS] [postgresql]
"""

import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import URL, event, make_url
from sqlalchemy.orm import Session
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.messages import Issuer, Stage
from business.access import Authority
from business.access.service import Access
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.dictionaries.messages import AddShippedEntries
from business.dictionaries.service import Dictionaries
from business.exchange.layout import guessed, header_of
from business.exchange.shelf import Shelf
from business.exchange.stored import stored
from business.exporting.messages import ExportRecords
from business.exporting.service import EXPORT, Exporting
from business.exporting.work import export_job
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Gate, Module
from business.identity.bootstrap import prepare_access
from business.identity.messages import CreateUser
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.importing.columns import columns
from business.importing.importer import COMMIT, TRY
from business.importing.messages import CommitImport, StartImport
from business.importing.model import Import
from business.importing.service import Importing
from business.importing.uploads import ROWS, keep
from business.importing.work import jobs_of
from business.jobs.kinds import JobContext, catalogue
from business.jobs.model import JobRun, RunState
from business.jobs.service import Jobs
from business.migrations import migrate
from business.property.entities import ENTITIES
from business.property.importing import importer
from business.registry.messages import CreateRecord, CreateRecords, NewRecord
from business.registry.service import Registry
from config.text import Text
from tests.business.postgresql import running_server

ZONE = ZoneInfo("Asia/Shanghai")
BUILDINGS, UNITS, FLOORS = 50, 5, 40
ITSELF = Issuer("steward", "", "office")
CLERK = Issuer("clerk", "", "office")


@dataclass(frozen=True, slots=True)
class Figures:
    rows: int
    upload_s: float
    """Unpacked, parsed in a process of its own, put on the shelf."""
    trial_s: float
    """Every row carried out, and nothing kept."""
    commit_s: float
    commit_cpu_s: float
    """Of it with a processor of this process: the same however busy the machine is."""
    export_s: float
    held_ms: float
    """How long the longest transaction kept other writers waiting; `held_99_ms` 99 of 100."""
    held_99_ms: float

    @property
    def import_s(self) -> float:
        """From the file to the records, the person who looks at the trial left out."""
        return round(self.upload_s + self.trial_s + self.commit_s, 2)


class Bench:
    """An office without its processes: modules, gate and jobs over one database."""

    def __init__(self, url: URL | str, folder: Path) -> None:
        self.writer, self.shelf = open_writer(url), Shelf(folder / "transfers")
        migrate(self.writer)
        reader = open_reader(url)
        for engine in (self.writer, reader):
            supply(engine, Keyring(("0123456789abcdef0123456789abcdef",)))
        self.sessions = sessions(self.writer)
        self.authority = Authority(reader, time.time_ns, "campus")
        self.gate = Gate(self.sessions, self.authority, time.time_ns)
        prepare_access(self.gate, self.authority, Access(time.time_ns), "campus", Text("园区", "Campus"))
        self.send(Dictionaries(), AddShippedEntries())
        identity = Identity(Passwords(), time.time_ns, "code")
        self.send(identity, CreateUser("clerk", "Clerk", "manager", "Correct-Horse-7"))
        self.registry = Registry(ENTITIES, time.time_ns)
        self.importer = importer(self.registry.records, self.shelf, ZONE, time.time_ns)
        self.kinds = catalogue(
            *jobs_of(self.importer, self.gate), export_job(ENTITIES, self.shelf, self.authority.open, ZONE)
        )
        jobs = Jobs(self.kinds, ZONE, time.time_ns)
        self.importing = Importing(self.importer, jobs, time.time_ns)
        self.exporting = Exporting(ENTITIES, jobs, time.time_ns)
        self.held_ms: list[float] = []
        event.listen(self.writer, "checkout", self._taken)
        event.listen(self.writer, "checkin", self._given_back)

    def _taken(self, *_: Any) -> None:
        self._since = time.perf_counter()

    def _given_back(self, *_: Any) -> None:
        self.held_ms.append((time.perf_counter() - self._since) * 1e3)

    def send(self, module: Module, command: Any, issuer: Issuer = ITSELF) -> tuple[Any, ...]:
        outcome = self.gate.on_own_account(module, Execute(issuer, command))
        assert outcome.stage is Stage.DONE, outcome.detail
        return outcome.events

    def run(self, name: str) -> None:
        """The newest run of that kind, here and now."""
        with self.sessions.begin() as session:
            run = session.query(JobRun).filter(JobRun.job == name).order_by(JobRun.id.desc()).first()
            assert run is not None
            run.state = RunState.DONE
        context = JobContext(json.loads(run.arguments), lambda: False, time.time_ns, self.sessions)
        work: Generator[Any, None, None] = self.kinds[name].work(context)
        for _ in work:
            pass

    def read(self) -> Session:
        return self.authority.open()

    def close(self) -> None:
        self.writer.dispose()


def houses(rows: int) -> tuple[str, list[list[Any]]]:
    heads = [
        "房号",
        "建筑面积",
        "套内面积",
        "房屋类型",
        "户型",
        "朝向",
        "楼层",
        "建成日期",
        "房产证号",
        "备注",
    ]
    body = []
    for number in range(rows):
        building, rest = divmod(number, UNITS * FLOORS * max(rows // (BUILDINGS * UNITS * FLOORS), 1))
        unit, rest = divmod(rest, FLOORS * max(rows // (BUILDINGS * UNITS * FLOORS), 1))
        floor, room = divmod(rest, max(rows // (BUILDINGS * UNITS * FLOORS), 1))
        body.append(
            [
                f"{building + 1}-{unit + 1}-{floor + 1}{room + 1:02}", 60 + number % 90, 50 + number % 90,
                "住宅", "三室两厅", "南", floor + 1, "2008-06-01", f"沪房地浦字2008第{number:06}号", "首批",
            ]
        )  # fmt: skip
    return "house", [heads, *body]


def people(rows: int) -> tuple[str, list[list[Any]]]:
    family, given = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
    heads = ["外部编号", "姓名", "手机", "电子邮箱", "性别", "备注"]
    body = [
        [
            f"P{number:07}",
            family[number % 20] + given[number // 20 % 20] + given[number // 400 % 20],
            f"139{number:08}",
            f"p{number}@example.com",
            "男" if number % 2 else "女",
            "",
        ]
        for number in range(rows)
    ]
    return "person", [heads, *body]


LISTS: tuple[Callable[[int], Any], ...] = (houses, people)


def measure(
    url: URL | str, folder: Path, rows: int = 100_000, table: Callable[[int], Any] = houses
) -> Figures:
    """On an empty database."""
    bench = Bench(url, folder)
    entity, lines = table(rows)
    if entity == "house":
        for number in range(1, BUILDINGS + 2):
            made = bench.send(bench.registry, CreateRecord("building", {"code": str(number)}))[0].record
            units = tuple(NewRecord({"building_id": made, "code": str(unit + 1)}) for unit in range(UNITS))
            bench.send(bench.registry, CreateRecords("unit", units))
    token = bench.shelf.token()
    file = folder / "list.xlsx"
    file.write_bytes(_workbook(lines))
    with _timed() as parsing:
        keep(bench.shelf, token, file, "list.xlsx")
    sheet = stored(bench.shelf.path(token, ROWS))[0]
    with bench.read() as session:
        known = columns(session, ENTITIES[entity], bench.importer.carrier.special(entity))
        header = header_of(sheet, known)
    mapping = tuple(guessed(header.labels, known).items())
    assert len(mapping) == len(lines[0]), mapping
    bench.send(bench.importing, StartImport(entity, token, "x", 0, header.row, mapping), CLERK)
    with _timed() as trying:
        bench.run(TRY)
    bench.send(bench.importing, CommitImport(entity, token), CLERK)
    bench.held_ms.clear()
    with _timed() as committing:
        bench.run(COMMIT)
    held = np.array(bench.held_ms)
    with bench.read() as session:
        done = session.query(Import).one()
        assert (done.created, done.failed) == (rows, 0), (done.created, done.failed)
    out = bench.shelf.token()
    names = tuple(name for _, name in mapping)
    bench.send(bench.exporting, ExportRecords(entity, out, "xlsx", names), CLERK)
    with _timed() as exporting:
        bench.run(EXPORT)
    bench.close()
    return Figures(
        rows,
        parsing[0],
        trying[0],
        committing[0],
        committing[1],
        exporting[0],
        round(float(held.max()), 1),
        round(float(np.percentile(held, 99)), 1),
    )


def of_each(database: str, rows: int) -> dict[str, Figures]:
    """The figures of each list; `database` is sqlite or postgresql."""
    found = {}
    for table in LISTS:
        with TemporaryDirectory(prefix="st-import-") as directory:
            folder = Path(directory)
            if database == "postgresql":
                with running_server() as server:
                    server.create("bench")
                    found[table.__name__] = measure(server.url("bench"), folder, rows, table)
            else:
                found[table.__name__] = measure(make_url(sqlite_url(folder / "b.db")), folder, rows, table)
    return found


def _workbook(lines: list[list[Any]]) -> bytes:
    target = BytesIO()
    book = Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at, line in enumerate(lines):
        sheet.write_row(at, 0, line)
    book.close()
    data: bytes = target.getvalue()
    return data


@contextmanager
def _timed() -> Generator[list[float], None, None]:
    found = [0.0, 0.0]
    start, busy = time.perf_counter(), time.process_time()
    yield found
    found[:] = [round(time.perf_counter() - start, 2), round(time.process_time() - busy, 2)]


def main(rows: int, *, postgresql: bool) -> None:
    for name, figures in of_each("postgresql" if postgresql else "sqlite", rows).items():
        print(name, json.dumps({**asdict(figures), "import_s": figures.import_s}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, postgresql="postgresql" in sys.argv)
