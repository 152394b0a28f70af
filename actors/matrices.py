"""The newest matrices of the tables of a process, and the readings in them: a `drivers.driver.Plant`."""

import math
from collections.abc import Container, Iterable, Sequence

from actors.messages import PointRead
from actors.newest import Matrix, empty_matrix
from actors.table import Table
from config.site import STALE_PERIODS
from drivers.driver import Reading


class Matrices:
    """Written by the sweeps, each its own; read from any thread: a reading is one element of a column."""

    def __init__(self, tables: Sequence[Table], version: int) -> None:
        self._matrices = {
            table.id: empty_matrix(version, len(table.devices), len(table.template.points))
            for table in tables
        }
        self._tables = {device.id: table for table in tables for device in table.devices}

    def of(self, table: Table) -> Matrix:
        return self._matrices[table.id]

    def use(self, tables: Sequence[Table], version: int, renewed: Container[str]) -> None:
        """Another configuration: tables whose id is in `renewed` begin empty, the others stay as they are."""
        for table in tables:
            if table.id in renewed:
                self._matrices[table.id] = empty_matrix(
                    version, len(table.devices), len(table.template.points)
                )
            else:
                self._matrices[table.id].version = version
        self._tables = {device.id: table for table in tables for device in table.devices}

    def points(self, names: Iterable[str], now_ns: int) -> tuple[PointRead, ...]:
        """What is known of points (device/point) now; those that this process does not read are left out."""
        found = []
        for name in names:
            device, _, point = name.partition("/")
            reading = self.reading(device, point)
            if reading is None:
                continue
            table = self._tables[device]
            matrix, column = self._matrices[table.id], table.template.index[point]
            texts = matrix.texts.get(column)
            value = None if math.isnan(reading.value) else reading.value
            stale = now_ns - reading.time_ns > STALE_PERIODS * table.period_s * 1e9
            text = texts[table.row[device]] if texts is not None else None
            found.append(PointRead(device, point, value if text is None else text, reading.quality, stale))
        return tuple(found)

    def reading(self, device: str, point: str) -> Reading | None:
        """None for a device or point that this process does not read."""
        table = self._tables.get(device)
        column = None if table is None else table.template.index.get(point)
        if table is None or column is None:
            return None
        matrix, row = self._matrices[table.id], table.row[device]
        return Reading(
            float(matrix.values[row, column]), int(matrix.quality[row, column]), int(matrix.time_ns[row])
        )
