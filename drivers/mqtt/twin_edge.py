"""A simulated Sparkplug edge node: certificates of birth and death, data by alias, commands."""

from collections.abc import Callable, Mapping, Sequence

from config.site import Device, PointKind
from drivers.driver import Value
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.models import Connection, Source
from drivers.mqtt.sparkplug import (
    BD_SEQ,
    NAMESPACE,
    REBIRTH,
    SEQUENCE,
    DataType,
    decoded,
    encoded,
    encoded_metric,
    value_of,
)

_TYPES: Mapping[PointKind, DataType] = {
    PointKind.TEXT: DataType.STRING, PointKind.DISCRETE: DataType.INT32,
    PointKind.ANALOGUE: DataType.DOUBLE, PointKind.COUNTER: DataType.DOUBLE,
}  # fmt: skip


class TwinEdge:
    """`values` of a device hold its unscaled values by column, and are read when they are published."""

    def __init__(self, edge: str, publish: Callable[[str, bytes], None], wall_ns: Callable[[], int]) -> None:
        self._group, self._node = edge.split("/")
        self._publish = publish
        self._wall_ns = wall_ns
        self._units: dict[str, tuple[Device, Sequence[Value]]] = {}
        self._dead: set[str] = set()
        self._aliases: dict[tuple[str, str], int] = {}
        self._seq = 0
        self._bd_seq = 0

    def add(self, device: Device, values: Sequence[Value]) -> None:
        assert isinstance(device.connection, Connection)
        unit = device.connection.device
        self._units[unit] = device, values
        for metric in _metrics(device):
            self._aliases.setdefault((unit, metric), len(self._aliases) + 1)

    def bear(self) -> None:
        """Publish every certificate of birth."""
        self._seq = SEQUENCE - 1
        now_ms = self._now_ms()
        own = [encoded_metric(BD_SEQ, None, DataType.INT64, self._bd_seq, now_ms)]
        own.append(encoded_metric(REBIRTH, None, DataType.BOOLEAN, 0, now_ms))
        self._send("NBIRTH", "", [*own, *self._said("", named=True)])
        for unit in self._units:
            if unit and unit not in self._dead:
                self._send("DBIRTH", unit, self._said(unit, named=True))

    def tell(self, unit: str) -> None:
        """Publish how a device is now."""
        if unit not in self._dead:
            self._send("DDATA" if unit else "NDATA", unit, self._said(unit, named=False))

    def die(self, unit: str) -> None:
        self._dead.add(unit)
        self._send("DDEATH" if unit else "NDEATH", unit, [])

    def revive(self, unit: str) -> None:
        self._dead.discard(unit)
        self.bear()

    def commanded(self, topic: str, payload: bytes) -> list[tuple[Device, int, Value]]:
        """What a command writes: (device, column, unscaled value). Bears anew where it is asked for that."""
        levels = topic.split("/")
        own = (*levels[:2], *levels[3:4]) == (NAMESPACE, self._group, self._node)
        if not own or levels[2] not in ("NCMD", "DCMD"):
            return []
        unit = levels[4] if len(levels) > 4 else ""
        names = {alias: name for (of, name), alias in self._aliases.items() if of == unit}
        try:
            metrics = decoded(payload).metrics
        except Malformed:
            return []
        found = []
        for metric in metrics:
            name = metric.name or names.get(metric.alias or 0, "")
            if name == REBIRTH and not unit:
                self.bear()
            elif unit in self._units:
                device, _ = self._units[unit]
                column = _metrics(device).get(name)
                value = value_of(metric, metric.datatype)
                if column is not None and value is not None:
                    found.append((device, column, value))
        return found

    def _said(self, unit: str, *, named: bool) -> list[bytes]:
        if unit not in self._units:
            return []
        device, values = self._units[unit]
        now_ms = self._now_ms()
        return [
            encoded_metric(
                metric if named else "", self._aliases[unit, metric],
                _TYPES[device.template.points[column].kind], values[column], now_ms,
            )
            for metric, column in _metrics(device).items()
        ]  # fmt: skip

    def _send(self, kind: str, unit: str, metrics: Sequence[bytes]) -> None:
        topic = f"{NAMESPACE}/{self._group}/{kind}/{self._node}"
        if kind == "NDEATH":
            bd_seq = encoded_metric(BD_SEQ, None, DataType.INT64, self._bd_seq, self._now_ms())
            self._publish(topic, encoded([bd_seq], self._now_ms(), None))
            self._bd_seq = (self._bd_seq + 1) % SEQUENCE
            return
        self._seq = (self._seq + 1) % SEQUENCE
        self._publish(f"{topic}/{unit}" if unit else topic, encoded(metrics, self._now_ms(), self._seq))

    def _now_ms(self) -> int:
        return self._wall_ns() // 1_000_000


def _metrics(device: Device) -> dict[str, int]:
    found = {}
    for column, point in enumerate(device.template.points):
        assert isinstance(point.source, Source)
        found[point.source.metric] = column
    return found
