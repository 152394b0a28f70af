"""Calls and messages in the reader's words."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from actors.said import in_language
from business.duty.queries import TeamRow
from business.notifier.audience import DUTY_PHONE
from business.notifier.messages import MessageRow, MessageState
from config.notification import Audience, Medium, Step
from config.notify_events import EVENTS
from config.text import Text
from hmi import drawing
from hmi.alarm_naming import alarm_link, named
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import notify, notify_pages

TROUBLED = frozenset({MessageState.FAILED, MessageState.EXPIRED})


def medium(view: View, name: str) -> str:
    return view.say(notify.MEDIA[Medium(name)]) if name in set(Medium) else name


def media(view: View, step: Step) -> str:
    asked = step.media or (DUTY_PHONE if step.audience is Audience.PHONE else ())
    return view.listed(medium(view, one) for one in asked) or view.say(notify.OWN_MEDIA)


def event(view: View, name: str) -> str:
    found = EVENTS.get(name)
    return view.name(found.label) if found is not None else name


def account(view: View, name: str) -> str:
    found = view.live.site.notification.accounts.get(name)
    return view.name(found.name) if found is not None else name


def policy(view: View, name: str) -> str:
    found = (one for one in view.live.site.notification.policies if one.id == name)
    return next((view.name(one.name) for one in found), name)


def team(view: View, teams: Mapping[str, TeamRow], name: str) -> str:
    found = teams.get(name)
    return view.name(found.name) if found is not None else name


def receiver(view: View, row: MessageRow, displays: Mapping[str, str]) -> Markup:
    """The person, with where it goes below."""
    return Markup("{} <small>{}</small>").format(displays.get(row.person, row.person), row.receiver)


def about(view: View, subject: str, text: str) -> Markup:
    """What it is about; an alarm that has a page is a link to it."""
    said = in_language(text, view.language)
    name = named(subject)
    return alarm_link(view, name, said) if name is not None else Markup("{}").format(said)


def state(view: View, row: MessageRow) -> Markup:
    look = "problem" if row.state in TROUBLED else ""
    answered = EMPTY
    if row.answered_ns:
        time = drawing.clock(view.zone, row.answered_ns)
        answered = Markup("<br><b>{}</b>").format(view.say(notify_pages.ANSWERED, time=time))
    return Markup('<span class="{}">{}</span>{}').format(
        look, view.say(notify_pages.STATES[row.state]), answered
    )


def money(hundredths: int) -> str:
    return f"{hundredths / 100:,.2f}"


def heads(view: View, listed: Iterable[tuple[str, Text | None]]) -> list[tuple[str, str]]:
    return [(look, view.say(text) if text is not None else "") for look, text in listed]
