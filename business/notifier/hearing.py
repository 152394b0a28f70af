"""Answers from outside: whose they are, whether they are right, and what they do.

A code counts for its call, its receiver and its time only. What is wrong is kept and says nothing to whoever
sent it; after a few guesses nothing of that sender counts that way for a while. One way at a time, since a
number can be forged in a message and not in a call; and links are never locked, since many share an address
and nobody guesses a token.
"""

import logging
from collections.abc import Callable
from typing import Final

from actors.said import said
from business.identity.passwords import Passwords
from business.notifier import answering
from business.notifier.channels.port import Answer, BadAccount, CallsBack, Forged
from business.notifier.engine import Engine
from business.notifier.messages import AnswerByLink, ProviderCalled
from business.notifier.sending import Sending
from business.notifier.store import NotifierStore
from config.notification import Medium, Progress

logger = logging.getLogger(__name__)

MOST_WRONG: Final = 5
_UNKNOWN, _WRONG_PIN = "unknown code", "wrong pin"
_GUESSES: Final = (_UNKNOWN, _WRONG_PIN)
"""What somebody writes who tries; who is late, or says no code, does not."""
LOCKED_NS: Final = 3600 * 10**9
_STAGES: Final = tuple(Progress)


class Hearing:
    """Called inside a transaction of the store."""

    def __init__(
        self, store: NotifierStore, engine: Engine, sending: Sending, wall_ns: Callable[[], int]
    ) -> None:
        self._store = store
        self._sending = sending
        self._engine = engine
        self._wall_ns = wall_ns
        self._pins = Passwords()

    def answer(self, account: str, medium: Medium, answer: Answer) -> str:
        """What somebody wrote or pressed; '' once it counts, else why it does not."""
        if medium is Medium.VOICE or answer.reference:
            return self._pressed(account, answer)
        reply = answering.written(answer.text)
        if reply is None:
            return self._wrong(account, answer.id, answer.sender, "no code")
        return self._take_code(
            f"{answer.sender}|{reply.code}", reply.progress, account, answer.id, answer.sender, "sms"
        )

    def link(self, answer: AnswerByLink, id_: str) -> str:
        return self._take(answer.token, answer.progress, "link", id_, answer.address, "link")

    def called(self, called: ProviderCalled, id_: str) -> tuple[str, str]:
        """What the provider is to be told, and why the request does not count."""
        line = self._sending.lines.all.get(called.account)
        channel = line.channel if line is not None else None
        if line is None or not isinstance(channel, CallsBack):
            return "", said("没有这个渠道", "there is no such account")
        try:
            answer = channel.posted(called.url, called.fields, called.signature, self._wall_ns())
        except (Forged, BadAccount) as error:
            return "", self._wrong("provider", id_, called.account, str(error))
        why = self.answer(called.account, line.kind.medium, answer)
        message = self._store.by_reference(called.account, answer.reference)
        if message is None:
            return "", why
        again = bool(why) or answering.wants_again(answer.text)
        return channel.thanks(self._sending.outgoing(message, line), called.url, again=again), why

    def _pressed(self, account: str, answer: Answer) -> str:
        message = self._store.by_reference(account, answer.reference)
        if message is None:
            return self._wrong(account, answer.id, answer.sender, "no such call")
        hidden = self._store.hidden(message)
        person = self._engine.directory.people.get(message.person)
        pin = person.pin_hash if person is not None else ""
        sender = answer.sender or hidden.to
        meant = answering.pressed(
            answer.text, (lambda digits: self._pins.verify(pin, digits)) if pin else None
        )
        if meant == "again":
            return ""
        if not isinstance(meant, Progress):
            return self._wrong(account, answer.id, sender, f"wrong {meant}")
        why = self._take_code(f"{hidden.to}|{hidden.code}", meant, account, answer.id, sender, "voice")
        if not why:
            self._store.change(message.id, answered_ns=self._wall_ns())
            self._store.trace(message.id, self._wall_ns(), "answered", account, meant.value)
        return why

    def _take_code(self, code: str, progress: Progress, account: str, id_: str, sender: str, way: str) -> str:
        """One that is short enough to be guessed."""
        since_ns = self._wall_ns() - LOCKED_NS
        if self._store.wrong_since(account, sender, since_ns, _GUESSES) >= MOST_WRONG:
            return self._wrong(account, id_, sender, "locked out")
        return self._take(code, progress, account, id_, sender, way)

    def _take(self, code: str, progress: Progress, way_id: str, id_: str, sender: str, way: str) -> str:
        now_ns = self._wall_ns()
        if self._store.is_said(way_id, id_):
            return ""  # the provider tells it again, and meanwhile people may be called anew
        found = self._store.code(code)
        if found is None:
            return self._wrong(way_id, id_, sender, _UNKNOWN)
        calls, person, until_ns, used_ns = found
        if now_ns >= until_ns:
            return self._wrong(way_id, id_, sender, "code of long ago", person, calls)
        whys = []
        for call in calls.split("\n"):
            if used_ns and not self._is_further(call, progress):
                whys.append(said("这个应答码已经用过", "this code was used already"))
                continue
            whys.append(self._engine.say_progress(call, person, progress, way))
        if all(whys):
            return self._wrong(way_id, id_, sender, whys[0], person, calls)
        self._store.say(way_id, id_, now_ns, person, sender, calls, right=True, detail=progress.value)
        self._store.use_code(code, now_ns)
        return ""

    def _is_further(self, call: str, progress: Progress) -> bool:
        found = self._store.call(call)
        return found is not None and _STAGES.index(progress) > _STAGES.index(found.escalation.progress)

    def _wrong(self, way: str, id_: str, sender: str, why: str, person: str = "", calls: str = "") -> str:
        if self._store.say(way, id_, self._wall_ns(), person, sender, calls, right=False, detail=why):
            logger.warning("an answer by %s does not count: %s", way, why)
        return said("应答无效或已过期", "the answer is not valid, or too late")
