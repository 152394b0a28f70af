"""The campus at a glance: every subsystem, alarms by priority, and how Steward itself is."""

from collections import Counter
from collections.abc import Iterator

from markupsafe import Markup

from actors.messages import AlarmState, Link
from actors.said import in_language
from config.site import Device, Point, Subsystem
from hmi import words
from hmi.shell import EMPTY, frame, html, symbol
from hmi.view import View
from hmi.words import system as system_words

KEY_VALUES = 5
"""Values a card shows of its subsystem."""
OFFLINE_NAMES = 8
"""Unreachable devices named in the open; more are counted."""


def overview(view: View) -> None:
    with frame(view, view.say(words.OVERVIEW)):
        html(
            Markup('<div class="glance">{}{}{}</div>').format(
                _priorities(view), _offline(view), _processes(view)
            )
        )
        html(
            Markup('<div class="cards">{}</div>').format(
                EMPTY.join(_card(view, one) for one in view.live.site.subsystems.values())
            )
        )


def _priorities(view: View) -> Markup:
    def render() -> Markup:
        counts = Counter(alarm.priority for alarm in view.house.alarms.now.told)
        waiting = {
            one.priority for one in view.house.alarms.now.told if one.state is AlarmState.UNACKNOWLEDGED
        }
        return Markup('<a href="/alarms" class="badges">{}</a>').format(
            EMPTY.join(
                Markup("<span>{}{} {}</span>").format(
                    symbol(
                        priority,
                        AlarmState.UNACKNOWLEDGED if priority in waiting else AlarmState.ACKNOWLEDGED,
                    ),
                    view.say(text),
                    counts[priority],
                )
                for priority, text in words.PRIORITIES.items()
                if counts[priority]
            )
            or view.say(words.NO_ALARMS)
        )

    return view.block(render, lambda: view.house.alarms.revision)


def _offline(view: View) -> Markup:
    """The devices that cannot be reached, by name, each a way to it."""

    def render() -> Markup:
        devices = view.live.site.devices.values()
        lost = [
            (device, state)
            for device in devices
            if (state := view.live.device_state(device.id)) and state.link in {Link.DOWN, Link.FAULTED}
        ]
        unheard = sum(view.live.is_silent(device.process) for device in devices)
        if unheard:
            said = view.say(words.DEVICES_UNKNOWN, count=unheard)
            return Markup('<span class="link down">{}</span>').format(said)
        if not lost:
            said = view.say(words.ALL_ONLINE, count=len(devices))
            return Markup('<span class="link up">{}</span>').format(said)
        return Markup('<span class="link down">{}</span>{}{}').format(
            view.say(words.DEVICES_OFFLINE, count=len(lost)),
            EMPTY.join(
                Markup(' <a class="lost" href="/device/{}" title="{} {}">{}</a>').format(
                    device.id,
                    view.say(words.LINKS[state.link]),
                    in_language(state.reason, view.language),
                    view.name(device.name),
                )
                for device, state in lost[:OFFLINE_NAMES]
            ),
            f" +{len(lost) - OFFLINE_NAMES}" if len(lost) > OFFLINE_NAMES else "",
        )

    return view.slowly(render, "div")


def _processes(view: View) -> Markup:
    def render() -> Markup:
        processes = sorted({*view.house.ports.snapshots, *view.live.beats()})
        silent = [
            system_words.process(view.language, name) for name in processes if view.live.is_silent(name)
        ]
        return Markup('<a href="/system" class="link {}">{}</a>').format(
            "down" if silent else "up",
            view.say(words.NOT_WELL, names=view.listed(silent)) if silent else view.say(words.ALL_WELL),
        )

    return view.slowly(render, "div")


def _card(view: View, subsystem: Subsystem) -> Markup:
    devices = [one for one in view.live.site.devices.values() if one.subsystem == subsystem.id]
    return Markup(
        '<section class="card" data-subsystem="{id}"><header><a href="/subsystem/{id}">{name}'
        "</a>{alarms}</header>"
        '{counts}<div class="rows">{values}</div></section>'
    ).format(
        id=subsystem.id,
        name=view.name(subsystem.name),
        alarms=_alarms(view, subsystem.id),
        counts=view.block(lambda: _counts(view, devices), lambda: view.live.state_revision, "span"),
        values=EMPTY.join(
            Markup('<a href="/device/{id}" title="{device} {point}">{device} · {point}</a>{value}').format(
                id=device.id,
                device=view.name(device.name),
                point=view.name(point.name),
                value=view.value(device.id, point.id),
            )
            for device, point in key_values(view, devices)
        ),
    )


def _counts(view: View, devices: list[Device]) -> Markup:
    links = Counter(state.link for one in devices if (state := view.live.device_state(one.id)) is not None)
    lost = links[Link.DOWN] + links[Link.FAULTED]
    return Markup('<span class="counts">{}{}</span>').format(
        view.say(words.DEVICES_COUNT, count=len(devices), up=links[Link.UP]),
        Markup(' · <span class="off">{}</span>').format(view.say(words.DEVICES_LOST, count=lost))
        if lost
        else EMPTY,
    )


def _alarms(view: View, subsystem: str) -> Markup:
    def render() -> Markup:
        inside = view.house.alarms.now.by_subsystem.get(subsystem, ())
        worst: dict[int, AlarmState] = {}
        for alarm in inside:
            if worst.get(alarm.priority) is not AlarmState.UNACKNOWLEDGED:
                worst[alarm.priority] = alarm.state
        counts = Counter(alarm.priority for alarm in inside)
        return EMPTY.join(
            Markup("<span>{}{}</span>").format(
                symbol(priority, worst[priority], view.say(words.PRIORITIES[priority])), counts[priority]
            )
            for priority in sorted(counts)
        )

    return Markup('<div class="badges">{}</div>').format(
        view.block(render, lambda: view.house.alarms.revision)
    )


def key_values(view: View, devices: list[Device]) -> Iterator[tuple[Device, Point]]:
    """First values of several devices rather than all of one, not all of one kind where there are more."""
    rest: list[tuple[int, int, Device, Point]] = []
    for order, device in enumerate(devices):
        # What is measured tells more than what was set.
        points = sorted(view.live.main_points(device), key=lambda point: point.write is not None)
        rest += [(depth, order, device, point) for depth, point in enumerate(points)]
    rest.sort(key=lambda one: one[:2])
    kinds = {(device.template.profile, point.id) for _, _, device, point in rest}
    most = KEY_VALUES if len(kinds) < 2 else KEY_VALUES - 2
    taken: Counter[tuple[str, str]] = Counter()
    for _, _, device, point in rest:
        kind = (device.template.profile, point.id)
        if taken.total() < KEY_VALUES and taken[kind] < most:
            taken[kind] += 1
            yield device, point
