"""Which state a restore goes back to."""

from collections.abc import Sequence
from pathlib import Path

from actors.said import said
from business.backup import manifest
from business.backup.manifest import Manifest
from business.backup.place import Place
from business.backup.restore import Plan
from business.backup.snapshots import Shelf
from business.backup.trouble import BackupError

SAME_NAME_NS = 60 * 10**9
"""A name may be some seconds late where others of the same second came first."""


def from_folder(folder: Path, passphrase: str = "") -> Plan:
    """All of one backup; `folder` is it, or holds several: then the newest. Raises BackupError."""
    if (folder / manifest.NAME).exists():
        place, made = Place(folder.parent), manifest.read(folder / manifest.NAME)
        if made.name != folder.name:
            raise BackupError(
                said(
                    f"{folder} 应名为 {made.name}；请改回原名",
                    f"{folder} was made under the name {made.name}; give it that name again",
                )
            )
        return Plan(made, place, made, place, passphrase)
    place = Place(folder)
    found = place.whole()
    if not found:
        raise _nothing(folder)
    return Plan(found[-1], place, found[-1], place, passphrase)


def newest_until(folders: Sequence[Path], until_ns: int, passphrase: str = "", *, has_history: bool) -> Plan:
    """The newest state not after a time, snapshot or full. Raises BackupError.

    History and attached files stay where there is history, or come from the newest full backup."""
    fulls = [(one, Place(folder)) for folder in folders for one in Place(folder).whole()]
    states: list[tuple[Manifest, Place | Shelf]] = [*fulls]
    for folder in folders:
        shelf = Shelf(folder)
        limit = manifest.stamp_of(until_ns + SAME_NAME_NS)
        # Read from the newest backwards: one is enough.
        for name in reversed([name for name in shelf.names() if name <= limit]):
            taken = shelf.manifest(name)
            if taken.taken_ns <= until_ns:
                states.append((taken, shelf))
                break
    fit = [(one, at) for one, at in states if one.taken_ns <= until_ns]
    if not fit:
        raise _nothing(folders[0])
    state, state_at = max(fit, key=lambda found: found[0].taken_ns)
    if has_history or not fulls:
        return Plan(state, state_at, None, None, passphrase)
    rest, rest_at = max(fulls, key=lambda found: found[0].taken_ns)
    return Plan(state, state_at, rest, rest_at, passphrase)


def _nothing(folder: Path) -> BackupError:
    return BackupError(
        said(
            f"{folder} 中没有可用的备份（或没有早于所给时间的）；steward backups 可列出全部",
            f"{folder} holds no backup that can be used, or none before that time; see: steward backups",
        )
    )
