"""A site as a process and a real browser before it, for the tests of the pages."""

import json
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 10.0
START = "import gc; gc.disable(); from tests.hmi.serve import start; start()"
"""As the processes of a site: without collecting garbage while they import."""


class Served:
    """A running `tests.hmi.serve`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        first = self._lines.get(timeout=60)
        self.address = f"http://127.0.0.1:{first['port']}"
        self.users: dict[str, str] = first["users"]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._lines.put(json.loads(line))

    def tell(self, **line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def command(self, name: str) -> dict[str, Any]:
        """The next command of that name that the plant was given."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
            if line["command"] == name:
                return line

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE_S)
        self._reading.join(timeout=PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def served(place: str, directory: Path, hostile: str = "", **environment: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, place, str(directory), hostile],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(directory), "PYTHONIOENCODING": "utf-8", **environment},
    )
    site = Served(process)
    try:
        yield site
    finally:
        site.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody before a browser of their own; notes whatever goes wrong in it."""

    def __init__(self, browser: Browser, site: Served, *, width: int = 1366, height: int = 768) -> None:
        self.site = site
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(viewport={"width": width, "height": height})
        self.context.set_default_timeout(PATIENCE_S * 1000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._watch(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def _watch(self, url: str) -> None:
        if not url.startswith((self.site.address, "data:", "blob:")):
            self.troubles.append(f"asked {url}")

    def log_in(self, user: str, password: str = "") -> None:
        self.page.goto(self.site.address + "/login")
        self.page.fill("[name=user]", user)
        self.page.fill("[name=password]", password or self.site.users[user])
        self.page.click(".gate button")

    def open(self, path: str) -> Page:
        """The page once its socket stands and the first patches have come."""
        self.page.goto(self.site.address + path)
        self.page.wait_for_function(
            "window.did_handshake === true && document.documentElement.dataset.patched"
        )
        return self.page

    def close(self) -> None:
        self.context.close()
