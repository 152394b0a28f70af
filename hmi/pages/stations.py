"""The stations: which one this browser is, who answers for which zones, and whether alarms can be heard."""

from markupsafe import Markup

from config.site import Station
from config.sounds import SOUNDS
from hmi import words as common
from hmi.announcing import notes
from hmi.shell import EMPTY, frame, html, preference
from hmi.stations import EVERYWHERE
from hmi.tabular import table
from hmi.view import View
from hmi.words import annunciation as words


def stations(view: View) -> None:
    with frame(view, view.say(words.STATIONS)):
        html(view.block(lambda: _health(view), lambda: view.sounds))
        html(_tests(view))
        html(view.block(lambda: _table(view), lambda: _attended(view)))


def _health(view: View) -> Markup:
    look, said = ("up", words.SOUND_ON) if view.sounds else ("down", words.SOUND_SILENT)
    return Markup('<p class="link {}" data-health="{}">{}</p>').format(look, look, view.say(said))


def _tests(view: View) -> Markup:
    """Every sound to listen to, and a spoken prompt."""
    tones = EMPTY.join(
        Markup('<button type="button" class="plain" data-test-sound="{}" {}>▶ {}</button>').format(
            name, notes(sound), view.name(sound.name)
        )
        for name, sound in SOUNDS.items()
    )
    speech = Markup(
        '<button type="button" class="plain" data-test-speech="{}" data-language="{}">▶ {}</button>'
    ).format(
        view.say(words.SPOKEN_TEST), "zh-CN" if view.language == "zh" else "en-US", view.say(words.SPEAK_TEST)
    )
    return Markup('<section class="card"><h2>{}</h2><div class="tones">{}{}</div></section><br>').format(
        view.say(words.SOUND_NAMES), tones, speech
    )


def _attended(view: View) -> frozenset[str]:
    return frozenset(view.house.stations.attended())


def _table(view: View) -> Markup:
    site = view.live.site
    if not site.stations:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_STATIONS))
    heads = (
        ("", view.say(words.STATION)),
        ("", view.say(words.ZONES)),
        ("", view.say(common.STATE)),
        ("tight", ""),
    )
    attended = _attended(view)
    rows = [_row(view, one, is_attended=one.id in attended) for one in site.stations.values()]
    rows.append(
        Markup('<tr><td>{}</td><td>{}</td><td></td><td class="tight">{}</td></tr>').format(
            view.say(words.UNCHOSEN), view.say(words.WHOLE), _choose(view, EVERYWHERE)
        )
    )
    return table(heads, rows, look="stations")


def _row(view: View, station: Station, *, is_attended: bool) -> Markup:
    site = view.live.site
    zones = "、" if view.language == "zh" else ", "
    named = zones.join(view.name(site.zones[zone].name) for zone in station.zones if zone in site.zones)
    state = (
        Markup('<span class="link up">{}</span>').format(view.say(words.HEARD_HERE))
        if is_attended
        else Markup('<span class="link down">{}</span>').format(view.say(words.NOT_ATTENDED))
    )
    return Markup(
        '<tr data-station="{}"><td><b>{}</b></td><td>{}</td><td>{}</td><td class="tight">{}</td></tr>'
    ).format(
        station.id,
        view.name(station.name),
        named or view.say(words.WHOLE),
        state,
        _choose(view, station.id),
    )


def _choose(view: View, station: str) -> Markup:
    if view.station == station:
        return Markup("<b>{}</b>").format(view.say(words.SITTING))
    return Markup('<a class="button" href="{}">{}</a>').format(
        preference("/stations", "station", station), view.say(words.SIT_HERE)
    )
