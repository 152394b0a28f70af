"""What the files of a site do not say and the physics needs: which meter feeds what, how large rooms are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from tomllib import loads

FILE = Path(__file__).parents[2] / "config" / "demo" / "simulation" / "wiring.toml"

FLOOR_M2 = 1200.0
ROOM_M2 = 60.0


@dataclass(frozen=True)
class Wiring:
    meters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Meter -> patterns of the devices behind it."""
    sockets_kw: Mapping[str, float] = field(default_factory=dict)
    """Meter -> its sockets and other small loads at full presence."""
    water: Mapping[str, float] = field(default_factory=dict)
    """Water meter -> m³/h at full presence."""
    area_m2: Mapping[str, float] = field(default_factory=dict)
    process_kw: Mapping[str, float] = field(default_factory=dict)
    """Zone -> heat of its servers."""

    @classmethod
    def read(cls, file: Path = FILE) -> "Wiring":
        tables = loads(file.read_text("utf-8"))
        return cls(
            meters={meter: tuple(patterns) for meter, patterns in tables["meters"].items()},
            sockets_kw=tables["sockets_kw"],
            water=tables["water_m3_h"],
            area_m2=tables["area_m2"],
            process_kw=tables["process_kw"],
        )

    def behind(self, meter: str, devices: Iterable[str]) -> Iterator[str]:
        """The devices that `meter` feeds."""
        patterns = self.meters.get(meter, ())
        for device in devices:
            if device != meter and any(fnmatchcase(device, pattern) for pattern in patterns):
                yield device

    def area(self, zone: str, kind: str) -> float:
        return self.area_m2.get(zone, ROOM_M2 if kind == "room" else FLOOR_M2)
