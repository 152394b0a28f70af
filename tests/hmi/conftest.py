"""One real browser for the pages of a module, and the office before it where the module says nothing else."""

from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.browser import chromium
from tests.hmi.browsing import PATIENCE_S, Person, Served, served

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
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("office", tmp_path_factory.mktemp("office")) as site:
        yield site


@pytest.fixture
def admin(browser: Browser, site: Served) -> Iterator[Person]:
    person = Person(browser, site)
    person.log_in("admin")
    yield person
    person.close()
    assert person.troubles == []
