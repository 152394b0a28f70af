"""Tells the notifier who is who, so that it calls the right people while the office is away."""

import secrets
from collections.abc import Callable
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from actors.channels.socket_owner import Failed
from actors.messages import Stage
from actors.said import in_both
from business.audit.model import AuditChange
from business.duty.model import DutyAbsence, Roster, RosterShift, Team, TeamMember
from business.fields.keyring import SealError
from business.follower import TROUBLE_S, Follower, NotTaken
from business.identity.model import User
from business.notifier.directory import DIRECTORY
from business.notifier.handing_over import Tell
from business.notifier.messages import TellDirectory
from business.notifier.model import MessagePin, MessageReach, MessageWish
from business.notifier.outbox import MINUTE_NS
from business.notifier.people import directory
from business.push.model import PushSubscription

ANYWAY_NS: Final = 10 * MINUTE_NS
"""So often it is told though nothing has changed: the notifier may have begun anew."""
WATCHED: Final = (
    User, Team, TeamMember, Roster, RosterShift, DutyAbsence, MessageReach, MessageWish, MessagePin,
    PushSubscription,
)  # fmt: skip
"""What the directory is made of."""


class DirectoryTelling(Follower):
    """Looks each second whether the audit trail tells of a change; only then the directory is made anew."""

    def __init__(
        self,
        sessions: Callable[[], Session],
        tell: Tell,
        wall_ns: Callable[[], int],
        *,
        on_failure: Failed,
    ) -> None:
        """`sessions` open such as read only; `tell(body, id)` gives the notifier a command and waits for its
        end."""
        super().__init__(
            "directory", "people and rosters reach the notifier", on_failure=on_failure, trouble_s=TROUBLE_S
        )
        self._sessions = sessions
        self._tell = tell
        self._wall_ns = wall_ns
        self._seen = 0
        """The last change of the trail that has been looked at."""
        self._body = b""
        self._told = b""
        self._told_ns = -ANYWAY_NS

    def turn(self) -> int:
        now_ns = self._wall_ns()
        is_due = not 0 <= now_ns - self._told_ns < ANYWAY_NS
        with self._sessions() as session:
            newest = session.scalar(select(func.max(AuditChange.id))) or 0
            if is_due or self._has_changed(session, newest):
                self._body = _encoded(session, now_ns)
            self._seen = newest
        if self._body != self._told or is_due:
            result = self._tell(TellDirectory(now_ns, self._body), secrets.token_hex(16))
            if result.stage is not Stage.DONE:
                raise NotTaken(in_both(result.detail))
            self._told, self._told_ns = self._body, now_ns
        return 0

    def _has_changed(self, session: Session, newest: int) -> bool:
        if newest == self._seen:
            return False
        names = (f"{one.__tablename__}/" for one in WATCHED)
        concerned = or_(*(AuditChange.object.startswith(one, autoescape=True) for one in names))
        changed = select(AuditChange.id).where(AuditChange.id > self._seen, concerned)
        return session.scalar(changed.limit(1)) is not None


def _encoded(session: Session, now_ns: int) -> bytes:
    """Raises NotTaken where the keys of phone numbers are lost."""
    try:
        return DIRECTORY.encode(directory(session, now_ns))
    except SealError as error:
        raise NotTaken(str(error)) from error
