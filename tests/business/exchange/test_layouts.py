"""The mapping of a layout is remembered (S1-2.3.4)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL
from sqlalchemy.orm import Session, sessionmaker

from business.database import open_writer, sessions
from business.exchange.layout import Header
from business.exchange.layouts import forget, proposed, remember
from business.migrations import migrate
from tests.business.exchange.kinds import COLUMNS, HOUSE, OWNER, PHONE

pytestmark = pytest.mark.both_databases

HEADER = Header(3, ("房号", "联系人", "电话"))


@pytest.fixture
def maker(database: URL) -> Iterator[sessionmaker[Session]]:
    engine = open_writer(database)
    migrate(engine)
    yield sessions(engine)
    engine.dispose()


def test_a_mapping_is_proposed_again_for_the_same_heading(maker: sessionmaker[Session]) -> None:
    """Wherever it stands and however it is spaced; until then it is guessed."""
    with maker.begin() as session:
        assert proposed(session, "house", HEADER, COLUMNS) == {0: "house", 2: "phone"}
        remember(session, "house", HEADER, {0: "house", 1: "owner"}, 1)
    with maker.begin() as session:
        same = Header(1, (" 房 号", "联系人：", "电话", ""))
        assert proposed(session, "house", same, COLUMNS) == {0: "house", 1: "owner"}
        remember(session, "house", same, {2: "phone"}, 2)
    with maker() as session:
        assert proposed(session, "house", HEADER, COLUMNS) == {2: "phone"}


def test_another_heading_or_another_table_is_guessed(maker: sessionmaker[Session]) -> None:
    with maker.begin() as session:
        remember(session, "house", HEADER, {1: "owner"}, 1)
        swapped = Header(3, ("联系人", "房号", "电话"))
        assert proposed(session, "house", swapped, COLUMNS) == {1: "house", 2: "phone"}
        assert proposed(session, "person", HEADER, COLUMNS) == {0: "house", 2: "phone"}


def test_fields_that_are_gone_are_left_out(maker: sessionmaker[Session]) -> None:
    with maker.begin() as session:
        remember(session, "house", HEADER, {0: "house", 1: "owner", 2: "phone"}, 1)
        assert proposed(session, "house", HEADER, (HOUSE, PHONE)) == {0: "house", 2: "phone"}


def test_a_mapping_can_be_forgotten(maker: sessionmaker[Session]) -> None:
    with maker.begin() as session:
        remember(session, "house", HEADER, {1: "owner"}, 1)
        assert forget(session, "house", HEADER)
        assert not forget(session, "house", HEADER)
        assert proposed(session, "house", HEADER, (OWNER,)) == {}
