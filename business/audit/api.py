"""REST: the audit trail."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import selectinload

from actors.messages import Stage
from business.access import ROOT
from business.audit.messages import READ
from business.audit.model import AuditRecord
from business.audit.queries import Wanted, matching
from business.rest import paging
from business.rest.asking import ReadSession, existing, needs
from business.rest.paging import Page, page
from business.rest.problems import problems
from business.rest.shapes import Line, Moment, Number, example, moment, nanoseconds

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[Depends(needs(READ, ROOT))])


class Change(BaseModel):
    object: str
    before: dict[str, Any] | None = Field(description="Columns that changed; null where there was nothing")
    after: dict[str, Any] | None


class RecordOut(BaseModel):
    model_config = example(
        {
            "sequence": 42,
            "time": "2026-03-01T00:00:00Z",
            "command": "6f1c0d7e9a2b4c58",
            "kind": "DisableUser",
            "user": "chief",
            "session": "0123456789abcdef0123456789abcdef",
            "station": "10.0.0.7",
            "permission": "user.manage",
            "object": "users/wang",
            "reason": "",
            "result": "done",
            "detail": "",
            "seal": "9f86d081884c7d65",
            "changes": [{"object": "users/3", "before": {"disabled": False}, "after": {"disabled": True}}],
        }
    )
    sequence: int
    time: Moment
    command: str
    kind: str
    user: str
    session: str
    station: str
    permission: str
    object: str
    reason: str
    result: str
    detail: str
    seal: str
    changes: list[Change]


@router.get("", summary="查询审计记录 · Search the audit trail")
def list_records(
    session: ReadSession,
    wanted: paging.Wanted,
    user: Line = "",
    kind: Line = "",
    object: Annotated[Line, Query(description="The beginning of an object's name, such as users/")] = "",  # noqa: A002
    result: Stage | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Page[RecordOut]:
    """The newest first."""
    query = matching(
        Wanted(
            user=user,
            kind=kind,
            object=object,
            result=result or "",
            since_ns=max(1, nanoseconds(since)) if since else 0,
            until_ns=max(1, nanoseconds(until)) if until else 0,
        )
    )
    query = query.options(selectinload(AuditRecord.changes))
    return page(session, query, [AuditRecord.sequence], wanted, _record, newest_first=True)


@router.get("/{sequence}", summary="查看审计记录 · Read a record", responses=problems(404))
def read_record(sequence: Number, session: ReadSession) -> RecordOut:
    return _record(existing(session.get(AuditRecord, sequence)))


def _record(record: AuditRecord) -> RecordOut:
    names = ("sequence", "command", "kind", "user", "session", "station", "permission", "object", "reason")
    return RecordOut(
        **{name: getattr(record, name) for name in (*names, "result", "detail", "seal")},
        time=moment(record.time_ns),
        changes=[
            Change(object=one.object, before=_read(one.before), after=_read(one.after))
            for one in record.changes
        ],
    )


def _read(columns: str | None) -> dict[str, Any] | None:
    return None if columns is None else json.loads(columns)
