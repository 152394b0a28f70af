"""`simulators`: protocol servers that play a whole campus, for the demo and for tests."""

import asyncio
import sys
import time

from drivers.simulators import CampusServer, always_working_day, campus_of
from supervisor.beat import Heart
from supervisor.configuration import fetch_site
from supervisor.lifeline import Lifeline, announce, leave_within
from supervisor.log import set_up
from supervisor.processes.arguments import parse
from supervisor.simulated_secrets import draw

SEED = 20260101
"""The same faults come and go at the same distances in every demo."""


async def _play(server: CampusServer, left: asyncio.Event) -> None:
    await server.start()
    announce(ready=True)
    await left.wait()
    await server.stop()


def main() -> int:
    told = parse("simulators")
    set_up(told.name)
    loop = asyncio.new_event_loop()
    left = asyncio.Event()

    def leave() -> None:
        loop.call_soon_threadsafe(left.set)
        leave_within(1.5, 0)

    Lifeline(leave).hold()  # first of all: what follows may wait for core for ever
    site = fetch_site(told.paths)
    heart = Heart(told.name, told.paths, dict, site.version)
    heart.start()
    draw(site, told.paths.secrets)
    campus = campus_of(site, seed=SEED, start_s=time.time(), day=always_working_day)
    loop.run_until_complete(_play(CampusServer(campus, snapshots=campus.world.wiring.snapshots), left))
    loop.close()
    heart.stop(0.5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
