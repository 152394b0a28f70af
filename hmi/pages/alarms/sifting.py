"""Above an alarm list: its tabs, its filters, and what may be done to the selected."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from config.text import Text
from hmi import words
from hmi.alarm_acts import ACKNOWLEDGE, SERVICE, SHELVE
from hmi.alarm_filter import TEXT_LENGTH, Filter, Kind, Listing, Tab
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import annunciation as own

_TABS = {
    Tab.ACTIVE: own.ACTIVE,
    Tab.SHELVED: own.SHELVED,
    Tab.SUPPRESSED: own.SUPPRESSED,
    Tab.OUT_OF_SERVICE: own.OUT_OF_SERVICE,
}
_KINDS = {
    Kind.UNACKNOWLEDGED: own.UNACKNOWLEDGED,
    Kind.ACKNOWLEDGED: own.ACKNOWLEDGED,
    Kind.RETURNED: own.RETURNED,
    Kind.LATCHED: own.LATCHED,
}
_BUTTON = Markup('<button class="plain" data-act="{}" data-key=""{}>{}</button> ')


def tabs(view: View, wanted: Filter, found: Listing) -> Markup:
    """The four lists with what is in each, and of the active one the kinds."""
    heads = EMPTY.join(
        Markup(
            '<button role="tab" data-act="filter" data-key="tab={}" aria-selected="{}">{} <b>{}</b></button>'
        ).format(tab.value, "true" if tab is wanted.tab else "false", view.say(text), found.tabs[tab])
        for tab, text in _TABS.items()
    )
    scope = EMPTY
    if found.own != found.everywhere or wanted.everywhere:
        scope = EMPTY.join(
            _chip(f"everywhere={int(wide)}", view.say(text, count=count), on=wanted.everywhere == wide)
            for wide, text, count in (
                (False, own.THIS_STATION, found.own),
                (True, own.WHOLE_SITE, found.everywhere),
            )
        )
    kinds = EMPTY
    if wanted.tab is Tab.ACTIVE:
        kinds = EMPTY.join(
            _chip(
                f"kind={'' if wanted.kind == kind else kind.value}",
                f"{view.say(text)} {found.kinds.get(kind, 0)}",
                on=wanted.kind == kind,
            )
            for kind, text in _KINDS.items()
        )
    return Markup(
        '<div class="tabs" role="tablist">{}</div>'
        '<div class="chips toolbar">{}<span class="grow"></span>{}</div>'
    ).format(heads, kinds, scope)


def filters(view: View, wanted: Filter, hidden: Markup) -> Markup:
    """The fields; `hidden` stands behind them."""
    return Markup(
        '<div class="toolbar filters">'
        '<input type="search" data-set="filter" data-name="text" data-hotkey="/"'
        ' maxlength="{length}" placeholder="{text} (/)" aria-label="{text}" value="{typed}">{selects}'
        "{hidden}</div>"
    ).format(
        length=TEXT_LENGTH,
        text=view.say(own.TEXT),
        typed=wanted.text,
        selects=EMPTY.join(_selects(view, wanted)),
        hidden=hidden,
    )


def _selects(view: View, wanted: Filter) -> Iterator[Markup]:
    site = view.live.site
    subsystems = {one.id: view.name(one.name) for one in site.subsystems.values()}
    classes = {one.id: view.name(one.name) for one in site.classes.values() if not one.event}
    priorities = {str(rank): view.say(text) for rank, text in words.PRIORITIES.items()}
    zones = {
        zone.id: "\u3000" * (len(site.zone_path(zone.id)) - 1) + view.name(zone.name)
        for zone in site.zones.values()
    }
    yield _select("subsystem", view.say(own.ALL_SUBSYSTEMS), subsystems, wanted.subsystem)
    yield _select("class", view.say(own.ALL_CLASSES), classes, wanted.alarm_class)
    yield _select("priority", view.say(own.ALL_PRIORITIES), priorities, wanted.priority)
    yield _select("zone", view.say(words.ALL_ZONES), zones, wanted.zone)


def left_out(view: View, wanted: Filter, found: Listing) -> Markup:
    """How many the filter leaves out, and the way back."""
    if not wanted.narrows:
        return EMPTY
    return Markup('<b>{}</b> <button class="plain" data-act="clear">{}</button>').format(
        view.say(words.HIDDEN_BY_FILTER, count=found.hidden), view.say(own.CLEAR)
    )


def acts(view: View, tab: Tab, selected: int) -> Markup:
    """What may be done to the selected."""
    buttons = EMPTY.join(
        _BUTTON.format(act, Markup(' data-hotkey="{}"').format(key) if key else EMPTY, view.say(text))
        for act, key, text, permission in _offered(tab)
        if view.can(permission)
    )
    said = view.say(own.SELECTED, count=selected) if selected else ""
    return Markup('<div class="toolbar acts">{}<b>{}</b></div>').format(buttons, said)


def _offered(tab: Tab) -> Iterator[tuple[str, str, Text, str]]:
    """Act, key, label, permission."""
    if tab is Tab.ACTIVE:
        yield "ack", "a", words.ACKNOWLEDGE_SELECTED, ACKNOWLEDGE
        yield "ack-page", "shift+a", own.ACK_PAGE, ACKNOWLEDGE
        yield "silence", "m", own.SILENCE, ACKNOWLEDGE
        yield "reset", "", own.RESET, ACKNOWLEDGE
        yield "shelve", "s", own.SHELVE_KEY, SHELVE
    if tab is Tab.SHELVED:
        yield "unshelve", "", own.UNSHELVE, SHELVE
    if tab is Tab.SUPPRESSED:
        yield "shelve", "s", own.SHELVE_KEY, SHELVE
    if tab is Tab.OUT_OF_SERVICE:
        yield "put-back", "", own.PUT_BACK, SERVICE
    else:
        yield "take-out", "", own.TAKE_OUT, SERVICE


def _chip(key: str, text: str, *, on: bool) -> Markup:
    pressed = Markup(' aria-pressed="true"') if on else EMPTY
    return Markup('<button class="plain" data-act="filter" data-key="{}"{}>{}</button> ').format(
        key, pressed, text
    )


def _select(name: str, all_: str, options: Mapping[str, str], chosen: str) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    return Markup('<select data-set="filter" data-name="{}" aria-label="{}">{}</select>').format(
        name,
        all_,
        EMPTY.join(
            option.format(value, Markup(" selected") if value == chosen else EMPTY, text)
            for value, text in (("", all_), *options.items())
        ),
    )
