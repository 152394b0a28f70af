"""What the pages of notification ask of the notifier and of the business database, and tell the notifier."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.duty.queries import plan
from business.identity.model import User, UserKind
from business.notifier.directory import Directory, Person
from business.notifier.messages import (
    MessageFilter,
    MessageRow,
    Messages,
    ReadMessages,
    SayProgress,
    SendMessage,
)
from config.calendar import Calendar
from config.notification import Medium, Progress
from config.notify_events import TRIAL
from hmi.commanding import carry_out
from hmi.notify_rights import ANSWER, MANAGE
from hmi.view import View
from hmi.words import notify as words

Answer = TypeVar("Answer")


async def asked(view: View, query: Any, answer: type[Answer]) -> Answer:
    """Raises QueryFailed."""
    async for found in view.house.ports.notifier.ask(query):
        if isinstance(found, answer):
            return found
    raise QueryFailed(f"no {answer.__name__}")


async def messages(view: View, wanted: MessageFilter, limit: int, cursor: int = 0) -> tuple[MessageRow, ...]:
    """Raises QueryFailed."""
    return (await asked(view, ReadMessages(cursor, limit, wanted), Messages)).rows


def away(view: View, error: QueryFailed) -> Markup:
    said = view.say(words.AWAY, error=in_language(str(error), view.language))
    return Markup('<p class="warning">{}</p>').format(said)


async def directory(view: View) -> Directory:
    def read() -> Directory:
        with view.house.seats.authority.open() as session:
            return _directory(session, view)

    return await asyncio.to_thread(read)


async def displays(view: View) -> Mapping[str, str]:
    """Display names by user names, of everybody who may be called."""
    return {one.user: one.display for one in (await directory(view)).people.values()}


def _directory(session: Session, view: View) -> Directory:
    """Staff with the numbers and addresses of their accounts."""
    found = plan(session, view.zone, Calendar(view.live.site.calendar))
    query = select(User).options(undefer(User.phone)).where(User.kind == UserKind.STAFF).order_by(User.name)
    people = {
        user.name: Person(user.name, user.display, addresses=_addresses(user), disabled=user.disabled)
        for user in session.scalars(query)
    }
    return Directory(people, found.teams, tuple(found.rosters), tuple(found.absences))


def _addresses(user: User) -> dict[Medium, tuple[str, ...]]:
    phones = dict.fromkeys((Medium.VOICE, Medium.SMS, Medium.CHAT), (user.phone,)) if user.phone else {}
    return {**phones, **({Medium.EMAIL: (user.email,)} if user.email else {})}


async def say_progress(view: View, escalation: str, progress: Progress) -> bool:
    """Whether it was taken."""
    body = SayProgress(escalation, view.person.user, progress)
    return await carry_out(view, body, ANSWER, view.house.ports.answers)


async def send_trial(view: View, account: str, medium: Medium) -> bool:
    """To whoever asks for it."""
    body = SendMessage(
        TRIAL, {"who": view.person.display}, (view.person.user,), medium=medium.value, account=account
    )
    return await carry_out(view, body, MANAGE, view.house.ports.answers)
