"""What the figures about alarms are called, on the page and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from business.alarm_kpi.hidden import OUT_OF_SERVICE, SHELVED, SUPPRESSED
from business.alarm_kpi.messages import Figure
from config.site import Site
from config.text import Text

MINUTES, SECONDS, PERCENT, NONE = Text("分钟", "min"), Text("秒", "s"), Text("%", "%"), Text("", "")


@dataclass(frozen=True, slots=True)
class Label:
    text: Text
    unit: Text = NONE
    decimals: int = 0


FIGURES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "total": Label(Text("报警总数", "Alarms")),
        "per_ten_minutes": Label(Text("每十分钟报警（平均）", "Alarms per 10 minutes, average"), decimals=2),
        "per_hour": Label(Text("每小时报警（平均）", "Alarms per hour, average"), decimals=1),
        "per_day": Label(Text("每日报警（平均）", "Alarms per day, average"), decimals=1),
        "peak": Label(Text("十分钟峰值", "Most alarms in 10 minutes")),
        "busy": Label(Text("繁忙的十分钟时段", "Busy 10-minute periods"), PERCENT, 2),
        "busy_hours": Label(Text("繁忙的小时", "Busy hours"), PERCENT, 2),
        "flood": Label(Text("报警泛滥时间", "Time in flood"), PERCENT, 2),
        "floods": Label(Text("报警泛滥次数", "Floods")),
        "longest_flood": Label(Text("最长的一次泛滥", "Longest flood"), MINUTES),
        "top_ten": Label(Text("前十占比", "Share of the top ten"), PERCENT, 1),
        "chattering": Label(Text("抖动报警", "Chattering alarms")),
        "fleeting": Label(Text("瞬时报警", "Fleeting alarms")),
        "stale": Label(Text("滞留报警（最多的一天）", "Stale alarms, worst day")),
        "standing": Label(Text("期末现存报警", "Standing at the end")),
        "shelved": Label(Text("期末搁置", "Shelved at the end")),
        "suppressed": Label(Text("期末按设计抑制", "Suppressed by design at the end")),
        "out_of_service": Label(Text("期末退出服务", "Out of service at the end")),
        "unauthorised": Label(Text("未授权的抑制", "Unauthorised suppression")),
        "critical": Label(Text("紧急级占比", "Critical"), PERCENT, 1),
        "high": Label(Text("高级占比", "High"), PERCENT, 1),
        "medium": Label(Text("中级占比", "Medium"), PERCENT, 1),
        "acknowledge_median": Label(Text("确认用时（中位数）", "Time to acknowledge, median"), SECONDS, 1),
        "acknowledge_p90": Label(Text("确认用时（90% 以内）", "Time to acknowledge, 90 %"), SECONDS, 1),
        "unacknowledged": Label(Text("未确认", "Not acknowledged")),
        "false_alarms": Label(Text("误报率（已下结论的）", "False alarms, of those judged"), PERCENT, 1),
    }
)
"""In the order in which they are shown."""
HIDDEN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        SHELVED: Text("搁置", "Shelved"),
        SUPPRESSED: Text("按设计抑制", "Suppressed by design"),
        OUT_OF_SERVICE: Text("退出服务", "Out of service"),
    }
)
VERDICTS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "real": Text("真实", "Real"),
        "false": Text("误报", "False"),
        "test": Text("测试", "Test"),
        "drill": Text("演练", "Drill"),
        "works": Text("施工", "Works"),
    }
)
PRIORITIES: Final[Mapping[int, Text]] = MappingProxyType(
    {1: Text("紧急", "Critical"), 2: Text("高", "High"), 3: Text("中", "Medium"), 4: Text("低", "Low")}
)
WHOLE_SITE: Final = Text("全站", "Whole site")


def number(value: float | None, decimals: int = 0) -> str:
    return "—" if value is None else f"{value:,.{decimals}f}"


def value_of(figure: Figure, language: str) -> str:
    """With its unit."""
    label = FIGURES[figure.name]
    unit = "" if figure.value is None else label.unit.in_language(language)
    return f"{number(figure.value, label.decimals)} {unit}".rstrip()


def target_of(figure: Figure, language: str) -> str:
    """As "≤ 5 %"; '' where there is none."""
    if figure.target is None:
        return ""
    sign = "<" if figure.below else "≤"
    return f"{sign} {figure.target:g} {FIGURES[figure.name].unit.in_language(language)}".rstrip()


def device_of(site: Site, device: str, language: str) -> str:
    """The name of a device or node; its id where the site no longer has it."""
    found = site.devices.get(device) or site.nodes.get(device)
    return found.name.in_language(language) if found else device


def alarm_of(site: Site, device: str, point: str, rule: str, language: str) -> str:
    """What the alarm says."""
    known = site.rule(device, point, rule)
    said = known.text.in_language(language) if known else ""
    if said or not point:
        return said or rule
    found = site.point(device, point)
    return f"{found.name.in_language(language) if found else point} {rule}"
