"""A made-up site for the tests of the pages: eight subsystems, hostile names on demand, seeded values."""

import math
import random

import numpy as np
from pydantic import BaseModel

from actors.messages import Alarm, AlarmState, DeviceState, Link, Scans
from actors.table import Table
from config.site import (
    Device,
    HistoryPolicy,
    Point,
    PointKind,
    Priority,
    Rule,
    RuleKind,
    Settings,
    Site,
    Subsystem,
    Template,
    Text,
    Verify,
    Write,
    Zone,
)

OFF_ON = {0: Text("停止", "Stopped"), 1: Text("运行", "Running")}


class Nothing(BaseModel):
    """What a driver would read."""


def point(
    name: str,
    text: Text,
    *,
    kind: PointKind = PointKind.ANALOGUE,
    unit: str = "",
    low: float = 0.0,
    high: float = 100.0,
    decimals: int = 1,
    rules: tuple[Rule, ...] = (),
    write: Write | None = None,
    main: bool = False,
) -> Point:
    return Point(
        id=name,
        name=text,
        kind=kind,
        unit=unit,
        low=low,
        high=high,
        plausible_low=low,
        plausible_high=high,
        scale=1.0,
        offset=0.0,
        decimals=0 if kind is PointKind.DISCRETE else decimals,
        deadband=0.1,
        fault_codes=(),
        frozen_s=0.0,
        history=HistoryPolicy.CHANGE,
        states=OFF_ON if kind is PointKind.DISCRETE else {},
        rules=rules,
        write=write,
        source=Nothing(),
        main=main,
    )


def writable(low: float, high: float) -> Write:
    return Write(low, high, Verify.READ_BACK, "", 0.1, 5.0, "")


def rule(name: str, kind: RuleKind, limit: float, priority: Priority, text: Text) -> Rule:
    return Rule(name, kind, limit, 0.5, 0.0, 0.0, priority, text)


def template(name: str, text: Text, points: tuple[Point, ...]) -> Template:
    return Template(name, name, text, "none", 1.0, 1.0, points, Nothing())


AIR_HANDLER = template(
    "ahu",
    Text("空调机组", "Air handler"),
    (
        point(
            "supply-temperature",
            Text("送风温度", "Supply temperature"),
            unit="°C",
            low=5,
            high=40,
            main=True,
            rules=(
                rule("high", RuleKind.HIGH, 30, Priority.HIGH, Text("送风温度过高", "Supply air too warm")),
                rule("low", RuleKind.LOW, 10, Priority.MEDIUM, Text("送风温度过低", "Supply air too cold")),
            ),
        ),
        point("setpoint", Text("温度设定", "Setpoint"), unit="°C", low=10, high=30, write=writable(16, 28)),
        point("fan", Text("风机", "Fan"), kind=PointKind.DISCRETE, write=writable(0, 1), main=True, high=1),
        point("valve", Text("水阀开度", "Valve"), unit="%"),
        point("filter", Text("过滤器压差", "Filter pressure"), unit="Pa", high=400, decimals=0),
        point("energy", Text("累计电量", "Energy"), kind=PointKind.COUNTER, unit="kWh", high=1e9),
        point("mode", Text("运行模式", "Mode"), kind=PointKind.TEXT),
    ),
)
LAMP = template(
    "lamp",
    Text("照明回路", "Lighting circuit"),
    (
        point("on", Text("开关", "Switch"), kind=PointKind.DISCRETE, high=1, write=writable(0, 1), main=True),
        point("power", Text("功率", "Power"), unit="kW", high=20, decimals=2, main=True),
    ),
)
METER = template(
    "meter",
    Text("电表", "Meter"),
    tuple(
        point(f"p{number}", Text(f"第 {number} 路功率", f"Feeder {number}"), unit="kW", main=number == 1)
        for number in range(1, 40)
    ),
)
SUBSYSTEMS = (
    ("hvac", Text("暖通空调", "HVAC"), AIR_HANDLER, 10),
    ("fresh", Text("新风", "Fresh air"), AIR_HANDLER, 6),
    ("lighting", Text("照明", "Lighting"), LAMP, 12),
    ("energy", Text("变配电与能耗", "Power and energy"), METER, 10),
    ("ups", Text("UPS", "UPS"), METER, 4),
    ("water", Text("给排水", "Water and drainage"), AIR_HANDLER, 6),
    ("lifts", Text("电梯", "Lifts"), LAMP, 6),
    ("environment", Text("环境监测", "Environment"), AIR_HANDLER, 6),
)


def campus(hostile: str = "") -> Site:
    """The site; with `hostile` that text stands in every name a person could have written."""

    def text(plain: Text) -> Text:
        return Text(plain.zh + hostile, plain.en + hostile)

    zones = {
        "site": Zone("site", text(Text("示范园区", "Demo campus")), "site", ""),
        "a": Zone("a", text(Text("A 座", "Building A")), "building", "site"),
        "a-1": Zone("a-1", text(Text("一层", "Floor 1")), "floor", "a"),
        "b": Zone("b", text(Text("B 座", "Building B")), "building", "site"),
    }
    subsystems = {
        name: Subsystem(
            name, name, text(words), "field", ("summer", "winter") if name == "hvac" else ("all",)
        )
        for name, words, _, _ in SUBSYSTEMS
    }
    devices = {}
    for name, _, made, count in SUBSYSTEMS:
        used = _hostile(made, hostile) if hostile else made
        for number in range(1, count + 1):
            device = Device(
                id=f"{name}-{number}",
                name=text(Text(f"{made.name.zh} {number}", f"{made.name.en} {number}")),
                tag=f"{name.upper()}-{number:03d}{hostile}",
                template=used,
                subsystem=name,
                zone=("a-1", "b", "a")[number % 3],
                connection=Nothing(),
                period_s=1.0,
                digest="",
            )
            devices[device.id] = device
    return Site(
        id="demo",
        name=text(Text("示范园区", "Demo campus")),
        timezone="Asia/Shanghai",
        version=1,
        zones=zones,
        subsystems=subsystems,
        devices=devices,
        users=(),
        settings=Settings(),
    )


def _hostile(made: Template, hostile: str) -> Template:
    points = tuple(
        point(
            one.id,
            Text(one.name.zh + hostile, one.name.en + hostile),
            kind=one.kind,
            unit=one.unit + hostile,
            low=one.low,
            high=one.high,
            rules=one.rules,
            write=one.write,
            main=one.main,
        )
        for one in made.points
    )
    return template(made.id, made.name, points)


def scans(table: Table, seconds: float, seed: int, time_ns: int) -> Scans:
    """A believable minute of everything in a table."""
    draw = random.Random(seed)
    shape = (len(table.devices), len(table.template.points))
    values, quality = np.zeros(shape), np.zeros(shape, np.uint8)
    for row in range(shape[0]):
        for column, one in enumerate(table.template.points):
            middle, span = (one.low + one.high) / 2, (one.high - one.low) / 6
            wave = math.sin(seconds / draw.uniform(3, 30) + draw.uniform(0, 6))
            values[row, column] = middle + span * wave
            if one.kind is PointKind.DISCRETE:
                values[row, column] = float(wave > -0.5)
            if one.kind is PointKind.COUNTER:
                values[row, column] = 12_345.6 + seconds / 100
    return Scans(
        1,
        table.id,
        np.arange(shape[0], dtype=np.int32),
        np.full(shape[0], time_ns),
        values,
        quality,
        tuple(
            (column, ("auto",) * shape[0])
            for column, one in enumerate(table.template.points)
            if one.kind is PointKind.TEXT
        ),
    )


def alarm(
    device: str,
    *,
    rule: str = "high",
    point: str = "supply-temperature",
    state: AlarmState = AlarmState.UNACKNOWLEDGED,
    priority: int = 2,
    event: int = 1,
    time_ns: int = 1_790_000_000_000_000_000,
    note: str = "",
) -> Alarm:
    return Alarm(
        device,
        point,
        rule,
        "a-1",
        state,
        priority,
        event,
        time_ns,
        time_ns,
        31.2,
        30.0,
        "summer",
        0,
        "",
        note,
    )


def device_state(device: str, link: Link = Link.UP, *, reason: str = "", tag: str = "") -> DeviceState:
    return DeviceState(device, link, 1_790_000_000_000_000_000, reason, tag, "operator" if tag else "", ())
