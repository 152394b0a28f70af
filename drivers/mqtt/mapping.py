"""From a message to the points it concerns: what a template's sources say, worked out once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.site import Point, PointKind, Template
from drivers.driver import Quality, Value
from drivers.jsonpath import MISSING, Path, path
from drivers.mqtt.binary import Field
from drivers.mqtt.conversion import BAD, BAD_TEXT, Conversion
from drivers.mqtt.lorawan import CAYENNE, UPLINKS, Key, Uplink, records
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.message import Message
from drivers.mqtt.models import Options, Source, When, size_key
from drivers.stamps import Clock, moment


class Update(NamedTuple):
    """What a message says of one point."""

    column: int
    value: Value
    quality: int
    time_ns: int | None = None
    """The payload's own; None where it has none."""
    reason: str = ""
    """Why the quality is bad."""
    is_past: bool = False
    """Recorded by the device while nobody listened."""


Read = Callable[[Message], Iterator[Update]]


class Reader:
    """Reads the messages of one topic filter (below the base) for the points that live there."""

    __slots__ = ("columns", "qos", "reads", "texts", "topic")

    def __init__(self, topic: str, qos: int, columns: Sequence[int], texts: frozenset[int]) -> None:
        self.topic = topic
        self.qos = qos
        self.columns = tuple(columns)
        self.texts = texts
        self.reads: list[Read] = []

    def updates(self, message: Message, limit: int) -> list[Update]:
        """At most one for each column. A malformed message spoils all its points."""
        try:
            if len(message.payload) > limit:
                raise Malformed("too long")
            return [update for read in self.reads for update in read(message)]
        except Malformed as error:
            return [bad(column, self.texts, str(error)) for column in self.columns]


def bad(column: int, texts: frozenset[int], reason: str, time_ns: int | None = None) -> Update:
    value, quality = BAD_TEXT if column in texts else BAD
    return Update(column, value, quality, time_ns, reason)


def readers(template: Template) -> tuple[Reader, ...]:
    """One for each topic filter of the template."""
    options = template.options
    assert isinstance(options, Options)
    texts = frozenset(at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT)
    by_topic: dict[str, list[int]] = {}
    for column, point in enumerate(template.points):
        by_topic.setdefault(_topic(_source(point), options), []).append(column)
    found = []
    for topic, columns in by_topic.items():
        given = [source.qos for source in (_source(template.points[at]) for at in columns)]
        qos = max(options.qos if one is None else one for one in given)
        reader = Reader(topic, qos, columns, texts)
        reader.reads.extend(_reads(template, options, columns, texts))
        found.append(reader)
    return tuple(found)


def _topic(source: Source, options: Options) -> str:
    return source.topic or (UPLINKS[options.network] if options.network is not None else "")


def _source(point: Point) -> Source:
    assert isinstance(point.source, Source)
    return point.source


def _reads(
    template: Template, options: Options, columns: Sequence[int], texts: frozenset[int]
) -> Iterator[Read]:
    json: dict[tuple[str | None, Clock, str], list[int]] = {}
    plain, uplinks = [], []
    for column in columns:
        source = _source(template.points[column])
        if source.path is not None:
            json.setdefault(_clock(source, options), []).append(column)
        elif options.network is not None:
            uplinks.append(column)
        else:
            plain.append(column)
    for (time_path, clock, zone), own in json.items():
        when = path(time_path) if time_path else None
        places = [
            (column, path(_source(template.points[column]).path or ""), _conversion(template, column))
            for column in own
        ]
        yield _json_read(places, when, clock, ZoneInfo(zone), texts)
    if plain:
        yield _plain_read(template, options, plain, texts)
    if uplinks:
        yield _uplink_read(template, options, uplinks, texts)


def _clock(source: Source, options: Options) -> tuple[str | None, Clock, str]:
    return (
        options.time_path if source.time_path is None else source.time_path,
        source.time_format or options.time_format,
        options.zone if source.zone is None else source.zone,
    )


def _conversion(template: Template, column: int) -> Conversion:
    point = template.points[column]
    return Conversion(is_text=point.kind is PointKind.TEXT, words=_source(point).map)


def field_of(source: Source, options: Options) -> Field:
    assert source.type is not None
    return Field(
        source.type, source.offset, source.order or options.order, source.bit, source.bits,
        source.length, source.encoding,
    )  # fmt: skip


def _converted(column: int, conversion: Conversion, found: object, time_ns: int | None) -> Update:
    value, quality = conversion(found)
    return Update(column, value, quality, time_ns, "no value of its kind" if quality else "")


def _json_read(
    places: Sequence[tuple[int, Path, Conversion]],
    when: Path | None,
    clock: Clock,
    zone: ZoneInfo,
    texts: frozenset[int],
) -> Read:
    def read(message: Message) -> Iterator[Update]:
        document = message.document()
        time_ns = None
        if when is not None:
            time_ns = moment(when.get(document, None), clock, zone)
        for column, place, conversion in places:
            found = place.get(document)
            if found is MISSING:
                value = "" if column in texts else BAD[0]
                yield Update(column, value, int(Quality.BAD_ADDRESS), time_ns)
            else:
                yield _converted(column, conversion, found, time_ns)

    return read


def _plain_read(template: Template, options: Options, columns: Sequence[int], texts: frozenset[int]) -> Read:
    places = []
    for column in columns:
        source = _source(template.points[column])
        field = None if source.type is None else field_of(source, options)
        places.append((column, field, source.when, _conversion(template, column)))

    def read(message: Message) -> Iterator[Update]:
        for column, field, when, conversion in places:
            try:
                if field is None:
                    found: object = _text(message.payload)
                elif _holds(when, message.payload):
                    found = field.read(message.payload)
                else:
                    continue
            except Malformed as error:
                yield bad(column, texts, str(error))
            else:
                yield _converted(column, conversion, found, None)

    return read


def _text(payload: bytes) -> str:
    try:
        return payload.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None


def _holds(when: When | None, data: bytes) -> bool:
    if when is None:
        return True
    return len(data) > when.offset and data[when.offset] & when.mask == when.value & when.mask


def _uplink_read(template: Template, options: Options, columns: Sequence[int], texts: frozenset[int]) -> Read:
    network = options.network
    assert network is not None
    sizes = record_sizes(options)
    places = []
    for column in columns:
        source = _source(template.points[column])
        field = None if source.meta is not None or source.type is None else field_of(source, options)
        places.append((column, source, field, _conversion(template, column)))
    has_records = any(source.channel is not None for _, source, _, _ in places)

    def read(message: Message) -> Iterator[Update]:
        heard = message.uplink(network)
        found = records(heard.data, sizes) if has_records else {}
        for column, source, field, conversion in places:
            if source.port is not None and source.port != heard.port:
                continue
            try:
                value = _of_uplink(heard, found, source, field)
            except Malformed as error:
                yield bad(column, texts, str(error), heard.time_ns)
                continue
            if value is not None:
                yield _converted(column, conversion, value, heard.time_ns)

    return read


def _of_uplink(heard: Uplink, found: Mapping[Key, bytes], source: Source, field: Field | None) -> object:
    """None where the uplink says nothing of it. Raises Malformed."""
    if source.meta is not None:
        return heard.meta[source.meta]
    assert field is not None
    if source.channel is not None and source.type_code is not None:
        record = found.get((source.channel, source.type_code))
        return None if record is None else field.read(record)
    return field.read(heard.data) if _holds(source.when, heard.data) else None


def record_sizes(options: Options) -> Mapping[int | Key, int]:
    sizes: dict[int | Key, int] = {}
    for text, size in options.sizes.items():
        key = size_key(text)
        assert key is not None
        sizes[key] = size
    return sizes or dict(CAYENNE.items())
