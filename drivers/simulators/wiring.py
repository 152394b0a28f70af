"""What the files of a site do not say and the physics needs: which meter feeds what, how large rooms are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from tomllib import loads

FILE = Path(__file__).parents[2] / "config" / "demo" / "simulation" / "wiring.toml"

FLOOR_M2 = 1200.0
ROOM_M2 = 60.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a scenario does to a device, so long after its start."""

    device: str
    effect: str
    after_s: float = 0.0


@dataclass(frozen=True)
class Wiring:
    meters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Meter -> patterns of the devices behind it."""
    sockets_kw: Mapping[str, float] = field(default_factory=dict)
    """Meter -> its sockets and other small loads at full presence."""
    tenants_kw: Mapping[str, float] = field(default_factory=dict)
    """Meter of a tenant -> what he uses at full presence."""
    water: Mapping[str, float] = field(default_factory=dict)
    """Water meter -> m³/h at full presence."""
    area_m2: Mapping[str, float] = field(default_factory=dict)
    process_kw: Mapping[str, float] = field(default_factory=dict)
    """Zone -> heat of its servers."""
    snapshots: tuple[str, int] | None = None
    """Host and port of the cameras' pictures."""
    essential: tuple[str, ...] = ()
    """Patterns of what the generator carries when the mains are lost."""
    cut_off: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Building -> patterns of what loses its power when the fire linkage cuts off what is not for fire."""
    scenarios: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    """Point of the drill console -> what happens while it is on."""

    @classmethod
    def read(cls, file: Path = FILE) -> "Wiring":
        tables = loads(file.read_text("utf-8"))
        return cls(
            meters={meter: tuple(patterns) for meter, patterns in tables["meters"].items()},
            sockets_kw=tables["sockets_kw"],
            tenants_kw=tables["tenants_kw"],
            water=tables["water_m3_h"],
            area_m2=tables["area_m2"],
            process_kw=tables["process_kw"],
            snapshots=(tables["snapshots"]["host"], tables["snapshots"]["port"]),
            essential=tuple(tables["supply"]["essential"]),
            cut_off={zone: tuple(patterns) for zone, patterns in tables["cut_off"].items()},
            scenarios={
                name: tuple(Effect(**effect) for effect in effects)
                for name, effects in tables["scenario"].items()
            },
        )

    def behind(self, meter: str, devices: Iterable[str]) -> Iterator[str]:
        """The devices that `meter` feeds."""
        return matching(self.meters.get(meter, ()), (device for device in devices if device != meter))

    def area(self, zone: str, kind: str) -> float:
        return self.area_m2.get(zone, ROOM_M2 if kind == "room" else FLOOR_M2)


def matching(patterns: Iterable[str], devices: Iterable[str]) -> Iterator[str]:
    """The devices that one of the patterns names."""
    kept = tuple(patterns)
    return (device for device in devices if any(fnmatchcase(device, pattern) for pattern in kept))
