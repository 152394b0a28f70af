"""What the commands of imports do, each in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import ANYWHERE
from business.access.model import Scope
from business.exchange.layout import Header
from business.exchange.layouts import remember
from business.exchange.refusal import FileRefused
from business.exchange.stored import stored
from business.gate import Module, Refused
from business.importing.columns import columns
from business.importing.importer import COMMIT, TRY, Importer
from business.importing.messages import (
    CancelImport,
    CommitImport,
    StartImport,
)
from business.importing.model import FILE_NAME_LENGTH, Existing, Import, Phase
from business.importing.uploads import header_row
from business.jobs.messages import CancelRun, RunJobNow, RunQueued
from business.jobs.model import OPEN, JobRun, RunState
from business.registry.entity import Entity
from business.registry.finding import entity_named


class Importing:
    """The module of `BusinessActor` that owns imports."""

    def __init__(self, importer: Importer, jobs: Module, wall_ns: Callable[[], int]) -> None:
        """`jobs` is the module that queues runs."""
        self._importer = importer
        self._jobs = jobs
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Each row is asked for by itself, and where the import as a whole is at home."""
        scope = getattr(command, "scope", None)
        path = session.scalar(select(Scope.path).where(Scope.id == scope)) if scope is not None else None
        return (path or ANYWHERE,)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case StartImport():
                return self._start(session, issuer, command)
            case CommitImport():
                return self._commit(session, issuer, command)
            case CancelImport():
                return self._cancel(session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of imports")

    # -- what a person does

    def _start(self, session: Session, issuer: Issuer, command: StartImport) -> tuple[Any, ...]:
        entity = entity_named(self._importer.entities, command.entity)
        header = self._header(command)
        self._check_mapping(session, entity, command)
        if command.existing not in set(Existing):
            raise Refused(
                said(
                    f"对已有记录的处理“{command.existing}”不存在，可选 {'、'.join(Existing)}",
                    f"{command.existing!r} is none of {', '.join(Existing)}",
                )
            )
        if command.scope is not None and session.get(Scope, command.scope) is None:
            raise Refused(said("没有这个项目，请重新选择", "there is no such project: choose again"))
        row = session.scalar(select(Import).where(Import.file == command.file))
        if row is not None:
            self._must_be_idle(session, self._own(session, issuer, command.entity, command.file))
            if row.chunks or row.phase == Phase.COMMIT:
                raise Refused(
                    said(
                        "此文件已导入；如需再次导入，请重新上传",
                        "this file is imported; to import it again, upload it again",
                    )
                )
        else:
            row = Import(file=command.file, entity=entity.name, user=issuer.user)
            session.add(row)
        row.file_name = command.file_name[:FILE_NAME_LENGTH]
        row.station, row.sheet, row.header = issuer.station, command.sheet, command.header
        row.mapping = [[place, name] for place, name in command.mapping]
        row.existing, row.scope_id = command.existing, command.scope
        row.make_missing = command.make_missing
        row.phase, row.started_ns, row.total = Phase.TRIAL, self._wall_ns(), None
        remember(session, entity.name, header, dict(command.mapping), self._wall_ns())
        return self._queue(session, issuer, row, TRY)

    def _check_mapping(self, session: Session, entity: Entity, command: StartImport) -> None:
        special = self._importer.carrier.special(entity.name)
        known = {column.name: column for column in columns(session, entity, special)}
        names = [name for _, name in command.mapping]
        if not names or set(names) - known.keys() or min(place for place, _ in command.mapping) < 0:
            raise Refused(
                said("请至少为一列选择对应的字段", "choose the field of at least one column of the file")
            )
        for name in names:
            if names.count(name) > 1 and not known[name].many:
                label = known[name].label
                raise Refused(
                    said(
                        f"“{label.zh}”对应了两列，请只保留一列",
                        f"{label.en} stands for two columns of the file: choose one of them",
                    )
                )

    def _header(self, command: StartImport) -> Header:
        try:
            if command.sheet < 0:
                raise IndexError(command.sheet)
            sheet = stored(self._importer.shelf.path(command.file, "rows"))[command.sheet]
            labels = header_row(sheet, command.header)
        except (OSError, KeyError, IndexError, FileRefused):
            raise Refused(
                said("没有找到上传的文件，可能已过期，请重新上传", "the upload is gone: upload it again")
            ) from None
        return Header(command.header, labels)

    def _commit(self, session: Session, issuer: Issuer, command: CommitImport) -> tuple[Any, ...]:
        row = self._own(session, issuer, command.entity, command.file)
        last = self._must_be_idle(session, row)
        if last is None or (row.phase == Phase.TRIAL and last.state != RunState.DONE):
            raise Refused(said("请先完成试导入", "let it be tried first"))
        if row.phase == Phase.COMMIT and last.state == RunState.DONE:
            raise Refused(said("此文件已导入完成", "this file is imported already"))
        row.phase = Phase.COMMIT
        return self._queue(session, issuer, row, COMMIT)

    def _cancel(self, session: Session, issuer: Issuer, command: CancelImport) -> tuple[Any, ...]:
        row = self._own(session, issuer, command.entity, command.file)
        return self._jobs.handle(session, issuer, CancelRun(row.run or 0))

    def _own(self, session: Session, issuer: Issuer, entity: str, file: str) -> Import:
        row = session.scalar(
            select(Import).where(Import.file == file, Import.entity == entity, Import.user == issuer.user)
        )
        if row is None:
            raise Refused(
                said(
                    "没有这个导入，可能已过期或由他人上传；请重新上传",
                    "there is no such import of yours, or it has expired: upload the file again",
                )
            )
        return row

    @staticmethod
    def _must_be_idle(session: Session, row: Import) -> JobRun | None:
        run = session.get(JobRun, row.run) if row.run is not None else None
        if run is not None and run.state in OPEN:
            raise Refused(
                said("此文件正在处理，请稍候或先取消", "the file is being worked on: wait, or cancel first")
            )
        return run

    def _queue(self, session: Session, issuer: Issuer, row: Import, job: str) -> tuple[Any, ...]:
        session.flush()
        events = self._jobs.handle(session, issuer, RunJobNow(job, f'{{"import": {row.id}}}'))
        row.run = next(event.run for event in events if isinstance(event, RunQueued))
        return events
