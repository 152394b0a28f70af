"""What the pages of notification ask of the notifier and of the business database, and tell the notifier."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

from markupsafe import Markup

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.access import OWN
from business.notifier.commands import ANSWER, SayHowFar, SendTrial
from business.notifier.directory import Directory
from business.notifier.messages import (
    MessageFilter,
    MessageRow,
    Messages,
    ReadMessages,
)
from business.notifier.people import directory as read_directory
from config.notification import Medium, Progress
from hmi.commanding import carry_out
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
            return read_directory(session, view.live.wall_ns())

    return await asyncio.to_thread(read)


async def displays(view: View) -> Mapping[str, str]:
    """Display names by user names, of everybody who may be called."""
    return {one.user: one.display for one in (await directory(view)).people.values()}


async def say_progress(view: View, escalation: str, progress: Progress) -> bool:
    """Whether it was taken."""
    return await carry_out(view, SayHowFar(escalation, progress.value), ANSWER, view.house.ports.office)


async def send_trial(view: View, account: str, medium: Medium) -> bool:
    """To whoever asks for it."""
    return await carry_out(view, SendTrial(medium.value, account), OWN, view.house.ports.office)
