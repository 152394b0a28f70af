"""Which physics plays which `model` of a profile: one entry a model."""

from collections.abc import Callable, Mapping

from config.site import Device
from drivers.simulators.access import Barrier, DoorController, Turnstile
from drivers.simulators.air import AirHandler, FanCoil, FreshAir, RecordedAirHandler
from drivers.simulators.boiler import Boiler
from drivers.simulators.electrical import Incomer, Meter, RecordedMeter
from drivers.simulators.fire import FireLinkage, FireLoop, FirePanel
from drivers.simulators.flooding import LeakDetector, ShutOffValve
from drivers.simulators.intrusion import IntrusionHost
from drivers.simulators.lifts import Lift
from drivers.simulators.lighting import Lighting
from drivers.simulators.model import Model
from drivers.simulators.plant import Chiller, CondenserPump, Pump, Tower
from drivers.simulators.scenarios import DrillConsole
from drivers.simulators.sensors import RoomSensor, WeatherStation, WirelessRoomSensor
from drivers.simulators.signage import Camera, Display, PublicAddress
from drivers.simulators.standby import Generator, TransferSwitch
from drivers.simulators.tenants import TenantMeter, ThreePhaseTenantMeter
from drivers.simulators.ups import Ups
from drivers.simulators.valve_meters import HeatMeter, ValveWaterMeter
from drivers.simulators.water import Sump, WaterMeter, WaterSupply
from drivers.simulators.world import World

MODELS: Mapping[str, Callable[[Device, World], Model]] = {
    "ahu": AirHandler,
    "ahu-recorded": RecordedAirHandler,
    "barrier": Barrier,
    "boiler-1": lambda device, world: Boiler(device, world, 1),
    "boiler-2": lambda device, world: Boiler(device, world, 2),
    "camera": Camera,
    "chilled-water-pump": Pump,
    "chiller": Chiller,
    "condenser-pump": CondenserPump,
    "cooling-tower": Tower,
    "display": Display,
    "door-controller": DoorController,
    "drill-console": DrillConsole,
    "fan-coil": FanCoil,
    "fire-linkage": FireLinkage,
    "fire-loop": FireLoop,
    "fire-panel": FirePanel,
    "fresh-air": FreshAir,
    "generator": Generator,
    "heat-meter": HeatMeter,
    "incomer": Incomer,
    "intrusion-host": IntrusionHost,
    "leak-detector": LeakDetector,
    "lift": Lift,
    "lighting": Lighting,
    "meter": Meter,
    "meter-library": lambda device, world: RecordedMeter(device, world, lambda w: w.recordings.library_kw),
    "meter-recreation": lambda device, world: RecordedMeter(
        device, world, lambda w: w.recordings.recreation_kw
    ),
    "public-address": PublicAddress,
    "room-sensor": RoomSensor,
    "shut-off-valve": ShutOffValve,
    "sump": Sump,
    "tenant-meter": TenantMeter,
    "tenant-meter-3p": ThreePhaseTenantMeter,
    "transfer-switch": TransferSwitch,
    "turnstile": Turnstile,
    "ups": Ups,
    "valve-water-meter": ValveWaterMeter,
    "water-meter": WaterMeter,
    "water-supply": WaterSupply,
    "weather-station": WeatherStation,
    "wireless-room-sensor": WirelessRoomSensor,
}
