"""A site as a process and a real browser before it, for the tests of the pages."""

import multiprocessing
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from benchmarks.browser import open_page
from tests.hmi.serve import start

PATIENCE_S = 45.0
FORKED = multiprocessing.get_context("forkserver")
"""Each site is forked from one process that has imported everything: a start takes a second, and not four."""
FORKED.set_forkserver_preload(["tests.hmi.serve", "pypinyin"])


class Served:
    """A running `tests.hmi.serve`."""

    def __init__(self, process: ForkServerProcess, line: Connection) -> None:
        self._process = process
        self._line = line
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        first = self._told.get(timeout=60)
        self.address = f"http://127.0.0.1:{first['port']}"
        self.users: dict[str, str] = first["users"]

    def _read(self) -> None:
        with suppress(EOFError):
            while True:
                self._told.put(self._line.recv())
        self._told.put({})  # it has ended: nobody waits for what will not come

    def tell(self, **line: Any) -> None:
        self._line.send(line)

    def command(self, name: str) -> dict[str, Any]:
        """The next command of that name that the plant was given."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            line = self._told.get(timeout=max(deadline - time.monotonic(), 0.01))
            if line.get("command") == name:
                return line

    def close(self) -> None:
        self._line.send(None)
        self._process.join(PATIENCE_S)
        self._reading.join(PATIENCE_S)
        self._line.close()
        assert self._process.exitcode == 0


@contextmanager
def served(place: str, directory: Path, hostile: str = "", **environment: str) -> Iterator[Served]:
    ours, its = FORKED.Pipe()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(directory), **environment}
    process = FORKED.Process(target=start, args=(its, environment, place, str(directory), hostile))
    process.start()
    its.close()
    site = Served(process, ours)
    try:
        yield site
    finally:
        site.close()


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
        open_page(self.page, self.site.address + path)
        return self.page

    def close(self) -> None:
        self.context.close()


@contextmanager
def logged_in(browser: Browser, site: Served, user: str) -> Iterator[Person]:
    """Nothing went wrong in the browser by the end."""
    person = Person(browser, site)
    person.log_in(user)
    person.page.wait_for_url(lambda url: not url.endswith("/login"))
    yield person
    person.close()
    assert person.troubles == []
