"""Lighting controllers: eight circuits by schedule or by hand; their power shows in the meters."""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.approach import toward
from drivers.simulators.faults import NO_POWER
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.presence import office_hours
from drivers.simulators.world import World

CIRCUITS = range(1, 9)
ALWAYS = (1, 2)
"""Corridors and exits burn day and night."""
SCHEDULE = 1
BY_CIRCUIT = 0
SCENES: Mapping[int, tuple[int, ...]] = {
    1: tuple(CIRCUITS),
    2: (1, 2, 3, 4, 5, 6),
    3: (1, 2, 4, 6),
    4: ALWAYS,
    5: (),
}
"""Number -> the circuits that burn: everything, work, saving, night, nothing."""
_LARGEST_KW = 2.6
"""Of a circuit."""


class Lighting(Model):
    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._rated_kw = {n: self._random.uniform(1.1, _LARGEST_KW) for n in CIRCUITS}
        self.settings = {"mode": SCHEDULE, "lux-setpoint": 500.0, "scene": BY_CIRCUIT}
        self.settings |= {f"lamp-{n}": 0.0 for n in CIRCUITS}
        self._hours = {n: Counter(1.0, world.time_s) for n in CIRCUITS}
        self._energy = Counter(len(CIRCUITS) * _LARGEST_KW, world.time_s)
        self._open: bool | None = None
        self._cabinet_c = 28.0

    def kw(self, circuit: int) -> float:
        """Power of a circuit: nothing while dark, less with failed lamps."""
        failed = 0.6 if self.has(f"lamp-{circuit}") else 1.0
        return self._rated_kw[circuit] * failed if self.lit(circuit) else 0.0

    def lit(self, circuit: int) -> bool:
        """Without power only the corridors and exits burn, on their own batteries."""
        return self.settings[f"lamp-{circuit}"] >= 0.5 and (circuit in ALWAYS or not self.has(NO_POWER))

    def write(self, point: str, value: float | str) -> None:
        """A scene switches all circuits and holds them against the schedule; a circuit by itself ends it."""
        super().write(point, value)
        scene = int(self.settings["scene"])
        if point == "scene" and scene in SCENES:
            self.settings["mode"] = 0.0
            self.settings |= {f"lamp-{n}": float(n in SCENES[scene]) for n in CIRCUITS}
        elif point.startswith("lamp-") or (point == "mode" and self.settings["mode"] == SCHEDULE):
            self.settings["scene"] = BY_CIRCUIT
            self._open = None if point == "mode" else self._open

    def step(self, world: World, dt_s: float) -> None:
        hours = office_hours(world.day)
        if self.settings["mode"] == SCHEDULE and hours is not self._open:
            # The schedule switches at its own times only: a hand on the switch counts until then.
            self._open = hours
            for n in CIRCUITS:
                self.settings[f"lamp-{n}"] = float(n in ALWAYS or hours)
        self.power_kw = sum(map(self.kw, CIRCUITS))
        for n in CIRCUITS:
            self._hours[n].add(float(self.lit(n)), dt_s)
        self._energy.add(self.power_kw, dt_s)
        self._cabinet_c = toward(self._cabinet_c, 25 + 0.6 * self.power_kw, dt_s, 1800)

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = dict(self.settings)
        for n in CIRCUITS:
            kw = self.kw(n)
            out[f"lamp-{n}-on"] = float(self.lit(n))
            out[f"lamp-{n}-current"] = self.near(kw * 1000 / world.grid_v / 0.95, 0.02) if kw else 0.0
            out[f"lamp-{n}-hours"] = self._hours[n].value
            out[f"lamp-{n}-failed"] = float(self.has(f"lamp-{n}"))
        daylight = 0.25 * world.weather.solar_w_m2
        lamps = 520 * self.power_kw / sum(self._rated_kw.values())
        return out | {
            "power": self.power_kw,
            "voltage": 0.0 if self.has(NO_POWER) else self.near(world.grid_v, 0.2),
            "illuminance": self.near(daylight + lamps + 3, 2),
            "cabinet-temp": self.near(self._cabinet_c, 0.1),
            "energy": self._energy.value,
            "remote": self.remote,
        }
