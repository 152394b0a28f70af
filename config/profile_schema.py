"""What a profile says to whoever chooses it: whose device it is, of what kind, and who states its facts."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pydantic import Field

from config.table import Table, TextTable, Words
from config.text import Text


class Category(StrEnum):
    """What kind of equipment a profile describes."""

    CHILLER = "chiller"
    BOILER = "boiler"
    COOLING_TOWER = "cooling-tower"
    AHU = "ahu"
    VAV = "vav"
    FAN_COIL = "fan-coil"
    PUMP = "pump"
    VFD = "vfd"
    LIGHTING = "lighting"
    POWER_METER = "power-meter"
    WATER_METER = "water-meter"
    GAS_METER = "gas-meter"
    HEAT_METER = "heat-meter"
    UPS = "ups"
    GENERATOR = "generator"
    TRANSFER_SWITCH = "transfer-switch"
    SOLAR = "solar"
    EV_CHARGER = "ev-charger"
    LIFT = "lift"
    WATER = "water"
    AIR_QUALITY = "air-quality"
    WEATHER = "weather"
    LEAK = "leak"
    GAS = "gas"
    FIRE = "fire"
    DOOR = "door"
    PARKING = "parking"
    INTRUSION = "intrusion"
    CAMERA = "camera"
    BROADCAST = "broadcast"
    DISPLAY = "display"
    SENSOR = "sensor"
    SYSTEM = "system"
    OTHER = "other"


CATEGORIES: Mapping[Category, Text] = MappingProxyType(
    {
        Category.CHILLER: Text("冷水机组", "Chillers and heat pumps"),
        Category.BOILER: Text("锅炉", "Boilers"),
        Category.COOLING_TOWER: Text("冷却塔", "Cooling towers"),
        Category.AHU: Text("空调机组与新风", "Air handling and ventilation"),
        Category.VAV: Text("变风量末端", "Variable air volume"),
        Category.FAN_COIL: Text("风机盘管与室内机", "Fan coils and indoor units"),
        Category.PUMP: Text("水泵", "Pumps"),
        Category.VFD: Text("变频器", "Variable-speed drives"),
        Category.LIGHTING: Text("照明", "Lighting"),
        Category.POWER_METER: Text("电表", "Power meters"),
        Category.WATER_METER: Text("水表与流量计", "Water and flow meters"),
        Category.GAS_METER: Text("燃气表", "Gas meters"),
        Category.HEAT_METER: Text("热量表", "Heat meters"),
        Category.UPS: Text("不间断电源", "Uninterruptible power supplies"),
        Category.GENERATOR: Text("发电机组", "Generating sets"),
        Category.TRANSFER_SWITCH: Text("转换开关", "Transfer switches"),
        Category.SOLAR: Text("光伏与储能", "Photovoltaics and storage"),
        Category.EV_CHARGER: Text("充电桩", "Charging stations"),
        Category.LIFT: Text("电梯", "Lifts"),
        Category.WATER: Text("给排水", "Water supply and drainage"),
        Category.AIR_QUALITY: Text("空气质量", "Air quality"),
        Category.WEATHER: Text("气象站", "Weather stations"),
        Category.LEAK: Text("漏水检测", "Leak detection"),
        Category.GAS: Text("气体检测", "Gas detection"),
        Category.FIRE: Text("消防", "Fire"),
        Category.DOOR: Text("门禁", "Doors"),
        Category.PARKING: Text("停车", "Parking"),
        Category.INTRUSION: Text("入侵报警", "Intrusion"),
        Category.CAMERA: Text("摄像机", "Cameras"),
        Category.BROADCAST: Text("广播", "Public address"),
        Category.DISPLAY: Text("信息发布", "Displays"),
        Category.SENSOR: Text("传感器", "Sensors"),
        Category.SYSTEM: Text("系统自身", "Steward itself"),
        Category.OTHER: Text("其他", "Others"),
    }
)
"""In the order in which a list shows them."""


class Symbol(StrEnum):
    """The graphic that stands for a device in a plant picture; named as IEC 60617 and ISO 14617 name them."""

    CHILLER = "chiller"
    BOILER = "boiler"
    COOLING_TOWER = "cooling-tower"
    AIR_HANDLER = "air-handler"
    DAMPER = "damper"
    FAN_COIL = "fan-coil"
    FAN = "fan"
    PUMP = "pump"
    VALVE = "valve"
    TANK = "tank"
    MOTOR = "motor"
    CONVERTER = "converter"
    LAMP = "lamp"
    METER = "meter"
    FLOW_METER = "flow-meter"
    BATTERY = "battery"
    GENERATOR = "generator"
    SWITCH = "switch"
    SOLAR_PANEL = "solar-panel"
    SOCKET = "socket"
    LIFT = "lift"
    SENSOR = "sensor"
    WEATHER_STATION = "weather-station"
    LEAK_DETECTOR = "leak-detector"
    GAS_DETECTOR = "gas-detector"
    FIRE_DETECTOR = "fire-detector"
    PANEL = "panel"
    DOOR = "door"
    BARRIER = "barrier"
    CAMERA = "camera"
    LOUDSPEAKER = "loudspeaker"
    SCREEN = "screen"
    COMPUTER = "computer"


class DocumentTable(Table):
    """Who states the facts of a profile."""

    title: Words = Field(title="Title", description="the document, or repository and file")
    edition: str = Field("", title="Edition", description="edition, date or commit")
    licence: str = Field("", title="Licence", description="terms under which it is published")


class DescriptionTable(Table):
    """For whoever chooses a profile; no device depends on it."""

    category: Category | None = Field(None, title="Category", description="what kind of equipment it is")
    manufacturer: TextTable | None = Field(
        None, title="Manufacturer", description="who makes it; none where it is a layout and no product"
    )
    products: list[Words] = Field(
        [], title="Products", description="the maker's own names of what it fits; none for all"
    )
    symbol: Symbol | None = Field(None, title="Symbol", description="what stands for it in plant pictures")
    source: list[DocumentTable] = Field(
        [], title="Source", description="who states its facts; required of a maker's device"
    )
