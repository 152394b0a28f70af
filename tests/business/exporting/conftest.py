"""A counter for every test."""

from pathlib import Path

import pytest

from tests.business.conftest import Office
from tests.business.importing.counter import Counter


@pytest.fixture
def counter(office: Office, tmp_path: Path) -> Counter:
    return Counter(office, tmp_path)
