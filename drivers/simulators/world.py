"""What the devices of the campus share: time, weather, people, rooms, water and the grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drivers.simulators.chilled_water import ChilledWater
from drivers.simulators.fire_system import FireSystem
from drivers.simulators.recorded import Recordings
from drivers.simulators.supply import Standby
from drivers.simulators.thermal import Room
from drivers.simulators.weather import Conditions
from drivers.simulators.wiring import Wiring


@dataclass(slots=True)
class HotWater:
    """What the boilers send out and get back."""

    supply_c: float = 55.0
    return_c: float = 48.0
    flow_m3_h: float = 0.0


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
    hot_water: HotWater = field(default_factory=HotWater)
    grid_v: float = 230.0
    grid_hz: float = 50.0
    loads_kw: dict[str, float] = field(default_factory=dict)
    """Device -> electrical power, as of this step for every rank already stepped."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Zone -> the zone around it."""
    fire: FireSystem = field(default_factory=FireSystem)
    standby: Standby = field(default_factory=Standby)
    burst_m3_h: dict[str, float] = field(default_factory=dict)
    """Zone -> water that runs onto its floor through a burst pipe."""
    drained_m3_h: dict[str, float] = field(default_factory=dict)
    """Room -> water that runs from its floor into the sump of the zone around it."""
    snapshots: str = ""
    """Address under which the cameras' pictures are served; '' while nobody serves them."""
    scenarios: dict[str, float] = field(default_factory=dict)
    """Scenario that is being played -> since when."""
    resets: int = 0
    """How often somebody has gone round and reset panels and hosts."""

    def floor(self, zone: str) -> str:
        """The zone below the building that holds `zone`, or is it."""
        path = self._path(zone)
        return path[-3] if len(path) > 2 else zone

    def drained_into(self, zone: str) -> float:
        """m³/h from the floors of the rooms of `zone`."""
        return sum(flow for room, flow in self.drained_m3_h.items() if self.parents.get(room) == zone)

    def building(self, zone: str) -> str:
        """The topmost zone below the root that holds `zone`."""
        path = self._path(zone)
        return path[-2] if len(path) > 1 else path[0]

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
