"""HTTP: the bodies of answers, packed or not, and the values in them."""

import gzip
import json
import zlib

from benchmarks.fuzzed.sql import _NAME, _point
from benchmarks.fuzzed.target import Target
from config.site import Template
from drivers.http.body import Body, BodyError, document
from drivers.http.schema import Options, Source
from drivers.http.values import Plan
from drivers.jsonpath import path
from drivers.readings import ReadingsDecoder

LIMIT = 4096
_POINTS = (
    _point("temp", Source(path="data.items[0].temp", map={"on": 1.0})),
    _point("name", Source(path="data.items[-1].name", text=True)),
    _point("whole", Source(path="", text=True)),
)
_PLAN = Plan(Template("t", "t", _NAME, "http", 1, 1, _POINTS, Options(time="data.at", stale_s=60)))
_PACKED = {0x1F: "gzip", 0x78: "deflate"}


def _feed(received: bytes) -> None:
    body = Body(_PACKED.get(received[0], "") if received else "", LIMIT)
    half = len(received) // 2
    try:
        body.feed(received[:half])
        body.feed(received[half:])
        whole = body.whole()
        assert len(whole) <= LIMIT
        found = document(whole, "application/json; charset=gbk" if received[-1:] == b" " else "")
    except BodyError:
        return
    readings, _ = _PLAN.readings(found, 10**18)
    ReadingsDecoder().decode([readings])


def _feed_path(received: bytes) -> None:
    try:
        made = path(received.decode("utf-8", "replace"))
    except ValueError:
        return
    made.get({"a": [{"b": None}]})
    assert path(str(made)) == made


_DOCUMENT = {"data": {"items": [{"temp": 21.5, "name": "空调"}], "at": "2026-01-01 10:00:00"}}
_TEXT = json.dumps(_DOCUMENT, ensure_ascii=False)

TARGETS = (
    Target(
        "http-json",
        (
            _TEXT.encode(),
            _TEXT.encode("gb18030") + b" ",
            b"\xef\xbb\xbf" + json.dumps(_DOCUMENT).encode(),
            gzip.compress(_TEXT.encode(), mtime=0),
            zlib.compress(_TEXT.encode()),
            gzip.compress(b"[" * 5000, mtime=0),
            b'{"data": {"items": [{"temp": NaN, "name": "\\ud83d"}, {"temp": 1e999}], "at": 1767232800}}',
            b'{"data": {"items": [{"temp": "on"}], "at": null}}',
        ),
        _feed,
    ),
    Target("http-path", (b'data.items[0]["a b"].temp', "$.数据[-1]['x']".encode()), _feed_path),
)
