"""What the team of a new order is told. Pure."""

from typing import Final

from actors.said import said
from business.alarm_orders.model import AlarmOrder
from business.notifier.composing import place_of
from business.notifier.messages import SendMessage
from config.notify_events import LANGUAGES, ORDER
from config.site import Site

HIGH: Final = 2
"""The most urgent that a message about an order is: for what is critical, the alarm itself calls people."""


def note(site: Site, order: AlarmOrder) -> SendMessage:
    """To whoever is on duty in its team."""
    zh, en = (place_of(site, order.zone, language) for language in LANGUAGES)
    place = said(zh, en) if zh else ""
    return SendMessage(
        ORDER,
        {"number": order.number, "title": order.text, "place": place},
        teams=(order.team,),
        priority=max(order.priority, HIGH),
    )
