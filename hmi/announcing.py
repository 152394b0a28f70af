"""What every page of the control room shows and sounds above its content: sound, flood, modes, linkage."""

from collections.abc import Iterator

from markupsafe import Markup

from actors.messages import Area, LinkageState, Mode, RunState, SilenceAlarm, SpokenNotice, StationCalled
from actors.said import in_language
from config.sounds import Sound, sound_of
from config.text import Text
from hmi import drawing
from hmi.alarm_index import key_of
from hmi.bulk import send_all
from hmi.callup import CALL_S, callup, has_picture, is_shown_here
from hmi.commanding import notify
from hmi.live import SILENT_S
from hmi.spoken import speaks, spoken_here, tell_played
from hmi.stations import said_of
from hmi.view import View
from hmi.words import alarms as alarm_words
from hmi.words import annunciation as words
from hmi.words import operating

EMPTY = Markup("")
AREAS = 3
"""Modes that the banner tells one by one."""
_RUN = "run "


def strips(view: View) -> Markup:
    """Under the top bar."""
    view.on("silence", "alarm.acknowledge", lambda _key: silence_station(view))
    view.on("sound", "", lambda key: _heard(view, key))
    view.on("dismiss", "", lambda key: _dismiss(view, key))
    view.on("played", "", lambda key: tell_played(view, key))
    index, stations = view.house.alarms, view.house.stations
    return Markup(
        '<div class="strips"><button type="button" class="warning sound-off" data-sound-off hidden>{off}'
        "</button>{linkage}{flood}{areas}{waiting}{notices}{calls}{sound}</div>{callup}"
    ).format(
        off=view.say(words.SOUND_OFF),
        linkage=linkage_off(view),
        notices=view.block(lambda: _linkage(view), lambda: (view.live.linkage_revision, _is_off(view))),
        flood=view.block(lambda: _flood(view), lambda: stations.flood(view.station)),
        areas=view.block(lambda: _areas(view), lambda: (index.revision, tuple(view.live.areas()))),
        waiting=view.block(lambda: _waiting(view), lambda: (tuple(view.live.waiting()), view.person)),
        calls=view.block(lambda: _calls(view), lambda: (_called(view), spoken_here(view))),
        callup=callup(view),
        sound=view.block(lambda: _sound(view), lambda: stations.sounding(view.station)),
    )


def linkage_off(view: View) -> Markup:
    """In red, on every page of a station, whoever sits there."""
    return view.block(lambda: _off(view), lambda: (_is_off(view), view.live.linkage_trouble()))


def silence_button(view: View) -> Markup:
    """In the top bar: which station this is, and how many alarms sound at it."""
    stations = view.house.stations

    def render() -> Markup:
        sounding = stations.sounding(view.station)
        if not sounding.count or not view.can("alarm.acknowledge"):
            return EMPTY
        return Markup(
            '<button type="button" class="silence" data-act="silence" data-hotkey="m" title="{}">{}</button>'
        ).format(view.say(words.SOUNDS, count=sounding.count), view.say(words.SILENCE))

    chosen = view.live.site.stations.get(view.station)
    name = view.name(chosen.name) if chosen else view.say(words.STATION)
    return Markup('<span class="station"><a href="/stations" title="{}">{}</a>{}</span>').format(
        view.say(words.STATIONS),
        name,
        view.block(render, lambda: (stations.sounding(view.station).count, view.person), "span"),
    )


async def silence_station(view: View) -> None:
    """At once here; then each alarm by a command, so that every station and the journal know."""
    alarms = view.house.stations.to_silence(view.station)
    if not alarms:
        notify(view, view.say(words.NOTHING_SOUNDS), trouble=True)
        return
    view.house.stations.hush(view.station)
    bodies = [SilenceAlarm(one.device, one.point, one.rule, one.event) for one in alarms]
    await send_all(view, bodies)
    notify(view, view.say(words.SILENCED_COUNT, count=len(alarms)))


async def _heard(view: View, key: str) -> None:
    view.sounds = key == "on"


async def _dismiss(view: View, key: str) -> None:
    """Of one call, or of all cameras of a run."""
    closed = [one.id for one in _called(view) if one.kind == "camera" and key == f"{_RUN}{one.run}"]
    view.house.stations.dismissed.update((view.station, one) for one in closed or [key])


# -- sound


def _sound(view: View) -> Markup:
    alarm = view.house.stations.sounding(view.station).alarm
    if alarm is None:
        return EMPTY
    site = view.live.site
    rule = site.rule(alarm.device, alarm.point, alarm.rule)
    sound = sound_of(rule, alarm.priority)
    said = drawing.alarm(view.language, site, alarm)
    prompt = view.name(rule.prompt) if rule is not None and rule.prompt is not None else ""
    return Markup(
        '<span hidden data-sounding="{key}" data-alarm-key="{name}" {notes} data-say="{say}"'
        ' data-language="{language}"></span>'
    ).format(
        key=said_of(alarm),
        name=key_of(alarm),
        notes=notes(sound),
        say=prompt or f"{said.place} {said.device} {said.message}",
        language="zh-CN" if view.language == "zh" else "en-US",
    )


def notes(sound: Sound) -> Markup:
    """A sound as attributes that the browser plays."""
    return Markup('data-notes="{}" data-every="{}"').format(
        " ".join(f"{hertz:g}:{seconds:g}" for hertz, seconds in sound.notes), f"{sound.every_s:g}"
    )


# -- strips


def _flood(view: View) -> Markup:
    count = view.house.stations.flood(view.station)
    if not count:
        return EMPTY
    return Markup('<p class="warning flood" data-flood="{}"><a href="/alarms">⚠ {}</a></p>').format(
        count, view.say(words.FLOOD, count=count)
    )


def place_of_area(view: View, area: Area) -> str:
    """In the reader's words: the device or zone, and the class where it is only one."""
    site = view.live.site
    device, zone = site.devices.get(area.device), site.zones.get(area.zone)
    named = [view.name(one.name) for one in (zone, device) if one is not None]
    if area.alarm_class in site.classes:
        named.append(view.name(site.classes[area.alarm_class].name))
    return " · ".join(named) or area.device or area.zone or view.say(words.EVERYWHERE)


def _areas(view: View) -> Markup:
    areas = sorted(view.live.areas(), key=lambda one: one.since_ns)
    if not areas:
        return EMPTY
    said = EMPTY.join(
        Markup('<span class="mode {}">{}</span> ').format(
            area.mode.value,
            view.say(
                words.IN_FORCE,
                what=view.say(alarm_words.MODES[area.mode]),
                where=place_of_area(view, area),
                reason=area.reason,
                by=area.by,
                until=drawing.date_and_clock(view.zone, area.until_ns)[5:16],
            ),
        )
        for area in areas[:AREAS]
    )
    more = view.say(words.MORE_AREAS, count=len(areas) - AREAS) if len(areas) > AREAS else ""
    shown = "shelved" if all(one.mode is Mode.SHELVED for one in areas) else "marked"
    return Markup('<a class="notice modes {}" href="/modes">{}{}</a>').format(shown, said, more)


def _waiting(view: View) -> Markup:
    """For those who may carry them out: the first of the writes that wait for a second person."""
    waiting = [*view.live.waiting()] if view.can("point.operate") else []
    if not waiting:
        return EMPTY
    return Markup('<a class="notice marked" href="/device/{}">{}</a>').format(
        waiting[0].device, view.say(operating.WAITING, count=len(waiting))
    )


def _is_off(view: View) -> bool:
    """Linkage that has plans and is not heard, or cannot be because `core` is lost."""
    live = view.live
    return bool(live.site.plans) and (live.linkage() is None or live.publisher_age("core") > SILENT_S)


def _off(view: View) -> Markup:
    if not _is_off(view):
        return EMPTY
    return Markup('<p class="warning" data-warning="linkage"><b>{}</b> · {}</p>').format(
        view.say(words.LINKAGE_OFF), _why_off(view)
    )


def _why_off(view: View) -> str:
    """What it says itself, or that nothing is heard of it."""
    own = in_language(view.live.linkage_trouble(), view.language)
    return own or view.say(words.LINKAGE_OFF_HINT)


def _linkage(view: View) -> Markup:
    if _is_off(view):  # what a plan posted or held may no longer be so
        return EMPTY
    parts = EMPTY.join(
        Markup('<p class="notice posted"><b>{}</b> {}</p>').format(
            view.say(words.NOTICE), in_language(one.text, view.language)
        )
        for one in sorted(view.live.notices(), key=lambda one: one.time_ns)
        if view.house.stations.is_called(view.station, one.zone)
    )
    state = view.live.linkage()
    told = tuple(_told(view, state)) if state is not None else ()
    if told:
        parts += Markup('<a class="notice linkage" href="/linkage"><b>{}</b> {}</a>').format(
            view.say(words.LINKAGE), " · ".join(told)
        )
    return parts


def _told(view: View, state: LinkageState) -> Iterator[str]:
    going = [run for run in state.runs if run.state not in {RunState.VERIFYING, RunState.ENDED}]
    if going:
        yield view.say(words.RUNNING_PLANS, count=len(going))
    for run in state.runs:
        if run.state is RunState.VERIFYING:
            name = in_language(run.name, view.language)
            late = f" {view.say(words.OVERDUE)}" if run.overdue else ""
            yield view.say(words.VERIFYING, name=name) + late
    by_hand = sum(not held.run for held in state.held)
    if by_hand:
        yield view.say(words.HELD_BY_HAND, count=by_hand)


def _called(view: View) -> tuple[StationCalled, ...]:
    """What has no picture to be shown."""
    now_ns = view.live.wall_ns()
    return tuple(
        one
        for one in view.live.calls
        if now_ns - one.time_ns < CALL_S * 1e9
        and is_shown_here(view, one)
        and not has_picture(view.live.site, one)
    )


def _calls(view: View) -> Markup:
    """What is spoken one by one; the cameras of a run together, so that they leave the page its room."""
    called = tuple(reversed(_called(view)))
    cameras: dict[int, list[StationCalled]] = {}
    for one in called:
        if one.kind == "camera":
            cameras.setdefault(one.run, []).append(one)
    spoken = EMPTY.join(_notice(view, one) for one in reversed(spoken_here(view)))
    spoken += EMPTY.join(_spoken(view, one) for one in called if one.kind != "camera")
    return spoken + EMPTY.join(_cameras(view, run, some) for run, some in cameras.items())


def _spoken(view: View, one: StationCalled) -> Markup:
    text = in_language(one.text, view.language)
    said = speaks(one.id, text, view.language) if one.kind == "speak" else EMPTY
    return _call(view, one.kind, words.SPOKEN, text, one.id, said)


def _notice(view: View, one: SpokenNotice) -> Markup:
    kind = "speak urgent" if one.urgent else "speak"
    said = speaks(one.id, one.text, one.language, notice=True, wav=bool(one.wav))
    return _call(view, kind, words.SPOKEN, one.text, one.id, said)


def _cameras(view: View, run: int, some: list[StationCalled]) -> Markup:
    devices = view.live.site.devices
    links = [
        Markup('<a href="/device/{}">{}</a>').format(one.device, view.name(devices[one.device].name))
        if one.device in devices
        else in_language(one.text, view.language)
        for one in some
    ]
    return _call(view, "camera", words.CALLED_CAMERA, Markup(" · ").join(links), f"{_RUN}{run}", EMPTY)


def _call(view: View, kind: str, word: Text, what: str | Markup, key: str, said: Markup) -> Markup:
    return Markup(
        '<p class="notice call {}"{}><b>{}</b> <span>{}</span> '
        '<button type="button" class="quiet" data-act="dismiss" data-key="{}" title="{}">✕</button></p>'
    ).format(kind, said, view.say(word), what, key, view.say(words.DISMISS))


# -- keys


def cheat_sheet(view: View) -> Markup:
    """Shown by `?`."""
    return Markup(
        '<dialog id="keys"><h2>{}</h2><dl>{}</dl><form method="dialog"><button class="plain">{}</button>'
        "</form></dialog>"
    ).format(
        view.say(words.KEYS),
        EMPTY.join(
            Markup("<dt><kbd>{}</kbd></dt><dd>{}</dd>").format(key, view.say(text))
            for key, text in words.KEY_LINES.items()
        ),
        view.say(words.DISMISS),
    )
