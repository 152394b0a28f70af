"""What the commands of exports do, each in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import ANYWHERE
from business.access.rights import reach_of
from business.exchange.shelf import Shelf
from business.exporting.columns import exported
from business.exporting.formats import FORMATS
from business.exporting.messages import CancelExport, ExportRecords
from business.exporting.model import Export
from business.gate import Module, Refused
from business.jobs.messages import CancelRun, RunJobNow, RunQueued
from business.registry.conditions import ConditionRefused, clause
from business.registry.custom import fields_of
from business.registry.entity import Entities
from business.registry.finding import entity_named
from business.registry.marking import REASON_LENGTH

EXPORT = "export"
"""Name of the job."""


class Exporting:
    """The module of `BusinessActor` that owns exports."""

    def __init__(self, entities: Entities, jobs: Module, wall_ns: Callable[[], int]) -> None:
        """`jobs` is the module that queues runs."""
        self._entities = entities
        self._jobs = jobs
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Whoever may export anywhere gets what lies within his reach."""
        del session, command
        return (ANYWHERE,)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case ExportRecords():
                return self._export(session, issuer, command)
            case CancelExport():
                return self._cancel(session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of exports")

    def _export(self, session: Session, issuer: Issuer, command: ExportRecords) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        if command.format not in FORMATS:
            known = "、".join(FORMATS)
            raise Refused(
                said(
                    f"没有格式 {command.format}，可选 {known}",
                    f"no format {command.format!r}: one of {known}",
                )
            )
        if not Shelf.is_token(command.file) or command.language not in {"zh", "en"}:
            raise Refused(said("请从导出页面导出", "export from the page of exports"))
        known_columns = {column.name for column in exported(session, entity)}
        if not command.columns or set(command.columns) - known_columns:
            raise Refused(said("请至少选择一列", "choose at least one column"))
        try:
            clause(session, entity, fields_of(session, entity), command.conditions)
        except ConditionRefused as error:
            raise Refused(str(error)) from error
        if command.open:
            if not reach_of(session, issuer.user, entity.permission("unmask"), self._wall_ns()).paths:
                raise Refused(
                    said("您无权导出完整的隐私信息", "you may not export personal numbers unmasked")
                )
            if len(command.reason.strip()) < REASON_LENGTH:
                raise Refused(
                    said(
                        f"导出隐私信息须填写原因，至少 {REASON_LENGTH} 个字",
                        f"say why personal numbers leave, in at least {REASON_LENGTH} characters",
                    )
                )
        row = Export(
            file=command.file,
            entity=entity.name,
            user=issuer.user,
            format=command.format,
            language=command.language,
            columns=list(dict.fromkeys(command.columns)),
            wanted={
                "text": command.text,
                "conditions": [[one.field, one.operator, one.value] for one in command.conditions],
                "tags": list(command.tags),
                "removed": command.removed,
                "sort": command.sort,
            },
            open=command.open,
            started_ns=self._wall_ns(),
        )
        session.add(row)
        session.flush()
        events = self._jobs.handle(session, issuer, RunJobNow(EXPORT, f'{{"export": {row.id}}}'))
        row.run = next(event.run for event in events if isinstance(event, RunQueued))
        return events

    def _cancel(self, session: Session, issuer: Issuer, command: CancelExport) -> tuple[Any, ...]:
        query = select(Export).where(
            Export.file == command.file, Export.entity == command.entity, Export.user == issuer.user
        )
        row = session.scalar(query)
        if row is None:
            raise Refused(said("没有这个导出", "there is no such export of yours"))
        return self._jobs.handle(session, issuer, CancelRun(row.run or 0))
