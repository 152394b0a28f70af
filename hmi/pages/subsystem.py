"""A subsystem: its devices with state and main points, by zone."""

from urllib.parse import quote

from markupsafe import Markup

from actors.messages import UseLimitSet
from actors.said import in_language
from config.site import Device, Site
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.shell import EMPTY, frame, html, symbol
from hmi.view import View

DEVICES_A_PAGE = 100


def subsystem(view: View, subsystem_id: str) -> None:
    found = view.live.site.subsystems.get(subsystem_id)
    if found is None:
        missing(view)
        return
    query = view.client.request.query_params
    zone = query.get("zone", "")
    first = max(int(query.get("from", "0")), 0) if query.get("from", "0").isdigit() else 0
    devices = [
        device
        for device in view.live.site.devices.values()
        if device.subsystem == found.id and (not zone or zone in view.live.site.zone_path(device.zone))
    ]
    shown = devices[first : first + DEVICES_A_PAGE]
    with frame(view, view.name(found.name)):
        html(
            Markup(
                '<div class="toolbar"><label>{}<select data-go>{}</select></label>{}<span class="grow">'
                "</span>{}</div>"
            ).format(
                view.say(words.ZONE),
                _zones(view, found.id, zone),
                _limit_sets(view, found.id),
                _pages(view, found.id, zone, first, len(devices)),
            )
        )
        rows = EMPTY.join(_row(view, device) for device in shown)
        html(
            Markup(
                '<div class="scroll"><table class="devices"><thead><tr><th class="tight"></th><th>{}</th>'
                '<th class="hide-small">{}</th><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody>'
                "</table>{}</div>"
            ).format(
                view.say(words.DEVICE),
                view.say(words.ZONE),
                view.say(words.STATE),
                view.say(words.MAIN_POINTS),
                rows,
                EMPTY if shown else Markup('<p class="empty">{}</p>').format(view.say(words.NO_DEVICES_HERE)),
            )
        )

    async def use_limit_set(name: str) -> None:
        await carry_out(view, UseLimitSet(found.id, name), "subsystem.limit-set")

    view.on("limit-set", "subsystem.limit-set", use_limit_set)


def _row(view: View, device: Device) -> Markup:
    return Markup(
        '<tr data-device="{id}"><td class="tight">{alarm}</td><td><a href="/device/{id}">{name}</a><br>'
        "<small>{tag}</small></td>"
        '<td class="hide-small">{zone}</td><td class="tight">{link}</td><td><div class="mains">{mains}'
        "</div></td></tr>"
    ).format(
        id=device.id,
        name=view.name(device.name),
        tag=device.tag or device.id,
        zone=view.name(view.live.site.zones[device.zone].name),
        alarm=view.block(lambda: worst_alarm(view, device.id), lambda: view.house.alarms.revision),
        link=view.block(lambda: link_state(view, device.id), lambda: view.live.state_revision),
        mains=EMPTY.join(
            Markup("<span><small>{}</small>{}</span>").format(
                view.name(point.name), view.value(device.id, point.id)
            )
            for point in view.live.main_points(device)
        ),
    )


def worst_alarm(view: View, device: str) -> Markup:
    alarms = view.house.alarms.now.by_device.get(device, ())
    return symbol(alarms[0].priority, alarms[0].state) if alarms else EMPTY


def link_state(view: View, device: str) -> Markup:
    state = view.live.device_state(device)
    if state is None:
        return Markup('<span class="link connecting">{}</span>').format(view.say(words.LINK_UNKNOWN))
    tag = (
        Markup(' <span class="tagged" title="{}">{}</span>').format(state.tag_note, view.say(words.HAS_TAG))
        if state.tag_note
        else EMPTY
    )
    return Markup('<span class="link {}" title="{}">{}</span>{}').format(
        state.link.value, in_language(state.reason, view.language), view.say(words.LINKS[state.link]), tag
    )


def _zones(view: View, subsystem_id: str, chosen: str) -> Markup:
    here = f"/subsystem/{subsystem_id}"
    options = [Markup('<option value="{}">{}</option>').format(here, view.say(words.ALL_ZONES))]
    used = {
        zone
        for device in view.live.site.devices.values()
        if device.subsystem == subsystem_id
        for zone in view.live.site.zone_path(device.zone)
    }
    for zone_id in in_tree_order(view.live.site):
        if zone_id in used:
            depth = len(view.live.site.zone_path(zone_id)) - 1
            options.append(
                Markup('<option value="{}?zone={}"{}>{}{}</option>').format(
                    here,
                    quote(zone_id),
                    (Markup(" selected") if zone_id == chosen else ""),
                    "\u3000" * depth,
                    view.name(view.live.site.zones[zone_id].name),
                )
            )
    return EMPTY.join(options)


def in_tree_order(site: Site) -> list[str]:
    """Zone ids, each after its parent and beside its siblings."""
    return sorted(site.zones, key=site.zone_path)


def _limit_sets(view: View, subsystem_id: str) -> Markup:
    subsystem = view.live.site.subsystems[subsystem_id]
    sets = subsystem.limit_sets
    if len(sets) < 2:
        return EMPTY

    def render() -> Markup:
        used = view.live.limit_set(subsystem_id)
        return Markup('<span title="{}">{} {}</span>').format(
            drawing.limit_schedule(view.language, subsystem.limit_schedule),
            view.say(words.LIMIT_SET),
            EMPTY.join(
                Markup(' <button class="plain" data-act="limit-set" data-key="{}"{}>{}</button>').format(
                    name, (Markup(' disabled aria-pressed="true"') if name == used else ""), name
                )
                for name in sets
            ),
        )

    return view.block(render, lambda: view.live.state_revision, "span")


def _pages(view: View, subsystem_id: str, zone: str, first: int, count: int) -> Markup:
    if count <= DEVICES_A_PAGE:
        return EMPTY
    link = Markup('<a href="/subsystem/{}?zone={}&from={}">{}</a> ')
    return Markup("{}{}{}").format(
        link.format(subsystem_id, zone, max(first - DEVICES_A_PAGE, 0), view.say(words.PREVIOUS))
        if first
        else EMPTY,
        view.say(words.PAGE_OF, page=first // DEVICES_A_PAGE + 1, pages=-(-count // DEVICES_A_PAGE)),
        link.format(subsystem_id, zone, first + DEVICES_A_PAGE, view.say(words.NEXT))
        if first + DEVICES_A_PAGE < count
        else EMPTY,
    )
