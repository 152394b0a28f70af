"""What stations read out: shown under the top bar, its sound over HTTP, and the word that it is played."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from markupsafe import Markup

from actors.messages import SpokenNotice, Stage
from business.notifier.messages import NoticePlayed
from hmi.commanding import TTL_S
from hmi.guard import SESSION, SPEECH
from hmi.stations import EVERYWHERE
from hmi.view import House, View

NOTICE_S = 600.0
"""How long a notice is shown, unless somebody closes it."""


def spoken_here(view: View) -> tuple[SpokenNotice, ...]:
    """For this station; a browser that stands at none hears all."""
    now_ns, dismissed = view.live.wall_ns(), view.house.stations.dismissed
    return tuple(
        one
        for one in view.live.spoken
        if now_ns - one.time_ns < NOTICE_S * 1e9
        and (view.station == EVERYWHERE or one.station in {"", view.station})
        and (view.station, one.id) not in dismissed
    )


def speaks(id_: str, text: str, language: str, *, notice: bool = False, wav: bool = False) -> Markup:
    """Attributes by which the browser reads something out, once. Of a notice it tells when it begins to."""
    return Markup(' data-speak="{}" data-say="{}" data-language="{}"{}{}').format(
        id_,
        text,
        "zh-CN" if language == "zh" else "en-US",
        Markup(" data-notice") if notice else "",
        Markup(' data-wav="{}{}"').format(SPEECH, id_) if wav else "",
    )


async def tell_played(view: View, key: str) -> None:
    """Once for each notice, whichever browser is the first."""
    played = view.house.stations.played
    if key in played or all(one.id != key for one in spoken_here(view)):
        return
    played.add(key)
    done = False
    body = NoticePlayed(key, view.station)
    async for result in view.house.ports.answers.send(body, view.plant_issuer(), TTL_S):
        done = result.stage is Stage.DONE
    if not done:
        played.discard(key)


def speech(house: House) -> APIRouter:
    router = APIRouter()

    @router.get(f"{SPEECH}{{name}}")
    async def sound(request: Request, name: str) -> Response:
        if await house.seats.current(request.scope.get(SESSION, "")) is None:
            return PlainTextResponse("403", 403)
        found = next((one for one in house.live.spoken if one.id == name and one.wav), None)
        if found is None:
            return PlainTextResponse("404", 404)
        return Response(found.wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})

    return router
