"""What the integrator's manual shows of each protocol is what its driver takes."""

import re
import tomllib
from pathlib import Path

import pytest

from drivers import SCHEMAS

MANUALS = Path(__file__).parents[2] / "docs" / "manual"
ROW = re.compile(r"^\| `(\w+)` \| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_connections_of_the_manual_are_right(language: str) -> None:
    rows = ROW.findall((MANUALS / language / "integrator.md").read_text("utf-8"))
    shown = {driver: re.findall(r"`({.*?})`", cells) for driver, cells in rows if driver in SCHEMAS}
    assert shown.keys() == SCHEMAS.keys() - {"calc", "host"}
    for driver, connections in shown.items():
        assert connections, driver
        for one in connections:
            SCHEMAS[driver].connection.model_validate(tomllib.loads(f"where = {one}")["where"])
