"""The master alarm database as files: the export, an upload to be tried, the rows that were refused."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from business.alarm_database.messages import DEFINE, READ
from business.alarm_database.workbook import write_workbook
from hmi.guard import SESSION, UPLOADS
from hmi.pages.alarm_database.filtering import asked
from hmi.pages.alarm_database.importing import HOME, REFUSED_ROWS
from hmi.plain import language_of
from hmi.transfers import file_of, problem_of, uploaded
from hmi.view import House
from hmi.words import alarm_database as words
from hmi.words import say, transfers


def alarm_files(house: House) -> APIRouter:
    """Before the routes of `hmi.transfers`, which take any name."""
    router = APIRouter()
    ports, seats = house.ports, house.seats
    one_at_a_time = asyncio.Semaphore(1)

    async def may(request: Request, permission: str) -> bool:
        person = await seats.current(request.scope.get(SESSION, ""))
        return person is not None and person.may(permission)

    @router.post(f"{UPLOADS}alarm-database")
    async def upload(request: Request) -> Response:
        if not await may(request, DEFINE):
            return problem_of(request, transfers.NOT_PERMITTED, 403)
        return await uploaded(request, ports.shelf, one_at_a_time, f"{HOME}/import")

    @router.get("/transfer/alarms/export")
    async def export(request: Request) -> Response:
        if not await may(request, READ):
            return PlainTextResponse("403", 403)
        language, chosen = language_of(request), asked(request.query_params)
        path = ports.shelf.path(ports.shelf.token(), "alarms.xlsx")

        def write() -> None:
            known = ports.desk.definitions(ports.desk.state().running)
            with path.open("wb") as target:
                write_workbook(target, known.site, chosen.of(known.all()), language)

        async with one_at_a_time:
            await asyncio.to_thread(write)
        return file_of(path, f"{say(language, words.FILE_NAME)}.xlsx")

    @router.get("/transfer/alarms/refused/{token}")
    async def refused(request: Request, token: str) -> Response:
        if not await may(request, DEFINE) or not ports.shelf.is_token(token):
            return PlainTextResponse("404", 404)
        language = language_of(request)
        path = ports.shelf.path(token, REFUSED_ROWS.format(language=language))
        return file_of(path, f"{say(language, words.FILE_NAME)}-{say(language, transfers.ERRORS)}.xlsx")

    return router
