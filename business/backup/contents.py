"""Which parts of a run directory a backup holds, and why the others are left out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from actors.paths import RunPaths

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "root": "the directory itself",
        "ipc": "sockets of running processes",
        "secrets": "only when asked for, and then encrypted",
        "lock": "of the running process",
        "processes": "of the running process",
        "heartbeat": "of the running process",
        "notifier_state": "of the running process",
        "pages": "what browsers keep for a visit",
        "demo_users": "of one launch of the demo",
        "log": "what has happened, not what is",
        "ballast": "nothing but space",
        "erased": "it tells of what backups still hold, so no restore may take it back",
        "transfers": "files of imports and exports under way, which expire in a day",
        "spare_log": "nothing but space, save on a full disk, where no backup is made",
        "backups": "the backups themselves",
        "restoring": "a restore under way",
        "set_aside": "what earlier restores replaced",
    }
)
"""By name in `RunPaths`. A test holds that every other path stands in a backup."""


def databases(paths: RunPaths, *, has_business: bool) -> tuple[Path, ...]:
    """SQLite files in the order of copying.

    The business follows what `core` has done by a cursor, so it comes first, and notifier and linkage the
    journal: what is followed can only know more than the cursor. The state of `field` holds tags and
    substitutions.
    """
    conditions = sorted(paths.root.glob("field/*/conditions.db"))
    followers = [paths.notifier, paths.linkage]
    found = (*([paths.business] if has_business else []), *followers, paths.alarms, *conditions)
    return tuple(path for path in found if path.exists())


def documents(paths: RunPaths) -> tuple[Path, ...]:
    """Small files, each written whole. The anchor comes before the databases: the trail then holds it."""
    configuration = sorted(paths.configuration.glob("[0-9]*.json"))
    return tuple(
        path
        for path in (paths.audit_anchor, paths.running, paths.configuration_log, *configuration)
        if path.exists()
    )


def attachments(paths: RunPaths) -> Iterator[Path]:
    """Files that people have attached, named by their content, and what they have recorded: each is written
    once."""
    for path in (*sorted(paths.files.rglob("*")), *sorted(paths.phrases.rglob("*"))):
        if path.is_file() and path.suffix != ".partial":
            yield path
