"""All alarms in the order in which they need somebody, made once for all open pages.

Ten thousand alarms that arrive in ten seconds change what the pages show a thousand times a second. The index
follows as fast as it may without taking more than a tenth of the loop, and pages look at its revision only.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actors.alarm_states import HIDDEN, WAITING
from actors.messages import Alarm, AlarmState
from hmi.live import Live, may_sound

SHARE: Final = 10.0
"""What took a millisecond of the processor is done again this many milliseconds later at the earliest."""

Name = tuple[str, str, str]


def name_of(alarm: Alarm) -> Name:
    return alarm.device, alarm.point, alarm.rule


def key_of(alarm: Alarm) -> str:
    """Names the very occurrence."""
    return f"{alarm.device}/{alarm.point}/{alarm.rule}#{alarm.event}"


def urgency(alarm: Alarm) -> tuple[bool, int, int]:
    """Sort key: unacknowledged first, then by priority, then the newest."""
    return (alarm.state not in WAITING, alarm.priority, -alarm.changed_ns)


@dataclass(frozen=True, slots=True)
class Grouped:
    """An alarm of a list, and those that it explains, each most urgent first."""

    alarm: Alarm
    members: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """As of one revision. Each sequence is most urgent first."""

    told: tuple[Alarm, ...] = ()
    """All that an operator is told of."""
    hidden: Mapping[AlarmState, tuple[Alarm, ...]] = field(default_factory=dict)
    """Shelved, suppressed, out of service."""
    waiting: int = 0
    """How many of those told wait for an acknowledgement; they stand first."""
    sounding: tuple[Alarm, ...] = ()
    """Silenced ones too: silence ends by the clock. The newest of the most urgent first."""
    by_name: Mapping[Name, Alarm] = field(default_factory=dict)
    by_subsystem: Mapping[str, Sequence[Alarm]] = field(default_factory=dict)
    by_device: Mapping[str, Sequence[Alarm]] = field(default_factory=dict)


def arrange(live: Live) -> Sorted:
    told: list[Alarm] = []
    hidden: dict[AlarmState, list[Alarm]] = {state: [] for state in HIDDEN}
    by_name: dict[Name, Alarm] = {}
    for alarm in live.every_alarm():
        by_name[name_of(alarm)] = alarm
        hidden.get(alarm.state, told).append(alarm)
    told.sort(key=urgency)
    waiting = sum(alarm.state in WAITING for alarm in told)
    by_device: dict[str, list[Alarm]] = defaultdict(list)
    by_subsystem: dict[str, list[Alarm]] = defaultdict(list)
    devices = live.site.devices
    for alarm in told:
        by_device[alarm.device].append(alarm)
        if (device := devices.get(alarm.device)) is not None:
            by_subsystem[device.subsystem].append(alarm)
    return Sorted(
        tuple(told),
        {state: tuple(sorted(some, key=urgency)) for state, some in hidden.items()},
        waiting,
        tuple(alarm for alarm in told[:waiting] if may_sound(alarm)),
        by_name,
        dict(by_subsystem),
        dict(by_device),
    )


def grouped(alarms: Iterable[Alarm]) -> tuple[Grouped, ...]:
    """Each alarm that another of the same list explains stands under it, at the place of the most urgent."""
    among = tuple(alarms)
    names = {"/".join(name_of(alarm)) for alarm in among}
    members: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in among:
        if alarm.root in names:
            members[alarm.root].append(alarm)
    tops = [alarm for alarm in among if alarm.root not in names]
    if not members:
        return tuple(Grouped(alarm) for alarm in tops)
    seen: set[str] = set()
    groups = [Grouped(top, tuple(_below(top, members, seen))) for top in tops]
    placed = {name_of(one) for group in groups for one in (group.alarm, *group.members)}
    # Roots that explain each other explain nothing: such alarms stand by themselves.
    groups += [Grouped(alarm) for alarm in among if name_of(alarm) not in placed]
    groups.sort(key=lambda group: min(urgency(one) for one in (group.alarm, *group.members)))
    return tuple(groups)


def _below(top: Alarm, members: Mapping[str, Sequence[Alarm]], seen: set[str]) -> Iterable[Alarm]:
    name = "/".join(name_of(top))
    if name in seen:
        return
    seen.add(name)
    for member in members.get(name, ()):
        yield member
        yield from _below(member, members, seen)


class AlarmIndex:
    """One a process. Whoever asks for its revision makes it follow."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._seen = 0
        self._due_s = 0.0
        self._revision = 0
        self._sorted = Sorted()

    @property
    def revision(self) -> int:
        live = self._live
        if live.alarm_revision != self._seen and live.clock() >= self._due_s:
            begun = time.thread_time()
            self._sorted, self._seen = arrange(live), live.alarm_revision
            self._due_s = live.clock() + SHARE * (time.thread_time() - begun)
            self._revision += 1
        return self._revision

    @property
    def now(self) -> Sorted:
        _ = self.revision
        return self._sorted
