"""What an alarm is called, and the way to its page: whoever names an alarm links it here."""

import re
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from business.access.plant import WATCH
from business.identity.model import Place
from config.site import Site
from hmi import drawing
from hmi.alarm_index import Name
from hmi.view import View

_WRITTEN: Final = re.compile(r"[\w:.-]+/[\w.-]*/[\w.-]+", re.ASCII)
"""An alarm as `core` writes it: device/point/rule."""


def page_of(name: Name) -> str:
    """The address of the page about an alarm."""
    return "/alarm/" + quote("~".join(name), safe="~")


def named(written: str) -> Name | None:
    """The alarm of device/point/rule; None for anything else."""
    device, *rest = written.split("/")
    return (device, rest[0], rest[1]) if len(rest) == 2 else None


def owner_of(view: View, site: Site, device: str) -> str:
    """The device's name, or that of the node; what is no longer there is called by its id."""
    found = site.devices.get(device) or site.nodes.get(device)
    return view.name(found.name) if found is not None else device


def message_of(view: View, site: Site, name: Name) -> str:
    device, point, rule = name
    return drawing.rule_text(view.language, site.point(device, point), site.rule(*name), rule)


def title_of(view: View, site: Site, name: Name) -> str:
    return f"{owner_of(view, site, name[0])} {message_of(view, site, name)}"


def alarm_link(view: View, name: Name, said: str | Markup = "", site: Site | None = None) -> Markup:
    """The alarm by its whole name or as `said`: in the control room, where alarms have pages, a link."""
    text = said or title_of(view, site or view.live.site, name)
    if not _has_page(view, name):
        return Markup("{}").format(text)
    return Markup('<a href="{}">{}</a>').format(page_of(name), text)


def with_links(view: View, text: str) -> Markup:
    """A text in which `core` wrote alarms by their ids: each by its name."""
    parts: list[str | Markup] = []
    at = 0
    for match in _WRITTEN.finditer(text):
        name = named(match.group())
        if name is not None and view.live.site.rule(*name) is not None:
            parts += [text[at : match.start()], alarm_link(view, name)]
            at = match.end()
    return Markup("").join([*parts, text[at:]])


def _has_page(view: View, name: Name) -> bool:
    if view.person.place is not Place.CONTROL or not view.person.may(WATCH, view.here):
        return False
    return view.live.site.rule(*name) is not None or name in view.house.alarms.now.by_name
