"""Somebody before a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.flows.house import PASSWORD

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Has cookies of their own, and notes every script error."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.troubles: list[str] = []
        self._context = browser.new_context(viewport={"width": 1366, "height": 768})
        self._context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def log_in(self, user: str) -> "Visitor":
        self.page.goto(f"{self.address}/login")
        self.page.fill("[name=user]", user)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click(".gate button")
        return self

    def open(self, path: str) -> Page:
        """The page once its socket stands and the first patches have come."""
        self.page.goto(self.address + path)
        self.page.wait_for_function(
            "window.did_handshake === true && document.documentElement.dataset.patched"
        )
        return self.page

    def close(self) -> None:
        self._context.close()
