"""Commands and permissions of the orders that alarms open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from business.access.roles import CONTROL_ROOM, DISPATCHER, MANAGER, OPERATING, TECHNICIAN
from config.text import Text

READ: Final = "alarm-order.read"
CLOSE: Final = "alarm-order.close"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看报警工单", "See the work orders of alarms"),
    CLOSE: Text("关闭报警工单", "Close the work orders of alarms"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    READ: CONTROL_ROOM,
    CLOSE: OPERATING | {DISPATCHER, TECHNICIAN, MANAGER},
}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenAlarmOrder:
    """An alarm occurred, or a plan asks: open an order, or join the one that is open for it.

    Of the program alone, as all that tell of a `row`: without a permission, no person may send it.
    """

    label: ClassVar[Text] = Text("按报警开工单", "Open a work order for an alarm")
    about: ClassVar[str] = "alarm_orders/{device}/{point}/{rule}"
    source: str
    """A `Source`: where the row stands."""
    row: int
    time_ns: int
    device: str
    point: str
    rule: str
    event: int
    alarm_class: str
    plan: str
    """'' for an alarm."""
    zone: str
    team: str
    priority: int
    text: str
    """Said in both languages."""
    after: int = 0
    """The row whose command comes just before: it must have been taken, or this one is too early."""


@dataclass(frozen=True, slots=True)
class OpenAwaitedAlarmOrder:
    """An alarm still stands after the time of its class: open the order that has waited for that."""

    label: ClassVar[Text] = Text("报警持续未消除，开工单", "Open a work order for an alarm that still stands")
    about: ClassVar[str] = "alarm_orders/{device}/{point}/{rule}"
    device: str
    point: str
    rule: str
    event: int
    team: str


@dataclass(frozen=True, slots=True)
class ClearAlarmOrder:
    """The condition is over, and nobody waits for it any more; the work may still be to be done."""

    label: ClassVar[Text] = Text("报警已消除，记入工单", "Note in the work order that its alarm is over")
    about: ClassVar[str] = "alarm_orders/{device}/{point}/{rule}"
    row: int
    time_ns: int
    device: str
    point: str
    rule: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class VoidAlarmOrder:
    """The verdict on the alarm says that there is nothing to repair: its order is closed."""

    label: ClassVar[Text] = Text("按报警结论关闭工单", "Close a work order by the verdict on its alarm")
    about: ClassVar[str] = "alarm_orders/{device}/{point}/{rule}"
    row: int
    time_ns: int
    device: str
    point: str
    rule: str
    verdict: str
    user: str
    """Who judged."""
    after: int = 0


@dataclass(frozen=True, slots=True)
class CloseAlarmOrder:
    label: ClassVar[Text] = Text("关闭报警工单", "Close the work order of an alarm")
    permission: ClassVar[str] = CLOSE
    about: ClassVar[str] = "alarm_orders/{order}"
    order: int
    result: str
    """What was done."""


COMMANDS: tuple[type, ...] = (
    OpenAlarmOrder,
    OpenAwaitedAlarmOrder,
    ClearAlarmOrder,
    VoidAlarmOrder,
    CloseAlarmOrder,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlarmOrderOpened:
    order: int
    number: str

    @property
    def answer(self) -> str:
        return self.number


@dataclass(frozen=True, slots=True)
class AlarmOrderChanged:
    order: int
