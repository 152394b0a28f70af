"""Messages as they are decided: worded, with their codes, and a few at once gathered into one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from actors.said import in_language
from business.notifier import answering
from business.notifier.calls import TEST, Call, Outbound, message_id
from business.notifier.channels.texts import hide_mail, hide_numbers
from business.notifier.composing import clock, worded
from business.notifier.escalation import Slot
from business.notifier.messages import MessageState
from business.notifier.reach import CRITICAL
from business.notifier.store import NotifierStore
from business.notifier.tables import SECOND_NS, Hidden
from config import notify_events as events
from config.notification import Medium
from config.notify_events import EVENTS
from config.site import Site

CRITICAL_DIGEST_NS: Final = 4 * SECOND_NS
"""Even in a flood nothing critical is held back longer."""
MOST_IN_DIGEST: Final = 5
"""Of which a digest says what they are; the others it counts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is to be told, before it is worded for him."""

    cause: str
    """With `slot` and receiver the intent: told twice, it is one message."""
    slot: Slot
    event: str
    values: Mapping[str, str]
    priority: int
    due_ns: int
    until_ns: int
    call: Call | None = None
    only: str = ""
    """The one account by which it may go; '' for any."""
    subject: str = ""
    """device/point/rule, where it belongs to no call."""


@dataclass(frozen=True, slots=True)
class Receiver:
    person: str
    """User name, @team for a duty phone, '' for somebody who is no user."""
    to: str = field(repr=False)
    medium: Medium
    language: str


class Drafts:
    """Called inside a transaction of the store."""

    def __init__(self, store: NotifierStore, site: Site, wall_ns: Callable[[], int]) -> None:
        self._store = store
        self._wall_ns = wall_ns
        self.use(site)

    def use(self, site: Site) -> None:
        self._site = site
        self._settings = site.settings.notification
        self._zone = ZoneInfo(site.timezone)

    def add(self, draft: Draft, receiver: Receiver) -> None:
        now_ns, call, language = self._wall_ns(), draft.call, receiver.language
        person, to, medium = receiver.person, receiver.to, receiver.medium
        id_ = message_id(draft.cause, draft.slot, f"{person}|{to}", medium)
        if self._store.has(id_):
            return
        event = EVENTS[draft.event]
        code = link = ""
        if call is not None and event.answered:
            code, link = self._codes(call.escalation.id, person, to, now_ns)
        known = {
            "site": self._site.name.in_language(language),
            "time": clock(now_ns, self._zone),
            **{name: in_language(value, language) for name, value in draft.values.items()},
            "answer": code,
        }
        title, text = worded(self._site.notification.wordings, draft.event, medium, language, known)
        due_ns, waits = draft.due_ns, ""
        if call is not None and call.kind != TEST and due_ns <= now_ns:
            due_ns, waits = self._gathered(person, medium, draft.priority, now_ns)
        slot = draft.slot
        message = Outbound(
            0, id_, now_ns, draft.event, call.escalation.id if call is not None else "",
            call.subject if call is not None else draft.subject, person, masked(to), medium, "", draft.only,
            draft.priority, language, title, "" if event.private else text, MessageState.WAITING.value,
            slot.round, slot.step, slot.repeat, due_ns, draft.until_ns, waits,
        )  # fmt: skip
        self._store.add(message, Hidden(to, known, link, code, text))

    def _codes(self, call: str, person: str, to: str, now_ns: int) -> tuple[str, str]:
        """A code for a reply and a link's address, bound to the call, the receiver and a time."""
        settings = self._settings
        until_ns = now_ns + settings.code_minutes * 60 * SECOND_NS
        code = next(
            one
            for one in answering.new_codes()
            if self._store.add_code(f"{to}|{one}", call, person, until_ns, now_ns)
        )
        if not settings.link_address:
            return code, ""
        token = answering.new_token()
        self._store.add_code(token, call, person, until_ns, now_ns)
        return code, f"{settings.link_address}/a/{token}"

    def _gathered(self, person: str, medium: str, priority: int, now_ns: int) -> tuple[int, str]:
        """When a message goes, and whether with others: after a few, the next within a time go together."""
        settings = self._settings
        window_ns = round(settings.digest_s * 1e9)
        if self._store.recent(person, medium, now_ns - window_ns, priority) < settings.digest_after:
            return now_ns, ""
        hold_ns = min(window_ns, CRITICAL_DIGEST_NS) if priority == CRITICAL else window_ns
        due_ns = now_ns + hold_ns
        for one in self._store.gathering(person, medium):
            if one.due_ns <= due_ns:
                return one.due_ns, "digest"
            self._store.change(one.id, due_ns=due_ns)
        return due_ns, "digest"

    def send_digests(self) -> None:
        now_ns = self._wall_ns()
        groups: dict[tuple[str, str, bytes], list[Outbound]] = {}
        for one in self._store.gathered(now_ns):
            groups.setdefault((one.person, one.medium, one.place), []).append(one)
        for members in groups.values():
            if len(members) == 1:
                self._store.change(members[0].id, waits="")
            else:
                self._digest(members, now_ns)

    def _digest(self, members: list[Outbound], now_ns: int) -> None:
        members = sorted(members, key=lambda one: (one.priority, one.number))
        first = members[0]
        hidden = [self._store.hidden(one) for one in members]
        calls = tuple(dict.fromkeys(one.call for one in members))
        code, link = self._codes("\n".join(calls), first.person, hidden[0].to, now_ns)
        oldest = min(one.time_ns for one in members)
        listed = [one.title for one in members[:MOST_IN_DIGEST]]
        values = {
            "site": self._site.name.in_language(first.language),
            "count": str(len(members)),
            "list": ("；" if first.language == "zh" else "; ").join(listed),
            "time": clock(oldest, self._zone),
            "answer": code,
        }
        title, text = worded(
            self._site.notification.wordings, events.DIGEST, first.medium, first.language, values
        )
        id_ = message_id("\n".join(one.id for one in members), Slot(0, 0, 0), "digest", first.medium)
        digest = Outbound(
            0, id_, now_ns, events.DIGEST, "", first.subject, first.person, first.receiver, first.medium, "",
            "", first.priority, first.language, title, text, MessageState.WAITING.value, 0, 0, 0, now_ns,
            max(one.until_ns for one in members), "",
        )  # fmt: skip
        self._store.add(digest, Hidden(hidden[0].to, values, link, code, text))
        for one in members:
            self._store.change(one.id, state=MessageState.GATHERED.value, reference=id_)
            self._store.trace(one.id, now_ns, MessageState.GATHERED.value, detail=id_)

    def after_quiet(self, now_ns: int) -> int:
        """When the quiet hours are over; now when there are none."""
        quiet = self._settings.quiet
        at = datetime.fromtimestamp(now_ns / 1e9, self._zone)
        began = quiet.begun(at) if quiet is not None else None
        if quiet is None or began is None:
            return now_ns
        day = began + timedelta(days=1) if quiet.end <= quiet.start else began
        end = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(minutes=quiet.end)
        return round(end.timestamp()) * SECOND_NS


def masked(to: str) -> str:
    """Where a message goes, as a log may show it."""
    return hide_mail(to) if "@" in to else hide_numbers(to)[:40]
