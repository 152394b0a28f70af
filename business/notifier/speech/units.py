"""How units are said after a number; {} stands for the number where it does not come first."""

from collections.abc import Mapping
from types import MappingProxyType

from config.text import Text

UNITS: Mapping[str, Text] = MappingProxyType(
    {
        "℃": Text("摄氏度", "degrees Celsius"),
        "°C": Text("摄氏度", "degrees Celsius"),
        "%RH": Text("相对湿度百分之{}", "percent relative humidity"),
        "%": Text("百分之{}", "percent"),
        "％": Text("百分之{}", "percent"),
        "Pa": Text("帕", "pascals"),
        "kPa": Text("千帕", "kilopascals"),
        "MPa": Text("兆帕", "megapascals"),
        "bar": Text("巴", "bar"),
        "V": Text("伏", "volts"),
        "kV": Text("千伏", "kilovolts"),
        "A": Text("安", "amperes"),
        "mA": Text("毫安", "milliamperes"),
        "Hz": Text("赫兹", "hertz"),
        "W": Text("瓦", "watts"),
        "kW": Text("千瓦", "kilowatts"),
        "MW": Text("兆瓦", "megawatts"),
        "kWh": Text("千瓦时", "kilowatt hours"),
        "MWh": Text("兆瓦时", "megawatt hours"),
        "kVA": Text("千伏安", "kilovolt amperes"),
        "kvar": Text("千乏", "kilovars"),
        "mm": Text("毫米", "millimetres"),
        "cm": Text("厘米", "centimetres"),
        "m": Text("米", "metres"),
        "km": Text("千米", "kilometres"),
        "m²": Text("平方米", "square metres"),
        "m³": Text("立方米", "cubic metres"),
        "m³/h": Text("立方米每小时", "cubic metres an hour"),
        "m3/h": Text("立方米每小时", "cubic metres an hour"),
        "L": Text("升", "litres"),
        "L/s": Text("升每秒", "litres a second"),
        "L/min": Text("升每分钟", "litres a minute"),
        "m/s": Text("米每秒", "metres a second"),
        "t/h": Text("吨每小时", "tonnes an hour"),
        "kg": Text("千克", "kilograms"),
        "ppm": Text("百万分之{}", "parts per million"),
        "mg/m³": Text("毫克每立方米", "milligrams per cubic metre"),
        "μg/m³": Text("微克每立方米", "micrograms per cubic metre"),
        "µg/m³": Text("微克每立方米", "micrograms per cubic metre"),
        "dB": Text("分贝", "decibels"),
        "lx": Text("勒克斯", "lux"),
        "rpm": Text("转每分", "revolutions a minute"),
        "r/min": Text("转每分", "revolutions a minute"),
        "s": Text("秒", "seconds"),
        "min": Text("分钟", "minutes"),
        "h": Text("小时", "hours"),
        "d": Text("天", "days"),
    }
)
