"""What closing an order means for its alarm. Pure."""

from collections.abc import Iterable

from actors.alarm_states import WAITING
from actors.messages import AcknowledgeAlarm, Alarm, Hiding, ReturnToService
from business.alarm_orders.queries import AlarmOrderRow


def alarm_of_order(order: AlarmOrderRow, alarms: Iterable[Alarm]) -> Alarm | None:
    """None when it is normal, or when the order is a plan's."""
    name = (order.device, order.point, order.rule)
    return next((one for one in alarms if order.rule and (one.device, one.point, one.rule) == name), None)


def alarm_side(
    order: AlarmOrderRow, alarm: Alarm | None, result: str
) -> AcknowledgeAlarm | ReturnToService | None:
    """The command that the person who closes the order sends for the alarm with it; None for none.

    An occurrence that the order does not know of is not acknowledged unseen: `core` refuses it.
    """
    if alarm is None:
        return None
    note = f"{order.number} {result}".strip()
    if is_out_under(order, alarm):
        return ReturnToService(order.device, order.point, order.rule, note)
    if alarm.state in WAITING:
        return AcknowledgeAlarm(order.device, order.point, order.rule, order.last_event, note)
    return None


def is_out_under(order: AlarmOrderRow, alarm: Alarm) -> bool:
    """Whether the alarm is out of service under this order's number."""
    return any(one.kind is Hiding.OUT_OF_SERVICE and one.order == order.number for one in alarm.suppressions)
