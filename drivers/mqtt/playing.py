"""What a simulated device publishes for its values, and what a command published to it means."""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from config.site import Device, Point
from drivers.driver import Value
from drivers.jsonpath import path
from drivers.mqtt.commands import filled, number_text, word_of
from drivers.mqtt.conversion import Conversion
from drivers.mqtt.documents import document
from drivers.mqtt.filters import joined
from drivers.mqtt.lorawan import Key, Meta, Network
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.mapping import Reader, field_of, record_sizes
from drivers.mqtt.models import Connection, Source
from drivers.mqtt.publisher import MqttDecoder
from drivers.stamps import UNIT_NS, Clock

EUI = "24e124136b502217"
"""Of a simulated device whose connection names none."""
MARK = "%VALUE%"


class Player:
    """One device: its unscaled values, as messages."""

    def __init__(self, device: Device, decoder: MqttDecoder) -> None:
        assert isinstance(device.connection, Connection)
        self.device = device
        self.options = decoder.options
        self._connection = device.connection
        self._texts = decoder.texts
        self._readers = decoder.readers
        self.values: list[Value] = [
            "" if at in decoder.texts else 0.0 for at in range(len(device.template.points))
        ]
        self._count = 0

    @property
    def topics(self) -> tuple[str, ...]:
        """On which it publishes."""
        return tuple(self._topic(reader) for reader in self._readers)

    def messages(self, time_ns: int, columns: Sequence[int] | None = None) -> Iterator[tuple[str, bytes]]:
        """Topics and payloads that say how everything is, or at least those `columns`."""
        for reader in self._readers:
            if columns is not None and not set(columns) & set(reader.columns):
                continue
            topic = self._topic(reader)
            if self.options.network is not None:
                for payload in self._uplinks(reader.columns, time_ns):
                    yield topic, payload
            else:
                yield topic, self._payload(reader.columns, time_ns)

    def _topic(self, reader: Reader) -> str:
        return joined(self._connection.base, reader.topic).replace("+", "any").replace("#", "any")

    def commanded(self, topic: str, payload: bytes) -> Iterator[tuple[int, Value]]:
        """(column, unscaled value) of what the publication writes."""
        for column, point in enumerate(self.device.template.points):
            source = _source(point)
            if source.write is None or joined(self._connection.base, source.write.topic) != topic:
                continue
            try:
                said = self._said(source, payload)
            except Malformed:
                continue
            value, quality = Conversion(is_text=column in self._texts, words=source.map)(said)
            if not quality:
                yield column, value

    def _said(self, source: Source, payload: bytes) -> object:
        write = source.write
        assert write is not None
        if write.path:
            return path(write.path).get(document(payload), None)
        if write.payload:
            before, _, after = filled(write.payload, MARK).partition(MARK)
            pattern = f"{re.escape(before)}(.*){re.escape(after)}"
            found = re.fullmatch(pattern, payload.decode("utf-8", "replace"), re.DOTALL)
            return found[1] if found else None
        if source.type is not None:
            return field_of(source, self.options).read(payload)
        return payload.decode("utf-8", "replace")

    def _payload(self, columns: Sequence[int], time_ns: int) -> bytes:
        whole: object = None
        packed = bytearray()
        for column in columns:
            point = self.device.template.points[column]
            source, value = _source(point), self.values[column]
            if source.path is not None:
                whole = path(source.path).put(whole, _json(source, value))
                time_path = self.options.time_path if source.time_path is None else source.time_path
                if time_path:
                    clock = source.time_format or self.options.time_format
                    whole = path(time_path).put(whole, _written(time_ns, clock))
            elif source.type is not None:
                self._pack(source, value, packed)
            else:
                word = word_of(source.map, value)
                text = word if word is not None else value if isinstance(value, str) else number_text(value)
                return text.encode()
        return bytes(packed) if whole is None else json.dumps(whole, ensure_ascii=False).encode()

    def _pack(self, source: Source, value: Value, into: bytearray) -> None:
        field = field_of(source, self.options)
        if not field.kind.is_float and not isinstance(value, str):
            low = -(1 << 8 * field.size - 1) if field.kind.is_signed else 0
            value = min(max(round(value), low), low + (1 << 8 * field.size) - 1)
        if source.when is not None:
            into.extend(bytes(max(0, source.when.offset + 1 - len(into))))
            into[source.when.offset] = source.when.value
        field.write(value, into)

    def _uplinks(self, columns: Sequence[int], time_ns: int) -> Iterator[bytes]:
        """One for each FPort of the points; those of any port go with the first."""
        sources = {column: _source(self.device.template.points[column]) for column in columns}
        ports = sorted({source.port for source in sources.values() if source.port is not None}) or [1]
        for port in ports:
            own = {
                column: source
                for column, source in sources.items()
                if source.meta is None and (source.port == port or (source.port is None and port == ports[0]))
            }
            self._count += 1
            data = self._data(own)
            if self.options.network is Network.TTS:
                yield json.dumps(self._tts(port, data, time_ns)).encode()
            else:
                yield json.dumps(self._chirpstack(port, data, time_ns)).encode()

    def _data(self, sources: Mapping[int, Source]) -> bytes:
        fixed = bytearray()
        records: dict[Key, bytearray] = {}
        sizes = record_sizes(self.options)
        for column, source in sources.items():
            if source.channel is not None and source.type_code is not None:
                key = (source.channel, source.type_code)
                record = records.setdefault(key, bytearray(sizes.get(key, sizes.get(key[1], 0))))
                self._pack(source, self.values[column], record)
            elif source.type is not None:
                self._pack(source, self.values[column], fixed)
        return bytes(fixed) + b"".join(bytes(key) + record for key, record in sorted(records.items()))

    def _meta(self, meta: Meta, otherwise: float) -> float:
        for column, point in enumerate(self.device.template.points):
            value = self.values[column]
            if _source(point).meta is meta and not isinstance(value, str) and value:
                return value
        return otherwise

    def _chirpstack(self, port: int, data: bytes, time_ns: int) -> object:
        return {
            "deduplicationId": f"{self._count:032x}",
            "time": _written(time_ns, Clock.ISO),
            "deviceInfo": {"devEui": self._eui, "deviceName": self.device.id},
            "fCnt": self._count,
            "fPort": port,
            "data": base64.b64encode(data).decode(),
            "rxInfo": [{"rssi": self._meta(Meta.RSSI, -57), "snr": self._meta(Meta.SNR, 9.5)}],
        }

    def _tts(self, port: int, data: bytes, time_ns: int) -> object:
        when = _written(time_ns, Clock.ISO)
        return {
            "end_device_ids": {"device_id": self.device.id, "dev_eui": self._eui.upper()},
            "received_at": when,
            "uplink_message": {
                "f_port": port,
                "f_cnt": self._count,
                "frm_payload": base64.b64encode(data).decode(),
                "rx_metadata": [{"rssi": self._meta(Meta.RSSI, -57), "snr": self._meta(Meta.SNR, 9.5)}],
                "received_at": when,
            },
        }

    @property
    def _eui(self) -> str:
        return self._connection.dev_eui.lower() or EUI


def _source(point: Point) -> Source:
    assert isinstance(point.source, Source)
    return point.source


def _json(source: Source, value: Value) -> object:
    if (word := word_of(source.map, value)) is not None:
        return {"true": True, "false": False}.get(word, word)
    return value


def _written(time_ns: int, clock: Clock) -> object:
    if clock is Clock.ISO:
        return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat().replace("+00:00", "Z")
    return time_ns // UNIT_NS[clock]
