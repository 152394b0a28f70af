"""The last hour of one point as a chart, from buckets that the historian makes."""

import asyncio
import math
from datetime import datetime
from typing import Any

import numpy as np
from nicegui import ui

from actors.channels.query import QueryFailed
from actors.messages import Float64, ReadTrend, Trend
from config.site import Device, Point, PointKind
from hmi import words
from hmi.view import View

HOUR_NS = 3_600_000_000_000
BUCKETS = 360
"""One every ten seconds; no chart receives more than 2,000 points."""
REFRESH_S = 10.0


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
        point = self._point
        if point is None or self._lock.locked():
            return
        async with self._lock:
            self._title.text = f"{self._view.name(point.name)} · {self._view.say(words.TREND_HOUR)}"
            until_ns = self._view.live.wall_ns()
            since_ns = until_ns - HOUR_NS
            ask = ReadTrend((f"{self._device.id}/{point.id}",), since_ns, until_ns, BUCKETS)
            trends: list[Trend] = []
            said = ""
            try:
                trends = [one async for one in self._view.house.ports.history.ask(ask)]
            except QueryFailed as error:
                said = self._view.say(words.HISTORY_AWAY, error=error)
            if not said and not any(len(trend.time_ns) for trend in trends):
                said = self._view.say(words.NO_HISTORY)
            if point is self._point:
                self._said.text = said
                self._chart.options.clear()
                self._chart.options.update(options(self._view, point, trends, since_ns, until_ns))
                self._chart.update()


def options(view: View, point: Point, trends: list[Trend], since_ns: int, until_ns: int) -> dict[str, Any]:
    """What ECharts draws: minimum to maximum as a band, the last value of each bucket as a line."""
    times = np.concatenate([one.time_ns for one in trends]) if trends else np.array([], np.int64)
    columns = {
        name: np.concatenate([getattr(one, name) for one in trends]) if trends else np.array([])
        for name in ("low", "high", "last")
    }
    # The axis is labelled in the site's time zone: the chart is told UTC and shifted by hand.
    offset_ms = _offset_ms(view, until_ns)
    stamps = [int(stamp) + offset_ms for stamp in times // 1_000_000]

    def rows(values: Float64) -> list[list[float | None]]:
        return [
            [stamp, round(float(value), point.decimals + 1) if math.isfinite(value) else None]
            for stamp, value in zip(stamps, values, strict=True)
        ]

    step = "end" if point.kind is PointKind.DISCRETE else False
    series: list[dict[str, Any]] = [
        {
            "name": view.say(words.LAST),
            "type": "line",
            "data": rows(columns["last"]),
            "showSymbol": False,
            "step": step,
            "lineStyle": {"width": 1.5, "color": _LINE},
            "itemStyle": {"color": _LINE},
            "markLine": _limits(point),
        }
    ]
    if point.kind is PointKind.ANALOGUE:
        quiet = {
            "type": "line",
            "showSymbol": False,
            "stack": "band",
            "silent": True,
            "tooltip": {"show": False},
        }
        series += [
            {**quiet, "data": rows(columns["low"]), "lineStyle": {"opacity": 0}},
            {
                **quiet,
                "name": view.say(words.BAND),
                "data": rows(columns["high"] - columns["low"]),
                "lineStyle": {"opacity": 0},
                "areaStyle": {"color": _LINE, "opacity": 0.18},
            },
        ]
    grey = {"color": "#87929a"}
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 48, "right": 12, "top": 26, "bottom": 24},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "time",
            "min": since_ns // 1_000_000 + offset_ms,
            "max": until_ns // 1_000_000 + offset_ms,
            "axisLabel": {**grey, "hideOverlap": True},
            "axisLine": {"lineStyle": grey},
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "name": point.unit,
            "nameTextStyle": grey,
            "axisLabel": grey,
            "splitLine": {"lineStyle": {"color": "#87929a", "opacity": 0.2}},
        },
        "series": series,
    }


_LINE = "#5f87a8"


def _limits(point: Point) -> dict[str, Any]:
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"type": "dashed", "color": "#87929a"},
        "label": {"show": False},
        "data": [{"yAxis": rule.limit} for rule in point.rules if rule.kind in {"high", "low"}],
    }


def _offset_ms(view: View, time_ns: int) -> int:
    offset = datetime.fromtimestamp(time_ns / 1e9, view.zone).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0
