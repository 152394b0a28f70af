"""What the team of a new order is told. Pure."""

from typing import Final

from actors.said import said
from business.alarm_orders.model import AlarmOrder
from business.notifier.messages import SendMessage
from config.notify_events import ORDER
from config.site import Site

HIGH: Final = 2
"""The most urgent that a message about an order is: for what is critical, the alarm itself calls people."""


def note(site: Site, order: AlarmOrder) -> SendMessage:
    """To whoever is on duty in its team."""
    return SendMessage(
        ORDER,
        {"number": order.number, "title": order.text, "place": _place(site, order.zone)},
        teams=(order.team,),
        priority=max(order.priority, HIGH),
    )


def _place(site: Site, zone: str) -> str:
    """From wide to narrow, in both languages, without the site itself, which everybody knows."""
    if zone not in site.zones:
        return ""
    path = site.zone_path(zone)
    names = [site.zones[one].name for one in path[1:] or path]
    return said(" ".join(one.zh for one in names), " ".join(one.en for one in names))
