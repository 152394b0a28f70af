"""What a payload says of points: JSON by path, words, numbers, binary fields, times; and what it cannot."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import PointKind
from drivers.driver import Quality, WriteError
from drivers.mqtt.binary import Field, Kind, Order
from drivers.mqtt.commands import topic_and_payload
from drivers.mqtt.driver import MqttDecoder
from drivers.mqtt.filters import Filters, joined, meets, wrong
from drivers.mqtt.mapping import Update
from drivers.mqtt.message import Message
from drivers.mqtt.newest import Newest
from drivers.mqtt.schema import Options, Source, Write
from tests.drivers.plant import point, template

NOW_NS = 1_700_000_000_000_000_000
FAULT = Quality.BAD_SENSOR_FAULT


def read(
    source: Source, payload: bytes | str, *, text: bool = False, limit: int = 1 << 18, **options: object
) -> Update | None:
    """What one message says of one point; None where it says nothing."""
    made = point("p", source)
    if text:
        made = replace(made, kind=PointKind.TEXT)
    decoder = MqttDecoder(template("mqtt", (made,), Options.model_validate(options)))
    data = payload.encode() if isinstance(payload, str) else payload
    found = decoder.readers[0].updates(Message("t", data, NOW_NS), limit)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("path", "payload", "value"),
    [
        ("data.temp[0].value", '{"data":{"temp":[{"value":21.5}]}}', 21.5),
        ("data.temp[-1].value", '{"data":{"temp":[{"value":1},{"value":2}]}}', 2),
        ('["a.b"].c', '{"a.b":{"c":3}}', 3),
        ('x["温度 (°C)"]', '{"x":{"温度 (°C)":4}}', 4),
        ("[1][0]", "[[1],[2]]", 2),
        ("", "7", 7),
        ("v", '{"v":" 21.5 "}', 21.5),
        ("v", '{"v":"-1.5e2"}', -150),
        ("v", '{"v":true}', 1),
        ("v", '{"v":"OFF"}', 0),
        ("v", '\ufeff{"v":1}', 1),
    ],
)
def test_a_value_is_found_by_its_path(path: str, payload: str, value: float) -> None:
    update = read(Source(path=path), payload)
    assert update is not None
    assert (update.value, update.quality) == (value, 0)


@pytest.mark.parametrize(
    "value",
    [
        "null",
        "{}",
        "[]",
        '""',
        '"1_000"',
        '"0x1f"',
        '"nan"',
        '"inf"',
        '"１２"',
        "1e999",
        "-1e999",
        '"12,5"',
        "9" * 400,
    ],
)
def test_what_is_no_number_is_a_fault_of_the_sensor(value: str) -> None:
    update = read(Source(path="v"), f'{{"v":{value}}}')
    assert update is not None
    assert update.quality == FAULT
    assert update.reason == "no value of its kind"
    assert isinstance(update.value, float)
    assert math.isnan(update.value)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not JSON"),
        (b'{"v":1', "not JSON"),
        (b'{"v":NaN}', "NaN or Infinity"),
        (b'{"v":1,"w":-Infinity}', "NaN or Infinity"),
        (b'{"v":1,"v":2}', "a key stands twice"),
        (b'{"v":1,"w":{"x":1,"x":1}}', "a key stands twice"),
        (b'{"v":"\xff"}', "not UTF-8"),
        ('{"v":1}'.encode("utf-16"), "not UTF-8"),
        (b'{"v":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"v":' + b'{"a":' * 30_000 + b"1" + b"}" * 30_001, "nested too deeply"),
        (b'{"v":' + b"1" * 10_000 + b"}", "not JSON"),
        (b'{"v":' + b" " * (1 << 18) + b"1}", "too long"),
    ],
)
def test_a_malformed_payload_spoils_the_points_that_it_is_of(payload: bytes, reason: str) -> None:
    update = read(Source(path="v"), payload)
    assert update is not None
    assert (update.quality, update.reason) == (FAULT, reason)


def test_words_mean_what_the_map_says_and_others_are_a_fault() -> None:
    source = Source(path="v", map={"Open": 2, "shut": 0, "true": 5, "1": 7})
    for said, value in (('"open"', 2), ('" SHUT "', 0), ("true", 5), ("1", 7), ("1.0", 7), ("3", 3)):
        update = read(source, f'{{"v":{said}}}')
        assert update is not None
        assert (update.value, update.quality) == (value, 0), said
    update = read(source, '{"v":"ajar"}')
    assert update is not None
    assert update.quality == FAULT


def test_a_text_point_takes_what_is_plain() -> None:
    for said, text in (
        ('"泵"', "泵"),
        ('"\\ud83d\\u0000x"', "?x"),
        ("12", "12"),
        ("1.5", "1.5"),
        ("false", "false"),
    ):
        update = read(Source(path="v"), f'{{"v":{said}}}', text=True)
        assert update is not None
        assert (update.value, update.quality) == (text, 0)
    update = read(Source(path="v"), '{"v":null}', text=True)
    assert update is not None
    assert (update.value, update.quality) == ("", FAULT)


def test_a_point_that_is_not_in_the_message_is_no_point_of_the_device_so_far() -> None:
    update = read(Source(path="v"), '{"w":1}')
    assert update is not None
    assert (update.quality, update.reason) == (Quality.BAD_ADDRESS, "")


def test_the_time_of_a_payload_is_that_of_its_values() -> None:
    source = Source(path="v", time_path="at.ms")
    update = read(source, '{"v":1,"at":{"ms":1700000000000}}', time_format="ms")
    assert update is not None
    assert update.time_ns == NOW_NS
    update = read(source, '{"v":1,"at":{"ms":"soon"}}', time_format="ms")
    assert update is not None
    assert (update.time_ns, update.quality) == (None, 0)


@pytest.mark.parametrize(
    ("payload", "value"), [("21.5", 21.5), (" ON\n", 1), ("false", 0), ("-3", -3), (b"\xef\xbb\xbf4", 4)]
)
def test_a_plain_payload_is_the_value(payload: bytes | str, value: float) -> None:
    update = read(Source(), payload)
    assert update is not None
    assert (update.value, update.quality) == (value, 0)


@pytest.mark.parametrize("payload", [b"\xff", b"", b"on fire"])
def test_a_plain_payload_that_is_nothing_of_the_kind(payload: bytes) -> None:
    update = read(Source(), payload)
    assert update is not None
    assert update.quality == FAULT


@pytest.mark.parametrize(
    ("source", "payload", "value"),
    [
        (Source(type="uint16"), "0102", 258),
        (Source(type="uint16", order="DCBA"), "0102", 513),
        (Source(type="int16", offset=1), "00fffe", -2),
        (Source(type="uint24"), "010203", 66051),
        (Source(type="int24", order="DCBA"), "ffffff", -1),
        (Source(type="uint32", order="CDAB"), "00020001", 65538),
        (Source(type="uint32", order="BADC"), "01000200", 65538),
        (Source(type="float32"), "41ac0000", 21.5),
        (Source(type="float64", order="DCBA"), "0000000000803540", 21.5),
        (Source(type="uint8", bit=6), "40", 1),
        (Source(type="uint16", bit=4, bits=8), "0ff0", 255),
        (Source(type="bool"), "02", 1),
        (Source(type="uint64"), "0000000100000000", 4294967296),
    ],
)
def test_a_field_of_a_binary_payload(source: Source, payload: str, value: float) -> None:
    update = read(source, bytes.fromhex(payload))
    assert update is not None
    assert (update.value, update.quality) == (value, 0)


def test_a_binary_payload_that_is_too_short_or_no_number() -> None:
    for source, payload, reason in (
        (Source(type="uint32", offset=2), b"\0\0\0\0", "too short"),
        (Source(type="float32"), bytes.fromhex("7fc00000"), "no value of its kind"),
        (Source(type="float32"), bytes.fromhex("7f800000"), "no value of its kind"),
    ):
        update = read(source, payload)
        assert update is not None
        assert (update.quality, update.reason) == (FAULT, reason)


def test_a_text_in_a_binary_payload() -> None:
    source = Source(type="text", offset=1, length=6, encoding="gb18030")
    update = read(source, b"\x01" + "水泵".encode("gb18030") + b"\0\0\xff", text=True)
    assert update is not None
    assert update.value == "水泵"


@given(
    kind=st.sampled_from(
        [kind for kind in Kind if kind.size and kind is not Kind.BOOL and not kind.is_float]
    ),
    order=st.sampled_from(Order),
    data=st.data(),
)
def test_what_is_written_into_a_field_is_read_from_it(kind: Kind, order: Order, data: st.DataObject) -> None:
    if kind.size == 3:
        order = Order.ABCD if order is Order.BADC or order is Order.CDAB else order
    low = -(1 << 8 * kind.size - 1) if kind.is_signed else 0
    value = data.draw(st.integers(max(low, -(1 << 53)), min(low + (1 << 8 * kind.size) - 1, 1 << 53)))
    field = Field(kind, offset=data.draw(st.integers(0, 3)), order=order)
    packed = bytearray()
    field.write(value, packed)
    assert field.read(bytes(packed)) == value


# -- topics


def test_filters_find_whom_a_topic_concerns() -> None:
    """MQTT 3.1.1, 4.7."""
    filters: Filters[str] = Filters()
    for topic_filter in ("a/b/c", "a/+/c", "a/#", "#", "+/b/c", "a/b/c/#", "+", "$SYS/#", "a//c"):
        filters.add(topic_filter, topic_filter)
    assert set(filters.of("a/b/c")) == {"a/b/c", "a/+/c", "a/#", "#", "+/b/c", "a/b/c/#"}
    assert set(filters.of("a")) == {"a/#", "#", "+"}
    assert set(filters.of("a//c")) == {"a//c", "a/+/c", "a/#", "#"}
    assert set(filters.of("$SYS/x")) == {"$SYS/#"}
    for topic_filter in ("a/b/c", "a/+/c", "a/#", "#", "+/b/c", "a/b/c/#", "+", "$SYS/#", "a//c"):
        filters.remove(topic_filter, topic_filter)
        filters.remove(topic_filter, topic_filter)
    assert filters.of("a/b/c") == []


@given(
    topic=st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1, max_size=4),
    pattern=st.lists(st.sampled_from(["a", "b", "", "+", "$x"]), min_size=1, max_size=4),
    rest=st.booleans(),
)
def test_the_index_agrees_with_a_plain_comparison(topic: list[str], pattern: list[str], rest: bool) -> None:
    names = [*pattern, "#"] if rest else pattern
    long_enough = len(topic) >= len(pattern) if rest else len(topic) == len(pattern)
    same = long_enough and all(one in ("+", other) for one, other in zip(pattern, topic, strict=False))
    hidden = topic[0].startswith("$") and names[0] in ("+", "#")
    assert meets("/".join(names), "/".join(topic)) == (same and not hidden)


def test_topics_are_below_the_base() -> None:
    assert joined("site/d1", "up/data") == "site/d1/up/data"
    assert joined("site/d1", "") == "site/d1"
    assert joined("", "up") == "up"
    assert joined("site/d1", "../bridge/state") == "site/bridge/state"


@pytest.mark.parametrize("topic_filter", ["", "a/#/b", "a/b#", "a/+b", "x" * 70_000, "a\0"])
def test_what_is_no_topic_filter(topic_filter: str) -> None:
    assert wrong(topic_filter)


# -- writing


def written(source: Source, value: float | str) -> tuple[str, bytes, int]:
    return topic_and_payload(source, Options(), value)


@pytest.mark.parametrize(
    ("write", "words", "value", "payload"),
    [
        ({"payload": '{{"set": {value}}}'}, {}, 21.5, b'{"set": 21.5}'),
        ({"payload": '{"set": {"v": {value}}}'}, {}, 5.0, b'{"set": {"v": 5}}'),
        ({"payload": '{"set": "{value}"}'}, {}, 'a"b', b'{"set": "a\\"b"}'),
        ({"payload": "SET {value};"}, {}, -0.25, b"SET -0.25;"),
        ({"path": "params.on"}, {"true": 1, "false": 0}, 1.0, b'{"params":{"on":true}}'),
        ({"path": "params[0].v"}, {}, 21.5, b'{"params":[{"v":21.5}]}'),
        ({"path": "v"}, {}, "泵", '{"v":"泵"}'.encode()),
        ({}, {"on": 1, "off": 0}, 0.0, b"off"),
        ({}, {}, 1e20, b"1e+20"),
    ],
)
def test_what_is_published_when_a_point_is_written(
    write: Mapping[str, str], words: Mapping[str, float], value: float | str, payload: bytes
) -> None:
    source = Source(map=words, write=Write.model_validate({"topic": "cmd", **write}))
    assert written(source, value) == ("cmd", payload, 1)


def test_a_binary_command_is_packed_as_the_point_is() -> None:
    source = Source(type="int16", order="DCBA", write=Write(topic="cmd", qos=0))
    assert written(source, -2.0) == ("cmd", b"\xfe\xff", 0)
    with pytest.raises(WriteError, match=r"70000\.0 does not fit a int16"):
        written(source, 70_000.0)


def test_a_point_without_a_command_cannot_be_written() -> None:
    with pytest.raises(WriteError, match="no write"):
        written(Source(), 1.0)


# -- what is of now, of the past, or twice


STALE_S = 60


class Device:
    """One device of three points, and the values that its last scan shows."""

    def __init__(self) -> None:
        points = tuple(point(name, Source(path=name, time_path="at", time_format="s")) for name in "abc")
        self.decoder = MqttDecoder(template("mqtt", points, Options()))
        self.newest = Newest(3, frozenset(), STALE_S)
        self.now_s = 1_700_000_000

    def says(self, *, retained: bool = False, **document: object) -> None:
        message = Message("t", json.dumps(document).encode(), self.now_s * 10**9, retained=retained)
        self.newest.take(0, message, self.decoder.readers[0].updates(message, 1000))

    def shown(self) -> list[tuple[bool, int, list[float], list[int]]]:
        """(past, seconds, values, quality) of each scan; what is bad shows as -1."""
        return [
            (
                scan.past, scan.time_ns // 10**9 - 1_700_000_000,
                [-1.0 if math.isnan(value) else value for value in scan.raw.values], list(scan.raw.quality),
            )
            for scan in self.newest.scans(self.now_s * 10**9)
        ]  # fmt: skip


NOT_READ, ADDRESS, STALE = Quality.BAD_NOT_READ, Quality.BAD_ADDRESS, Quality.UNCERTAIN_STALE


def test_nothing_is_shown_before_the_device_was_heard() -> None:
    assert Device().shown() == []


def test_an_older_value_goes_into_the_history_and_the_newest_stays() -> None:
    device = Device()
    device.says(a=3, b=4, c=5, at=1_700_000_000)
    assert device.shown() == [(False, 0, [3, 4, 5], [0, 0, 0])]
    device.says(a=1, b=2, at=1_699_999_990)
    assert device.shown() == [
        (True, -10, [1, 2, -1], [0, 0, ADDRESS]),
        (False, 0, [3, 4, 5], [0, 0, 0]),
    ]


def test_what_comes_twice_counts_once() -> None:
    device = Device()
    for _ in range(2):
        device.says(a=3, b=4, c=5, at=1_700_000_000)
    assert len(device.shown()) == 1
    device.now_s += 1
    device.says(a=3, b=4, c=5, at=1_700_000_000)
    assert device.shown() == [(False, 1, [3, 4, 5], [0, 0, 0])], "how it still stands"


def test_a_kept_value_is_uncertain_until_a_live_one_comes_and_never_replaces_it() -> None:
    device = Device()
    device.says(a=1, b=2, c=3, retained=True)
    assert device.shown()[-1][2:] == ([1, 2, 3], [STALE, STALE, STALE])
    device.says(a=5)
    assert device.shown()[-1][2:] == ([5, 2, 3], [0, STALE, STALE])
    device.says(a=1, b=2, c=3, retained=True)
    assert device.shown()[-1][2:] == ([5, 2, 3], [0, STALE, STALE])


def test_a_kept_value_with_a_time_of_its_own_is_good_as_long_as_a_live_one_would_be_believed() -> None:
    for age_s, quality in ((0, 0), (STALE_S, 0), (STALE_S + 1, STALE), (3 * 86400, STALE)):
        device = Device()
        device.says(a=1, b=2, c=3, at=device.now_s - age_s, retained=True)
        assert device.shown()[-1][2:] == ([1, 2, 3], [quality] * 3), age_s


def test_an_old_kept_value_is_stale_until_the_device_speaks_and_never_spoils_what_it_said() -> None:
    device = Device()
    device.says(a=1, b=2, c=3, at=device.now_s - 3600, retained=True)
    device.says(a=5, at=device.now_s)
    assert device.shown()[-1][2:] == ([5, 2, 3], [0, STALE, STALE])
    said_s = device.now_s
    device.now_s += 3600
    device.says(a=5, at=said_s, retained=True)  # the broker tells it again, for somebody else
    assert device.shown()[-1][2:] == ([5, 2, 3], [0, STALE, STALE])
    device.newest.doubt()
    device.says(a=5, at=said_s, retained=True)
    assert device.shown()[-1][2:] == ([5, 2, 3], [STALE, STALE, STALE])


def test_what_was_known_is_doubted_when_nobody_listened_for_a_while() -> None:
    device = Device()
    device.says(a=1, b=2, c=3, at=1_700_000_000)
    device.newest.doubt()
    assert device.shown()[-1][2:] == ([1, 2, 3], [STALE, STALE, STALE])
    device.says(a=1, b=2, c=3, at=1_700_000_000)
    assert device.shown()[-1][2:] == ([1, 2, 3], [0, 0, 0])


def test_a_point_that_is_not_in_every_message_stays_as_it_was() -> None:
    device = Device()
    device.says(a=1)
    assert device.shown()[-1][2:] == ([1, -1, -1], [0, ADDRESS, ADDRESS])
    device.says(b=2)
    assert device.shown()[-1][2:] == ([1, 2, -1], [0, 0, ADDRESS])


def test_a_clock_that_was_ahead_does_not_shut_out_what_comes_after() -> None:
    device = Device()
    device.says(a=1, b=1, c=1, at=1_700_009_999)
    assert device.shown()[-1][:3] == (False, 0, [1, 1, 1])
    device.now_s += 5
    device.says(a=2, b=2, c=2, at=1_700_000_005)
    assert device.shown() == [(False, 5, [2, 2, 2], [0, 0, 0])]


def test_a_clock_that_was_put_back_is_believed_once_nothing_newer_comes() -> None:
    """A battery of its clock is empty, or summer time ends: its messages are of now all the same."""
    device = Device()
    device.says(a=1, b=1, c=1, at=1_700_000_000)
    device.shown()
    for minute in range(1, 6):
        device.now_s += 60
        device.says(a=2, b=2, c=2, at=946_684_800 + 60 * minute)
        assert [past for past, *_ in device.shown()] == [True, False], "it may still be late"
    device.now_s += 60
    device.says(a=3, b=3, c=3, at=946_684_800 + 360)
    assert device.shown() == [(False, 360, [3, 3, 3], [0, 0, 0])]
    device.now_s += 60
    device.says(a=4, b=4, c=4, at=946_684_800 + 420)
    assert device.shown() == [(False, 420, [4, 4, 4], [0, 0, 0])]


def test_reading_a_payload_at_its_limit_takes_no_time_that_would_hold_up_others() -> None:
    """Some milliseconds; the bound is of a machine that is busy."""
    payload = json.dumps({"v": [{"k": 1}] * 20_000}).encode()
    began = time.thread_time()
    assert read(Source(path="v[9999].k"), payload) is not None
    assert time.thread_time() - began < 5.0
