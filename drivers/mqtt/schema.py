"""What of MQTT the configuration knows: its models, and what is wrong with a point beyond its types."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from config.driver_schema import Held
from drivers.jsonpath import path
from drivers.mqtt import filters
from drivers.mqtt.binary import Kind, Order
from drivers.mqtt.models import Connection as Connection
from drivers.mqtt.models import Options as Options
from drivers.mqtt.models import Source as Source
from drivers.mqtt.models import Write as Write
from drivers.mqtt.models import size_key


class MqttSchema:
    name = "mqtt"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if options.is_sparkplug:
            yield from _sparkplug_problems(source)
        else:
            yield from _place_problems(source, options)
            yield from _time_problems(source, options)
        if source.type is not None:
            yield from _field_problems(source, options)
        if source.write is not None and not options.is_sparkplug:
            yield from _write_problems(source)

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if source.write is not None or options.is_sparkplug:
            return None
        return (
            "source 没有写明主题；请在 source 中填写 write = {topic = ...}，或去掉测点的 write",
            "its source names no topic; add write = {topic = ...} to the source, or leave the point's out",
        )

    def lacks(
        self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]
    ) -> Iterator[tuple[str, str]]:
        assert isinstance(connection, Connection)
        assert isinstance(options, Options)
        if options.is_sparkplug:
            if not connection.edge:
                yield (
                    '缺少 edge：模板按 Sparkplug 读取；请填写 edge = "组/节点"',
                    'it has no edge, and the profile is of Sparkplug; write edge = "group/node"',
                )
        elif not connection.base and (options.network or not all(map(_topic_of, sources))):
            topic = "application/1/device/24e124136c225107"
            yield (
                f"缺少 base：模板的测点在设备的主题之下；请填写 base = 设备的主题，如 {topic}",
                f"it has no base, below which the profile has its points; write base, such as {topic}",
            )

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        """A name at the broker, where it is given: who comes second with it ends the session of the first."""
        assert isinstance(connection, Connection)
        return connection.terms if connection.client_id else None


def _topic_of(source: BaseModel) -> str:
    assert isinstance(source, Source)
    return source.topic


def _sparkplug_problems(source: Source) -> Iterator[str]:
    if not source.metric:
        yield 'payload = "sparkplug" needs metric, the name of the metric in the birth certificate'
    for key in ("topic", "path", "type", "channel", "port", "meta"):
        if getattr(source, key) not in ("", None):
            yield f"{key} says nothing of a Sparkplug metric; leave it out"


def _place_problems(source: Source, options: Options) -> Iterator[str]:
    if source.metric:
        yield f'metric {source.metric!r} needs payload = "sparkplug" in the options'
    if source.topic and (why := filters.wrong(source.topic)):
        yield f"topic {source.topic!r} {why}"
    if source.path is not None:
        yield from _path_problems(source.path)
        if source.type is not None or source.channel is not None:
            yield f"path {source.path!r} is of JSON, type and channel of binary payloads; give one of them"
    if (source.channel is None) != (source.type_code is None):
        yield "a record is found by channel and type_code together; give both or neither"
    for key in ("channel", "port", "meta"):
        if getattr(source, key) is not None and options.network is None:
            yield f'{key} is of LoRaWAN uplinks; name network = "chirpstack" or "tts" in the options'
    if source.meta is None and source.type is None and (source.channel, source.when) != (None, None):
        yield "a value in a binary payload needs its type, such as int16"
    if options.network is not None and (source.meta, source.type, source.path) == (None, None, None):
        yield "a point of an uplink needs type and its place in the data, or meta, or a path in the JSON"
    if source.when is not None and source.channel is not None:
        yield "when looks at a fixed place of the data, which records do not have; leave it out"
    for key in options.sizes:
        if size_key(key) is None:
            yield f"sizes: {key!r} is no type or channel-type in hexadecimal, such as 75 or 06-65"


def _path_problems(text: str) -> Iterator[str]:
    try:
        path(text)
    except ValueError as error:
        yield str(error)


def _time_problems(source: Source, options: Options) -> Iterator[str]:
    if time_path := source.time_path if source.time_path is not None else options.time_path:
        yield from _path_problems(time_path)
    zone = source.zone if source.zone is not None else options.zone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield f"zone {zone!r} is unknown; write one such as Asia/Shanghai"


def _field_problems(source: Source, options: Options) -> Iterator[str]:
    kind = source.type
    assert kind is not None
    if kind is Kind.TEXT:
        try:
            codecs.lookup(source.encoding)
        except LookupError:
            yield f"encoding {source.encoding!r} is unknown; use utf-8, gb18030 or ascii"
    order = source.order or options.order
    if kind.size % 2 and kind.size > 1 and order in (Order.CDAB, Order.BADC):
        yield f"order {order} needs whole words; a {kind} has {kind.size} bytes, use ABCD or DCBA"
    if source.bit is None:
        if source.bits != 1:
            yield f"bits = {source.bits} needs bit, the lowest bit of the field"
    elif kind.is_signed or kind.is_float or kind in (Kind.TEXT, Kind.BOOL):
        yield f"bit = {source.bit} needs an unsigned type such as uint16, not {kind}"
    elif source.bit + source.bits > 8 * kind.size:
        yield (
            f"bit {source.bit} with {source.bits} bits ends at bit {source.bit + source.bits - 1}, "
            f"the last bit of a {kind} is {8 * kind.size - 1}"
        )


def _write_problems(source: Source) -> Iterator[str]:
    write = source.write
    assert write is not None
    if filters.is_wild(write.topic) or filters.wrong(write.topic):
        yield f"write.topic {write.topic!r} must be one topic, without + and #"
    if write.path:
        yield from _path_problems(write.path)
        if write.payload:
            yield "write has a path and a payload; give the path for JSON, or the payload as text"
    if write.payload and "{value}" not in write.payload:
        yield f"write.payload {write.payload!r} has no {{value}} in it"
