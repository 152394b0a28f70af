"""The meters of a line, for `steward discover dlt645`."""

from collections.abc import AsyncIterator
from typing import Literal

from pydantic import Field

from drivers.dlt645.discovery import meters
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.driver import Surroundings
from drivers.exploring import Row
from drivers.line_schema import LineConnection, Parity
from drivers.search import rows


class Where(LineConnection):
    baud_rate: int = Field(default=2400, ge=300, le=4_000_000)
    parity: Parity = Parity.EVEN
    edition: Literal["2007", "1997"] = "2007"
    ending: str = Field(default="", pattern=r"^([0-9]{2}){0,6}$", description="Last digits of the addresses.")
    timeout_s: float = Field(default=1.0, gt=0, le=10)


class Dlt645Explorer:
    where = Where

    def explore(self, where: Where, surroundings: Surroundings) -> AsyncIterator[Row]:
        edition = EDITION_2007 if where.edition == "2007" else EDITION_1997
        return rows(
            where.line, surroundings, lambda line: meters(line, edition, where.timeout_s, low=where.ending)
        )
