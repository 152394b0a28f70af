"""A database with a search index."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL
from sqlalchemy.orm import Session, sessionmaker

from business.audit.changes import watch
from business.database import open_writer, sessions
from business.migrations import migrate


@pytest.fixture
def maker(database: URL) -> Iterator[sessionmaker[Session]]:
    engine = open_writer(database)
    migrate(engine)
    found = sessions(engine)
    watch(found)  # as the office's sessions are: nothing here may pass for an unaudited write
    yield found
    engine.dispose()
