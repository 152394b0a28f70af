"""What programs and linkage are told of: commands that were carried out, read off the audit trail.

An event says what became of which object, and nothing of its content, nor who did it: who wants to know reads
it over REST, by his own permissions, where personal numbers are masked.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from actors.messages import Stage
from business.access import EVERYBODY, OWN
from business.access.catalogue import DUTIES
from business.access.model import Duty
from business.audit.model import AuditRecord
from business.commands import MODULES
from business.webhooks.messages import MANAGE
from config.text import Text

TRIAL = "Trial"
"""The type of the event that means nothing."""
MOST_OBJECTS = 1_000


def _is_told(command: type) -> bool:
    """Not what concerns the security of the house, which is the auditors', and not what is done here."""
    permission: str | None = getattr(command, "permission", None)
    if permission in {None, EVERYBODY, OWN} or not getattr(command, "audited", True):
        return False
    return permission != MANAGE and DUTIES.get(permission or "") not in {Duty.SECURITY, Duty.AUDIT}


@cache
def types() -> Mapping[str, Text]:
    """The types of events there are: the names of commands, with their labels."""
    told: list[Any] = sorted(filter(_is_told, MODULES), key=lambda one: one.__name__)
    return {one.__name__: one.label for one in told}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event."""

    id: str
    type: str
    objects: tuple[str, ...]
    body: str
    """As it is sent: JSON."""


def happening(record: AuditRecord) -> Happening | None:
    """None for what nobody is told of."""
    if record.result != Stage.DONE or record.kind not in types():
        return None
    found = [record.object, *(one.object for one in record.changes)]
    objects = tuple(dict.fromkeys(filter(None, found)))[:MOST_OBJECTS]
    event = f"evt_{record.sequence}"
    body = body_of(event, record.kind, record.time_ns, record.sequence, objects)
    return Happening(event, record.kind, objects, body)


def is_wanted(event: Happening, wanted: Sequence[str], prefix: str) -> bool:
    """By the types that somebody wants, all with none, and the beginning of an object's name."""
    return (not wanted or event.type in wanted) and (
        not prefix or any(one.startswith(prefix) for one in event.objects)
    )


def body_of(event: str, kind: str, time_ns: int, sequence: int | None, objects: Sequence[str]) -> str:
    at = datetime.fromtimestamp(time_ns // 1000 / 1e6, UTC)
    told = {
        "id": event,
        "type": kind,
        "timestamp": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "data": {"sequence": sequence, "objects": list(objects)},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
