"""Rooms: heat, moisture, CO₂ and dust between people, weather and the air that machines supply."""

from dataclasses import dataclass

from drivers.simulators.approach import toward
from drivers.simulators.weather import OUTDOOR_CO2_PPM, Conditions

HEAT_CAPACITY_KJ_M2K = 60.0
"""Air, furniture and the surface of the structure, per floor area."""
ENVELOPE_KW_M2K = 0.002
"""Walls, windows and leaks."""
AIR_KW_H_M3K = 1.2 * 1.006 / 3600
"""kW that 1 m³/h of air carries per kelvin."""
HEIGHT_M = 3.0


@dataclass(slots=True)
class Room:
    """Air volume of one zone. Machines call `supply` in each step; `step` then uses and forgets it."""

    area_m2: float
    temperature_c: float = 23.0
    humidity_pct: float = 50.0
    co2_ppm: float = 600.0
    pm25_ug_m3: float = 20.0
    process_kw: float = 0.0
    """Heat of servers and the like, day and night."""
    crowd: float = 0.0
    """People beyond the usual, as a multiple of the full room."""
    people: float = 0.0
    _conductance_kw_k: float = 0.0
    _supplied_kw: float = 0.0
    _fresh_m3_h: float = 0.0

    @property
    def places(self) -> float:
        return self.area_m2 / 12

    def supply(self, flow_m3_h: float, temperature_c: float, fresh_m3_h: float) -> None:
        """Air blown in at `temperature_c`, of which `fresh_m3_h` comes from outdoors."""
        conductance = flow_m3_h * AIR_KW_H_M3K
        self._conductance_kw_k += conductance
        self._supplied_kw += conductance * temperature_c
        self._fresh_m3_h += fresh_m3_h

    def gains_kw(self, weather: Conditions, presence: float) -> float:
        machines = self.area_m2 * (0.0025 + 0.012 * presence)
        sun = self.area_m2 * 0.012 * weather.solar_w_m2 / 1000
        return self.process_kw + machines + sun + 0.09 * self.people

    def step(self, weather: Conditions, presence: float, dt_s: float) -> None:
        self.people = self.places * (presence + self.crowd)
        envelope = self.area_m2 * ENVELOPE_KW_M2K
        conductance = envelope + self._conductance_kw_k
        driven = envelope * weather.temperature_c + self._supplied_kw + self.gains_kw(weather, presence)
        self.temperature_c = toward(
            self.temperature_c,
            driven / conductance,
            dt_s,
            self.area_m2 * HEAT_CAPACITY_KJ_M2K / conductance,
        )
        volume = self.area_m2 * HEIGHT_M
        fresh = 0.2 * volume + self._fresh_m3_h
        exhaled = self.people * 0.015e6
        self.co2_ppm = toward(self.co2_ppm, OUTDOOR_CO2_PPM + exhaled / fresh, dt_s, 3600 * volume / fresh)
        moist = 50 + 0.25 * (weather.humidity_pct - 60) + (4 if presence > 0.5 else 0)
        self.humidity_pct = toward(self.humidity_pct, moist, dt_s, 3600)
        self.pm25_ug_m3 = toward(self.pm25_ug_m3, 2 + 0.3 * weather.pm25_ug_m3, dt_s, 2400)
        self._conductance_kw_k = self._supplied_kw = self._fresh_m3_h = 0.0
