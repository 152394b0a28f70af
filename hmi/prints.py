"""Records and lists on paper: a PDF by the template that is in use."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy.orm import Session

from actors.said import in_language
from business.access import Person
from business.gate import Refused
from business.printing.queries import Sheet, sheet
from business.printing.rendering import PrintRefused
from business.registry.conditions import ConditionRefused
from business.registry.entity import Entities, Entity
from business.registry.paging import CursorRefused
from business.registry.printed import CARD, LIST, MOST_ROWS, card, listed
from business.registry.queries import one
from hmi.guard import SESSION
from hmi.pages.registry.address import Address
from hmi.plain import language_of
from hmi.view import House

AT_ONCE = 2
"""Sheets that are set at a time: each takes a process of its own for half a second."""


def prints(house: House, entities: Entities) -> APIRouter:
    router = APIRouter()
    setting = asyncio.Semaphore(AT_ONCE)

    async def permitted(request: Request, name: str, action: str) -> tuple[Person, Entity] | None:
        entity = entities.get(name)
        person = await house.seats.current(request.scope.get(SESSION, ""))
        if entity is None or person is None or not person.may(entity.permission(action)):
            return None
        return person, entity

    def printed(person: Person) -> str:
        now = datetime.fromtimestamp(house.live.wall_ns() / 1e9, ZoneInfo(house.live.site.timezone))
        return f"{now:%Y-%m-%d %H:%M}  {person.display}"

    async def answer(request: Request, template: str, gather: Any) -> Response:
        """`gather` gives the data on a session, or None for what is not there."""
        language = language_of(request)

        def run() -> bytes | None:
            with house.seats.authority.open() as session:
                found: Sheet = sheet(session, template)
                data = gather(session)
            return found.printed(data, language) if data is not None else None

        async with setting:
            try:
                content = await asyncio.to_thread(run)
            except PrintRefused as refused:
                return PlainTextResponse(in_language(str(refused), language), 422)
            except Refused as refused:
                return PlainTextResponse(in_language(refused.reason, language), 422)
            except (ConditionRefused, CursorRefused) as refused:
                return PlainTextResponse(in_language(str(refused), language), 422)
        if content is None:
            return PlainTextResponse("404", 404)
        headers = {
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(template)}.pdf",
            "Cache-Control": "no-store",
        }
        return Response(content, media_type="application/pdf", headers=headers)

    @router.get("/print/{name}/{id_}")
    async def one_record(request: Request, name: str, id_: int) -> Response:
        found = await permitted(request, name, "read")
        if found is None:
            return PlainTextResponse("404", 404)
        person, entity = found

        def gather(session: Session) -> dict[str, Any] | None:
            record = one(session, entity, person.reach(entity.permission("read")), id_)
            if record is None:
                return None
            reaches = {
                other.name: person.reach(other.permission("read"))
                for other in entities
                if person.may(other.permission("read"))
            }
            said = printed(person)
            return card(session, entities, entity, record, reaches, language_of(request), said)

        return await answer(request, CARD, gather)

    @router.get("/print/{name}")
    async def many_records(request: Request, name: str) -> Response:
        found = await permitted(request, name, "export")
        if found is None:
            return PlainTextResponse("404", 404)
        person, entity = found
        address = Address.read(request.query_params)

        def gather(session: Session) -> dict[str, Any]:
            reach = person.reach(entity.permission("export"))
            wanted = address.wanted(MOST_ROWS)
            said = printed(person)
            language = language_of(request)
            return listed(session, entities, entity, reach, wanted, address.columns, language, said)

        return await answer(request, LIST, gather)

    return router
