"""The commands to the plant, which `core` records for itself, as records of the one trail."""

import dataclasses
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from actors.channels.socket_owner import Failed
from actors.codecs import RECORDED
from actors.messages import CommandRow, Issuer
from actors.permissions import PERMISSIONS
from actors.wire import WireError
from business.access import Refusal
from business.audit.chain import digest_of
from business.audit.changes import collected, watch
from business.audit.model import AuditChange, AuditFollowed
from business.audit.trail import Deed, append, recorded
from business.follower import PAGE, Follower
from business.identity.overreach import overreached

logger = logging.getLogger(__name__)

SOURCE = "core"
_PLACE = ("device", "point", "rule")
"""Fields that together name what a command is about, below its kind of object."""


def take_over(session: Session, rows: Sequence[CommandRow]) -> None:
    """Append what `core` has carried out or refused; a command that stands in the trail already is left."""
    followed = session.get(AuditFollowed, SOURCE)
    if followed is None:
        followed = AuditFollowed(source=SOURCE, ended=0)
        session.add(followed)
    for row in rows:
        if recorded(session, row.id) is None:
            last = row.stages[-1]
            deed, changes = _deed(row)
            if last.detail == Refusal.NOT_PERMITTED:
                overreached(session, row.session, last.time_ns)
                changes += collected(session)
            append(session, deed, row.received_ns, last.stage, last.detail, changes)
            session.flush()
        followed.ended = row.ended


def followed(session: Session) -> int:
    """The last end that stands in the trail."""
    found = session.get(AuditFollowed, SOURCE)
    return found.ended if found else 0


def _deed(row: CommandRow) -> tuple[Deed, list[AuditChange]]:
    try:
        command = RECORDED.decode(row.body)
    except WireError as error:  # of another version of the program: what is known of it still counts
        logger.warning("the body of command %s (%s) cannot be read: %s", row.id, row.kind, error)
        return _named(row, "", "", ""), []
    fields: dict[str, Any] = {each.name: getattr(command, each.name) for each in dataclasses.fields(command)}
    about = _about(fields)
    rest = {name: value for name, value in fields.items() if name not in (*_PLACE, "reason", "note")}
    if (read_back := row.stages[-1].value) is not None:
        rest["read_back"] = read_back
    reason = str(fields.get("reason", fields.get("note", "")))
    after = json.dumps(rest, ensure_ascii=False, sort_keys=True)
    changes = [AuditChange(object=about, before=None, after=after)] if rest else []
    return _named(row, about, reason, PERMISSIONS.get(type(command), "")), changes


def _named(row: CommandRow, about: str, reason: str, permission: str) -> Deed:
    issuer = Issuer(row.user, row.session, row.station)
    return Deed(row.id, row.kind, issuer, permission, about, reason, digest_of(row.kind, row.body.hex()))


def _about(fields: dict[str, Any]) -> str:
    if "device" in fields:
        return "/".join(("devices", *(str(fields[name]) for name in _PLACE if name in fields)))
    if "subsystem" in fields:
        return f"subsystems/{fields['subsystem']}"
    for name in ("plan", "run"):
        if name in fields:
            return f"linkage/{name}s/{fields[name]}"
    return f"configuration/{fields['version']}" if "version" in fields else ""


class PlantTrail(Follower):
    """Takes over what the commands of `core` have come to."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        ask: Callable[[int, int], Sequence[CommandRow]],
        *,
        on_failure: Failed,
    ) -> None:
        """`ask(after, limit)` reads ended commands from `core`. Raises QueryFailed while that is away."""
        super().__init__("plant trail", "commands to the plant reach the audit trail", on_failure=on_failure)
        watch(sessions)
        self._sessions = sessions
        self._ask = ask

    def turn(self) -> int:
        with self._sessions() as session:
            after = followed(session)
        rows = self._ask(after, PAGE)
        if rows:
            with self._sessions.begin() as session:
                take_over(session, rows)
        return len(rows)
