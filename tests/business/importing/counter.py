"""An office that imports: the estate of the tests, its jobs, and a shelf for the files."""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.messages import Issuer, Stage
from business.exchange.layout import guessed, header_of
from business.exchange.shelf import Shelf
from business.exchange.stored import stored
from business.exporting.messages import CancelExport, ExportRecords
from business.exporting.model import Export
from business.exporting.service import EXPORT, Exporting
from business.exporting.work import export_job
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Module, Outcome
from business.importing.columns import columns
from business.importing.expiry import clear_transfers
from business.importing.importer import COMMIT, TRY
from business.importing.messages import CommitImport, StartImport
from business.importing.model import Import, ImportFailure
from business.importing.service import Importing
from business.importing.uploads import ROWS, keep
from business.importing.work import jobs_of
from business.jobs.kinds import JobContext, Progress, catalogue
from business.jobs.model import JobRun, RunState
from business.jobs.runs import interrupt
from business.jobs.service import Jobs
from business.property.entities import ENTITIES
from business.property.importing import importer
from business.registry.messages import CreateRecord
from business.registry.service import Registry
from tests.business.conftest import Office
from tests.business.estate import KEYS, Estate

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2027, 1, 15)


class Counter(Estate):
    """Where files are handed in; jobs run when the test says so."""

    def __init__(self, office: Office, folder: Path) -> None:
        super().__init__(office)
        self.attach(office, folder)
        office.create("anna", "manager")
        self.anna = office.log_in("anna")

    def attach(self, office: Office, folder: Path) -> None:
        """To an estate that is there."""
        self.office = office
        for engine in (office.writer, office.reader):
            supply(engine, Keyring(KEYS))
        self.registry = Registry(ENTITIES, office.wall_ns)
        self.shelf = Shelf(folder / "transfers")
        self.importer = importer(self.registry.records, self.shelf, SHANGHAI, office.wall_ns)
        self.kinds = catalogue(
            *jobs_of(self.importer, office.gate),
            export_job(ENTITIES, self.shelf, office.authority.open, SHANGHAI),
            clear_transfers(self.shelf),
        )
        self.jobs = Jobs(self.kinds, SHANGHAI, office.wall_ns)
        self.importing = Importing(self.importer, self.jobs, office.wall_ns)
        self.exporting = Exporting(ENTITIES, self.jobs, office.wall_ns)

    def interrupted(self, token: str) -> None:
        """As the runner of the next process finds the run and queues it again."""
        with self.office.sessions.begin() as session:
            row = session.scalars(select(Import).where(Import.file == token)).one()
            run = session.get_one(JobRun, row.run)
            assert run.state == RunState.RUNNING
            interrupt(run, self.kinds[run.job], self.office.wall_ns(), crashed=True)
            assert run.state == RunState.QUEUED

    def create_external(self, entity: str, values: dict[str, Any], external_id: str) -> None:
        self.do(CreateRecord(entity, values, external_id=external_id))

    def command(self, command: Any, issuer: Issuer | None = None) -> Outcome:
        return self.office.gate.carry_out(self.module_of(command), Execute(issuer or self.anna, command))

    def module_of(self, command: Any) -> Module:
        return self.exporting if isinstance(command, ExportRecords | CancelExport) else self.importing

    def done(self, command: Any, issuer: Issuer | None = None) -> None:
        outcome = self.command(command, issuer)
        assert outcome.stage is Stage.DONE, outcome.detail

    def upload(self, data: bytes, name: str = "房屋.csv") -> str:
        token = self.shelf.token()
        file = self.shelf.path(token, "upload")
        file.write_bytes(data)
        keep(self.shelf, token, file, name)
        return token

    def start(self, entity: str, data: bytes | str, issuer: Issuer | None = None, **how: Any) -> str:
        """Upload and try, every column mapped as it is guessed."""
        token = self.upload(data.encode() if isinstance(data, str) else data)
        self.done(self.guessed(entity, token, **how), issuer)
        self.run(TRY)
        return token

    def guessed(self, entity: str, token: str, sheet: int = 0, **how: Any) -> StartImport:
        found = stored(self.shelf.path(token, ROWS))[sheet]
        with self.read() as session:
            known = columns(session, self.entity(entity), self.importer.carrier.special(entity))
        header = header_of(found, known)
        mapping = tuple(guessed(header.labels, known).items())
        return StartImport(entity, token, "房屋.csv", sheet, header.row, mapping, **how)

    def commit(self, entity: str, token: str, issuer: Issuer | None = None) -> Import:
        self.done(CommitImport(entity, token), issuer)
        self.run(COMMIT)
        return self.found(token)

    def imported(self, entity: str, data: bytes | str, **how: Any) -> Import:
        return self.commit(entity, self.start(entity, data, **how))

    def found(self, token: str) -> Import:
        with self.read() as session:
            return session.scalars(select(Import).where(Import.file == token)).one()

    def failures(self, token: str) -> dict[int, list[Any]]:
        with self.read() as session:
            query = select(ImportFailure.row, ImportFailure.errors).join(
                Import, Import.id == ImportFailure.import_id
            )
            return dict(session.execute(query.where(Import.file == token)).all())

    def reasons(self, token: str) -> dict[int, str]:
        """In Chinese, by row."""
        return {
            row: "；".join(reason.split("\x1e")[0] for _, _, _, reason, _ in errors)
            for row, errors in self.failures(token).items()
        }

    def exported(self, entity: str, columns: str, issuer: Issuer | None = None, **how: Any) -> bytes:
        """What is fetched; columns separated by blanks."""
        token, form = self.shelf.token(), how.pop("format", "csv")
        self.done(ExportRecords(entity, token, form, tuple(columns.split()), **how), issuer)
        self.run(EXPORT)
        with self.read() as session:
            assert not session.scalars(select(Export.trouble).where(Export.file == token)).one()
        return self.shelf.path(token, form).read_bytes()

    def run(self, job: str, stop: Callable[[Progress], bool] = lambda _progress: False) -> None:
        """The oldest queued run of that kind, until its end or until the test says stop."""
        with self.office.sessions.begin() as session:
            query = select(JobRun).where(JobRun.job == job, JobRun.state == RunState.QUEUED)
            run = session.scalars(query.order_by(JobRun.id).limit(1)).one()
            run.state = RunState.RUNNING
        context = JobContext(
            json.loads(run.arguments), lambda: False, self.office.wall_ns, self.office.sessions
        )
        state = RunState.DONE
        for progress in self.kinds[job].work(context):
            if stop(progress):
                state = RunState.CANCELLED
                break
        with self.office.sessions.begin() as session:
            session.get_one(JobRun, run.id).state = state


def workbook(*rows: list[Any]) -> bytes:
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    data: bytes = target.getvalue()
    return data
