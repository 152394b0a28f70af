"""Tells linkage what has happened in the office: business events that plans wait for."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from actors.channels.socket_owner import Failed
from actors.linkage.book import LATE_S
from actors.messages import CommandResult, RaiseEvent, Stage
from actors.said import in_both
from business.audit.model import AuditRecord
from business.follower import PAGE, Follower, NotTaken
from business.happenings import happening
from config.plans import TriggerKind
from config.site import Site

LATE_NS: Final = int(LATE_S * 1e9)
MOST_OBJECTS: Final = 100

Tell = Callable[[RaiseEvent, str], CommandResult]


class BusinessEvents(Follower):
    """Reads the audit trail on from what is not yet late: nothing else is remembered.

    A record that is told twice, after a restart, has the same command id both times, and `core` carries out
    a command once. What is late starts nothing any more.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        site: Callable[[], Site],
        tell: Tell,
        wall_ns: Callable[[], int],
        *,
        on_failure: Failed,
    ) -> None:
        """`tell(event, id)` gives `core` the command with this id and waits for its end."""
        super().__init__("business events", "business events reach linkage", on_failure=on_failure)
        self._sessions = sessions
        self._site = site
        self._tell = tell
        self._wall_ns = wall_ns
        self._after: int | None = None

    def turn(self) -> int:
        since_ns = self._wall_ns() - LATE_NS
        with self._sessions() as session:
            if self._after is None:
                late = select(func.max(AuditRecord.sequence)).where(AuditRecord.time_ns < since_ns)
                self._after = session.scalar(late) or 0
            wanted = awaited(self._site())
            query = select(AuditRecord).where(AuditRecord.sequence > self._after)
            records = session.scalars(query.order_by(AuditRecord.sequence).limit(PAGE)).all()
            for record in records:
                if record.kind in wanted and record.time_ns >= since_ns:
                    self._pass_on(record, wanted[record.kind])
                self._after = record.sequence
        return len(records)

    def _pass_on(self, record: AuditRecord, subjects: frozenset[str]) -> None:
        found = happening(record)
        if found is None:
            return
        meant = [one for one in found.objects if one.startswith(tuple(subjects - {""}))]
        if not meant and "" not in subjects:
            return
        objects = tuple(meant or found.objects)[:MOST_OBJECTS]
        result = self._tell(RaiseEvent(found.type, objects), found.id)
        if result.stage is not Stage.DONE:
            raise NotTaken(in_both(result.detail))


def awaited(site: Site) -> Mapping[str, frozenset[str]]:
    """By the type of event, the subjects of the enabled plans that wait for it."""
    found: dict[str, frozenset[str]] = {}
    for plan in site.plans.values():
        for trigger in plan.triggers if plan.enabled else ():
            if trigger.kind is TriggerKind.BUSINESS:
                found[trigger.event] = found.get(trigger.event, frozenset()) | {trigger.subject}
    return found
