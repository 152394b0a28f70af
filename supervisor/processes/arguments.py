"""What every process is told on its command line."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actors.paths import RunPaths


@dataclass(frozen=True, slots=True)
class Arguments:
    name: str
    paths: RunPaths
    role: str
    """Which of its sites `web` is: control or office."""
    fields: tuple[str, ...]
    """The field processes, for those that hear them all."""
    demo: str
    """Which launch of the demo this process belongs to; '' on a real site."""


def parse(default_name: str, arguments: Sequence[str] | None = None) -> Arguments:
    parser = argparse.ArgumentParser(prog=f"python -m supervisor.processes.{default_name}")
    parser.add_argument("--run", type=Path, required=True, help="run directory of the site")
    parser.add_argument("--name", default=default_name, help="name of the process")
    parser.add_argument("--role", choices=("control", "office"), default="control")
    parser.add_argument("--fields", nargs="*", default=[], help="names of the field processes")
    parser.add_argument("--demo", default="", help="launch of the demo")
    parser.add_argument("--nice", type=int, default=0, help="give way to the plant by so much, 0 to 19")
    told = parser.parse_args(arguments)
    os.nice(told.nice)
    return Arguments(told.name, RunPaths(told.run), told.role, tuple(told.fields), told.demo)
