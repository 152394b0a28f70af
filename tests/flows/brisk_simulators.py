"""`simulators` of a campus on a working morning on which nothing breaks of itself, in quick motion."""

import logging
from typing import Any
from urllib.parse import urlsplit

from drivers.simulators import Campus, CampusServer, campus_of
from supervisor.processes import simulators

logger = logging.getLogger(__name__)

STEP_S = 0.2
SPEED = 5.0
"""A second of the campus passes in each step."""
MORNING_S = 1_784_080_800.0
"""Wednesday 2026-07-15, 10:00 in Shanghai."""


def morning(site: Any, **given: Any) -> Campus:
    """Tells in the log what is written to it."""
    campus = campus_of(site, **{**given, "start_s": MORNING_S, "with_faults": False})
    obey = campus.write

    def write(device: str, point: str, value: float | str) -> None:
        logger.info("campus: %s/%s %s", device, point, value)
        obey(device, point, value)

    campus.write = write  # type: ignore[method-assign]
    return campus


def server(campus: Campus, **_given: Any) -> CampusServer:
    """The pictures of its cameras are where the site looks for them."""
    pictures = (model.device.picture for model in campus.models.values())
    address = next(urlsplit(one.address) for one in pictures if one is not None)
    snapshots = (str(address.hostname), int(address.port or 0))
    return CampusServer(campus, period_s=STEP_S, speed=SPEED, snapshots=snapshots)


def main() -> int:
    vars(simulators).update(campus_of=morning, CampusServer=server)
    return simulators.main()
