"""The conditions of a device itself: its link is down, its actor was set aside. Pure."""

from dataclasses import dataclass

from actors.messages import ActiveCondition, ConditionChanged, Link
from config.rules import COMM_LOSS, DEVICE_FAULT
from drivers.driver import Quality


@dataclass(slots=True)
class LinkCondition:
    """Something that must hold for `on_delay_s` to begin, and be gone for `off_delay_s` to end."""

    on_delay_s: float
    off_delay_s: float
    active: bool = False
    since_ns: int = 0
    due: float = float("inf")
    """When the running delay ends, monotonic seconds; infinite when none runs."""
    settled: bool = False
    """Whether it was seen as it is since the start."""
    found: bool = False
    """Whether the last change was found rather than seen to happen."""

    def update(self, *, holds: bool, now: float, time_ns: int) -> bool:
        """Say how it is now, also when `due` has come; whether the condition began or ended."""
        if holds == self.active:
            self.due = float("inf")
            self.settled = True
            return False
        if self.due == float("inf"):
            self.due = now + (self.on_delay_s if holds else self.off_delay_s)
        if now < self.due:
            return False
        self.active, self.since_ns, self.due = holds, time_ns, float("inf")
        self.found, self.settled = not self.settled, True
        return True


def holds(rule: str, link: Link) -> bool:
    """Whether a link state fulfils one of the device's own rules."""
    if rule == COMM_LOSS:
        return link is Link.DOWN
    if rule == DEVICE_FAULT:
        return link is Link.FAULTED
    raise ValueError(f"{rule!r} is not a device's own rule; they are {COMM_LOSS} and {DEVICE_FAULT}")


def changed(device: str, rule: str, condition: LinkCondition, version: int) -> ConditionChanged:
    """What the zone hears of a device's own condition that just began or ended."""
    return ConditionChanged(
        device, "", rule, condition.active, condition.since_ns, None, Quality.GOOD, None, "", version,
        condition.found,
    )  # fmt: skip


def active(rule: str, condition: LinkCondition) -> ActiveCondition:
    return ActiveCondition("", rule, condition.since_ns, None, None, "", Quality.GOOD)
