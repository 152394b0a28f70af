"""`steward run` of a copy of the demo: with its simulators in quick motion, and without its estate."""

from dataclasses import replace
from typing import Any

from actors.paths import RunPaths
from config.site import Site
from supervisor import cli, launch
from supervisor.run import Process

_processes: Any = launch.processes


def processes(site: Site, paths: RunPaths, demo: str = "") -> list[Process]:
    plain = {one.name: one for one in _processes(site, paths)}
    found = []
    for one in _processes(site, paths, demo or "quick"):
        if one.name == "simulators":
            one = replace(one, module="tests.flows.brisk_simulators")
        elif one.name == "office":
            one = plain["office"]
        found.append(one)
    return found


if __name__ == "__main__":
    launch.processes = processes
    cli.main()
