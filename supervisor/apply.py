"""`steward config apply`: take a site's files over into the running system."""

import getpass
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from actors.paths import RunPaths
from config.load import read
from config.problems import SiteError
from config.versions import VersionError, VersionStore
from supervisor.in_force import running_version, use_version
from supervisor.site_files import loaded

APPLIED_S = 20.0


def apply_files(site: Path, paths: RunPaths, say: Callable[[str], None]) -> int:
    """Store the files as a new version, put it in force, and wait until every process has it."""
    try:
        fields = loaded(site).processes
        version = VersionStore(paths.configuration).import_files(
            read(site),
            getpass.getuser(),
            "steward config apply",
            lambda: datetime.now(UTC),
            running=running_version(paths),
            site=str(site),
        )
    except (SiteError, VersionError) as error:
        say(str(error))
        return 1
    use_version(paths, version.number)
    say(f"version {version.number} is in force")
    late = _wait_applied(paths, fields, version.number)
    if late:
        say(f"not applied within {APPLIED_S:g} s by: {', '.join(late)}; their logs say why")
    return 1 if late else 0


def _wait_applied(paths: RunPaths, fields: Sequence[str], version: int) -> list[str]:
    """Those of the field processes that have not applied the version in time."""
    late = [*fields]
    until = time.monotonic() + APPLIED_S
    while time.monotonic() < until:
        late = [name for name in late if _applied(paths, name) != version]
        if not late:
            break
        time.sleep(0.1)
    return late


def _applied(paths: RunPaths, field: str) -> int:
    try:
        return int(json.loads(paths.field(field).applied.read_text())["version"])
    except FileNotFoundError:
        return 0
