"""A whole campus that plays its devices: physics, faults, recordings, and the servers that show them."""

from collections.abc import Callable
from datetime import datetime

from config.site import Site
from drivers.simulators.campus import Campus
from drivers.simulators.models import MODELS
from drivers.simulators.presence import always_working_day, as_it_is
from drivers.simulators.recorded import Recordings
from drivers.simulators.server import CampusServer
from drivers.simulators.shows import read_shows
from drivers.simulators.wiring import Wiring

__all__ = ["MODELS", "Campus", "CampusServer", "always_working_day", "campus_of"]


def campus_of(
    site: Site,
    *,
    seed: int,
    start_s: float,
    with_faults: bool = True,
    day: Callable[[datetime], datetime] = as_it_is,
) -> Campus:
    """The world of `site` with the wiring and the recordings of the demo. `start_s` is unix time."""
    return Campus(
        site,
        seed=seed,
        start_s=start_s,
        wiring=Wiring.read(),
        recordings=Recordings(),
        shows=read_shows(),
        with_faults=with_faults,
        day=day,
    )
