"""Sensors that only look: the air of a room, the weather on the roof."""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.approach import clamp
from drivers.simulators.model import Model, Reading
from drivers.simulators.world import World


class RoomSensor(Model):
    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._room = world.rooms[device.zone]
        self._lean_c = self._random.uniform(-0.3, 0.3)
        """Where in the room it hangs."""

    def step(self, world: World, dt_s: float) -> None:
        self._room.crowd = 4.0 if self.has("crowd") else 0.0

    def readings(self, world: World) -> Mapping[str, Reading]:
        room = self._room
        people = room.people / max(room.places, 1)
        return {
            "temperature": self.near(room.temperature_c + self._lean_c, 0.06),
            "humidity": self.near(room.humidity_pct, 0.3),
            "co2": self.near(min(room.co2_ppm, 4900.0), 6),
            "pm25": self.near(room.pm25_ug_m3, 0.8),
            "pm10": self.near(1.5 * room.pm25_ug_m3 + 4, 1),
            "tvoc": self.near(0.08 + 0.12 * people, 0.004),
            "illuminance": self.near(8 + 420 * min(people, 1.0) + 0.15 * world.weather.solar_w_m2, 3),
            "noise": self.near(34 + 18 * min(people, 1.5), 1.0),
            "occupied": float(people > 0.15),
        }


class WirelessRoomSensor(RoomSensor):
    """Wakes up once a minute, measures, and sleeps: its battery has to last for years."""

    _EVERY_S = 60.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._wakes_s = world.time_s
        self._lag_s = self._random.uniform(0, self._EVERY_S)
        self._rssi_dbm = self._random.uniform(-105, -70)
        self._measured: Mapping[str, Reading] = {}

    def step(self, world: World, dt_s: float) -> None:
        super().step(world, dt_s)
        if world.time_s < self._wakes_s:
            return
        self._wakes_s = world.time_s + (self._EVERY_S if self._measured else self._lag_s)
        self._measured = {
            **super().readings(world),
            "pressure": self.near(world.weather.pressure_hpa, 0.05),
            "hcho": self.near(0.025, 0.004),
            "battery": 96.0,
            "rssi": round(self.near(self._rssi_dbm, 3)),
        }

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self._measured


class WeatherStation(Model):
    def readings(self, world: World) -> Mapping[str, Reading]:
        sky = world.weather
        return {
            "temperature": self.near(sky.temperature_c, 0.06),
            "humidity": self.near(sky.humidity_pct, 0.3),
            "wet-bulb": sky.wet_bulb_c,
            "dew-point": sky.dew_point_c,
            "pressure": self.near(sky.pressure_hpa, 0.05),
            "solar": sky.solar_w_m2,
            "wind-speed": clamp(self.near(sky.wind_m_s, 0.5), 0, 60),
            "wind-direction": clamp(self.near(sky.wind_deg, 4), 0, 360),
            "rain": sky.rain_mm_h,
            "pm25": self.near(sky.pm25_ug_m3, 1),
            "noise": self.near(48 + 8 * world.presence, 1),
            "raining": float(sky.rain_mm_h > 0.1),
        }
