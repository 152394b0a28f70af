"""What the devices of the campus share: time, weather, people, rooms, water and the grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drivers.simulators.chilled_water import ChilledWater
from drivers.simulators.recorded import Recordings
from drivers.simulators.thermal import Room
from drivers.simulators.weather import Conditions
from drivers.simulators.wiring import Wiring


@dataclass(slots=True)
class World:
    seed: int
    time_s: float
    """Unix time."""
    local: datetime
    """The same on the site's clock."""
    day: datetime
    """The clock that people live by: `local`, or the working day that the campus always plays."""
    weather: Conditions
    presence: float
    """How full the campus is, 0 to 1."""
    rooms: Mapping[str, Room]
    """By the zone that a device stands in."""
    recordings: Recordings
    wiring: Wiring
    chilled_water: ChilledWater = field(default_factory=ChilledWater)
    hot_water_c: float = 55.0
    grid_v: float = 230.0
    grid_hz: float = 50.0
    loads_kw: dict[str, float] = field(default_factory=dict)
    """Device -> electrical power, as of this step for every rank already stepped."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Zone -> the zone around it."""

    @property
    def wall_s(self) -> float:
        """The site's wall clock in seconds, counted as if it were UTC: the clock of the recordings."""
        offset = self.local.utcoffset()
        assert offset is not None
        return self.time_s + offset.total_seconds()

    def rooms_of(self, zone: str) -> tuple[Room, ...]:
        """The rooms in `zone` and below."""
        return tuple(room for place, room in self.rooms.items() if zone in self._path(place))

    def _path(self, zone: str) -> list[str]:
        path = [zone]
        while parent := self.parents.get(path[-1], ""):
            path.append(parent)
        return path
