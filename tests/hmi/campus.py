"""A made-up site for the tests of the pages: eight subsystems, hostile names on demand, seeded values."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from actors.messages import Alarm, AlarmState, DeviceState, Link, Scans
from actors.table import Table
from config.alarms import OWN_RULES, standard_classes
from config.plans import (
    DayKind,
    End,
    EndWhen,
    Feedback,
    Op,
    Plan,
    PlanGroup,
    PointName,
    Restore,
    Role,
    Setting,
    Step,
    StepKind,
    Trigger,
    TriggerKind,
)
from config.rules import Priority, Rule, RuleKind
from config.settings import Settings
from config.site import (
    Device,
    HistoryPolicy,
    Picture,
    Point,
    PointKind,
    Site,
    Station,
    Subsystem,
    Template,
    Verify,
    Write,
    Zone,
)
from config.text import Text

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


def rule(name: str, kind: RuleKind, limit: float, priority: Priority, text: Text, **more: Any) -> Rule:
    return Rule(name, kind, limit, 0.5, 0.0, 0.0, priority, text, **more)


SMOKE = rule(
    "smoke",
    RuleKind.HIGH,
    390,
    Priority.CRITICAL,
    Text("管道内有烟", "Smoke in the duct"),
    alarm_class="fire",
    latched=True,
    sound="fire",
    prompt=Text("风管有烟，请核实", "Smoke in a duct, please look"),
    cause=Text("电机过热", "A motor is too hot"),
    consequence=Text("烟气进入房间", "Smoke enters rooms"),
    action=Text("停机并派人查看", "Stop it and send somebody"),
    response_s=180.0,
)


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
        point(
            "filter", Text("过滤器压差", "Filter pressure"), unit="Pa", high=400, decimals=0, rules=(SMOKE,)
        ),
        point("energy", Text("累计电量", "Energy"), kind=PointKind.COUNTER, unit="kWh", high=1e9),
        point("mode", Text("运行模式", "Mode"), kind=PointKind.TEXT, write=writable(0, 0)),
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
RELAY = replace(writable(0, 1), two_person=True, reasons=(Text("用户书面申请", "Written request"),))
METER = template(
    "meter",
    Text("电表", "Meter"),
    (
        *(
            point(f"p{number}", Text(f"第 {number} 路功率", f"Feeder {number}"), unit="kW", main=number == 1)
            for number in range(1, 39)
        ),
        point("relay", Text("电表继电器", "Meter relay"), kind=PointKind.DISCRETE, high=1, write=RELAY),
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
                process="field",
                own_rules=OWN_RULES,
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
        classes=standard_classes(),
        stations={
            "east": Station("east", text(Text("东台", "East desk")), ("a",)),
            "west": Station("west", text(Text("西台", "West desk")), ("b",)),
        },
        plans={plan.id: plan for plan in _plans(text)},
    )


def _plans(text: Callable[[Text], Text]) -> Iterable[Plan]:
    fan = PointName("hvac-1", "fan")
    step = Step(
        "fan-off", text(Text("停风机", "Stop the fan")), StepKind.WRITE, settings=(Setting(fan, 0.0),),
        restore=Restore.BEFORE, role=Role.AUXILIARY,
    )  # fmt: skip
    watch = Step(
        "watch", text(Text("排烟反馈", "Smoke fan")), StepKind.WATCH, role=Role.PRIMARY,
        feedback=Feedback(PointName("hvac-2", "fan"), Op.EQUAL, 1, 30),
    )  # fmt: skip
    button = Trigger(TriggerKind.BUTTON)
    alarm_ = Trigger(TriggerKind.ALARM, alarm_class="fire", zone="b")
    evening = Trigger(TriggerKind.SCHEDULE, minute=19 * 60 + 30, days=(DayKind.WORKDAY,))
    for name, called, level, enabled, group, triggers in (
        ("fire-b", Text("B 座火灾", "Fire in B"), 1, True, PlanGroup.FIRE, (alarm_, button)),
        ("evening", Text("下班照明", "Lights after hours"), 7, False, PlanGroup.ENERGY, (evening,)),
    ):
        yield Plan(
            name, text(called), level, enabled, group, triggers, 2 if level == 1 else 1, 300, 180, (),
            (step, watch), End(EndWhen.CLEARED, by_hand=True), 60, 0, ("drill",),
        )  # fmt: skip


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
    **more: Any,
) -> Alarm:
    """`more` are any other fields."""
    made = Alarm(
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
        active=state in {AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED},
        alarm_class="process",
    )
    return replace(made, **more)


def device_state(device: str, link: Link = Link.UP, *, reason: str = "", tag: str = "") -> DeviceState:
    return DeviceState(device, link, 1_790_000_000_000_000_000, reason, tag, "operator" if tag else "", ())


def with_cameras(site: Site, address: str) -> Site:
    """The same with a picture of a few devices: in part a-1, in building b, and one behind a log-in."""
    pictures = {
        "hvac-3": Picture(f"{address}/hvac-3"),
        "hvac-1": Picture(f"{address}/hvac-1"),
        "hvac-6": Picture(f"{address}/hvac-6", "steward"),
    }
    devices = {name: replace(device, picture=pictures.get(name)) for name, device in site.devices.items()}
    return replace(site, devices=devices)
