"""Which stored version of the configuration is in force."""

import os

from actors.paths import RunPaths


def running_version(paths: RunPaths) -> int:
    """The configuration version in force; 0 before the first."""
    return int(paths.running.read_text()) if paths.running.exists() else 0


def use_version(paths: RunPaths, number: int) -> None:
    """Make a stored configuration version the one in force from the next start of `core` on."""
    partial = paths.running.with_suffix(".partial")
    with partial.open("w") as file:
        file.write(str(number))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(paths.running)
