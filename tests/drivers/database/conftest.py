"""One server of each product for all tests of a worker."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.drivers.database.sql_rig import FileRig
from tests.drivers.database.sql_servers import Mariadb, Peer, Postgres, running_mariadb, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Mariadb]:
    with running_mariadb() as server:
        yield server


@pytest.fixture(scope="session", params=["postgres", "mariadb"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """Either of them."""
    found: Peer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[FileRig]:
    rig = FileRig(tmp_path)
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()
