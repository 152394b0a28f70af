"""What the control room sees when something happens: cameras that plans call, and those that stand where a
signal waits to be verified, with the picture, the place, and who called them and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from actors.messages import LinkageState, RunRow, RunState, StationCalled
from config.plans import StepKind
from config.site import Device, Site
from hmi import drawing
from hmi.pages.linkage.telling import cause, plan_name
from hmi.picture import live_picture
from hmi.view import View
from hmi.words import cameras as words
from hmi.words.annunciation import MARKS

EMPTY = Markup("")
CALL_S = 600.0
"""How long what a plan called is shown after the plan has ended, unless somebody closes it."""
NEAR = 4
"""Cameras near a signal, at most."""


@dataclass(frozen=True, slots=True)
class CalledUp:
    device: str
    run: RunRow | None
    """None for one that has ended."""
    plan: str
    at_ns: int
    ids: frozenset[str]
    """Of the calls: whoever closes the picture closes them all."""


def callup(view: View) -> Markup:
    """Under the strips of every page of the control room."""
    view.on("put-away", "", lambda key: _put_away(view, key))
    return view.block(lambda: _panel(view), lambda: called_up(view))


def called_up(view: View) -> tuple[CalledUp, ...]:
    """Those with a picture, the newest first; each once."""
    found: dict[str, CalledUp] = {}
    for one in sorted(_wanted(view), key=lambda one: one.at_ns, reverse=True):
        known = found.setdefault(one.device, one)
        found[one.device] = replace(known, ids=known.ids | one.ids)
    return tuple(found.values())


def is_shown_here(view: View, call: StationCalled) -> bool:
    """Whether a call is for this station and nobody there has closed it."""
    stations = view.house.stations
    device = view.live.site.devices.get(call.device)
    zone = call.zone or (device.zone if device is not None else "")
    return (view.station, call.id) not in stations.dismissed and stations.is_called(view.station, zone)


def _wanted(view: View) -> Iterator[CalledUp]:
    site, state, now_ns = view.live.site, view.live.linkage(), view.live.wall_ns()
    runs = {run.id: run for run in state.runs} if state is not None else {}
    for call in view.live.calls:
        if not has_picture(site, call) or not is_shown_here(view, call):
            continue
        run = runs.get(call.run)
        if run is not None or now_ns - call.time_ns < CALL_S * 1e9:
            yield CalledUp(call.device, _steady(run), call.plan, call.time_ns, frozenset({call.id}))
    yield from _to_verify(view, state)


def has_picture(site: Site, call: StationCalled) -> bool:
    device = site.devices.get(call.device)
    return call.kind == StepKind.CAMERA and device is not None and device.picture is not None


def _to_verify(view: View, state: LinkageState | None) -> Iterator[CalledUp]:
    """One signal alone starts nothing: somebody is to look."""
    stations, site = view.house.stations, view.live.site
    for run in state.runs if state is not None else ():
        signal = site.devices.get(run.cause.partition("/")[0])
        if run.state is not RunState.VERIFYING or signal is None:
            continue
        for device in near(site, signal):
            id_ = f"{run.token}-{device.id}"
            if (view.station, id_) not in stations.dismissed and stations.is_called(
                view.station, device.zone
            ):
                yield CalledUp(device.id, _steady(run), run.plan, run.opened_ns, frozenset({id_}))


def near(site: Site, signal: Device) -> list[Device]:
    """The cameras in the narrowest part of the building around a device that has any."""
    for zone in reversed(site.zone_path(signal.zone)):
        if site.zones[zone].kind in {"site", "building"}:
            break
        if zone in site.cameras:
            return site.cameras[zone][:NEAR]
    return []


def _steady(run: RunRow | None) -> RunRow | None:
    """What is said of it; its clocks and counts would draw the pictures anew."""
    if run is None:
        return None
    verifying = run.state is RunState.VERIFYING
    return replace(
        run, state=RunState.VERIFYING if verifying else RunState.RUNNING, finished_ns=0, repeats=0,
        overdue=False, user="", note="", detail="",
    )  # fmt: skip


# -- drawing


def _panel(view: View) -> Markup:
    shown = called_up(view)
    if not shown:
        return EMPTY
    groups: dict[Markup, list[CalledUp]] = {}
    for one in shown:
        groups.setdefault(_why(view, one), []).append(one)
    return Markup(
        '<details class="callup" open><summary><b>{count}</b> <button type="button" class="quiet"'
        ' data-act="put-away" data-key="">{close}</button></summary>{groups}</details>'
    ).format(
        count=view.say(words.CALLED_UP, count=len(shown)),
        close=view.say(words.CLOSE_ALL),
        groups=EMPTY.join(
            Markup('<section><p class="why">{}</p><div>{}</div></section>').format(
                why, EMPTY.join(_card(view, one) for one in _nearest_first(view.live.site, group))
            )
            for why, group in groups.items()
        ),
    )


def _why(view: View, one: CalledUp) -> Markup:
    """Who called it, what for, and when it began."""
    run = one.run
    verifying = run is not None and run.state is RunState.VERIFYING
    said = view.say(words.TO_VERIFY if verifying else words.BY_PLAN, plan=plan_name(view, one.plan))
    mark = MARKS.get(run.mode) if run is not None else None
    at_ns = run.opened_ns if run is not None else one.at_ns
    why = cause(view, run) if run is not None else ""
    clock = drawing.date_and_clock(view.zone, at_ns)[11:]
    return Markup(" · ").join(part for part in (mark and view.say(mark), said, why, clock) if part)


def _nearest_first(site: Site, group: list[CalledUp]) -> list[CalledUp]:
    """That which stands where it began is the one to look at."""
    run = group[0].run
    signal = site.devices.get(run.cause.partition("/")[0]) if run is not None else None
    close = {one.id for one in near(site, signal)} if signal is not None else set()
    return sorted(group, key=lambda one: (one.device not in close, one.at_ns))


def _card(view: View, one: CalledUp) -> Markup:
    site = view.live.site
    device = site.devices[one.device]
    place = " / ".join(view.name(site.zones[zone].name) for zone in site.zone_path(device.zone)[1:])
    return Markup(
        '<figure data-camera="{id}"><a href="/device/{id}" title="{larger}">{picture}</a><figcaption>'
        '<span class="head"><b>{name}</b><button type="button" class="quiet" data-act="put-away"'
        ' data-key="{id}" title="{close}">✕</button></span><span class="sub" title="{place}">{place}</span>'
        '<span class="state">{state}</span></figcaption></figure>'
    ).format(
        id=device.id,
        larger=view.say(words.LARGER),
        picture=live_picture(view, device),
        name=view.name(device.name),
        close=view.say(words.CLOSE),
        place=place,
        state=Markup(" ").join(
            Markup('<span class="sub">{} {}</span>').format(
                view.name(point.name), view.value(device.id, point.id, role="callup")
            )
            for point in view.live.main_points(device)
        ),
    )


async def _put_away(view: View, device: str) -> None:
    """One picture, or all."""
    for one in called_up(view):
        if device in ("", one.device):
            view.house.stations.dismissed |= {(view.station, id_) for id_ in one.ids}
