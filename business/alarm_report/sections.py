"""What a report says, section by section: tables and charts, the same on paper and as a workbook. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from actors.said import in_language
from business.alarm_kpi.labels import (
    FIGURES,
    HIDDEN,
    PRIORITIES,
    VERDICTS,
    alarm_of,
    device_of,
    target_of,
)
from business.alarm_kpi.messages import AlarmCount, AlarmKpis, Figure, VerdictLine
from config.site import Site
from config.text import Text

Cell = str | int | float | None

_FIGURES: Final = Text("指标与目标", "Figures against targets")
_DAYS: Final = Text("每日报警", "Alarms per day")
_PRIORITIES: Final = Text("级别分布", "Priorities")
_TOP: Final = Text("最频繁的十个报警", "Top ten")
_ACKNOWLEDGE: Final = Text("确认用时", "Time to acknowledge")
_CHATTERING: Final = Text("抖动报警", "Chattering")
_FLEETING: Final = Text("瞬时报警", "Fleeting")
_STANDING: Final = Text("现存报警", "Standing")
_HIDDEN: Final = Text("搁置、抑制与退出服务", "Shelved, out of service")
_VERDICTS: Final = Text("结论与误报", "Verdicts")
_FIGURE: Final = Text("指标", "Figure")
_VALUE: Final = Text("数值", "Value")
_UNIT: Final = Text("单位", "Unit")
_TARGET: Final = Text("目标", "Target")
_RESULT: Final = Text("结果", "Result")
_MET: Final = Text("达标", "met")
_MANAGEABLE: Final = Text("可管理", "manageable")
_MISSED: Final = Text("未达标", "missed")
_DAY: Final = Text("日期", "Day")
_ALARMS: Final = Text("报警数", "Alarms")
_PEAK: Final = Text("十分钟峰值", "Most in 10 min")
_FLOOD: Final = Text("泛滥（分钟）", "Flood, min")
_STALE: Final = Text("滞留", "Stale")
_PRIORITY: Final = Text("级别", "Priority")
_SHARE: Final = Text("占比 %", "Share %")
_AT_MOST: Final = Text("目标 ≤ %", "Target ≤ %")
_DEVICE: Final = Text("设备", "Device")
_ALARM: Final = Text("报警", "Alarm")
_ANSWERED: Final = Text("已确认", "Acknowledged")
_WAITING: Final = Text("未确认", "Not acknowledged")
_MEDIAN: Final = Text("中位数 s", "Median s")
_P90: Final = Text("90% 以内 s", "90 % s")
_SINCE: Final = Text("起始", "Since")
_KIND: Final = Text("类别", "Kind")
_BY: Final = Text("操作人", "By")
_REASON: Final = Text("原因", "Reason")
_ZONE: Final = Text("区域", "Zone")
_FALSE: Final = Text("误报率 %", "False %")


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns over the cells of one column of the table, as high as those of others say."""

    category: int
    values: tuple[int, ...]
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Chart | None = None


def sections(found: AlarmKpis, site: Site, language: str) -> tuple[Section, ...]:
    told = _Told(found, site, language)
    return (
        told.figures(),
        told.days(),
        told.priorities(),
        told.top(),
        told.acknowledging(),
        told.counted(_CHATTERING, found.chattering),
        told.counted(_FLEETING, found.fleeting),
        told.standing(),
        told.hidden(),
        told.verdicts(),
    )


class _Told:
    def __init__(self, found: AlarmKpis, site: Site, language: str) -> None:
        self._found = found
        self._site = site
        self._language = language
        self._zone = ZoneInfo(site.timezone)

    def _say(self, text: Text) -> str:
        return text.in_language(self._language)

    def _section(
        self, title: Text, heads: Sequence[Text], rows: Iterable[tuple[Cell, ...]], chart: Chart | None = None
    ) -> Section:
        return Section(self._say(title), tuple(map(self._say, heads)), tuple(rows), chart)

    def _named(self, device: str, point: str, rule: str) -> tuple[str, str]:
        site, language = self._site, self._language
        return device_of(site, device, language), alarm_of(site, device, point, rule, language)

    def _time(self, time_ns: int) -> str:
        return datetime.fromtimestamp(time_ns / 1e9, self._zone).strftime("%Y-%m-%d %H:%M")

    def figures(self) -> Section:
        def result(figure: Figure) -> str:
            if figure.is_met is None:
                return ""
            met = _MET if figure.is_met else _MANAGEABLE if figure.is_manageable else _MISSED
            return self._say(met)

        rows = (
            (
                self._say(FIGURES[one.name].text),
                None if one.value is None else round(one.value, FIGURES[one.name].decimals),
                self._say(FIGURES[one.name].unit),
                target_of(one, self._language),
                result(one),
            )
            for one in self._found.figures
        )
        return self._section(_FIGURES, (_FIGURE, _VALUE, _UNIT, _TARGET, _RESULT), rows)

    def days(self) -> Section:
        rows = ((one.day, one.alarms, one.peak, one.flood_minutes, one.stale) for one in self._found.days)
        target = next((one.target for one in self._found.figures if one.name == "per_day"), None)
        return self._section(_DAYS, (_DAY, _ALARMS, _PEAK, _FLOOD, _STALE), rows, Chart(0, (1,), target))

    def priorities(self) -> Section:
        rows = (
            (
                self._say(PRIORITIES[one.priority]),
                one.count,
                round(100 * one.share, 1),
                None if one.target is None else round(100 * one.target, 1),
            )
            for one in self._found.priorities
        )
        return self._section(_PRIORITIES, (_PRIORITY, _ALARMS, _SHARE, _AT_MOST), rows, Chart(0, (2, 3)))

    def top(self) -> Section:
        """Numbered, so that the chart can name them."""
        rows = (
            (number, *self._named(one.device, one.point, one.rule), one.count, round(100 * one.share, 1))
            for number, one in enumerate(self._found.top, 1)
        )
        heads = (Text("序号", "No."), _DEVICE, _ALARM, _ALARMS, _SHARE)
        return self._section(_TOP, heads, rows, Chart(0, (3,)))

    def acknowledging(self) -> Section:
        rows = (
            (
                self._say(PRIORITIES[one.priority]),
                one.acknowledged,
                one.waiting,
                None if one.median_s is None else round(one.median_s, 1),
                None if one.p90_s is None else round(one.p90_s, 1),
            )
            for one in self._found.priorities
        )
        heads = (_PRIORITY, _ANSWERED, _WAITING, _MEDIAN, _P90)
        return self._section(_ACKNOWLEDGE, heads, rows, Chart(0, (3, 4)))

    def counted(self, title: Text, counts: Sequence[AlarmCount]) -> Section:
        rows = ((*self._named(one.device, one.point, one.rule), one.count) for one in counts)
        return self._section(title, (_DEVICE, _ALARM, _ALARMS), rows)

    def standing(self) -> Section:
        rows = (
            (*self._named(one.device, one.point, one.rule), self._time(one.since_ns))
            for one in self._found.standing
        )
        return self._section(_STANDING, (_DEVICE, _ALARM, _SINCE), rows)

    def hidden(self) -> Section:
        rows = (
            (
                self._say(HIDDEN[one.kind]),
                *self._named(one.device, one.point, one.rule),
                self._time(one.since_ns),
                one.user,
                in_language(one.note, self._language),
            )
            for one in self._found.hidden
        )
        return self._section(_HIDDEN, (_KIND, _DEVICE, _ALARM, _SINCE, _BY, _REASON), rows)

    def verdicts(self) -> Section:
        zones = self._site.zones

        def row(one: VerdictLine) -> tuple[Cell, ...]:
            zone = self._say(zones[one.zone].name) if one.zone in zones else one.zone
            device = device_of(self._site, one.device, self._language) if one.device else ""
            counts = (one.verdicts.get(verdict, 0) for verdict in VERDICTS)
            return (zone, device, *counts, round(100 * one.false_share, 1))

        rows = (row(one) for one in self._found.verdicts)
        return self._section(_VERDICTS, (_ZONE, _DEVICE, *VERDICTS.values(), _FALSE), rows)
