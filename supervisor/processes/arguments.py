"""What every process is told on its command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from actors.paths import RunPaths


@dataclass(frozen=True, slots=True)
class Arguments:
    name: str
    paths: RunPaths


def parse(default_name: str) -> Arguments:
    parser = argparse.ArgumentParser(prog=f"python -m supervisor.processes.{default_name}")
    parser.add_argument("--run", type=Path, required=True, help="run directory of the site")
    parser.add_argument("--name", default=default_name, help="name of the process")
    told = parser.parse_args()
    return Arguments(told.name, RunPaths(told.run))
