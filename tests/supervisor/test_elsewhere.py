"""Calculated points see what other field processes read."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from actors.channels.query import QueryServer
from actors.codecs import QUERIES
from actors.loop import IoLoop
from actors.matrices import Matrices
from actors.messages import PointsRead, ReadPoints, Scans
from actors.paths import RunPaths
from actors.table import tables
from config.site import Site
from drivers.driver import Quality, Reading
from supervisor.elsewhere import Elsewhere, Everywhere
from supervisor.point_reads import PointReads
from tests.actors.field_rig import eventually
from tests.actors.small_site import point, site

OTHER = "field-1-bacnet"


def two_processes() -> Site:
    plain = site(point("temperature"))
    moved = replace(plain.devices["ahu-2"], process=OTHER)
    return replace(plain, devices={**plain.devices, "ahu-2": moved})


def fail(error: BaseException) -> None:
    raise AssertionError from error


class Two:
    """ahu-1 is read here, ahu-2 by another process."""

    def __init__(self, paths: RunPaths) -> None:
        self.site = two_processes()
        self.loop = IoLoop()
        self.loop.start()
        reads = PointReads(self.loop, paths, self.site)
        self.elsewhere = Elsewhere(self.loop, reads, time.monotonic, time.time_ns)
        self.services = (reads, self.elsewhere)
        for service in self.services:
            service.start()
        here = self.matrices("field-1")
        self.there = self.matrices(OTHER)
        self.plant = Everywhere("field-1", lambda: self.site, here, self.elsewhere)
        self.server = QueryServer(paths.query(OTHER), QUERIES, {ReadPoints: self.answer}, on_failure=fail)
        self.server.start()

    def matrices(self, process: str) -> Matrices:
        return Matrices(tables(self.site, process), 1)

    def answer(self, query: ReadPoints) -> Iterator[PointsRead]:
        yield PointsRead(self.there.points(query.points, time.time_ns()))

    def show(self, value: float, age_s: float = 0.0) -> None:
        (table,) = tables(self.site, OTHER)
        rows, time_ns = np.array([0], np.int32), np.array([time.time_ns() - int(age_s * 1e9)])
        quality = np.zeros((1, 1), np.uint8)
        self.there.of(table).apply(Scans(1, table.id, rows, time_ns, np.array([[value]]), quality, ()))

    def reads(self, holds: Callable[[Reading], bool]) -> None:
        def seen() -> bool:
            reading = self.plant.reading("ahu-2", "temperature")
            return reading is not None and holds(reading)

        eventually(seen)

    def stop(self) -> None:
        for service in self.services:
            assert service.stop(5.0)
        self.server.stop(5.0)
        self.loop.stop()


@pytest.fixture
def two(paths: RunPaths) -> Iterator[Two]:
    two = Two(paths)
    yield two
    two.stop()


def test_what_another_process_reads_comes_within_its_second(two: Two) -> None:
    two.show(21.0)
    first = two.plant.reading("ahu-2", "temperature")
    assert first is not None
    assert (math.isnan(first.value), first.quality) == (True, Quality.BAD_NOT_READ)
    two.reads(lambda reading: (reading.value, reading.quality) == (21.0, Quality.GOOD))
    two.show(22.0)
    two.reads(lambda reading: reading.value == 22.0)


def test_what_the_other_process_itself_has_not_heard_for_long_is_stale(two: Two) -> None:
    two.show(21.0, age_s=100.0)
    two.reads(lambda reading: reading.quality == Quality.BAD_STALE)


def test_own_points_are_read_here_and_unknown_ones_are_none(two: Two) -> None:
    own = two.plant.reading("ahu-1", "temperature")
    assert own is not None
    assert own.quality == Quality.BAD_NOT_READ
    assert two.plant.reading("ahu-2", "no-such-point") is None
    assert two.plant.reading("nobody", "temperature") is None
