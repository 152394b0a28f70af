"""Against node-opcua: security, users, every kind of value, writes, conditions, late nodes, browsing."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.site import Point
from drivers.driver import LinkError, Quality, WriteError
from drivers.opcua.browsing import walk
from drivers.opcua.certificates import fingerprint, self_signed
from drivers.opcua.client import attached
from drivers.opcua.connection import Connection as Connected
from drivers.opcua.schema import Event, Show, Source
from drivers.opcua.subscription import Subscription
from tests.drivers.opcua.opcua_peer import PASSWORD, PLANT, Peer, Reader, connection, written
from tests.drivers.opcua.opcua_rig import text_point
from tests.drivers.plant import Process, point, until, within

POLICIES = ("basic256sha256", "aes128-sha256-rsaoaep", "aes256-sha256-rsapss")
NODE = f"nsu={PLANT};s=AHU1."
ALARM = Event(source="$root", condition="LevelAlarm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("opcua")


@pytest.fixture(scope="module")
def peer(folder: Path) -> Iterator[Peer]:
    with Peer(folder) as peer:
        yield peer


@pytest.fixture(scope="module")
def trust(folder: Path) -> dict[str, str]:
    certificate, key = written(folder, "client", self_signed("Steward", "urn:campus-steward:test"))
    return {"certificate": str(certificate), "private_key": str(key)}


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process(secrets={"peer-password": PASSWORD, "wrong-password": "battery staple"})
    yield process
    await process.close()


def node(name: str, at: str, **more: Any) -> Point:
    return point(name, Source(node=f"{NODE}{at}", **more))


KINDS = (
    node("level", "level"),
    node("running", "running"),
    node("count", "count"),
    node("mode", "mode"),
    node("since", "since"),
    node("element", "list", index=2),
    node("beyond", "list", index=9),
    node("low", "structure", field="limits.low"),
    node("past", "structure", field="history[1].high"),
    node("past-too", "structure", field="history.high", index=0),
    node("no-field", "structure", field="limits.middle"),
    node("state", "structure", field="state"),
    point("by-path", Source(node=f"nsu={PLANT};temperature")),
    text_point("name", Source(node="$root.name")),
    text_point("title", Source(node="$root.title")),
    text_point("since-text", Source(node="$root.since")),
    text_point("label", Source(node="$root.structure", field="label")),
)


async def test_every_kind_of_value_arrives_over_a_secured_session(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    peer.tell(set="level", value=10)
    peer.tell(structure=1)
    async with Reader(connection(peer, trust), KINDS, process) as reader:
        await reader.shows(
            level=10.0, running=1.0, count=7.0, mode=4.0, since=1704164645.0, element=3.0, low=1.0, past=6.0,
            past_too=4.0, state=2.0, by_path=21.5, name="空调", title="机组",
            since_text="2024-01-02T03:04:05+00:00", label="风机", beyond=Quality.BAD_ADDRESS,
            no_field=Quality.BAD_ADDRESS,
        )  # fmt: skip
        peer.tell(set="level", value=11.5)
        peer.tell(structure=7)
        await reader.shows(level=11.5, low=7.0)
        assert not reader.pump.losses


@pytest.mark.parametrize("mode", ["sign", "sign-and-encrypt"])
@pytest.mark.parametrize("security", POLICIES)
async def test_every_policy_and_mode_is_spoken(
    peer: Peer, trust: dict[str, str], process: Process, security: str, mode: str
) -> None:
    """S-64."""
    reached = connection(peer, trust, security=security, mode=mode)
    async with Reader(reached, KINDS[1:3], process) as reader:
        await reader.shows(running=1.0, count=7.0)


async def test_a_status_of_the_server_is_the_nearest_quality(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    points = (node("gauge", "gauge"), node("count", "count"))
    async with Reader(connection(peer, trust), points, process) as reader:
        for status, quality in (
            ("BadSensorFailure", Quality.BAD_SENSOR_FAULT),
            ("BadNoCommunication", Quality.BAD_COMM_LOSS),
            ("UncertainLastUsableValue", Quality.UNCERTAIN_STALE),
            ("UncertainSubstituteValue", Quality.UNCERTAIN_SUBSTITUTED),
            ("BadOutOfRange", Quality.BAD_OUT_OF_RANGE),
        ):
            peer.tell(bad="gauge", status=status)
            await reader.shows(gauge=quality, count=7.0)
        peer.tell(set="gauge", value=10)
        await reader.shows(gauge=10.0)
        assert not reader.pump.losses


@pytest.mark.parametrize("pin", ["", "file"])
async def test_another_certificate_than_the_pinned_one_is_refused(
    peer: Peer, trust: dict[str, str], process: Process, folder: Path, pin: str
) -> None:
    """S-64: the message says what was seen, what was expected, and the way out."""
    made = self_signed("another", "urn:another")
    other = fingerprint(made.certificate)
    place = str(written(folder, "another", made)[0]) if pin else other
    reader = Reader(connection(peer, trust, server_certificate=place), KINDS[:1], process)
    with pytest.raises(LinkError) as refused:
        await within(reader.driver.connect())
    said = str(refused.value)
    assert fingerprint(peer.made.certificate) in said
    assert other in said
    assert "write it as server_certificate" in said
    await reader.driver.close()


async def test_a_pinned_file_is_as_good_as_a_fingerprint(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    reached = connection(peer, trust, server_certificate=str(peer.certificate))
    async with Reader(reached, KINDS[1:2], process) as reader:
        await reader.shows(running=1.0)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"server_certificate": ""}, "no server certificate is pinned. It shows sha256:"),
        ({"password": "wrong-password"}, "refuses the session: .*User|refuses the session: .*Identity"),
        ({"user": "", "password": ""}, "refuses the session"),
        ({"certificate": "/nowhere.pem"}, "the certificate /nowhere.pem cannot be read: No such file"),
        ({"root": "ns=9;s=AHU9"}, "has none of the 1 nodes of ahu-1, such as ns=9;s=AHU9.name"),
    ],
)
async def test_what_is_not_right_about_a_connection_is_said(
    peer: Peer, trust: dict[str, str], process: Process, more: dict[str, str], said: str
) -> None:
    points = (text_point("name", Source(node="$root.name")),)
    reader = Reader(connection(peer, trust, **more), points, process)
    with pytest.raises(LinkError, match=said) as refused:
        await within(reader.driver.connect())
    assert "battery" not in str(refused.value)
    await reader.driver.close()


async def test_a_server_without_the_policy_is_told_apart(
    trust: dict[str, str], process: Process, tmp_path: Path
) -> None:
    with Peer(tmp_path, policies=["None"], modes=["None"], anonymous=True) as open_one:
        reader = Reader(connection(open_one, trust), KINDS[:1], process)
        with pytest.raises(LinkError, match="not offer basic256sha256 with sign-and-encrypt, it offers None"):
            await within(reader.driver.connect())
        await reader.driver.close()


async def test_writes_take_the_type_of_the_node(peer: Peer, trust: dict[str, str], process: Process) -> None:
    async with Reader(connection(peer, trust), KINDS, process) as reader:
        await reader.shows(name="空调", low=reader.now().get("low", 7.0))
        at = {one.id: index for index, one in enumerate(KINDS)}
        for name, value in (
            ("level", 12.5),
            ("running", 0),
            ("count", 65535),
            ("element", 33),
            ("name", "泵"),
        ):
            await within(reader.driver.write(at[name], value))
        await within(reader.driver.write(at["since"], 1700000000))
        await within(reader.driver.write(at["title"], "水泵"))
        await reader.shows(
            level=12.5, running=0.0, count=65535.0, element=33.0, name="泵", since=1700000000.0, title="水泵"
        )
        old: dict[str, float | str] = {"level": 10, "running": 1, "count": 7, "element": 3, "name": "空调"}
        for name, value in old.items():
            await within(reader.driver.write(at[name], value))
        await within(reader.driver.write(at["title"], "机组"))
        await within(reader.driver.write(at["since"], 1704164645))
        await reader.shows(level=10.0, element=3.0, title="机组")


REFUSED: tuple[tuple[Point, float | str, str], ...] = (
    (node("readonly", "readonly"), 1.0, "BadNotWritable|BadUserAccessDenied"),
    (node("count", "count"), 65536, "65536 is not within 0 to 65535, what a UInt16 holds"),
    (node("count", "count"), 1.5, "takes whole numbers only, not 1.5"),
    (node("running", "running"), 2, "neither 0 nor 1"),
    (node("level", "level"), "warm", "'warm' is no number"),
    (node("list", "list"), 1.0, "name an element of it by index"),
    (node("beyond", "list", index=9), 1.0, "does not tell elements of an array apart"),
    (node("low", "structure", field="limits.low"), 1.0, "is the field limits.low of a structure"),
    (point("alarm", Source(event=ALARM)), 1.0, "follows events"),
)


@pytest.mark.parametrize(
    ("refused", "value", "said"), REFUSED, ids=lambda one: getattr(one, "id", str(one)[:20])
)
async def test_a_write_that_cannot_be_is_refused_and_says_why(
    peer: Peer, trust: dict[str, str], process: Process, refused: Point, value: float | str, said: str
) -> None:
    points = (node("level", "level"), refused)
    async with Reader(connection(peer, trust), points, process) as reader:
        await until(lambda: bool(reader.pump.scans))
        with pytest.raises(WriteError, match=said):
            await within(reader.driver.write(1, value))


ALARMS = (
    node("level", "level"),
    point("active", Source(event=ALARM)),
    point("acknowledged", Source(event=ALARM, show=Show.ACKNOWLEDGED)),
    point("severity", Source(event=ALARM, show=Show.SEVERITY)),
    text_point("message", Source(event=ALARM, show=Show.MESSAGE)),
    point("by-name", Source(event=Event(condition="LevelAlarm"))),
    point("unnamed", Source(event=Event(), show=Show.UNNAMED)),
    text_point("latest", Source(event=Event(), show=Show.LATEST)),
)


async def test_conditions_are_followed_and_told_again_after_a_connect(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    """Part 9: ConditionRefresh tells what was active before anybody listened."""
    for name, value in (("level", 10), ("temperature", 21.5)):
        peer.tell(set=name, value=value)
    peer.tell(acknowledge=True)
    async with Reader(connection(peer, trust), ALARMS, process) as reader:
        await reader.shows(active=0.0, unnamed=0.0, by_name=0.0, severity=0.0)
        peer.tell(set="level", value=60)
        await reader.shows(active=1.0, acknowledged=0.0, by_name=1.0, unnamed=0.0)
        assert reader.now()["severity"] > 0
        assert reader.now()["message"]
        peer.tell(set="temperature", value=50)
        await reader.shows(unnamed=1.0, active=1.0)
        assert reader.now()["latest"]
    async with Reader(connection(peer, trust), ALARMS, process) as reader:
        await reader.shows(active=1.0, acknowledged=0.0, unnamed=1.0)
        peer.tell(acknowledge=True)
        await reader.shows(active=1.0, acknowledged=1.0, unnamed=1.0)
        peer.tell(set="level", value=10)
        peer.tell(set="temperature", value=21.5)
        await reader.shows(active=0.0, by_name=0.0, severity=0.0, unnamed=0.0)
        assert not reader.pump.losses


async def test_a_server_that_loses_events_again_and_again_is_not_asked_for_all_each_time(
    peer: Peer, trust: dict[str, str], process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its queue is shorter than what it retains, the answer itself overflows."""
    refreshed = 0
    refresh = Connected._refresh

    async def counted(self: Connected, subscription: Subscription) -> None:
        nonlocal refreshed
        refreshed += 1
        await refresh(self, subscription)

    monkeypatch.setattr(Connected, "_refresh", counted)
    peer.tell(set="level", value=10)
    async with Reader(connection(peer, trust), (point("alarm", Source(event=ALARM)),), process) as reader:
        await reader.shows(alarm=0.0)
        for value in (90, 10) * 5:
            peer.tell(overflow=1)
            peer.tell(set="level", value=value)
            await reader.shows(alarm=float(value == 90))
        assert refreshed == 2
        assert not reader.pump.losses


async def test_a_node_that_comes_late_or_again_delivers(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    """R-52."""
    points = (
        node("count", "count"),
        node("late", "late"),
        point("by-path", Source(node=f"nsu={PLANT};late")),
    )
    async with Reader(connection(peer, trust), points, process) as reader:
        await reader.shows(count=7.0, late=Quality.BAD_ADDRESS, by_path=Quality.BAD_ADDRESS)
        peer.tell(late=3)
        await reader.shows(late=3.0, by_path=3.0)
        peer.tell(remove=True)
        await reader.shows(count=7.0, late=Quality.BAD_ADDRESS)
        peer.tell(late=4)
        await reader.shows(late=4.0)
        assert not reader.pump.losses
        peer.tell(remove=True)


async def test_every_tag_comes_back_after_a_restart_with_other_namespaces_and_late_nodes(
    trust: dict[str, str], process: Process, tmp_path: Path
) -> None:
    """R-52: all live within 60 s, though the index of their namespace is another and some come late."""
    points = (*KINDS[:5], node("late", "late"))
    with contextlib.ExitStack() as running:
        first = running.enter_context(Peer(tmp_path))
        first.tell(late=1)
        reached = connection(first, trust, server_certificate=str(first.certificate))
        async with Reader(reached, points, process) as reader:
            await reader.shows(level=10.0, late=1.0)
            running.close()
            await until(lambda: bool(reader.pump.losses))
            with Peer(tmp_path, namespaces=["urn:more", "urn:still-more"], port=first.port) as again:
                await reader.shows(level=10.0, running=1.0, count=7.0, late=Quality.BAD_ADDRESS)
                again.tell(late=2)
                await reader.shows(level=10.0, late=2.0)


async def test_the_address_space_is_walked_within_its_limits(
    peer: Peer, trust: dict[str, str], process: Process
) -> None:
    endpoint = connection(peer, trust).endpoint
    async with attached(endpoint, 5.0, process.surroundings.secret) as client:
        found = {one.name: one async for one in walk(client, f"nsu={PLANT};s=AHU1", depth=1)}
        temperature = found["temperature"]
        assert (temperature.node, temperature.unit) == (f"{NODE}temperature", "°C")
        assert (temperature.low, temperature.high, temperature.type) == (-20.0, 80.0, "Double")
        assert re.fullmatch(r"\d+:temperature", temperature.path)
        assert found["list"].type == "Float[]"
        assert found["level"].is_writable
        assert not found["readonly"].is_writable
        assert {one.depth for one in found.values()} == {1}
        assert len([one async for one in walk(client, count=7)]) == 7


async def test_a_user_may_show_a_certificate(
    peer: Peer, trust: dict[str, str], process: Process, folder: Path
) -> None:
    certificate, key = written(folder, "user", self_signed("operator", "urn:operator"))
    reached = connection(
        peer, trust, user="", password="", user_certificate=str(certificate), user_private_key=str(key)
    )
    async with Reader(reached, KINDS[1:2], process) as reader:
        await reader.shows(running=1.0)
