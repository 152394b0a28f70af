"""The meters of a line, for `steward discover cjt188`."""

from collections.abc import AsyncIterator

from pydantic import Field

from drivers.cjt188.discovery import meters
from drivers.driver import Surroundings
from drivers.exploring import Row
from drivers.line_schema import LineConnection, Parity
from drivers.search import rows


class Where(LineConnection):
    baud_rate: int = Field(default=2400, ge=300, le=4_000_000)
    parity: Parity = Parity.EVEN
    low_first: bool = Field(default=False, description="Identifiers go low byte first.")
    ending: str = Field(default="", pattern=r"^([0-9]{2}){0,7}$", description="Last digits of the addresses.")
    timeout_s: float = Field(default=1.0, gt=0, le=10)


class Cjt188Explorer:
    where = Where

    def explore(self, where: Where, surroundings: Surroundings) -> AsyncIterator[Row]:
        return rows(
            where.line,
            surroundings,
            lambda line: meters(line, where.timeout_s, low_first=where.low_first, low=where.ending),
        )
