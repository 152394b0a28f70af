"""A small plant whose history is known: two tables, numbers and texts, late and bad values."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from actors.codecs import HISTORY
from actors.historian import hot
from actors.historian.hot import HotStore, transaction
from actors.messages import History, HistoryChanges, HistoryTexts, TableDefined
from actors.paths import HistoryPaths
from drivers.driver import Quality

BASE_NS = 1_700_000_000 * 10**9
SECOND_NS = 10**9
DENSE = TableDefined("dense", ("d1", "d2", "d3"), ("a", "b"))
SPARSE = TableDefined("sparse", ("s1", "s2"), ("x", "y", "text"))
QUALITIES = (Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN_STALE, Quality.BAD_COMM_LOSS)


@dataclass(frozen=True, slots=True)
class Row:
    """One value as it must come out again."""

    point: str
    time_ns: int
    received_ns: int
    value: float | str
    quality: int


def history(random_: random.Random, scans: int, *, late: bool = True) -> tuple[list[bytes], list[Row]]:
    """Encoded batches, definitions first, and the rows that they hold. No (point, time) comes twice."""
    bodies = [HISTORY.encode(DENSE), HISTORY.encode(SPARSE)]
    rows: list[Row] = []
    scan_order = list(range(scans))
    if late:
        random_.shuffle(scan_order)
    for scan in scan_order:
        bodies.append(HISTORY.encode(_dense(random_, scan, rows)))
        bodies.append(HISTORY.encode(_sparse(random_, scan, rows)))
        if scan % 3 == 0:
            bodies.append(HISTORY.encode(_texts(random_, scan, rows)))
    return bodies, rows


def _dense(random_: random.Random, scan: int, rows: list[Row]) -> History:
    devices = sorted(random_.sample(range(3), random_.randint(1, 3)))
    times = [BASE_NS + scan * SECOND_NS + device for device in devices]
    values = np.array(
        [[random_.choice([1.5, -2.0, np.nan, random_.random()]) for _ in range(2)] for _ in devices]
    )
    quality = np.array([[random_.choice(QUALITIES) for _ in range(2)] for _ in devices], np.uint8)
    for at, device in enumerate(devices):
        for column, point in enumerate(DENSE.points):
            rows.append(
                Row(
                    f"{DENSE.devices[device]}/{point}",
                    times[at],
                    times[at] + 5,
                    float(values[at, column]),
                    int(quality[at, column]),
                )
            )
    time_ns = np.array(times, np.int64)
    return History("dense", np.array(devices, np.int32), time_ns, time_ns + 5, values, quality)


def _sparse(random_: random.Random, scan: int, rows: list[Row]) -> HistoryChanges:
    places = random_.sample(
        [(device, column) for device in range(2) for column in range(2)], random_.randint(1, 4)
    )
    time_ns = np.full(len(places), BASE_NS + scan * SECOND_NS + 500, np.int64)
    values = np.array([random_.random() for _ in places])
    quality = np.array([random_.choice(QUALITIES) for _ in places], np.uint8)
    for (device, column), value, each in zip(places, values.tolist(), quality.tolist(), strict=True):
        point = f"{SPARSE.devices[device]}/{SPARSE.points[column]}"
        rows.append(Row(point, int(time_ns[0]), int(time_ns[0]) - 3, value, each))
    devices, columns = np.array(places, np.int32).T
    return HistoryChanges("sparse", devices.copy(), columns.copy(), time_ns, time_ns - 3, values, quality)


def _texts(random_: random.Random, scan: int, rows: list[Row]) -> HistoryTexts:
    text = random_.choice(["停止", "running", ""])
    time_ns = BASE_NS + scan * SECOND_NS
    rows.append(Row("s2/text", time_ns, time_ns, text, 0))
    return HistoryTexts(
        "sparse",
        np.array([1], np.int32),
        np.array([2], np.int32),
        np.array([time_ns]),
        np.array([time_ns]),
        (text,),
        np.zeros(1, np.uint8),
    )


def stored(place: Path, bodies: Iterable[bytes], first: int = 1) -> HistoryPaths:
    """A historian's folder that holds the batches, hot."""
    paths = HistoryPaths(place)
    hot.create(paths.hot)
    store = HotStore(paths.hot)
    with transaction(store.connection):
        store.store("field", "epoch", enumerate(bodies, first))
    store.close()
    return paths
