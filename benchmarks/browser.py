"""A real Chromium before a running site: its processes belong to the benchmark and are not Steward's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000.0
LIVE = "window.did_handshake === true && document.documentElement.dataset.patched"


@contextmanager
def chromium(*arguments: str, program: str = "chromium") -> Iterator[Browser]:
    """The system's Chromium where there is one, else playwright's own; with further `arguments`."""
    with sync_playwright() as playwright:
        found = shutil.which(program)
        browser = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, address: str, user: str, password: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/login")
    page.fill("[name=user]", user)
    page.fill("[name=password]", password)
    page.click(".gate button")
    page.wait_for_function(LIVE)


def open_page(page: Page, url: str) -> None:
    """Until its socket stands and its values have been drawn."""
    page.goto(url)
    page.wait_for_function(LIVE)
