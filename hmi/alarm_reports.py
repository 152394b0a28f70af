"""The files of alarm reports, for whoever may report on alarms."""

import asyncio
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from business.alarm_kpi.messages import REPORT
from business.alarm_report.queries import ReportRow, report_file
from hmi.guard import SESSION
from hmi.view import House
from hmi.words import alarm_report as words
from hmi.words import say

MOST = 2**31 - 1
"""The largest number that a report may have in the database."""
_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def alarm_reports(house: House) -> APIRouter:
    router = APIRouter()

    @router.get("/alarm-report/{report}/{name}")
    async def file(request: Request, report: int, name: str) -> Response:
        person = await house.seats.current(request.scope.get(SESSION, ""))
        if report > MOST or person is None or not person.may(REPORT, await house.seats.here()):
            return PlainTextResponse("404", 404)

        def read() -> tuple[ReportRow, bytes] | None:
            with house.seats.authority.open() as session:
                return report_file(session, report, name)

        found = await asyncio.to_thread(read)
        if found is None:
            return PlainTextResponse("404", 404)
        row, content = found
        language, _, form = name.partition(".")
        called = say(language, words.FILE_NAME, since=row.since, until=row.until)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{called}.{form}')}",
            "Cache-Control": "no-store",
        }
        return Response(content, media_type=_KINDS[form], headers=headers)

    return router
