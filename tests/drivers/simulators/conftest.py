"""The demo site, and worlds that play it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import config
from config.load import load_site
from config.site import Site
from drivers import SCHEMAS
from drivers.simulators import Campus, campus_of
from tests.drivers.plant import Process

DEMO = Path(config.__file__).parent / "demo"
NewCampus = Callable[..., Campus]


@pytest.fixture(scope="session")
def demo() -> Site:
    return load_site(DEMO, SCHEMAS)


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process()
    yield process
    await process.close()


@pytest.fixture
def new_campus(demo: Site) -> NewCampus:
    """A campus whose clock begins at a local time such as '2026-07-15 10:00'; no faults unless asked for."""

    def make(start: str = "2026-07-15 10:00", *, seed: int = 1, with_faults: bool = False) -> Campus:
        local = datetime.strptime(start, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(demo.timezone))
        return campus_of(demo, seed=seed, start_s=local.timestamp(), with_faults=with_faults)

    return make
