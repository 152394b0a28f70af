"""Attached files over HTTP: one comes in with a form, and goes out to whoever may see its record."""

import asyncio
import json

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from actors.said import in_language
from business.attachments.store import MOST_BYTES, FileNotKept
from business.registry.columns import value_of
from business.registry.entity import Entities
from business.registry.queries import one
from hmi.guard import FILES, SESSION
from hmi.plain import language_of
from hmi.view import House


def attachments(house: House, entities: Entities) -> APIRouter:
    router = APIRouter()
    seats, store = house.seats, house.ports.files
    writing = asyncio.Semaphore(2)
    """Uploads that are in memory at a time."""

    @router.post(f"{FILES}{{name}}")
    async def upload(request: Request, name: str) -> Response:
        entity = entities.get(name)
        person = await seats.current(request.scope.get(SESSION, ""))
        if entity is None or person is None or not person.may(entity.permission("write")):
            return PlainTextResponse("403", 403)
        async with writing:
            content = b""
            async for piece in request.stream():
                content += piece
                if len(content) > MOST_BYTES:
                    break
            try:
                kept = await asyncio.to_thread(store.keep, content)
            except FileNotKept as refused:
                problem = in_language(str(refused), language_of(request))
                return Response(json.dumps({"problem": problem}), 422, media_type="application/json")
        return Response(json.dumps({"file": kept}), media_type="application/json")

    @router.get(f"{FILES}{{name}}/{{id_}}/{{file}}")
    async def show(request: Request, name: str, id_: int, file: str) -> Response:
        entity = entities.get(name)
        person = await seats.current(request.scope.get(SESSION, ""))
        if entity is None or person is None:
            return PlainTextResponse("404", 404)
        reach = person.reach(entity.permission("read"))

        def held() -> bool:
            """Whether the record, which the person may see, holds this very file."""
            with seats.authority.open() as session:
                record = one(session, entity, reach, id_)
                fields = [field for field in entity.fields if field.type.name == "files"]
                return record is not None and any(file in (value_of(record, f) or ()) for f in fields)

        kept = await asyncio.to_thread(lambda: store.find(file) if held() else None)
        if kept is None:
            return PlainTextResponse("404", 404)
        headers = {
            "Content-Disposition": "inline" if kept.is_picture else f'attachment; filename="{file[:12]}.pdf"',
            "Cache-Control": "private, max-age=3600",
        }
        return FileResponse(kept.path, media_type=kept.kind, headers=headers)

    return router
