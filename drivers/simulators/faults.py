"""Faults that come and go: seeded, one kind after another, so that a newcomer soon sees each."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.site import Device

SENSOR = "sensor"
SILENT = "silent"
GATEWAY = "gateway"
NO_POWER = "no-power"
"""What a device suffers whose supply is gone; see `supply.py`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What may happen to which devices. `effect` is a fault of the model, or SENSOR, SILENT, GATEWAY."""

    models: tuple[str, ...]
    effect: str
    lasts_s: tuple[float, float] = (90.0, 240.0)


@dataclass(frozen=True, slots=True)
class Fault:
    device: str
    effect: str
    point: str
    """The broken sensor, with SENSOR."""
    from_s: float
    until_s: float


KINDS = (
    Kind(("chilled-water-pump", "condenser-pump"), "trip"),
    Kind(("room-sensor",), SENSOR),
    Kind(("lighting",), "lamp-{circuit}"),
    Kind(("ahu", "fresh-air"), "clogged", (180, 300)),
    Kind(("ups",), "mains", (60, 150)),
    Kind(("fan-coil", "water-meter"), SILENT, (40, 90)),
    Kind(("sump",), "inflow", (400, 700)),
    Kind(("cooling-tower",), "vibration", (120, 240)),
    Kind(("room-sensor",), "crowd", (600, 1200)),
    Kind(("lift",), "trapped", (60, 120)),
    Kind(("water-supply", "sump"), "pump-1"),
    Kind(("ahu",), SENSOR),
    Kind(("fan-coil",), "trip"),
    Kind(("lift",), GATEWAY, (20, 40)),
    Kind(("boiler-1", "boiler-2"), "trip"),
    Kind(("lighting", "fresh-air", "cooling-tower"), "local"),
    Kind(("water-supply",), "leak"),
    Kind(("door-controller",), "held-1"),
    Kind(("fire-loop",), "dirty-smoke-1"),
    Kind(("camera",), "offline"),
)

_FIRST_S = (30.0, 60.0)
_APART_S = (80.0, 150.0)


def schedule(devices: Mapping[str, Sequence[Device]], seed: int, start_s: float) -> Iterator[Fault]:
    """Faults in the order of their start, for ever; `devices` by model. None if no kind fits any device."""
    source = random.Random(f"{seed}:faults")
    fitting = [kind for kind in KINDS if any(devices.get(model) for model in kind.models)]
    time_s = start_s + source.uniform(*_FIRST_S)
    while fitting:
        for kind in source.sample(fitting, len(fitting)):
            victims = [device for model in kind.models for device in devices.get(model, ())]
            victim = source.choice(victims)
            lasts_s = source.uniform(*kind.lasts_s)
            yield Fault(
                victim.id,
                kind.effect.format(circuit=source.randint(1, 8)),
                _sensor(victim, source) if kind.effect == SENSOR else "",
                time_s,
                time_s + lasts_s,
            )
            time_s += source.uniform(*_APART_S)


def _sensor(device: Device, source: random.Random) -> str:
    breakable = [point.id for point in device.template.points if point.fault_codes and point.main]
    return source.choice(breakable) if breakable else ""
