"""The database driver over real connections: the contract (R-50), and what is a database's own."""

from pathlib import Path

import pytest

from tests.drivers.contract import (
    Ailment,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
)
from tests.drivers.database.sql_rig import FileRig, PeerRig
from tests.drivers.database.sql_servers import Mariadb, Peer, Postgres

ANSWERED_IN_ORDER = Ailment.WRONG_ID
"""PostgreSQL's messages carry no number: an answer to another question cannot be told, nor come."""


@pytest.mark.parametrize("ailment", [ailment for ailment in Ailment if ailment is not ANSWERED_IN_ORDER])
async def test_it_notices_and_comes_back_when_postgresql(postgres: Postgres, ailment: Ailment) -> None:
    await comes_back(PeerRig(postgres), ailment)


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_it_notices_and_comes_back_when_mariadb(mariadb: Mariadb, ailment: Ailment) -> None:
    await comes_back(PeerRig(mariadb), ailment)


@pytest.mark.parametrize("ailment", FileRig.AILMENTS)
async def test_it_notices_and_comes_back_when_a_file(tmp_path: Path, ailment: Ailment) -> None:
    await comes_back(FileRig(tmp_path), ailment)


async def test_a_locked_table_does_not_hold_up_another_of_its_database(peer: Peer) -> None:
    await keeps_pace_beside_a_dead_neighbour(PeerRig(peer))


async def test_a_table_that_is_not_there_does_not_hold_up_another_of_its_file(tmp_path: Path) -> None:
    await keeps_pace_beside_a_dead_neighbour(FileRig(tmp_path))


async def test_it_comes_back_quietly_after_an_hour_without_the_server(peer: Peer) -> None:
    await comes_back_after_an_hour(lambda process: PeerRig(peer, process))


async def test_it_comes_back_quietly_after_an_hour_without_the_file(tmp_path: Path) -> None:
    await comes_back_after_an_hour(lambda process: FileRig(tmp_path, process))
