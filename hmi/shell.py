"""The frame around every page: name, alarm banner, navigation, language, theme, who is logged in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from markupsafe import Markup
from nicegui import ui

from actors.messages import Alarm, AlarmState
from business.access.plant import WATCH
from business.identity.model import Place
from hmi import announcing, drawing, navigation, words
from hmi.alarm_index import name_of
from hmi.alarm_naming import alarm_link
from hmi.live import SILENT_S
from hmi.manual import help_for
from hmi.searching import SearchBox
from hmi.view import View
from hmi.words import menus as menu_words
from hmi.words import system as system_words
from hmi.words.manual import HELP_HERE

EMPTY = Markup("")


@contextmanager
def frame(view: View, title: str, above: Markup = EMPTY) -> Iterator[None]:
    """Everything created inside is the page's own content; `above` stands over its title."""
    site = view.name(view.live.site.name)
    ui.page_title(f"{title} · {site}")
    ui.colors(
        primary="#4a6580",
        secondary="#5d6b78",
        accent="#4a6580",
        positive="#4a6580",
        info="#4a5a68",
        warning="#8a5200",
    )
    with ui.element("div").classes("shell"):
        html(_top(view, site))
        html(_navigation(view))
        with ui.element("div").classes("page"):
            html(_warnings(view))
            if _watches(view):
                html(announcing.strips(view) + announcing.cheat_sheet(view))
            elif view.person.place is Place.CONTROL:
                html(announcing.linkage_off(view))
            html(Markup('{}<h1 id="content" tabindex="-1">{}</h1>').format(above, title))
            yield


def html(content: Markup) -> ui.html:
    """Markup of ours on the page: everything foreign in it went through `Markup.format`, which escapes."""
    return ui.html(str(content), sanitize=False).classes("raw")


def symbol(priority: int, state: AlarmState, label: str = "") -> Markup:
    """A priority as shape, number and colour; it blinks while unacknowledged. Never colour alone."""
    return Markup(
        '<span class="sym p{priority} {state}" title="{label}" role="img">{priority}</span>'
    ).format(priority=priority, state=state.value, label=label)


def _watches(view: View) -> bool:
    """Whether it is a page of the control room for somebody who may see the plant."""
    return view.person.place is Place.CONTROL and view.person.may(WATCH, view.here)


def _top(view: View, site: str) -> Markup:
    banner = EMPTY
    if _watches(view):
        banner = view.block(lambda: _banner(view), lambda: view.house.alarms.revision)
        banner += announcing.silence_button(view)
    if view.person.place is Place.OFFICE and view.person.may("house.read"):
        box = SearchBox(view)
        view.on("find", "", box.suggest)
        banner = box.markup()
    return Markup(
        '<a class="skip" href="#content">{skip}</a><header class="top">'
        '<label class="burger" for="menu" title="{menu}">☰</label>'
        '<a class="brand" href="/"><span class="logo">{logo}</span><b>{steward}</b><span>{site}</span></a>'
        '{banner}{clock}<a class="help" href="{help}" title="{help_here}">?</a></header>'
    ).format(
        skip=view.say(menu_words.TO_CONTENT),
        menu=view.say(words.MENU),
        logo=_LOGO,
        steward=view.say(words.STEWARD),
        site=site,
        help=help_for(view.path),
        help_here=view.say(HELP_HERE),
        banner=banner,
        clock=view.slowly(lambda: Markup("{}").format(drawing.clock(view.zone, view.live.wall_ns())), "time"),
    )


def _banner(view: View) -> Markup:
    now = view.house.alarms.now
    if not now.told:
        return Markup('<a class="banner calm" href="/alarms">{}</a>').format(view.say(words.NO_ALARMS))
    first = next((one for one in now.told if view.house.stations.is_own(view.station, one)), now.told[0])
    said = drawing.alarm(view.language, view.live.site, first)
    told = Markup(
        '{symbol}<span class="what"><b>{device}</b> {message}</span><span class="where">{place}</span>'
        '<span class="when">{when}</span>'
    ).format(
        symbol=symbol(
            first.priority, first.state, view.say(words.PRIORITIES.get(first.priority, words.ALARM))
        ),
        place=said.place,
        device=said.device,
        message=said.message,
        when=drawing.clock(view.zone, first.occurred_ns),
    )
    return Markup('<div class="banner">{first}<a class="count" href="/alarms">{count}</a></div>').format(
        first=alarm_link(view, name_of(first), told),
        count=view.say(words.UNACKNOWLEDGED_COUNT, count=now.waiting) if now.waiting else len(now.told),
    )


def _navigation(view: View) -> Markup:
    subsystems = (
        Markup("<h2>{}</h2>{}").format(
            view.say(words.SUBSYSTEMS),
            view.block(lambda: _subsystems(view), lambda: view.house.alarms.revision),
        )
        if _watches(view)
        else EMPTY
    )
    return Markup(
        '<input type="checkbox" id="menu"><nav class="side" aria-label="{navigation}">'
        '<div class="links">{loose}{subsystems}{sections}</div>'
        '<div class="who"><div class="prefs"><a href="{language_link}">{language}</a>'
        '<select data-go aria-label="{theme}" title="{theme}">{themes}</select></div>'
        "<b>{display}</b><span>{role} · {place}</span>"
        '<form method="post" action="/logout"><button>{log_out}</button></form></div></nav>'
        '<label class="shade" for="menu"></label>'
    ).format(
        navigation=view.say(menu_words.NAVIGATION),
        loose=navigation.loose(view),
        subsystems=subsystems,
        sections=navigation.sections(view),
        language=view.say(words.SWITCH_LANGUAGE),
        language_link=preference(view.path, "language", "en" if view.language == "zh" else "zh"),
        theme=view.say(words.THEME),
        themes=_themes(view),
        display=view.person.display,
        role=" / ".join(dict.fromkeys(view.name(held.label) for held in view.person.grants)),
        place=view.say(words.PLACES[view.person.place]),
        log_out=view.say(words.LOG_OUT),
    )


def _subsystems(view: View) -> Markup:
    by_subsystem = view.house.alarms.now.by_subsystem
    return EMPTY.join(
        Markup('<a href="/subsystem/{id}"{here}><span>{name}</span>{mark}</a>').format(
            id=subsystem.id,
            here=_here(view.path == f"/subsystem/{subsystem.id}"),
            name=view.name(subsystem.name),
            mark=_tally(by_subsystem.get(subsystem.id, ())),
        )
        for subsystem in view.live.site.subsystems.values()
    )


def _tally(alarms: Sequence[Alarm]) -> Markup:
    """How many, and the most urgent."""
    if not alarms:
        return EMPTY
    mark = symbol(alarms[0].priority, alarms[0].state)
    return Markup('<span class="tally">{}{}</span>').format(len(alarms), mark)


def _themes(view: View) -> Markup:
    chosen = view.client.request.cookies.get("steward_theme", "auto")
    return EMPTY.join(
        Markup('<option value="{}"{}>{}</option>').format(
            preference(view.path, "theme", theme),
            (Markup(" selected") if theme == chosen else ""),
            view.say(text),
        )
        for theme, text in (
            ("auto", words.THEME_AUTO),
            ("light", words.THEME_LIGHT),
            ("dark", words.THEME_DARK),
        )
    )


def preference(path: str, name: str, value: str) -> str:
    return f"/preference?{name}={value}&back={quote(path)}"


def _here(here: bool) -> Markup:  # noqa: FBT001  # one word, one meaning
    return Markup(' class="here" aria-current="page"') if here else EMPTY


def _warnings(view: View) -> Markup:
    """Lines that appear when the screen must not be trusted, or nothing can be commanded."""

    def silent() -> tuple[str, ...]:
        if view.person.place is not Place.CONTROL:
            return ()
        return tuple(sorted(name for name in view.house.ports.snapshots if view.live.is_silent(name)))

    def render() -> Markup:
        lines = EMPTY
        if names := silent():
            said = view.say(
                words.PLANT_SILENT,
                names=", ".join(system_words.process(view.language, name) for name in names),
                seconds=SILENT_S,
            )
            lines += Markup('<p class="warning" data-warning="silent">{}</p>').format(said)
        if view.person.locked:
            lines += Markup('<p class="notice">{}</p>').format(view.say(words.LOCKED_SESSION))
        elif view.person.idle:
            lines += Markup('<p class="notice">{} <a href="/login?next={}">{}</a></p>').format(
                view.say(words.VIEW_ONLY), quote(view.path), view.say(words.LOG_IN_AGAIN)
            )
        return lines

    return view.block(render, lambda: (silent(), view.person.idle, view.person.locked))


_LOGO = Markup(
    '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8">'
    '<path d="M3 21V9l9-6 9 6v12M8 21v-7h8v7M3 21h18"/></svg>'
)
