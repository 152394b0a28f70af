"""`steward run` with another module as one of its processes: the product has no such switch, benchmarks do.

    python -m benchmarks.variant office=benchmarks.heavy_office SITE --run RUN

The module is started exactly as the one it stands in for, and normally ends by running that one's `main`.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from actors.paths import RunPaths
from config.site import Site
from supervisor import launch
from supervisor.run import Process


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.variant", description=__doc__)
    parser.add_argument("instead", nargs="*", metavar="PROCESS=MODULE")
    parser.add_argument("site", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--demo", action="store_true")
    told = parser.parse_args()
    instead = dict(pair.split("=", 1) for pair in told.instead)
    ordinary = launch.processes

    def processes(site: Site, paths: RunPaths, demo: str = "") -> list[Process]:
        return [
            replace(process, module=instead.get(process.name, process.module))
            for process in ordinary(site, paths, demo)
        ]

    with patch.object(launch, "processes", processes):
        return launch.launch(
            launch.Launch(told.site, told.run, demo=told.demo, take_files=True), launch.to_terminal
        )


if __name__ == "__main__":
    sys.exit(main())
