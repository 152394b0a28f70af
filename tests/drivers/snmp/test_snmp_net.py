"""Against net-snmp: its agent in every version and level of security, its traps and informs."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ports import free_port
from config.site import Point
from drivers.driver import Cadence, Driver, LinkError, Quality, Stateful, WriteError
from drivers.snmp.driver import Snmp
from drivers.snmp.heard import HeardDriver
from drivers.snmp.plan import Plan
from drivers.snmp.receiver import Dropped
from drivers.snmp.schema import Connection, Options, Source
from drivers.snmp.terms import Kind, Syntax
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within
from tests.drivers.snmp.net_snmp import AUTH, BASE, PRIV, UPS, USERS, NetSnmp, credentials

SECRETS = {"public": "public", "private": "private", "auth": AUTH, "priv": PRIV, "other": "wrong-pass"}
ADDED, REMOVED = "1.3.6.1.2.1.33.2.3", "1.3.6.1.2.1.33.2.4"
ALARM_ID, ALARM = f"{UPS}.6.2.1.1", f"{UPS}.6.2.1.2"
ON_BATTERY = f"{UPS}.6.3.2"

VALUES: dict[str, tuple[Source, float | str]] = {
    "integer": (Source(oid=f"{BASE}.1.0"), -5),
    "gauge": (Source(oid=f"{BASE}.2.0"), 4294967295),
    "counter": (Source(oid=f"{BASE}.3", index="0"), 4000000000),
    "ticks": (Source(oid=f"{BASE}.4.0"), 360000),
    "decimals": (Source(oid=f"{BASE}.5.0"), 21.5),
    "text": (Source(oid=f"{BASE}.5.0", type=Kind.TEXT), " 21.5"),
    "oid": (Source(oid=f"{BASE}.6.0", type=Kind.TEXT), f"{UPS}.6.3.3"),
    "address": (Source(oid=f"{BASE}.9.3.0", type=Kind.TEXT), "10.0.8.21"),
    "flag": (Source(oid=f"{BASE}.8.0", type=Kind.FLAGS, bit=1), 1),
    "hex": (Source(oid=f"{BASE}.8.0", type=Kind.HEX), 256),
    "hex-bit": (Source(oid=f"{BASE}.8.0", type=Kind.HEX, bit=8), 1),
    "counter64": (Source(oid=f"{BASE}.9.1.0"), 2.0**64),
    "float": (Source(oid=f"{BASE}.9.2.0"), 23.5),
    "writable": (Source(oid=f"{BASE}.20.0"), 1),
    "name": (Source(oid=f"{BASE}.21.0", type=Kind.TEXT), "old"),
}
POINTS = tuple(point(name, source) for name, (source, _) in VALUES.items())
ABSENT = point("absent", Source(oid=f"{BASE}.77.0"))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetSnmp]:
    agent = NetSnmp(Path(tmp_path_factory.mktemp("snmpd")))
    agent.start()
    yield agent
    agent.stop()


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process(secrets=dict(SECRETS))
    yield process
    await process.close()


def made(agent: NetSnmp, process: Process, points: tuple[Point, ...], **more: Any) -> tuple[Driver, Plan]:
    """`more` goes into the connection: a community, or who the user is."""
    kind = template("snmp", points, Options(), period_s=0.1, timeout_s=1.0)
    connection = Connection.model_validate({"host": "127.0.0.1", "port": agent.port, **more})
    plan = Snmp().decoder(kind)
    assert isinstance(plan, Plan)
    driver = Snmp().driver(device("d", kind, connection), Cadence(0.1), plan, process.surroundings)
    return driver, plan


def user(name: str) -> dict[str, str]:
    auth, priv, _, _ = USERS[name]
    keys = {"auth_key": "auth" if auth != "none" else "", "priv_key": "priv" if priv != "none" else ""}
    return {"version": "3", "user": name, "auth": auth, "priv": priv, **keys}


async def read(driver: Driver, plan: Plan) -> Mapping[str, float | str | Quality]:
    scans = driver.scans()
    scan = await within(anext(scans))
    await scans.aclose()  # type: ignore[attr-defined]
    columns = plan.decode([scan.raw])
    return {
        one.id: Quality(columns.quality[0, at]) if columns.quality[0, at]
        else columns.texts[at][0] if at in columns.texts else float(columns.values[0, at])
        for at, one in enumerate(driver.device.template.points)  # type: ignore[attr-defined]
    }  # fmt: skip


WHO = {"1": {"version": "1", "community": "public"}, "2c": {"community": "public"}} | {
    name: user(name) for name in USERS
}


@pytest.mark.parametrize("who", WHO)
async def test_every_type_is_read_in_every_version_and_level(
    who: str, agent: NetSnmp, process: Process
) -> None:
    driver, plan = made(agent, process, (*POINTS, ABSENT), **WHO[who])
    await within(driver.connect())
    found = dict(await read(driver, plan))
    assert found.pop("absent") is Quality.BAD_ADDRESS
    if who == "1":  # version 1 has no 64 bits
        assert found.pop("counter64") is Quality.BAD_ADDRESS
    expected = {name: value for name, (_, value) in VALUES.items() if name in found}
    assert found == expected
    await driver.close()


@pytest.mark.parametrize("who", ["sha-aes", "private"])
async def test_a_value_is_set_in_the_type_in_which_it_was_read(
    who: str, agent: NetSnmp, process: Process
) -> None:
    about = user(who) if who in USERS else {"community": "public", "write_community": "private"}
    driver, plan = made(agent, process, POINTS, **about)
    names = list(VALUES)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        await within(driver.write(names.index("writable"), 7))
        await within(driver.write(names.index("name"), "新名"))
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 2)
        columns = plan.decode([pump.scans[-1].raw])
        assert columns.values[0, names.index("writable")] == 7
        assert columns.texts[names.index("name")][0] == "新名"
        await within(driver.write(names.index("writable"), 1))
        await within(driver.write(names.index("name"), "old"))
        with pytest.raises(WriteError, match="d/integer := 3: error 17, not writable"):
            await within(driver.write(names.index("integer"), 3))


async def test_a_community_that_may_not_write_is_refused(agent: NetSnmp, process: Process) -> None:
    source = Source(oid=f"{BASE}.20.0", write_as=Syntax.INTEGER)
    driver, _ = made(agent, process, (point("p", source),), community="public")
    await within(driver.connect())
    with pytest.raises(WriteError, match="error 6, no access"):
        await within(driver.write(0, 1))
    await driver.close()


@pytest.mark.parametrize(
    ("wrong", "said", "chinese"),
    [
        ({"auth_key": "other"}, "auth or auth_key is wrong", "设备报告 auth 或 auth_key 错误"),
        ({"user": "nobody"}, "does not know the user", "设备没有该用户"),
        ({"auth": "sha256"}, "auth or auth_key is wrong", "设备报告 auth 或 auth_key 错误"),
    ],
)
async def test_what_is_wrong_with_a_user_is_said(
    wrong: dict[str, str], said: str, chinese: str, agent: NetSnmp, process: Process
) -> None:
    driver, _ = made(agent, process, POINTS, **{**user("sha-aes"), **wrong})
    with pytest.raises(LinkError, match=said) as raised:
        await within(driver.connect())
    assert chinese in raised.value.why.zh
    await driver.close()


async def test_an_agent_that_boots_again_is_read_on_and_written(tmp_path: Path, process: Process) -> None:
    """Its engine's boots and time are others; its counters begin anew."""
    agent = NetSnmp(tmp_path)
    agent.start()
    try:
        driver, plan = made(agent, process, POINTS, **user("sha512-aes256"))
        async with Pump(driver) as pump:
            await until(lambda: bool(pump.scans))
            for _ in range(2):
                agent.stop()
                agent.start()
                before = len(pump.scans)
                await until(lambda: len(pump.scans) >= before + 5)  # noqa: B023 - awaited in its turn
                assert plan.decode([pump.scans[-1].raw]).values[0, 0] == -5
            await within(driver.write(list(VALUES).index("writable"), 2))
    finally:
        agent.stop()


@pytest.mark.parametrize("who", ["1", "2c", "sha256-aes192", "none-none"])
async def test_a_row_of_the_alarm_table_is_an_active_alarm(
    who: str, tmp_path: Path, process: Process
) -> None:
    agent = NetSnmp(tmp_path)
    agent.lines += [f"override {UPS}.6.1.0 uinteger 2"]
    agent.lines += [
        f"override {ALARM}.{row} object_id {UPS}.6.3.{alarm}" for row, alarm in ((4, 2), (200, 9))
    ]
    agent.start()
    try:
        points = tuple(point(f"a{at}", Source(alarm=f"{UPS}.6.3.{at}")) for at in (1, 2, 9))
        driver, plan = made(agent, process, points, **WHO[who])
        await within(driver.connect())
        assert await read(driver, plan) == {"a1": 0, "a2": 1, "a9": 1}
        await driver.close()
    finally:
        agent.stop()


async def test_an_agent_without_an_alarm_table_has_no_alarms_that_are_off(
    agent: NetSnmp, process: Process
) -> None:
    driver, plan = made(agent, process, (point("a", Source(alarm=ON_BATTERY)),), community="public")
    await within(driver.connect())
    assert await read(driver, plan) == {"a": Quality.BAD_ADDRESS}
    await driver.close()


BATTERY = Source(trap=ADDED, clear=(REMOVED, "1.3.6.1.6.3.1.1.5.1"), match={ALARM: ON_BATTERY})
LINK = Source(trap="1.3.6.1.6.3.1.1.5.3", clear="1.3.6.1.6.3.1.1.5.4", match={"1.3.6.1.2.1.2.2.1.1": 3})
HEARD = (point("battery", BATTERY), point("link", LINK), point("integer", VALUES["integer"][0]))


def state(pump: Pump, plan: Plan) -> list[float]:
    return [float(value) for value in plan.decode([pump.scans[-1].raw]).values[0]]


@pytest.mark.parametrize("kind", ["trap", "inform"])
@pytest.mark.parametrize("who", ["2c", *(name for name in USERS if name != "none-none")])
async def test_a_notification_sets_a_point_and_another_clears_it(
    kind: str, who: str, agent: NetSnmp, process: Process
) -> None:
    port = free_port()
    driver, plan = made(agent, process, HEARD, **WHO[who], trap_port=port)
    about = ["-v2c", "-c", "public"] if who == "2c" else credentials(who)
    if kind == "inform":
        about = ["-Ci", *about]

    async def send(trap: str, *varbinds: str) -> None:
        assert await agent.send(*about, f"127.0.0.1:{port}", "", trap, *varbinds) == 0

    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        assert state(pump, plan) == [0, 0, -5]
        await send(ADDED, f"{ALARM}.7", "o", f"{UPS}.6.3.3")  # another alarm
        await send(ADDED, f"{ALARM_ID}.7", "i", "7", f"{ALARM}.7", "o", ON_BATTERY)
        await until(lambda: state(pump, plan) == [1, 0, -5])
        await send("1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.3", "i", "3")
        await until(lambda: state(pump, plan) == [1, 1, -5])
        await send(REMOVED, f"{ALARM}.7", "o", ON_BATTERY)
        await until(lambda: state(pump, plan) == [0, 1, -5])
        assert not pump.losses


async def test_traps_of_an_engine_whose_boots_were_put_back_are_heard(
    tmp_path: Path, process: Process
) -> None:
    """Cards that forget their boots when their power fails count from 1 again; their answers say so."""
    agent = NetSnmp(tmp_path)
    engine = "80000000050123456789abcdef"
    agent.lines += [f"exactEngineID 0x{engine}"]
    kept = tmp_path / "state" / "snmpd.conf"
    kept.write_text(f"engineBoots 41\noldEngineID 0x{engine}\n")
    port = free_port()

    async def send(trap: str, boots: int) -> None:
        about = [*credentials("sha256-aes192"), "-e", f"0x{engine}", "-Z", f"{boots},2"]
        assert await agent.send(*about, f"127.0.0.1:{port}", "", trap, f"{ALARM}.7", "o", ON_BATTERY) == 0

    agent.start()
    try:
        driver, plan = made(agent, process, HEARD, **user("sha256-aes192"), trap_port=port)
        async with Pump(driver) as pump:
            await until(lambda: bool(pump.scans))
            await send(ADDED, 42)
            await until(lambda: state(pump, plan) == [1, 0, -5])
            agent.stop()
            kept.unlink()
            agent.start()
            before = len(pump.scans)
            await until(lambda: len(pump.scans) >= before + 5)
            await send(REMOVED, 1)
            await until(lambda: state(pump, plan) == [0, 0, -5])
    finally:
        agent.stop()


async def test_traps_of_version_1_are_heard_beside_polls_of_version_2(
    agent: NetSnmp, process: Process
) -> None:
    port = free_port()
    driver, plan = made(agent, process, HEARD, community="public", trap_port=port)
    about = "-v1", "-c", "public", f"127.0.0.1:{port}"
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        await agent.send(*about, "1.3.6.1.2.1.33.2", "127.0.0.1", "6", "3", "", f"{ALARM}.7", "o", ON_BATTERY)
        await agent.send(
            *about, "1.3.6.1.4.1.1", "127.0.0.1", "2", "0", "", "1.3.6.1.2.1.2.2.1.1.3", "i", "3"
        )
        await until(lambda: state(pump, plan) == [1, 1, -5])
        await agent.send(*about, "1.3.6.1.4.1.1", "127.0.0.1", "0", "0", "")  # coldStart
        await until(lambda: state(pump, plan) == [0, 1, -5])


async def test_strangers_and_wrong_secrets_are_counted_and_dropped(agent: NetSnmp, process: Process) -> None:
    port = free_port()
    driver, plan = made(agent, process, HEARD, **user("sha-aes"), trap_port=port)
    assert isinstance(driver, HeardDriver)
    what = f"127.0.0.1:{port}", "", ADDED, f"{ALARM}.7", "o", ON_BATTERY
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        assert driver._receiver is not None
        dropped = driver._receiver.dropped
        await agent.send("--clientaddr=127.0.0.3", *credentials("sha-aes"), *what)
        await until(lambda: dropped[Dropped.STRANGER] == 1)
        untrusted = (
            ["-v2c", "-c", "public"],
            credentials("md5-des"),
            ["-v3", "-l", "authNoPriv", "-u", "sha-aes", "-a", "SHA", "-A", AUTH],
            ["-v3", "-l", "noAuthNoPriv", "-u", "sha-aes"],
            [
                "-v3",
                "-l",
                "authPriv",
                "-u",
                "sha-aes",
                "-a",
                "SHA",
                "-A",
                "wrong-pass",
                "-x",
                "AES",
                "-X",
                PRIV,
            ],
        )
        for count, about in enumerate(untrusted, start=1):
            await agent.send(*about, *what)
            await until(lambda: dropped[Dropped.UNTRUSTED] == count)  # noqa: B023 - awaited in its turn
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 2)
        assert state(pump, plan) == [0, 0, -5]


async def test_what_only_traps_tell_is_kept_over_a_restart(agent: NetSnmp, process: Process) -> None:
    driver, _ = made(agent, process, HEARD, community="public", trap_port=free_port())
    assert isinstance(driver, Stateful)
    driver.restore({"battery": 1.0, "gone": 1.0})
    assert driver.state() == {"battery": 1.0, "link": 0.0}
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        assert driver.state() == {"battery": 1.0, "link": 0.0}


async def test_a_trap_that_was_lost_is_found_by_the_table(agent: NetSnmp, process: Process) -> None:
    """The trap sets the point at once; where the table does not hold the alarm, the point is put right."""
    port = free_port()
    points = (
        point("a", Source(alarm=ON_BATTERY, trap=ADDED, match={ALARM: ON_BATTERY}, count=f"{BASE}.20.0")),
    )
    driver, plan = made(agent, process, points, community="public", trap_port=port)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        assert state(pump, plan) == [0]
        about = "-v2c", "-c", "public", f"127.0.0.1:{port}"
        await agent.send(*about, "", ADDED, f"{ALARM}.7", "o", ON_BATTERY)
        await until(lambda: any(plan.decode([scan.raw]).values[0, 0] == 1 for scan in pump.scans))
        await until(lambda: state(pump, plan) == [0])
