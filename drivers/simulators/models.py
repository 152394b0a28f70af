"""Which physics plays which `model` of a profile: one entry a model."""

from collections.abc import Callable, Mapping

from config.site import Device
from drivers.simulators.air import AirHandler, FanCoil, FreshAir, RecordedAirHandler
from drivers.simulators.boiler import Boiler
from drivers.simulators.electrical import Incomer, Meter, RecordedMeter
from drivers.simulators.lifts import Lift
from drivers.simulators.lighting import Lighting
from drivers.simulators.model import Model
from drivers.simulators.plant import Chiller, CondenserPump, Pump, Tower
from drivers.simulators.sensors import RoomSensor, WeatherStation
from drivers.simulators.ups import Ups
from drivers.simulators.water import Sump, WaterMeter, WaterSupply
from drivers.simulators.world import World

MODELS: Mapping[str, Callable[[Device, World], Model]] = {
    "ahu": AirHandler,
    "ahu-recorded": RecordedAirHandler,
    "boiler-1": lambda device, world: Boiler(device, world, 1),
    "boiler-2": lambda device, world: Boiler(device, world, 2),
    "chilled-water-pump": Pump,
    "chiller": Chiller,
    "condenser-pump": CondenserPump,
    "cooling-tower": Tower,
    "fan-coil": FanCoil,
    "fresh-air": FreshAir,
    "incomer": Incomer,
    "lift": Lift,
    "lighting": Lighting,
    "meter": Meter,
    "meter-library": lambda device, world: RecordedMeter(device, world, lambda w: w.recordings.library_kw),
    "meter-recreation": lambda device, world: RecordedMeter(
        device, world, lambda w: w.recordings.recreation_kw
    ),
    "room-sensor": RoomSensor,
    "sump": Sump,
    "ups": Ups,
    "water-meter": WaterMeter,
    "water-supply": WaterSupply,
    "weather-station": WeatherStation,
}
