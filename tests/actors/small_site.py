"""A site small enough to see through, for the tests of conditions, alarms and commands."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from config.alarms import OWN_RULES, standard_classes
from config.rules import Priority, Rule, RuleKind
from config.settings import Settings
from config.site import (
    Device,
    HistoryPolicy,
    Point,
    PointKind,
    Site,
    Subsystem,
    Template,
    Verify,
    Write,
    Zone,
)
from config.text import Text


class Nothing(BaseModel):
    """Options and sources of a driver that is never asked."""


def text(words: str) -> Text:
    return Text(words, words)


def rule(name: str, kind: RuleKind = RuleKind.HIGH, limit: float = 30.0, **more: Any) -> Rule:
    given: dict[str, Any] = {
        "deadband": 0.0,
        "on_delay_s": 0.0,
        "off_delay_s": 0.0,
        "priority": Priority.HIGH,
    }
    return Rule(name=name, kind=kind, limit=limit, text=text(name), **(given | more))


def point(name: str, *rules: Rule, **more: Any) -> Point:
    given: dict[str, Any] = {
        "kind": PointKind.ANALOGUE,
        "unit": "°C",
        "low": 0.0,
        "high": 100.0,
        "plausible_low": float("-inf"),
        "plausible_high": float("inf"),
        "scale": 1.0,
        "offset": 0.0,
        "decimals": 1,
        "deadband": 0.0,
        "fault_codes": (),
        "frozen_s": 0.0,
        "history": HistoryPolicy.CHANGE,
        "states": {},
        "write": None,
    }
    return Point(id=name, name=text(name), rules=rules, source=Nothing(), **(given | more))


def writable(low: float, high: float) -> Write:
    return Write(low, high, Verify.READ_BACK, feedback="", tolerance=0.0, within_s=5.0, approval="")


def template(*points: Point) -> Template:
    return Template("ahu", "ahu", text("AHU"), "modbus", 1.0, 1.0, points, Nothing())


def site(*points: Point, devices: Iterable[str] = ("ahu-1", "ahu-2"), version: int = 1) -> Site:
    """Devices of one template in building-a, served by the process field-1."""
    shared = template(*points)
    return Site(
        id="demo",
        name=text("Demo"),
        timezone="Asia/Shanghai",
        version=version,
        zones={
            "campus": Zone("campus", text("Campus"), "site", ""),
            "building-a": Zone("building-a", text("A"), "building", "campus"),
        },
        subsystems={"hvac": Subsystem("hvac", "hvac", text("HVAC"), "field-1", ("day", "night"))},
        devices={
            name: Device(
                name,
                text(name),
                "",
                shared,
                "hvac",
                "building-a",
                Nothing(),
                1.0,
                name,
                "field-1",
                own_rules=OWN_RULES,
            )
            for name in devices
        },
        users=(),
        settings=Settings(),
        classes=standard_classes(),
    )
