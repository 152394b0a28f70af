"""The door of the site: sessions, foreign origins and headers for every request and every socket."""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote

from nicegui import Client, core
from socketio.exceptions import (  # type: ignore[import-untyped]
    ConnectionRefusedError,  # noqa: A004  # the name that Socket.IO gives it
)
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from business.exchange.sheet import FILE_BYTES
from business.identity.model import Place
from hmi.seats import Seats

SESSION = "steward.session"
"""Key of the ASGI scope: id of the session of whoever asks."""
SOCKETS = "/_nicegui_ws/"
MANIFEST = "/manifest.webmanifest"
WORKER = "/worker.js"
OPEN_PATHS = (
    "/login", "/first-start", "/health", "/preference", "/assets/", "/favicon.ico", "/_nicegui/", MANIFEST,
    WORKER,
)  # fmt: skip
"""What somebody without a session may have: the way in, and files that are the same for everybody."""

LINKS = "/a/"
"""Links in messages, each of which is its own key: whoever has it may answer, from whatever program."""

API = "/api/v1/"
"""The REST interface, which has a door of its own: bearer tokens, which no other site's page can send, and
its own headers and limits."""

BODY_BYTES = 1_000_000
"""The largest request body; longer ones are refused before they are read."""

UPLOADS = "/transfer/upload/"
"""Where files come in, which may be as long as those who read them say."""
FILES = "/files/"
"""Where attached files come in, and are shown."""
CAMERA = "/camera/"
"""Where the pictures of cameras are."""
SPEECH = "/speech/"
"""Where the sound of notices is."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
        "worker-src 'self'; manifest-src 'self'; "
        "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def cookie_of(place: str) -> str:
    """Both sites may share a host, and cookies know no ports."""
    return f"steward_{place}"


def cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that another site's page sent this."""
    origin = headers.get("origin")
    return origin is not None and origin.split("://", 1)[-1] != headers.get("host")


class Guard:
    """Middleware around the whole site."""

    def __init__(self, app: ASGIApp, seats: Seats, place: str, *, https: bool = False) -> None:
        self._app = app
        self._seats = seats
        self._place = place
        self._cookie = cookie_of(place)
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        answer = await self._answer(scope)
        if scope["type"] == "websocket":
            if answer is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        with_headers = self._with_headers(send)
        if answer is None:
            await self._through(scope, receive, with_headers)
        else:
            await answer(scope, receive, with_headers)

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = False

        async def receiving() -> Message:
            nonlocal gone
            message = await receive()
            gone = gone or message["type"] == "http.disconnect"
            return message

        try:
            await self._app(scope, receiving, send)
        except RuntimeError:
            # NiceGUI's middleware holds it for an error that a browser leaves before the answer.
            if not gone:
                raise

    async def _answer(self, scope: Scope) -> Response | None:
        """Why this is not let in; None when it is."""
        headers = Headers(scope=scope)
        path: str = scope["path"]
        method = scope.get("method", "GET")
        if self._place == Place.OFFICE and path.startswith(API):
            return None
        by_link = self._place == Place.OFFICE and path.startswith(LINKS)
        changing = scope["type"] == "websocket" or path.startswith(SOCKETS) or method not in {"GET", "HEAD"}
        if changing and not by_link and is_foreign(headers):
            return PlainTextResponse("403: this came from another site's page", 403)
        length = headers.get("content-length", "0")
        most = FILE_BYTES if path.startswith((UPLOADS, FILES)) else BODY_BYTES
        if not length.isdecimal() or int(length) > most:
            return PlainTextResponse(f"413: the request is over {most} bytes", 413)
        if by_link or path.startswith(OPEN_PATHS):
            return None
        person = await self._seats.bearer(cookies(headers).get(self._cookie, ""))
        if person is not None and person.place == self._place:
            scope[SESSION] = person.session
            return None
        if method == "GET" and "text/html" in headers.get("accept", "") and not path.startswith(SOCKETS):
            return RedirectResponse(f"/login?next={quote(path)}", 303)
        return PlainTextResponse("403: log in first", 403)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return sending


def _session_of(seats: Seats, client_id: str) -> str | None:
    """The session for which a page was built, also one that only says what went wrong and so has no view."""
    if (session := seats.session_of(client_id)) is not None:
        return session
    client = Client.instances.get(client_id)
    return client.request.scope.get(SESSION) if client is not None else None


def bind_sockets(seats: Seats) -> None:
    """Make a socket reach only pages of its own session; NiceGUI itself asks for a page's id alone (S-08)."""
    handlers: dict[str, Callable[..., Any]] = core.sio.handlers["/"]

    def belongs(environ: dict[str, Any], client_id: object) -> bool:
        session = environ.get("asgi.scope", {}).get(SESSION)
        return session is not None and session == _session_of(seats, str(client_id))

    def guarded(handler: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(sid: str, message: Any) -> Any:
            client_id = message.get("client_id") if isinstance(message, dict) else None
            if not belongs(core.sio.get_environ(sid), client_id):
                return False
            answer = handler(sid, message)
            return await answer if hasattr(answer, "__await__") else answer

        return handle

    connect = handlers["connect"]

    async def on_connect(sid: str, environ: dict[str, Any], auth: Any = None) -> Any:
        client_id = parse_qs(environ.get("QUERY_STRING", "")).get("client_id", [""])[0]
        if not belongs(environ, client_id):
            # Not `return False`: for these words the browser loads its page anew, which is what a page
            # needs whose server was restarted. Without a session it ends at the log-in.
            raise ConnectionRefusedError("Implicit handshake failed")
        return await connect(sid, environ, auth)

    for name in ("handshake", "event", "javascript_response", "ack", "log"):
        handlers[name] = guarded(handlers[name])
    handlers["connect"] = on_connect
