"""A device that counts, sums and shows its rows."""

from drivers.database.schema import Condition, Source
from drivers.driver import Scan
from tests.drivers.contract import Pump
from tests.drivers.plant import point, until

ENTRIES = (
    point("rows", Source(count=True)),
    point("cheap", Source(count=True, where=(Condition(column="kwh", one_of=(5, "7")),))),
    point("sum", Source(sum="kwh")),
    point("plate", Source(text="plate")),
    point("restarts", Source.model_validate({"fact": "restarts"})),
)
ROWS, CHEAP, SUM, PLATE, RESTARTS = range(5)


def live(pump: Pump) -> Scan:
    return next(scan for scan in reversed(pump.scans) if not scan.past)


def values(pump: Pump) -> list[float]:
    return [float(value) for value in live(pump).raw.values]


def plate(pump: Pump) -> str:
    return str(live(pump).raw.texts[PLATE])


async def settled(pump: Pump) -> None:
    """Whatever was inserted before has been read."""
    before = len(pump.scans)
    await until(lambda: len(pump.scans) >= before + 4)
