"""How somebody is reached: media by priority and hour, rest, language, PIN; and a test of each medium."""

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.access import OWN
from business.fields.phone import mask
from business.fields.texts import email
from business.notifier.commands import (
    MANAGE,
    ReachLines,
    SendTrial,
    SetPin,
    SetReach,
    SetReachOf,
    WishLine,
)
from business.notifier.people import PERSONAL, Reached, reached
from business.notifier.reach import AT_LEAST, CRITICAL, Wish
from business.notifier.reaching import LONGEST_PIN, OPTIONAL
from config.hours import ALWAYS, Hours
from config.notification import Medium
from config.notify_events import EVENTS
from config.text import Text
from hmi import words
from hmi.editing import Kept, button
from hmi.forms import save_button, select
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import reach as own

_EMAIL = email()
_CHECKED: Final = Markup(" checked")
_LOCKED: Final = Markup(" checked disabled")


class ReachPage:
    """One's own, or with `?user=` that of somebody else, for who manages it."""

    def __init__(self, view: View) -> None:
        self._view = view
        asked = view.client.request.query_params.get("user", "")
        self._user = asked if asked and view.can(MANAGE) else view.person.user
        self._is_own = self._user == view.person.user
        self._kept: Kept[Reached | None] = Kept(view, OWN if self._is_own else MANAGE, self._read)

    async def draw(self) -> None:
        view, kept = self._view, self._kept
        await kept.read()
        person = kept.rows
        title = own.REACH if self._is_own else own.REACH_OF
        with frame(view, view.say(title, name=person.display if person else self._user)):
            if person is None:
                html(_line(view.say(own.NOBODY, name=self._user)))
                return
            if not person.is_staff:
                html(_line(view.say(own.NOT_STAFF)))
                return
            html(kept.block(self._rules))
            view.on_form("reach", OWN if self._is_own else MANAGE, self._save)
            if self._is_own:
                html(kept.block(self._pin))
                view.on_form("pin", OWN, self._set_pin)
                view.on("remove-pin", OWN, self._remove_pin)
                view.on("trial", OWN, self._try)

    def _read(self, session: Session) -> Reached | None:
        return reached(session, self._user)

    @property
    def _person(self) -> Reached:
        person = self._kept.rows
        assert person is not None
        return person

    # -- what is entered

    async def _save(self, entered: Entered) -> None:
        def one(name: str) -> str:
            return entered.get(name, ("",))[0].strip()

        lines = ReachLines(
            tuple(_wished(medium, entered) for medium in PERSONAL),
            one("rest-start"),
            one("rest-end"),
            one("language"),
            tuple(event for event in OPTIONAL if event not in entered.get("events", ())),
        )
        await self._kept.send(SetReach(lines) if self._is_own else SetReachOf(self._user, lines))

    async def _set_pin(self, entered: Entered) -> None:
        if pin := entered.get("pin", ("",))[0].strip():
            await self._kept.send(SetPin(pin))

    async def _remove_pin(self, _key: str) -> None:
        await self._kept.send(SetPin(""))

    async def _try(self, key: str) -> None:
        await self._kept.send(SendTrial(key))

    # -- drawing

    def _rules(self) -> Markup:
        view, person = self._view, self._person
        return Markup(
            '<form class="record" data-form="reach" autocomplete="off" novalidate>'
            '<fieldset><legend>{}</legend><div class="wide matrix">{}'
            '<p class="sub">{}</p><p class="sub">{}</p></div></fieldset>'
            "<fieldset><legend>{}</legend>{}{}"
            '<p class="wide sub">{}</p></fieldset>{}<div class="toolbar">{}</div></form>'
        ).format(
            view.say(own.MATRIX),
            self._matrix(),
            view.say(own.ALWAYS),
            view.say(own.WHERE),
            view.say(own.REST),
            self._clock("rest-start", own.SINCE, person.reach.rest, 0),
            self._clock("rest-end", own.UNTIL, person.reach.rest, 1),
            view.say(own.REST_HINT),
            self._choices(),
            save_button(view),
        )

    def _matrix(self) -> Markup:
        view = self._view
        heads = [
            ("", view.say(own.MEDIUM)),
            ("", view.say(own.ADDRESS)),
            *(("tight tick", view.say(text)) for text in words.PRIORITIES.values()),
            ("tight", view.say(own.SINCE)),
            ("tight", view.say(own.UNTIL)),
        ]
        if self._is_own:
            heads.append(("tight", view.say(own.TRY)))
        return table(heads, (self._row(medium) for medium in PERSONAL))

    def _row(self, medium: Medium) -> Markup:
        view, person = self._view, self._person
        wish = next((one for one in person.reach.wishes if one.medium is medium), Wish(medium, frozenset()))
        label = view.say(own.MEDIA[medium])
        ticks = EMPTY.join(
            Markup(
                '<td class="tight tick"><input type="checkbox" name="{}" value="{}" '
                'aria-label="{} {}"{}></td>'
            ).format(medium, priority, label, view.say(text), _state(wish, priority))
            for priority, text in words.PRIORITIES.items()
        )
        hours = None if wish.hours == ALWAYS else wish.hours
        times = EMPTY.join(
            Markup('<td class="tight">{}</td>').format(
                _time(f"{medium}-{end}", f"{label} {view.say(text)}", hours, at)
            )
            for at, (end, text) in enumerate((("start", own.SINCE), ("end", own.UNTIL)))
        )
        test = EMPTY
        if self._is_own:
            offered = medium in person.media
            test = Markup('<td class="tight">{}</td>').format(self._test(medium) if offered else "")
        return Markup('<tr data-medium="{}"><td>{}</td><td>{}</td>{}{}{}</tr>').format(
            medium, label, self._address(medium), ticks, times, test
        )

    def _test(self, medium: Medium) -> Markup:
        return Markup(
            '<button type="button" class="plain" data-act="trial" data-key="{}">{}</button>'
        ).format(medium, self._view.say(own.TRY_IT))

    def _address(self, medium: Medium) -> Markup:
        view, person = self._view, self._person
        if medium not in person.media:
            return Markup('<span class="sub">{}</span>').format(view.say(own.NO_ADDRESS))
        match medium:
            case Medium.EMAIL:
                shown = _masked_email(person.email)
            case Medium.PUSH:
                shown = view.say(own.SUBSCRIBED)
            case _:
                shown = mask(person.phone)
        return Markup("{}").format(shown)

    def _clock(self, name: str, text: Text, hours: Hours | None, at: int) -> Markup:
        label = self._view.say(text)
        return Markup('<label class="field"><span>{}</span>{}</label>').format(
            label, _time(name, label, hours, at, ("22:00", "06:00"))
        )

    def _choices(self) -> Markup:
        view, person = self._view, self._person
        languages = [(code, view.say(text)) for code, text in own.LANGUAGES.items()]
        return Markup(
            '<fieldset><legend>{}</legend><div class="field">{}</div></fieldset>'
            "<fieldset><legend>{}</legend>{}</fieldset>"
        ).format(
            view.say(own.LANGUAGE),
            select("language", person.language, languages, label=view.say(own.LANGUAGE)),
            view.say(own.TELL_ME),
            EMPTY.join(self._optional()),
        )

    def _optional(self) -> Iterator[Markup]:
        for event in OPTIONAL:
            yield Markup(
                '<label class="tick"><input type="checkbox" name="events" value="{}"{}> {}</label>'
            ).format(
                event,
                EMPTY if event in self._person.opted_out else _CHECKED,
                self._view.name(EVENTS[event].label),
            )

    def _pin(self) -> Markup:
        view, person = self._view, self._person
        remove = button(view, "remove-pin", "", own.REMOVE_PIN) if person.has_pin else EMPTY
        return Markup(
            '<form class="record" data-form="pin" autocomplete="off" novalidate><fieldset><legend>{}</legend>'
            '<label class="field"><span>{}</span><input type="password" name="pin" inputmode="numeric" '
            'maxlength="{}" autocomplete="new-password"></label><p class="wide sub">{} {}</p></fieldset>'
            '<div class="toolbar">{}{}</div></form>'
        ).format(
            view.say(own.PIN),
            view.say(own.NEW_PIN),
            LONGEST_PIN,
            view.say(own.PIN_SET if person.has_pin else own.NO_PIN),
            view.say(own.PIN_HINT),
            save_button(view, own.SET_PIN),
            remove,
        )


def _wished(medium: Medium, entered: Entered) -> WishLine:
    """What is ticked and cannot be taken away does not come back from the browser."""
    priorities = {int(one) for one in entered.get(medium, ()) if one.isascii() and one.isdecimal()}
    if medium in AT_LEAST:
        priorities.add(CRITICAL)
    start, end = (entered.get(f"{medium}-{name}", ("",))[0].strip() for name in ("start", "end"))
    return WishLine(medium, tuple(sorted(priorities)), start or "00:00", end or "24:00")


def _state(wish: Wish, priority: int) -> Markup:
    if wish.medium in AT_LEAST and priority == CRITICAL:
        return _LOCKED
    return _CHECKED if priority in wish.priorities else EMPTY


def _time(
    name: str, label: str, hours: Hours | None, at: int, example: tuple[str, str] = ("00:00", "24:00")
) -> Markup:
    minute = None if hours is None else (hours.start, hours.end)[at]
    shown = "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
    return Markup(
        '<input class="time" name="{}" value="{}" maxlength="5" inputmode="numeric" placeholder="{}" '
        'aria-label="{}">'
    ).format(name, shown, example[at], label)


def _masked_email(address: str) -> str:
    assert _EMAIL.mask is not None
    return _EMAIL.mask(address)


def _line(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)


async def reach(view: View) -> None:
    await ReachPage(view).draw()
