"""`steward` whose field process is `odd_field`."""

from dataclasses import replace
from typing import Any

from actors.paths import RunPaths
from config.site import Site
from supervisor import cli, launch
from supervisor.run import Process

_processes: Any = launch.processes


def processes(site: Site, paths: RunPaths, demo: str = "") -> list[Process]:
    return [
        replace(one, module="tests.flows.odd_field") if one.module.endswith(".field") else one
        for one in _processes(site, paths, demo)
    ]


if __name__ == "__main__":
    launch.processes = processes
    cli.main()
