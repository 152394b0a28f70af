"""A small estate for every test."""

import pytest

from tests.business.conftest import Office
from tests.business.estate import Estate


@pytest.fixture
def estate(office: Office) -> Estate:
    return Estate(office)
