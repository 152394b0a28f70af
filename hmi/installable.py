"""What makes the pages an app on a phone: a manifest, and the worker for messages while no page is open."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from business.identity.model import Place
from hmi import words
from hmi.guard import MANIFEST, WORKER
from hmi.plain import language_of
from hmi.view import House

_WORKER = Path(__file__).parent / "static" / "worker.js"
_COLOUR = "#14507d"


def installable(house: House, place: Place) -> APIRouter:
    """Without a session: browsers ask for both by themselves."""
    router = APIRouter()

    @router.get(MANIFEST)
    async def manifest(request: Request) -> Response:
        language = language_of(request)
        site, where = house.live.site.name.in_language(language), words.PLACES[place].in_language(language)
        return JSONResponse(
            {
                "id": "/",
                "name": f"{site} · {where}",
                "short_name": site,
                "lang": "zh-CN" if language == "zh" else "en",
                "start_url": "/",
                "scope": "/",
                "display": "standalone",
                "theme_color": _COLOUR,
                "background_color": _COLOUR,
                "icons": [{"src": "/assets/steward.svg", "sizes": "any", "type": "image/svg+xml"}],
            },
            media_type="application/manifest+json",
        )

    @router.get(WORKER)
    async def worker() -> Response:
        """At the root, so that it may act for every page; asked for anew each time, so that it follows."""
        return FileResponse(_WORKER, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    return router
