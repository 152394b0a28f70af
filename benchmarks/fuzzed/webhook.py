"""Inbound webhooks: the headers and the body of a post, rightly signed or not, up to a device's values."""

import base64
import hmac

from benchmarks.fuzzed.sql import _NAME, _point
from benchmarks.fuzzed.target import Target
from config.site import Template
from drivers.http.inbox import Inbox, Post, Taker, Verdict
from drivers.http.schema import Options, Source
from drivers.http.values import Plan
from drivers.readings import ReadingsDecoder

_KEY = b"a key of the fuzzer, long enough"
_NOW_S = 1_800_000_000
_PLAN = Plan(
    Template(
        "t", "t", _NAME, "http", 1, 1,
        (_point("free", Source(path="free")), _point("plate", Source(path="car['plate']", text=True))),
        Options(time="at"),
    )
)  # fmt: skip
_INBOX = Inbox(lambda: _NOW_S * 10**9)
_INBOX.join("gate", Taker("gate", _KEY, bool, lambda: None))


def _mac(id_: str, at_s: int, body: str) -> str:
    signed = f"{id_}.{at_s}.{body}".encode("utf-8", "replace")
    return "v1," + base64.b64encode(hmac.digest(_KEY, signed, "sha256")).decode()


def _feed(received: bytes) -> None:
    """Four lines: hook, id, time, signatures; then the body. It is taken as it is, and rightly signed."""
    lines = received.decode("utf-8", "replace").split("\n", 4)
    hook, id_, time, signatures, body = lines + [""] * (5 - len(lines))
    at_s = int(time[:12]) if time[:12].isascii() and time[:12].isdigit() else _NOW_S
    forged, _, takers = _INBOX.judged(Post(hook, id_, at_s, signatures, body))
    right = signatures.split()[:10].count(_mac(id_, at_s, body))
    assert right or forged in (Verdict.FORGED, Verdict.AWAY), "it was believed without a right signature"
    verdict, posted, takers = _INBOX.judged(Post("gate", "msg_1", _NOW_S, _mac("msg_1", _NOW_S, body), body))
    assert bool(takers) == (verdict is Verdict.ACCEPTED)
    if takers:
        readings, _ = _PLAN.readings(posted, _NOW_S * 10**9)
        ReadingsDecoder().decode([readings])


_BODY = '{"free": 12, "car": {"plate": "京A1"}, "at": "2027-01-15 16:00:00"}'

TARGETS = (
    Target(
        "webhook",
        (
            f"gate\nmsg_1\n{_NOW_S}\n{_mac('msg_1', _NOW_S, _BODY)}\n{_BODY}".encode(),
            f"gate\nmsg_2\n{_NOW_S + 9}\nv1,AAAA {_mac('msg_2', _NOW_S + 9, '[]')} v1a,x\n[]".encode(),
            f"none\nmsg-3\n{_NOW_S - 999}\nv2,x\n".encode() + b'{"free": "\\ud83d", "car": [1e999, NaN, -0]}',
        ),
        _feed,
    ),
)
