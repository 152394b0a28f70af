"""Messages that ask for no answer: what the office wants told, and that an alarm is over."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from actors.messages import JournalRow
from business.notifier.calls import Call
from business.notifier.composing import of_alarm
from business.notifier.directory import NOBODY, Person
from business.notifier.drafting import Draft, Drafts, Receiver
from business.notifier.escalation import Slot
from business.notifier.messages import SendMessage
from business.notifier.reach import LOUD, media_for
from business.notifier.tables import SECOND_NS
from config.calendar import Calendar
from config.notification import Medium
from config.notify_events import ALARM_OVER, EVENTS
from config.site import Site

DAY_NS: Final = 86_400 * SECOND_NS
PRIVATE: Final = frozenset({Medium.CHAT, Medium.SPEAKER})
"""Where others read or hear it."""
ORDINARY: Final = 4
"""The priority of what nobody has to be disturbed for."""
_ONCE: Final = Slot(0, 0, 0)


class Notes:
    """Called inside a transaction of the store."""

    def __init__(self, site: Site, drafts: Drafts, wall_ns: Callable[[], int]) -> None:
        self._drafts = drafts
        self._wall_ns = wall_ns
        self.directory = NOBODY
        self.use(site)

    def use(self, site: Site) -> None:
        self._site = site
        self._zone = ZoneInfo(site.timezone)
        self._calendar = Calendar(site.calendar)

    def send(self, task: SendMessage, id_: str) -> None:
        now_ns, asked = self._wall_ns(), tuple(Medium(one) for one in (task.medium,) if one)
        event = EVENTS[task.event]
        due_ns = self._drafts.after_quiet(now_ns) if task.tenant and not event.danger else now_ns
        until_ns = task.until_ns or now_ns + DAY_NS
        note = Draft(id_, _ONCE, task.event, task.values, task.priority, due_ns, until_ns, only=task.account)
        if task.receiver and asked:
            self._drafts.add(note, Receiver("", task.receiver, asked[0], task.language))
        plan = self.directory.plan(self._zone, self._calendar)
        on_duty = [shift.user for team in task.teams for shift in plan.on_duty(team, now_ns)]
        for person in self._people((*task.persons, *on_duty)):
            if task.event in person.opted_out:
                continue
            has = person.media - (PRIVATE if event.private else frozenset())
            media = media_for(person.reach, task.priority, self._clock(), asked, has)
            self._add_each(note, person, media or tuple(one for one in asked if one in has))

    def over(self, call: Call, row: JournalRow) -> None:
        """Those who were called hear that it is over, without being woken."""
        values, now_ns = of_alarm(self._site, row, self._zone), self._wall_ns()
        cause = f"over/{call.escalation.id}/{row.id}"
        until_ns = now_ns + DAY_NS
        for person in self._people(sorted(call.told)):
            media = media_for(person.reach, ORDINARY, self._clock(), (), person.media - LOUD)
            told = values[person.language]
            note = Draft(cause, _ONCE, ALARM_OVER, told, ORDINARY, now_ns, until_ns, subject=call.subject)
            self._add_each(note, person, media)

    def _people(self, users: Iterable[str]) -> Iterable[Person]:
        known = (self.directory.people.get(user) for user in dict.fromkeys(users))
        return (one for one in known if one is not None and not one.disabled)

    def _clock(self) -> datetime:
        return datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone)

    def _add_each(self, note: Draft, person: Person, media: Iterable[Medium]) -> None:
        for medium in media:
            for to in person.addresses[medium]:
                self._drafts.add(note, Receiver(person.user, to, medium, person.language))
