"""Peers that are not ours: installed once, aside, into a cache folder that all runs share."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "campus-steward"
INSTALL_WITHIN_S = 280


def installed(name: str, files: Mapping[str, str], command: Sequence[str]) -> Path:
    """The folder `name`, which `command` fills where `files` lie. Whoever comes first runs it."""
    place, draft = CACHE / name, CACHE / f"{name}.draft"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            for file, text in files.items():
                (draft / file).write_text(text)
            subprocess.run(command, cwd=draft, check=True, capture_output=True, timeout=INSTALL_WITHIN_S)
            draft.rename(place)
    return place


def python_packages(name: str, requirements: Sequence[str]) -> Path:
    """The folder of packages that must not stand beside what Steward itself needs."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    files = {"requirements.txt": "\n".join(requirements)}
    return installed(name, files, [*command, "--target", ".", "-r", "requirements.txt"])


def node_modules(package: str, version: str) -> Path:
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", f"{package}@{version}"]
    return installed(f"{package}-{version}", {"package.json": "{}"}, command) / "node_modules"
