"""Somebody before a real browser."""

from playwright.sync_api import Browser, Page

from benchmarks.browser import open_page
from tests.flows.house import PASSWORD

PATIENCE_MS = 45_000


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
        open_page(self.page, self.address + path)
        return self.page

    def close(self) -> None:
        self._context.close()
