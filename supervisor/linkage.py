"""Linkage as a part of `core`: its executor, what it is asked, and how the process tells that it lives."""

import secrets
import time
from collections.abc import Callable, Iterator

from actors.actor import Ref
from actors.channels.query import Handler
from actors.linkage.executor import Linkage
from actors.linkage.inbox import Journaled, Taken
from actors.linkage.outlets import LinkageOutlets, Pulse
from actors.linkage.reader import LinkageReader
from actors.linkage.store import create
from actors.messages import (
    HeldPoints,
    ReadHeldPoints,
    ReadRequests,
    ReadRun,
    ReadRuns,
    Requests,
    RunRead,
    Runs,
)
from actors.zone import ConfigurationApplied
from config.site import Site
from supervisor.node import Node
from supervisor.point_reads import PointReads
from supervisor.restart import Breaker
from supervisor.spec import Child, Place
from supervisor.standing import Named

NAME = "linkage"
ALIVE_S = 5.0
"""An executor that has not worked for so long is off."""


class LinkagePart:
    """One a `core`. When the executor keeps failing it is set aside: alarms go on, and linkage is off."""

    def __init__(self, node: Node, site: Site, *, on_disk_full: Callable[[], object]) -> None:
        self._node = node
        self._site = site
        self._on_disk_full = on_disk_full
        self._pulse = Pulse()
        self._reads = PointReads(node.loop, node.paths, site)
        create(node.paths.linkage)
        self._reader = LinkageReader(node.paths.linkage)

    def start(self) -> None:
        self._node.start(self._reads)

    def child(self) -> Child:
        return Child(NAME, self._start, breaker=Breaker(retry_s=60.0))

    def use(self, site: Site) -> None:
        self._site = site
        self._reads.use(site)
        self._tell(ConfigurationApplied(site))

    def wake(self) -> None:
        """The journal has committed something."""
        self._tell(Journaled())

    def rates(self) -> dict[str, float]:
        """For the beat: 1 while the executor works."""
        alive = time.monotonic() - self._pulse.beat_s < ALIVE_S
        return {NAME: float(self._pulse.beat_s > 0 and alive)}

    def handlers(self) -> dict[type, Handler]:
        def runs(query: ReadRuns) -> Iterator[Runs]:
            yield Runs(self._reader.runs(query))

        def run(query: ReadRun) -> Iterator[RunRead]:
            yield self._reader.run(query.run)

        def held(_query: ReadHeldPoints) -> Iterator[HeldPoints]:
            yield HeldPoints(self._pulse.held)

        def requests(query: ReadRequests) -> Iterator[Requests]:
            if query.follower and query.after:
                self._tell(Taken(query.follower, query.after))
            yield Requests(self._reader.requests(query.after, query.limit))

        return {ReadRuns: runs, ReadRun: run, ReadHeldPoints: held, ReadRequests: requests}

    def _tell(self, message: object) -> None:
        address = self._node.addresses.get(NAME)
        if address is not None:
            address.tell(message)

    def _start(self, place: Place) -> Ref:
        outlets = LinkageOutlets(
            gate=Named(self._node, "gate"),
            read=self._reads.read,
            publish=self._node.publish,
            on_disk_full=self._on_disk_full,
            new_token=lambda: secrets.token_hex(8),
            clock=time.monotonic,
            wall_ns=time.time_ns,
        )
        return Linkage.start(
            place.supervisor,
            site=self._site,
            path=self._node.paths.linkage,
            journal=self._node.paths.alarms,
            outlets=outlets,
            pulse=self._pulse,
        )
