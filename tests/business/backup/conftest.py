"""A filled run directory for every test."""

from pathlib import Path

import pytest

from tests.business.backup.estate import Estate


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path / "run").fill()
