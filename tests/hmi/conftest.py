"""A real browser, a site and its people for the pages of a module."""

from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.browser import chromium
from tests.hmi.browsing import PATIENCE_S, Person, Served, logged_in, served

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="session", autouse=True)
def nursery() -> None:
    """Started before the first test, which did not leave it behind."""
    resource_tracker.ensure_running()
    forkserver.ensure_running()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without what is never drawn: thousands of pages open in two thirds of the time."""
    with chromium(program="chromium-headless-shell") as browser:
        yield browser


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What the module names in `PLACE` (else the office), with its `ENVIRONMENT`."""
    place = getattr(request.module, "PLACE", "office")
    environment = getattr(request.module, "ENVIRONMENT", {})
    with served(place, tmp_path_factory.mktemp(place), **environment) as site:
        yield site


@pytest.fixture
def admin(browser: Browser, site: Served) -> Iterator[Person]:
    with logged_in(browser, site, "admin") as person:
        yield person


@pytest.fixture
def operator(browser: Browser, site: Served) -> Iterator[Person]:
    with logged_in(browser, site, "operator") as person:
        yield person


@pytest.fixture
def leader(browser: Browser, site: Served) -> Iterator[Person]:
    with logged_in(browser, site, "leader") as person:
        yield person


@pytest.fixture
def manager(browser: Browser, site: Served) -> Iterator[Person]:
    with logged_in(browser, site, "manager") as person:
        yield person


@pytest.fixture
def auditor(browser: Browser, site: Served) -> Iterator[Person]:
    with logged_in(browser, site, "auditor") as person:
        yield person
