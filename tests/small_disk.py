"""A disk of its own that a test fills up. Only root mounts one; in a user namespace of our own we are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def is_root() -> bool:
    return os.geteuid() == 0


def as_root(test: str) -> None:
    """Run a test where we are root, and be as good as it is."""
    inside = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", "pytest", test]
    done = subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout[-4000:]


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Of so many megabytes, in this folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "steward", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path: Path) -> None:
    """To the last byte."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
