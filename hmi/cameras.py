"""What cameras see, over HTTP: fetched by this process, for whoever may see it."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from actors.said import in_language
from business.access.plant import PICTURES
from hmi.guard import CAMERA, SESSION
from hmi.plain import language_of
from hmi.ports import NoPicture
from hmi.view import House

_SEALED = {
    # It comes from a device: whatever is in it, it is a picture and nothing else.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def cameras(house: House) -> APIRouter:
    router = APIRouter()

    @router.get(f"{CAMERA}{{name}}")
    async def picture(request: Request, name: str) -> Response:
        person = await house.seats.current(request.scope.get(SESSION, ""))
        if person is None or not person.may(PICTURES):
            return PlainTextResponse("403", 403)
        device = house.live.site.devices.get(name)
        if device is None or device.picture is None:
            return PlainTextResponse("404", 404)
        try:
            still = await house.ports.pictures.of(device.picture)
        except NoPicture as why:
            return PlainTextResponse(in_language(str(why), language_of(request)), 503)
        return Response(still.content, media_type=still.kind, headers=_SEALED)

    return router
