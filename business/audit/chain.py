"""The hash chain of the trail: what is sealed, and how a seal follows from the one before (S-31)."""

import hashlib
import json
from collections.abc import Iterable

from business.audit.model import AuditChange, AuditRecord

GENESIS = "0" * 64
"""What stands before the first record."""

_SEALED = (
    "sequence", "time_ns", "command", "kind", "user", "session", "station", "permission", "object", "reason",
    "result", "detail", "body_digest", "changes_digest", "previous",
)  # fmt: skip


def digest_of(*parts: object) -> str:
    """SHA-256, hexadecimal, of values whose borders cannot be mistaken."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_change(change: AuditChange) -> str:
    return digest_of(change.object, change.before, change.after, change.salt)


def digest_of_changes(digests: Iterable[str]) -> str:
    return digest_of(*digests)


def seal_of(record: AuditRecord) -> str:
    return digest_of(*(getattr(record, name) for name in _SEALED))
