"""Pictures of the simulated cameras over HTTP, drawn from what happens on their floor and marked as drawn."""

import asyncio
import logging
from collections.abc import Iterator
from html import escape

from drivers.simulators.campus import Campus
from drivers.simulators.signage import Camera

log = logging.getLogger(__name__)

_PATIENCE_S = 5.0
_LONGEST = 4096


class Snapshots:
    """Serves `GET /CAMERA.svg`; 404 for what is no camera, 503 for one that is offline."""

    def __init__(self, campus: Campus) -> None:
        self._campus = campus
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Without a free port there are no pictures, and everything else goes on."""
        try:
            self._server = await asyncio.start_server(self._serve, host, port, limit=_LONGEST)
        except OSError as error:
            log.warning("no pictures of cameras: %s", error)
            return
        bound = self._server.sockets[0].getsockname()[1]
        self._campus.world.snapshots = f"http://{host}:{bound}"

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            self._campus.world.snapshots = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(request.split(b" ")[1].decode("ascii", "replace")))
                await writer.drain()
        except (TimeoutError, OSError, EOFError, IndexError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or speaks something else
        finally:
            writer.close()

    def _answer(self, path: str) -> bytes:
        camera = self._campus.models.get(path.strip("/").removesuffix(".svg"))
        if not isinstance(camera, Camera):
            return _response("404 Not Found", b"")
        if camera.has("offline"):
            return _response("503 Service Unavailable", b"")
        return _response("200 OK", picture(self._campus, camera).encode())


def _response(status: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: image/svg+xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def picture(campus: Campus, camera: Camera) -> str:
    """What the camera sees, as SVG."""
    name, preset = camera.device.name, int(camera.shows)
    where = f"预置位 preset {preset}" if preset else "转动中 turning"
    clock = f"{campus.world.local:%Y-%m-%d %H:%M:%S}"
    left = 60 + 45 * preset  # the floor, seen from another side at each preset
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" font-family="sans-serif">'
        '<rect width="640" height="360" fill="#8f979d"/>'
        f'<path d="M0 360 L{left} 200 h180 L640 360 Z" fill="#c9cdd0"/>'
        f"{''.join(_DRAWN[what] for what in seen(campus, camera))}"
        f"{_line(28, f'{name.zh} {name.en}')}{_line(346, f'{clock}　{where}　模拟画面 simulated')}</svg>"
    )


def _line(y: int, text: str) -> str:
    return f'<text x="14" y="{y}" font-size="18" fill="#fff">{escape(text)}</text>'


_DRAWN = {
    "flames": '<path d="M300 270 Q270 200 320 150 Q330 200 360 180 Q380 240 340 270 Z" fill="#e25822"/>',
    "smoke": '<path d="M250 110 a46 46 0 1 1 80 -30 a60 60 0 1 1 20 90 Z" fill="#555" opacity=".7"/>',
    "water": '<path d="M0 360 V300 Q160 285 320 300 T640 300 V360 Z" fill="#3b7dd8" opacity=".7"/>',
    "somebody": '<path d="M420 154 a16 16 0 1 1 -.1 0 M404 192 h32 v80 h-32 Z" fill="#222"/>',
}


def seen(campus: Campus, camera: Camera) -> Iterator[str]:
    """What is out of the ordinary on the camera's floor; water it sees in its own room only."""
    world = campus.world
    floor = world.floor(camera.device.zone)
    here = [model for model in campus.models.values() if world.floor(model.device.zone) == floor]
    signals = {detector for model in here for detector in world.fire.signals.get(model.device.id, ())}
    if not signals.isdisjoint(("heat-1", "flow-1")):
        yield "flames"
    if not signals.isdisjoint(("smoke-1", "smoke-2", "smoke-3")):
        yield "smoke"
    if world.burst_m3_h.get(camera.device.zone):
        yield "water"
    if any(fault.startswith("forced") for model in here for fault in model.faults):
        yield "somebody"
