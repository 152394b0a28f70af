"""A benchmark as a test runs it: at a tiny size, and read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(name: str, *arguments: str, timeout_s: float = 240.0) -> dict[str, Any]:
    """The figures of one run."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--cores", "all", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert figures["benchmark"] == name
    return figures
