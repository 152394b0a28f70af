"""The weather of the demo campus: a pure function of time and seed, near 31° north (Shanghai)."""

import math
import random
from dataclasses import dataclass
from datetime import datetime

LATITUDE = math.radians(31.2)
OUTDOOR_CO2_PPM = 420.0


@dataclass(frozen=True, slots=True)
class Conditions:
    temperature_c: float
    humidity_pct: float
    wet_bulb_c: float
    dew_point_c: float
    pressure_hpa: float
    solar_w_m2: float
    wind_m_s: float
    wind_deg: float
    rain_mm_h: float
    pm25_ug_m3: float


class Weather:
    """Season, time of day and a slow seeded disorder that gives fronts, clouds and rain."""

    def __init__(self, seed: int) -> None:
        source = random.Random(f"{seed}:weather")
        self._phases = {
            name: [source.uniform(0, math.tau) for _ in range(4)]
            for name in ("front", "cloud", "wind", "haze", "pressure")
        }

    def at(self, time_s: float, local: datetime) -> Conditions:
        """Conditions at unix time `time_s`; `local` is the same moment on the site's clock."""
        day = local.timetuple().tm_yday
        hour = local.hour + local.minute / 60 + local.second / 3600
        season = math.sin(math.tau * (day - 105) / 365.25)
        cloud = min(1.0, max(0.0, 0.45 + 0.6 * self._slow("cloud", time_s, 2.3)))
        daily = (4.5 - 2.5 * cloud) * math.sin(math.tau * (hour - 9) / 24)
        front = self._slow("front", time_s, 5.1)
        temperature = 17 + 11.5 * season + daily + 3.5 * front
        humidity = min(98.0, max(25.0, 68 + 6 * season - 3 * daily + 18 * (cloud - 0.45)))
        rain = max(0.0, cloud - 0.86) * 60
        dew = _dew_point(temperature, humidity)
        return Conditions(
            temperature_c=temperature,
            humidity_pct=humidity,
            wet_bulb_c=_wet_bulb(temperature, humidity),
            dew_point_c=dew,
            pressure_hpa=1016 - 8 * season + 6 * self._slow("pressure", time_s, 3.7),
            solar_w_m2=1020 * math.pow(_height_of_sun(day, hour), 1.15) * (1 - 0.75 * cloud**2),
            wind_m_s=max(0.1, 3.2 + 2.6 * self._slow("wind", time_s, 0.8)),
            wind_deg=(120 + 50 * season + 90 * front) % 360,
            rain_mm_h=rain,
            pm25_ug_m3=max(4.0, (38 - 14 * season) * (1 + 0.7 * self._slow("haze", time_s, 4.3)) - 2 * rain),
        )

    def _slow(self, name: str, time_s: float, days: float) -> float:
        """Disorder between -1 and 1 whose slowest wave takes `days`."""
        angle = math.tau * time_s / (86400 * days)
        waves = (
            math.sin(angle * ratio + phase)
            for ratio, phase in zip((1, 1.618, 2.718, 4.669), self._phases[name], strict=True)
        )
        return sum(wave * weight for wave, weight in zip(waves, (0.45, 0.28, 0.17, 0.10), strict=True))


def _height_of_sun(day: int, hour: float) -> float:
    """Sine of the sun's elevation, 0 at night."""
    declination = math.radians(23.45) * math.sin(math.tau * (284 + day) / 365)
    angle = math.tau * (hour - 12) / 24
    sine = math.sin(LATITUDE) * math.sin(declination)
    return max(0.0, sine + math.cos(LATITUDE) * math.cos(declination) * math.cos(angle))


def _dew_point(temperature_c: float, humidity_pct: float) -> float:
    """Magnus formula."""
    gamma = math.log(humidity_pct / 100) + 17.62 * temperature_c / (243.12 + temperature_c)
    return 243.12 * gamma / (17.62 - gamma)


def _wet_bulb(temperature_c: float, humidity_pct: float) -> float:
    """Stull's formula (2011), good to about 1 K at sea level."""
    return (
        temperature_c * math.atan(0.151977 * math.sqrt(humidity_pct + 8.313659))
        + math.atan(temperature_c + humidity_pct)
        - math.atan(humidity_pct - 1.676331)
        + 0.00391838 * math.pow(humidity_pct, 1.5) * math.atan(0.023101 * humidity_pct)
        - 4.686035
    )
