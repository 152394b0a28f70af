"""Files in and out of the office's pages: uploads, templates, rows that were refused, exports."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from sqlalchemy.orm import Session

from actors.said import in_language
from business.access import Person
from business.exchange.refusal import FileRefused
from business.exchange.sheet import FILE_BYTES
from business.exchange.shelf import Shelf
from business.exporting.queries import export_state
from business.importing.importer import FAILED_ROWS
from business.importing.queries import import_state
from business.importing.template import write_template
from business.importing.uploads import keep
from business.property.importing import special_columns
from business.registry.entity import Entities, Entity
from config.text import Text
from hmi.guard import SESSION, UPLOADS
from hmi.plain import language_of
from hmi.view import House
from hmi.words import say
from hmi.words import transfers as words

EXPORT_HOURS: Final = 24
"""How long a file may be fetched."""
HOUR_NS: Final = 3_600_000_000_000
MEGABYTE: Final = 1_000_000
NAME_LENGTH: Final = 100


def transfers(house: House, entities: Entities) -> APIRouter:
    router = APIRouter()
    ports, seats = house.ports, house.seats
    reading = asyncio.Semaphore(1)
    """An upload is in memory while it is parsed: one at a time."""

    async def permitted(request: Request, name: str, action: str) -> tuple[Person, Entity] | None:
        entity = entities.get(name)
        person = await seats.current(request.scope.get(SESSION, ""))
        if entity is None or person is None or not person.may(entity.permission(action)):
            return None
        return person, entity

    @router.post(f"{UPLOADS}{{name}}")
    async def upload(request: Request, name: str) -> Response:
        if await permitted(request, name, "import") is None:
            return problem_of(request, words.NOT_PERMITTED, 403)
        return await uploaded(request, ports.shelf, reading, f"/{name}/import")

    @router.get("/transfer/template/{name}")
    async def template(request: Request, name: str) -> Response:
        found = await permitted(request, name, "import")
        if found is None:
            return PlainTextResponse("403", 403)
        _, entity = found
        language = language_of(request)
        path = ports.shelf.path(ports.shelf.token(), "template.xlsx")

        def write() -> None:
            with seats.authority.open() as session, path.open("wb") as target:
                write_template(target, session, entities, entity, special_columns(entity.name), language)

        await asyncio.to_thread(write)
        return file_of(path, f"{entity.label.in_language(language)}.xlsx")

    @router.get("/transfer/failed/{token}")
    async def failed(request: Request, token: str) -> Response:
        state = await _owned(request, house, lambda session, user: import_state(session, token, user))
        entity = entities.get(state.entity) if state is not None else None
        if state is None or entity is None or await permitted(request, entity.name, "import") is None:
            return PlainTextResponse("404", 404)
        language = language_of(request)
        path = ports.shelf.path(token, FAILED_ROWS.format(language=language))
        said = say(language, words.ERRORS)
        return file_of(path, f"{entity.label.in_language(language)}-{said}.xlsx")

    @router.get("/transfer/export/{token}")
    async def export(request: Request, token: str) -> Response:
        state = await _owned(request, house, lambda session, user: export_state(session, token, user))
        entity = entities.get(state.entity) if state is not None else None
        if state is None or entity is None or await permitted(request, entity.name, "export") is None:
            return PlainTextResponse("404", 404)
        if house.live.wall_ns() - state.started_ns > EXPORT_HOURS * HOUR_NS:
            return PlainTextResponse(say(language_of(request), words.EXPORT_GONE), 410)
        label = entity.label.in_language(language_of(request))
        return file_of(ports.shelf.path(token, state.format), f"{label}.{state.format}")

    return router


async def _owned(request: Request, house: House, read: Callable[[Session, str], Any]) -> Any:
    """What is the person's own; None for anything else."""
    person = await house.seats.current(request.scope.get(SESSION, ""))
    if person is None:
        return None

    def reading() -> Any:
        with house.seats.authority.open() as session:
            return read(session, person.user)

    return await asyncio.to_thread(reading)


async def uploaded(request: Request, shelf: Shelf, reading: asyncio.Semaphore, page: str) -> Response:
    """Keeps what is sent, and says where to go with it: to the page that shows what would be imported."""
    token = shelf.token()
    arrived = shelf.path(token, "upload")
    try:
        if not await received(request, arrived):
            return problem_of(request, words.TOO_BIG, 413, megabytes=FILE_BYTES // MEGABYTE)
        called = unquote(request.headers.get("x-file-name", ""))[-NAME_LENGTH:]
        async with reading:
            await asyncio.to_thread(keep, shelf, token, arrived, called)
    except FileRefused as refusal:
        return json_of({"problem": in_language(str(refusal), language_of(request))}, 422)
    finally:
        arrived.unlink(missing_ok=True)
    return json_of({"go": f"{page}?file={token}"})


async def received(request: Request, target: Path) -> bool:
    """False for a body that is longer than a file may be, whatever it says of its length."""
    size = 0
    with target.open("wb") as file:
        async for piece in request.stream():
            size += len(piece)
            if size > FILE_BYTES:
                return False
            file.write(piece)
    return True


def file_of(path: Path, name: str) -> Response:
    if not path.exists():
        return PlainTextResponse("404", 404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return FileResponse(path, headers=headers)


def problem_of(request: Request, text: Text, status: int, **values: object) -> Response:
    return json_of({"problem": say(language_of(request), text, **values)}, status)


def json_of(content: dict[str, str], status: int = 200) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")
