"""Stand-ins for providers of messages that cannot be had here: each checks requests as the original's
published interface says, and refuses what that would refuse."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Mood(Enum):
    WELL = auto()
    CLOSES = auto()
    """Takes the request, does what it asks, and closes the connection without an answer."""
    BROKEN = auto()
    """Answers 503 and does nothing."""
    RUBBISH = auto()
    """Does what is asked, and answers 200 with what is no answer."""


class Provider:
    """One stand-in, on a port of its own. A subclass answers."""

    def __init__(self) -> None:
        self.mood = Mood.WELL
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                outer._handle(self)

            do_GET = do_POST = do_DELETE = do_PUT = handle_any  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: Request) -> Response:
        """One at a time."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(
            handler.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body
        )
        with self._lock:
            self.requests.append(request)
            mood = self.mood
            answer = Response(503) if mood is Mood.BROKEN else self.answer(request)
        if mood is Mood.CLOSES:
            handler.close_connection = True
            return
        if mood is Mood.RUBBISH:
            answer = Response(200, b"<html>a page of the hotel's network</html>")
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)
