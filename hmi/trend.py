"""The last hour of one point as a chart, from buckets that the historian makes."""

import asyncio
import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nicegui import ui

from actors.channels.query import QueryFailed
from actors.messages import Float64, ReadTrend, Trend
from actors.said import in_language
from config.site import Device, Point, PointKind
from drivers.driver import BAD
from hmi import drawing, words
from hmi.curve import LOOK_BACK_NS, Curve, curve, is_held
from hmi.view import View

HOUR_NS = 3_600_000_000_000
WIDTH_NS = 10_000_000_000
"""Of a bucket. No chart receives more than 2,000 points."""
REFRESH_S = 10.0
STATE_TICKS = 12
"""Of a point with more states than this the axis names only some."""


class TrendPanel:
    """A chart that follows the point chosen last."""

    def __init__(self, view: View, device: Device) -> None:
        self._view = view
        self._device = device
        self._point: Point | None = None
        self._lock = asyncio.Lock()

    def draw(self, point: Point | None) -> None:
        self._title = ui.label().classes("text-weight-bold")
        self._chart = ui.echart({"series": []})
        self._said = ui.label().classes("sub")
        self._point = point
        ui.timer(REFRESH_S, self._refresh, immediate=True)

    async def select(self, point: Point) -> None:
        if point.kind is not PointKind.TEXT:
            self._point = point
            await self._refresh()

    async def _refresh(self) -> None:
        async with self._lock:
            point = self._point
            if point is None:
                return
            view = self._view
            self._title.text = f"{view.name(point.name)} · {view.say(words.TREND_HOUR)}"
            until_ns = view.live.wall_ns()
            since_ns = until_ns - HOUR_NS
            from_ns = since_ns - LOOK_BACK_NS
            name = f"{self._device.id}/{point.id}"
            trend: Trend | None = None
            said = ""
            try:
                ask = ReadTrend((name,), from_ns, until_ns, (until_ns - from_ns) // WIDTH_NS)
                async for one in view.house.ports.history.ask(ask):
                    trend = one
            except QueryFailed as error:
                said = view.say(words.HISTORY_AWAY, error=in_language(str(error), view.language))
            drawn = curve(
                point,
                trend,
                since_ns=since_ns,
                until_ns=until_ns,
                width_ns=WIDTH_NS,
                period_s=self._device.template.period_s,
                live=self._live(point),
            )
            if not said and len(drawn.time_ns) < 2:
                said = view.say(words.NO_HISTORY)
            if point is self._point:
                self._said.text = said
                self._chart.options.clear()
                self._chart.options.update(
                    options(view, point, drawn, since_ns, until_ns, self._bounds(point))
                )
                self._chart.update()

    def _bounds(self, point: Point) -> list[float]:
        live = self._view.live
        low, high = drawing.bounds(live.site, point, live.limit_set(self._device.subsystem))
        return low + high

    def _live(self, point: Point) -> float | None:
        """The value of now, if it is one."""
        reading = self._view.live.reading(self._device.id, point.id)
        good = not reading.stale and reading.quality < BAD and math.isfinite(reading.value)
        return reading.value if good else None


def options(
    view: View, point: Point, drawn: Curve, since_ns: int, until_ns: int, bounds: Sequence[float]
) -> dict[str, Any]:
    """What ECharts draws: minimum to maximum as a band, the last value of each bucket as a line."""
    # The axis is labelled in the site's time zone: the chart is told UTC and shifted by hand.
    offset_ms = _offset_ms(view, until_ns)
    stamps = [int(stamp) + offset_ms for stamp in drawn.time_ns // 1_000_000]

    def rows(values: Float64) -> list[list[float | None]]:
        return [
            [stamp, round(float(value), point.decimals + 1) if math.isfinite(value) else None]
            for stamp, value in zip(stamps, values, strict=True)
        ]

    series: list[dict[str, Any]] = [
        {
            "name": view.say(words.LAST),
            "type": "line",
            "data": rows(drawn.last),
            "showSymbol": False,
            "step": "end" if is_held(point) else False,
            "lineStyle": {"width": 1.5, "color": _LINE},
            "itemStyle": {"color": _LINE},
            "markLine": _limits(bounds),
        }
    ]
    if point.kind is PointKind.ANALOGUE and not is_held(point):
        quiet = {
            "type": "line",
            "showSymbol": False,
            "stack": "band",
            "silent": True,
            "tooltip": {"show": False},
        }
        series += [
            {**quiet, "data": rows(drawn.low), "lineStyle": {"opacity": 0}},
            {
                **quiet,
                "name": view.say(words.BAND),
                "data": rows(drawn.high - drawn.low),
                "lineStyle": {"opacity": 0},
                "areaStyle": {"color": _LINE, "opacity": 0.18},
            },
        ]
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 10, "right": 14, "top": 26, "bottom": 6, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True, ":valueFormatter": _worded(view, point)},
        "xAxis": {
            "type": "time",
            "min": since_ns // 1_000_000 + offset_ms,
            "max": until_ns // 1_000_000 + offset_ms,
            "axisLabel": {**_GREY, "hideOverlap": True},
            "axisLine": {"lineStyle": _GREY},
        },
        "yAxis": {
            "type": "value",
            "name": point.unit,
            "nameTextStyle": {**_GREY, "align": "left"},
            "splitLine": {"lineStyle": {**_GREY, "opacity": 0.2}},
            **_scale(view, point),
        },
        "series": series,
    }


_LINE = "#5f87a8"
_GREY = {"color": "#87929a"}


def _scale(view: View, point: Point) -> dict[str, Any]:
    """Of the vertical axis: a discrete point has its states on it, by name."""
    if point.kind is not PointKind.DISCRETE or not point.states:
        return {"scale": True, "axisLabel": _GREY}
    low, high = min(point.states), max(point.states)
    every = {"interval": 1} if high - low <= STATE_TICKS else {"minInterval": 1}
    label = {**_GREY, "hideOverlap": True, ":formatter": _worded(view, point)}
    return {"min": low, "max": high, **every, "axisLabel": label}


def _worded(view: View, point: Point) -> str:
    """A JavaScript function from a value to how it is written."""
    names = {code: view.name(text) for code, text in point.states.items()}
    if point.kind is PointKind.DISCRETE and names:
        return f"value => ({json.dumps(names, ensure_ascii=False)})[value] ?? ''"
    unit = json.dumps(f" {point.unit}".rstrip(), ensure_ascii=False)
    return f"value => value == null ? '—' : Number(value).toFixed({point.decimals}) + {unit}"


def _limits(bounds: Sequence[float]) -> dict[str, Any]:
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"type": "dashed", **_GREY},
        "label": {"show": False},
        "data": [{"yAxis": limit} for limit in bounds],
    }


def _offset_ms(view: View, time_ns: int) -> int:
    offset = datetime.fromtimestamp(time_ns / 1e9, view.zone).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0
