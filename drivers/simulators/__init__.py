"""A whole campus that plays its devices: physics, faults, recordings, and the servers that show them."""

from config.site import Site
from drivers.simulators.campus import Campus
from drivers.simulators.models import MODELS
from drivers.simulators.recorded import Recordings
from drivers.simulators.server import CampusServer
from drivers.simulators.wiring import Wiring

__all__ = ["MODELS", "Campus", "CampusServer", "campus_of"]


def campus_of(site: Site, *, seed: int, start_s: float, with_faults: bool = True) -> Campus:
    """The world of `site` with the wiring and the recordings of the demo. `start_s` is unix time."""
    return Campus(
        site,
        seed=seed,
        start_s=start_s,
        wiring=Wiring.read(),
        recordings=Recordings(),
        with_faults=with_faults,
    )
