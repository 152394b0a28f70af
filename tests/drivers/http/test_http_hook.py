"""A device that is told by signed posts: what is taken, what is refused, and what a silence means."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import ValidationError

from business.webhooks.signing import headers, new_secret
from drivers.driver import Cadence, Driver, LinkError, Quality, Surroundings, WriteError
from drivers.http.driver import Http
from drivers.http.inbox import Inbox, Post, Taken, Verdict, inbox_of
from drivers.http.schema import Connection, Options, Source
from drivers.http.signature import key_of
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within

SECRET = new_secret()
POINTS = (
    point("open", Source(path="state", map={"open": 1, "closed": 0})),
    point("plate", Source(path="car.plate", text=True)),
    point("free", Source(path="free")),
)
OPTIONS = Options(time="at")


class Hook:
    def __init__(self) -> None:
        self.process = Process(secrets={"gate-key": SECRET})
        self.now_ns = time.time_ns()
        self.inbox: Inbox = inbox_of(self.process.shares, lambda: self.now_ns)
        self.driver = self.of("north")

    @property
    def surroundings(self) -> Surroundings:
        return replace(self.process.surroundings, wall_ns=lambda: self.now_ns)

    def of(self, gate: str, options: Options = OPTIONS) -> Driver:
        made = template("http", POINTS, options, period_s=0.05)
        connection = Connection(webhook="parking-gate", secret="gate-key", match={"gate": gate})
        return Http().driver(
            device(gate, made, connection), Cadence(0.05), Http().decoder(made), self.surroundings
        )

    def signed(self, body: object, *, id_: str = "msg_1", late_s: float = 0.0, secret: str = SECRET) -> Post:
        """By the program's own outbound webhooks, which hold to the same specification."""
        text = body if isinstance(body, str) else json.dumps(body)
        made = headers(id_, int(self.now_ns / 1e9 - late_s), text, [secret])
        return Post("parking-gate", id_, int(made["webhook-timestamp"]), made["webhook-signature"], text)

    def post(self, post: Post) -> Verdict:
        """As the field process does, which also keeps it."""
        verdict, posted, takers = self.inbox.judged(post)
        for taker in takers:
            if taker.concerns(posted):
                self.inbox.put(taker.device, Taken(f"{post.id}/{taker.device}", self.now_ns, posted))
            taker.heard()
        return verdict


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    yield hook
    await hook.process.close()


async def test_a_post_brings_its_values_and_leaves_the_others(hook: Hook) -> None:
    async with Pump(hook.driver) as pump:
        await until(lambda: bool(pump.scans))
        assert set(pump.scans[0].raw.quality) == {Quality.BAD_NOT_READ}
        assert (
            hook.post(hook.signed({"gate": "north", "state": "open", "car": {"plate": "京A1"}})) == "accepted"
        )
        await until(lambda: pump.scans[-1].raw.quality[0] == Quality.GOOD)
        assert pump.scans[-1].raw.values[0] == 1
        assert pump.scans[-1].raw.texts[1] == "京A1"
        assert pump.scans[-1].raw.quality[2] == Quality.BAD_NOT_READ
        assert hook.post(hook.signed({"gate": "north", "free": "12"}, id_="msg_2")) == "accepted"
        await until(lambda: pump.scans[-1].raw.values[2] == 12)
        assert pump.scans[-1].raw.values[0] == 1
        assert hook.post(hook.signed({"gate": "south", "free": 99}, id_="msg_3")) == "accepted"
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before + 2)
        assert pump.scans[-1].raw.values[2] == 12
        assert not pump.losses


async def test_a_post_may_tell_of_several_devices_and_times(hook: Hook) -> None:
    options = OPTIONS.model_copy(update={"items": "events"})
    async with Pump(hook.of("north", options)) as north, Pump(hook.of("south", options)) as south:
        await until(lambda: bool(north.scans) and bool(south.scans))
        at = hook.now_ns // 10**9 - 3
        events = [{"gate": gate, "free": free, "at": at + step} for gate, free, step in (
            ("north", 5, 0), ("south", 7, 0), ("north", 4, 1))]  # fmt: skip
        assert hook.post(hook.signed({"events": events})) == "accepted"
        await until(lambda: north.scans[-1].raw.values[2] == 4 and south.scans[-1].raw.values[2] == 7)
        told = [
            (scan.raw.values[2], scan.time_ns // 10**9)
            for scan in north.scans
            if scan.raw.values[2] in (4, 5)
        ]
        assert told[:2] == [(5, at), (4, at + 1)]


async def test_what_is_posted_waits_for_the_next_turn_and_its_last_scan_has_it_forgotten(
    hook: Hook,
) -> None:
    """Whoever keeps the posts may forget them then; a device that connects anew meanwhile loses none."""
    await within(hook.driver.connect())
    assert hook.post(hook.signed({"gate": "north", "free": 1}, id_="msg_1")) == "accepted"
    assert hook.post(hook.signed({"gate": "north", "free": 2}, id_="msg_2")) == "accepted"
    assert hook.post(hook.signed({"gate": "south", "free": 3}, id_="msg_3")) == "accepted"
    await hook.driver.close()
    again = hook.of("north")
    async with Pump(again) as pump:
        await until(lambda: len(pump.scans) > 3)
    assert [scan.raw.values[2] for scan in pump.scans[:3]] == [1, 2, 2]
    told = [(scan.goes_on, [*scan.keeps]) for scan in pump.scans[:3]]
    assert told == [(True, []), (False, ["msg_1/north", "msg_2/north"]), (False, [])]


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ({"secret": new_secret()}, Verdict.FORGED),
        ({"late_s": 301}, Verdict.OLD),
        ({"late_s": -302}, Verdict.OLD),
        ({"late_s": 290}, Verdict.ACCEPTED),
        ({"body": "{"}, Verdict.UNFIT),
        ({"body": "[" * 10_000}, Verdict.UNFIT),
        ({"body": '"' + "x" * 300_000 + '"'}, Verdict.UNFIT),
    ],
)
async def test_what_is_not_rightly_signed_or_unfit_is_refused(
    hook: Hook, wrong: dict[str, object], verdict: Verdict
) -> None:
    async with Pump(hook.driver) as pump:
        await until(lambda: bool(pump.scans))
        signed = hook.signed(**{"body": {"gate": "north", "free": 3}, **wrong})  # type: ignore[arg-type]
        assert hook.post(signed) is verdict
    assert hook.post(hook.signed({})) is Verdict.AWAY


async def test_whatever_is_changed_of_a_signed_post_makes_it_forged(hook: Hook) -> None:
    async with Pump(hook.driver) as pump:
        await until(lambda: bool(pump.scans))
        right = hook.signed({"gate": "north", "free": 3})
        for changed in (
            {"body": right.body + " "},
            {"id": "msg_2"},
            {"at_s": right.at_s + 1},
            {"signatures": "v1,AAAA"},
            {"signatures": right.signatures.replace("v1,", "v2,")},
            {"signatures": "签名"},
            {"signatures": ""},
            {"id": "", "body": f"{right.id}.{right.at_s}.{right.body}"},
        ):
            assert hook.post(replace(right, **changed)) is Verdict.FORGED
        assert hook.post(replace(right, signatures=f"v1,AAAA {right.signatures}")) is Verdict.ACCEPTED


async def test_an_id_and_a_time_cannot_be_read_out_of_another_id(hook: Hook) -> None:
    """Dots tell the signed text apart: `a.5` at 6 and `a` at 5 with a longer body sign the same bytes."""
    async with Pump(hook.driver) as pump:
        await until(lambda: bool(pump.scans))
        now_s = hook.now_ns // 10**9
        text = f"a.{now_s}.{now_s}.1"
        mac = base64.b64encode(hmac.digest(key_of(SECRET), text.encode(), "sha256")).decode()
        dotted = Post("parking-gate", f"a.{now_s}", now_s, f"v1,{mac}", "1")
        assert hook.post(dotted) is Verdict.FORGED
        assert hook.post(replace(dotted, id="a", body=f"{now_s}.1")) is Verdict.ACCEPTED


async def test_too_long_a_silence_is_a_lost_link_until_the_next_post(
    hook: Hook,
) -> None:
    driver = hook.of("north", OPTIONS.model_copy(update={"quiet_s": 0.3}))
    await within(driver.connect())

    async def read() -> None:
        async for _ in driver.scans():
            pass

    with pytest.raises(LinkError, match=r"nothing was posted to parking-gate for 0\.3 s"):
        await within(read())
    again = driver.connect()
    hook.post(hook.signed({"gate": "north", "free": 3}))
    await within(again)
    scan = await within(anext(driver.scans()))
    assert scan.raw.values[2] == 3
    await driver.close()
    await driver.close()


async def test_it_cannot_be_written_and_needs_a_secret_that_can_be_used(hook: Hook) -> None:
    with pytest.raises(WriteError, match="only tells"):
        await hook.driver.write(0, 1)
    for secret, why in (("whsec_!!", "is not Base64"), ("short", "at least 16 are needed")):
        hook.process.secrets["gate-key"] = secret
        with pytest.raises(LinkError, match=why) as caught:
            await hook.driver.connect()
        assert secret not in str(caught.value)
    pace = hook.process.shares.backoff(("http-hook", "north"))
    assert pace.delay_s(0.0) > 0
    hook.process.secrets["gate-key"] = "a plain text of any kind"
    await hook.driver.connect()
    assert pace.delay_s(0.0) == 0
    await hook.driver.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"webhook": "gate"}, "needs secret"),
        ({"webhook": "gate", "secret": "s", "url": "http://h/"}, "give url, to ask, or webhook"),
        ({}, "give url, to ask, or webhook"),
        ({"webhook": "gate", "secret": "s", "ca": "f"}, "ca belong to url"),
        ({"webhook": "Gate 1", "secret": "s"}, "webhook"),
    ],
)
def test_a_connection_asks_or_is_told(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate(wrong)
