"""The tree of zones, devices, points and alarms beside the form: a click puts one into the field in use."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from config.site import Device, Point, PointKind, Site
from hmi import drawing
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import plan_form as words

MOST_DEVICES = 60
"""Shown at once; more are found by filtering."""
LONGEST = 60


class DeviceTree:
    def __init__(self, view: View, site: Site) -> None:
        self._view = view
        self._site = site
        self._open: set[str] = set()
        self._zones: set[str] = set()
        self._filter = ""
        self._turn = 0

    def markup(self) -> Markup:
        view = self._view
        view.on("tree", "", self._toggle)
        view.on_form("tree", "", self._sift)
        return Markup(
            '<aside class="tree-side"><h2>{}</h2><p class="sub">{}</p><form data-form="tree" class="search">'
            '<input type="search" name="filter" maxlength="{}" placeholder="{}" aria-label="{}">'
            '<button class="plain">{}</button></form>{}</aside>'
        ).format(
            view.say(words.TREE),
            view.say(words.TREE_HINT),
            LONGEST,
            view.say(words.FILTER),
            view.say(words.FILTER),
            view.say(words.FIND),
            view.block(self._tree, lambda: self._turn),
        )

    async def _toggle(self, key: str) -> None:
        kept = self._open if key in self._site.devices else self._zones
        kept ^= {key}
        self._turn += 1

    async def _sift(self, entered: Entered) -> None:
        self._filter = entered.get("filter", ("",))[0].strip()[:LONGEST]
        self._turn += 1

    def _tree(self) -> Markup:
        if self._filter:
            found = [one for one in self._site.devices.values() if self._fits(one)]
            return Markup("<ul>{}</ul>").format(self._devices(found))
        return Markup("<ul>{}</ul>").format(EMPTY.join(self._below("")))

    def _fits(self, device: Device) -> bool:
        plain = self._filter.casefold()
        told = [device.id, device.tag, device.name.zh, device.name.en]
        told += [
            text for point in device.template.points for text in (point.id, point.name.zh, point.name.en)
        ]
        return any(plain in one.casefold() for one in told)

    def _below(self, parent: str) -> Iterator[Markup]:
        view = self._view
        for zone in self._site.zones.values():
            if zone.parent != parent:
                continue
            is_open = zone.id in self._zones or not parent
            inner = EMPTY
            if is_open:
                here = [one for one in self._site.devices.values() if one.zone == zone.id]
                inner = Markup("<ul>{}{}</ul>").format(EMPTY.join(self._below(zone.id)), self._devices(here))
            yield _branch(zone.id, view.name(zone.name), inner, is_open=is_open)

    def _devices(self, devices: Sequence[Device]) -> Markup:
        shown = EMPTY.join(map(self._device, devices[:MOST_DEVICES]))
        if len(devices) > MOST_DEVICES:
            more = self._view.say(words.MORE_DEVICES, count=len(devices) - MOST_DEVICES)
            shown += Markup('<li class="sub">{}</li>').format(more)
        return shown

    def _device(self, device: Device) -> Markup:
        view = self._view
        is_open = device.id in self._open
        inner = EMPTY
        if is_open:
            points = EMPTY.join(
                self._point(device, point)
                for point in device.template.points
                if point.kind is not PointKind.TEXT or point.write is not None
            )
            put = _leaf("device", device.id, view.say(words.PUT_DEVICE))
            inner = Markup("<ul><li>{}</li>{}</ul>").format(put, points)
        return _branch(device.id, f"{view.name(device.name)} {device.tag}", inner, is_open=is_open)

    def _point(self, device: Device, point: Point) -> Markup:
        view = self._view
        name = f"{device.id}/{point.id}"
        rules = EMPTY.join(
            _leaf("alarm", f"{name}/{rule.name}", drawing.rule_text(view.language, point, rule, rule.name))
            for rule in point.rules
            if not rule.name.startswith("plan.")
        )
        label = view.name(point.name) + (" ✎" if point.write is not None else "")
        return Markup("<li>{}{}</li>").format(_leaf("point", name, label), rules)


def _branch(key: str, label: str, inner: Markup, *, is_open: bool) -> Markup:
    return Markup(
        '<li><button type="button" class="quiet" data-act="tree" data-key="{}">{} {}</button>{}</li>'
    ).format(key, "▾" if is_open else "▸", label, inner)


def _leaf(kind: str, value: str, label: str) -> Markup:
    return Markup(
        '<button type="button" class="leaf {0}" data-put="{0}" data-value="{1}" title="{1}">{2}</button>'
    ).format(kind, value, label)
