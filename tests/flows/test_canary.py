"""The watchdog's canary through field, outbox, core and journal of a running site."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from actors.messages import Issuer
from supervisor.processes.watchdog import Canaries, Heartbeat, Watchdog
from tests.flows.house import House

LIMIT_S = 10.0


class Listener:
    """Whoever receives the heartbeat outside."""

    def __init__(self) -> None:
        self.heard = threading.Semaphore(0)
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.release()
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by http.server
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def outside() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def test_the_canary_comes_through_and_falls_silent_with_core(
    home: House, chief: Issuer, outside: Listener, tmp_path: object
) -> None:
    """Only while it comes does the heartbeat go on; the file says what is wrong."""
    canaries = Canaries(home.paths, ["field"], limit_s=LIMIT_S)
    file = home.paths.root / "heartbeat-test.json"
    watchdog = Watchdog(canaries, Heartbeat(outside.url, file))
    canaries.open()
    try:
        watchdog.once()
        assert watchdog.figures["silent"] == 0
        assert 0 < watchdog.figures["canary_field_ms"] < LIMIT_S * 1000
        assert outside.heard.acquire(timeout=30)
        assert json.loads(file.read_text())["well"] is True
        with home.frozen("core"):
            watchdog.once()
        assert watchdog.figures["silent"] == 1
        assert not outside.heard.acquire(blocking=False)
        said = json.loads(file.read_text())
        assert said["well"] is False
        assert "core's journal" in said["wrong"]["field"]
        # The canary of the silent round comes late, and is no answer to the next.
        watchdog.once()
        assert watchdog.figures["silent"] == 0
        assert outside.heard.acquire(timeout=30)
        with home.frozen("field"):
            watchdog.once()
        assert watchdog.figures["silent"] == 1
    finally:
        canaries.close()


def test_no_canary_enters_journal_or_alarm_list(home: House, chief: Issuer) -> None:
    assert not [row for row in home.journal() if "canary" in row.rule]
