"""The sounds of alarms: one for each priority, and named ones that a rule may choose. Tones, no files."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from config.rules import Priority, Rule
from config.text import Text


@dataclass(frozen=True, slots=True)
class Sound:
    """A pattern of tones that is played again and again."""

    name: Text
    notes: tuple[tuple[float, float], ...]
    """Hertz (0: silence) and seconds of each."""
    every_s: float
    """From the beginning of one to that of the next."""


SOUNDS: Final[Mapping[str, Sound]] = MappingProxyType(
    {
        "critical": Sound(
            Text("紧急", "Critical"), ((960, 0.14), (0, 0.04), (720, 0.14), (0, 0.04)) * 3, 1.8
        ),
        "high": Sound(Text("高", "High"), ((880, 0.2), (0, 0.1)) * 2, 3.0),
        "medium": Sound(Text("中", "Medium"), ((660, 0.25), (0, 0.12), (550, 0.25)), 6.0),
        "low": Sound(Text("低", "Low"), ((520, 0.3),), 12.0),
        "fire": Sound(
            Text("火警", "Fire"), ((650, 0.12), (750, 0.12), (850, 0.12), (950, 0.12), (1050, 0.3)), 1.4
        ),
        "evacuate": Sound(Text("疏散", "Evacuate"), ((950, 0.5), (0, 0.5)) * 3, 4.0),
        "intrusion": Sound(Text("入侵", "Intrusion"), ((1200, 0.08), (0, 0.05)) * 5, 2.0),
        "leak": Sound(Text("漏水", "Leak"), ((1400, 0.06), (0, 0.25), (1100, 0.06), (0, 0.25)) * 2, 3.5),
        "lift": Sound(Text("电梯困人", "Lift"), ((784, 0.25), (659, 0.25), (523, 0.4)), 3.0),
        "gas": Sound(Text("燃气", "Gas"), ((440, 0.35), (880, 0.35)) * 2, 2.4),
        "chime": Sound(Text("提示音", "Chime"), ((659, 0.18), (523, 0.3)), 10.0),
    }
)
"""By the name that a rule gives."""
_BY_PRIORITY = {priority: priority.value for priority in Priority}


def sound_of(rule: Rule | None, rank: int) -> Sound:
    """That of the rule itself, else that of the priority (1 critical to 4 low)."""
    if rule is not None and rule.sound in SOUNDS:
        return SOUNDS[rule.sound]
    return SOUNDS[next(name for priority, name in _BY_PRIORITY.items() if priority.rank == rank)]
