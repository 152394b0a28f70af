"""REST: the records of every entity, by routes that follow from its declaration."""

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.orm import Session

from business.access import Reach
from business.registry import api_shapes
from business.registry.api_lists import OPERATORS, page_wanted
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.entity import Entities, Entity
from business.registry.history import history
from business.registry.messages import (
    ChangeRecord,
    CreateRecord,
    RemoveRecords,
    RestoreRecords,
    RevealFields,
)
from business.registry.queries import one, page, tags_of
from business.rest.asking import Outside, Reader, ReadSession, existing, needs, read
from business.rest.paging import Page
from business.rest.paging import Wanted as Paging
from business.rest.problems import Refusing, problems
from business.rest.sending import Send
from business.rest.shapes import MOST_ID, Line, Moment, Shape, example, moment
from config.text import Text

T = TypeVar("T")

RecordId = Annotated[int, Path(ge=1, le=MOST_ID)]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of the record as you read it: who changed it meanwhile is not overwritten",
        examples=['"3"'],
    ),
]
Filters = Annotated[
    list[Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]],
    Query(
        alias="filter",
        max_length=20,
        description=f"`field:operator:value`, all of which must hold; operators: {OPERATORS}. "
        "`is` takes several values, separated by '|'",
        examples=[["changed_ns:not-empty:"]],
    ),
]
_STALE = Text("数据已被他人修改；请重新读取后再改", "It was changed meanwhile; read it again")
_NO_VERSION = Text(
    "请带上 If-Match，值为读取时的 ETag", "Send If-Match with the ETag of the record as you read it"
)
_HISTORY = 100


class Records(Page[T], Generic[T]):
    """A page of records, and how many there are."""

    total: int = Field(description="In all; 10001 stands for more")


class Reason(Shape):
    model_config = example({"reason": "业主来电核对"})
    reason: Annotated[Line, Field(description="Why; it stands in the trail")]


class Revealed(BaseModel):
    model_config = example({"values": {"mobile": "+8613800138000"}})
    values: dict[str, Any]


class Deed(BaseModel):
    model_config = example(
        {
            "time": "2026-03-01T00:00:00Z",
            "kind": "ChangeRecord",
            "user": "wang",
            "reason": "",
            "before": {"area": "89.50"},
            "after": {"area": "90.00"},
        }
    )
    time: Moment
    kind: str
    user: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


def records(entities: Entities) -> APIRouter:
    """Under /registry/ENTITY."""
    router = APIRouter(prefix="/registry")
    for entity in entities:
        _add(router, entity)
    return router


def _add(router: APIRouter, entity: Entity) -> None:
    shapes = api_shapes.shapes_of(entity)
    permission, label = entity.permission("read"), entity.label
    page_of: Any = Records
    common: dict[str, Any] = {"tags": [f"{entity.name}"], "dependencies": [Depends(needs(permission))]}

    def shown(session: Session, record: Any) -> BaseModel:
        tags = tags_of(session, entity, [record.id]).get(record.id, ())
        return api_shapes.told(shapes.told, fields_of(session, entity), record, tags)

    def found(session: Session, id_: int, reach: Reach) -> BaseModel | None:
        record = one(session, entity, reach, id_)
        return None if record is None else shown(session, record)

    def listed(
        session: ReadSession,
        reader: Reader,
        paging: Paging,
        filter_: Filters = [],  # noqa: B006  # the framework copies it
        q: Annotated[Line, Query(description="In any searchable field")] = "",
        sort: Annotated[
            Line, Query(description="A field, `id`, `created_ns` or `changed_ns`; '-' before: descending")
        ] = "",
        tag: Annotated[Line, Query(description="Only records with this tag")] = "",
        removed: Annotated[bool, Query(description="The recycle bin instead")] = False,  # noqa: FBT002
    ) -> Any:
        wanted = page_wanted(session, entity, filter_, q, sort, tag, removed=removed, paging=paging)
        got = page(session, entity, reader.reach(permission), wanted)
        fields, tags = fields_of(session, entity), tags_of(session, entity, [row.id for row in got.rows])
        return {
            "items": [api_shapes.told(shapes.told, fields, row, tags.get(row.id, ())) for row in got.rows],
            "total": got.total,
            "next": got.next.text() if got.next else None,
        }

    def detail(record: RecordId, session: ReadSession, reader: Reader, response: Response) -> Any:
        told = existing(found(session, record, reader.reach(permission)))
        return _tagged(response, told)

    async def create(body: Any, ports: Outside, reader: Reader, send: Send, response: Response) -> Any:
        made = await send(CreateRecord(entity.name, api_shapes.raws(body), body.scope, body.external_id))
        told = await read(ports, lambda session: found(session, int(made), reader.reach(permission)))
        return _tagged(response, told)

    async def change(
        record: RecordId,
        body: Any,
        ports: Outside,
        reader: Reader,
        send: Send,
        response: Response,
        if_match: IfMatch = "",
    ) -> Any:
        """Only what is given changes; null empties a field."""
        version = _version(if_match)
        await read(ports, lambda session: found(session, record, reader.reach(permission)))
        try:
            await send(ChangeRecord(entity.name, record, version, api_shapes.raws(body)))
        except Refusing as why:
            now = await read(ports, lambda session: found(session, record, reader.reach(permission)))
            if why.status == 422 and getattr(now, "version") != version:  # noqa: B009
                raise Refusing(412, _STALE, code="changed-meanwhile") from why
            raise
        told = await read(ports, lambda session: found(session, record, reader.reach(permission)))
        return _tagged(response, told)

    async def remove(record: RecordId, ports: Outside, reader: Reader, send: Send, reason: Line = "") -> None:
        """Into the recycle bin."""
        await read(ports, lambda session: found(session, record, reader.reach(permission)))
        await send(RemoveRecords(entity.name, (record,), reason))

    async def restore(
        record: RecordId, ports: Outside, reader: Reader, send: Send, response: Response
    ) -> Any:
        """Out of the recycle bin."""
        await read(ports, lambda session: found(session, record, reader.reach(permission)))
        await send(RestoreRecords(entity.name, (record,)))
        told = await read(ports, lambda session: found(session, record, reader.reach(permission)))
        return _tagged(response, told)

    def past(record: RecordId, session: ReadSession, reader: Reader) -> list[Deed]:
        """The newest deeds first, at most 100; personal values are masked in them."""
        existing(found(session, record, reader.reach(permission)))
        known = set(fields_of(session, entity))
        return [
            Deed(
                time=moment(deed.time_ns),
                kind=deed.kind,
                user=deed.user,
                reason=deed.reason,
                before=_values([change.before for change in deed.changes], known),
                after=_values([change.after for change in deed.changes], known),
            )
            for deed in history(session, entity, reader.reach(permission), record, _HISTORY)
        ]

    async def reveal(record: RecordId, body: Reason, ports: Outside, reader: Reader, send: Send) -> Revealed:
        """What is masked, in full. That you looked, and why, stands in the trail."""
        await read(ports, lambda session: found(session, record, reader.reach(permission)))
        masked = [field for field in entity.fields if field.masked]
        await send(RevealFields(entity.name, record, tuple(field.name for field in masked), body.reason))

        def look() -> dict[str, Any]:
            with ports.authority.open() as session:
                row = existing(one(session, entity, reader.reach(permission), record))
                return {
                    field.name: api_shapes.shown_value(field, value_of(row, field), open_=True)
                    for field in masked
                }

        return Revealed(values=await asyncio.to_thread(look))

    def route(
        method: str, path: str, endpoint: Callable[..., Any], said: Text, *statuses: int, **more: Any
    ) -> None:
        endpoint.__name__ = f"{endpoint.__name__}_{entity.name.replace('-', '_')}"
        router.add_api_route(
            f"/{entity.name}{path}",
            endpoint,
            methods=[method],
            summary=f"{said.zh}{label.zh} · {said.en} {label.en.lower()}",
            responses=problems(*statuses) if statuses else None,
            **common,
            **more,
        )

    create.__annotations__["body"] = shapes.created
    change.__annotations__["body"] = shapes.changed
    listed.__name__, detail.__name__ = "list", "read"
    past.__name__ = "history"
    route("GET", "", listed, Text("列出", "List"), response_model=page_of[shapes.told])
    route("POST", "", create, Text("新建", "Create"), 404, response_model=shapes.told, status_code=201)
    route("GET", "/{record}", detail, Text("查看", "Read"), 404, response_model=shapes.told)
    route("PATCH", "/{record}", change, Text("修改", "Change"), 404, 412, 428, response_model=shapes.told)
    route("DELETE", "/{record}", remove, Text("删除", "Remove"), 404, status_code=204)
    route("POST", "/{record}/restore", restore, Text("恢复", "Restore"), 404, response_model=shapes.told)
    route("GET", "/{record}/history", past, Text("变更历史：", "History of"), 404)
    if any(field.masked for field in entity.fields):
        said = Text("查看隐私信息：", "Reveal what is masked of")
        route("POST", "/{record}/reveal", reveal, said, 404)


def _tagged(response: Response, told: Any) -> Any:
    response.headers["ETag"] = f'"{told.version}"'
    return told


def _version(if_match: str) -> int:
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text:
        raise Refusing(428, _NO_VERSION, code="if-match-missing")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refusing(412, _STALE, code="changed-meanwhile")
    return int(text)


def _values(texts: list[str | None], known: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        found |= json.loads(text) if text else {}
    return {name: value for name, value in found.items() if name in known or name == "custom"}
