"""One real browser for the pages of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import PATIENCE_S, chromium

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
