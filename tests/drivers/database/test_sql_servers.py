"""What is particular to the products: rights, encodings, types, time limits."""

import asyncio
import socket
import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.ports import free_port
from config.secrets import SecretMissing
from drivers.database.database import Database
from drivers.database.driver import Sql
from drivers.database.schema import Connection, Options, Product, Source
from drivers.driver import Cadence, LinkError
from tests.drivers.contract import Pump
from tests.drivers.database.sql_rig import OPTIONS, PeerRig, row
from tests.drivers.database.sql_servers import DATABASE, USER, Mariadb, Peer, Postgres
from tests.drivers.plant import Process, device, point, template, until, within

PLATE = (point("plate", Source(text="plate")), point("kwh", Source(column="kwh")))
TABLE = Options(table="readings", watermark="id")


async def shown(pump: Pump) -> tuple[str, float]:
    await until(lambda: bool(pump.scans))
    raw = pump.scans[-1].raw
    return raw.texts[0], raw.values[1]


async def test_an_account_that_could_write_is_told(peer: Peer) -> None:
    points = (point("writable", Source.model_validate({"fact": "writable"})),)
    to = USER if peer.product is Product.POSTGRESQL else f"{USER}@'127.0.0.1'"
    name = "readings" if peer.product is Product.POSTGRESQL else f"{DATABASE}.readings"
    rig = PeerRig(peer)
    await rig.start()
    try:
        for rights, told in ((None, 0), (f"GRANT INSERT ON {name} TO {to}", 1)):
            if rights:
                await asyncio.to_thread(peer.execute, rights)
            async with Pump(rig.of(points=points)) as pump:
                await until(lambda: bool(pump.scans))
                assert pump.scans[-1].raw.values == [told]
    finally:
        await asyncio.to_thread(peer.execute, f"REVOKE INSERT ON {name} FROM {to}")
        await rig.stop()
        await rig.process.close()


async def test_a_session_cannot_write_though_its_account_may(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    admin = (
        ("steward", getattr(peer, "password", "")) if peer.product is Product.POSTGRESQL else ("mighty", "")
    )
    if peer.product is Product.MYSQL:
        await asyncio.to_thread(
            peer.execute,
            "CREATE OR REPLACE USER mighty@'127.0.0.1'",
            "GRANT ALL ON *.* TO mighty@'127.0.0.1'",
        )
    place = Connection(
        product=peer.product, host="127.0.0.1", port=peer.port, database=DATABASE, user=admin[0]
    )
    database = Database(place.place, lambda: admin[1], 1.0)
    try:
        with pytest.raises(LinkError, match=r"(?i)read.only"):
            await within(database.run(lambda session: session.rows(text(row()))))
        count = text("SELECT count(*) AS n FROM readings")
        assert await within(database.run(lambda session: session.rows(count))) == [{"n": 2}]
    finally:
        await database.close()
        await rig.stop()
        await rig.process.close()


async def test_a_match_that_only_the_database_takes_for_equal_is_told_how_it_stands(mariadb: Mariadb) -> None:
    """Its newest row would be shown for ever, and none that comes after it."""
    rig = PeerRig(mariadb)
    await rig.start()
    try:
        async with Pump(rig.of(match={"meter": "a-101"})) as pump:
            await until(lambda: bool(pump.losses or pump.scans))
        assert (
            "has meter = 'A-101', which the database takes for 'a-101'; write it in match" in pump.losses[0]
        )
    finally:
        await rig.stop()
        await rig.process.close()


async def test_gbk_columns_arrive_as_text(mariadb: Mariadb) -> None:
    """S0-5.g: the parking systems of the country declare GBK."""
    rig = PeerRig(mariadb)
    await rig.start()
    try:
        await asyncio.to_thread(
            mariadb.execute,
            "DROP TABLE readings",
            "CREATE TABLE readings (id int AUTO_INCREMENT PRIMARY KEY, `卡号` varchar(20), plate varchar(20),"
            " kwh bit(8)) CHARACTER SET gbk",
            "INSERT INTO readings VALUES (1, '甲', '沪A·学', b'101')",
        )
        async with Pump(rig.of(points=PLATE, options=TABLE, match={"卡号": "甲"})) as pump:
            assert await shown(pump) == ("沪A·学", 5.0)
    finally:
        await rig.stop()
        await rig.process.close()


async def test_gb18030_bytes_in_columns_declared_otherwise_are_read_as_they_are(mariadb: Mariadb) -> None:
    rig = PeerRig(mariadb)
    await rig.start()
    plate, meter = "京A㐂1".encode("gb18030").hex(), "甲".encode("gb18030").hex()
    try:
        await asyncio.to_thread(
            mariadb.execute,
            "DROP TABLE readings",
            "CREATE TABLE readings (id int AUTO_INCREMENT PRIMARY KEY, meter varchar(20), plate varchar(20),"
            " kwh int) CHARACTER SET latin1",
            f"INSERT INTO readings VALUES (1, x'{meter}', x'{plate}', 5)",
            f"INSERT INTO readings VALUES (2, x'{meter}', x'{plate}81', 6)",
        )
        async with Pump(
            rig.of(points=PLATE, options=TABLE, encoding="gb18030", match={"meter": "甲"})
        ) as pump:
            assert await shown(pump) == ("京A㐂1\ufffd", 6.0)
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_postgresql_that_knows_no_encoding_is_read_in_the_one_that_is_given(postgres: Postgres) -> None:
    rig = PeerRig(postgres)
    await rig.start()
    with postgres.connection("undeclared") as connection:
        connection.execute("SET client_encoding = 'SQL_ASCII'")
        connection.execute("DROP TABLE IF EXISTS readings")
        connection.execute("CREATE TABLE readings (id int, meter text, plate text, kwh float8)")
        connection.execute(
            "INSERT INTO readings VALUES (1, '甲', '沪A·学', 5)".encode("gb18030"),
        )
        connection.execute(f"GRANT SELECT ON readings TO {USER}")
    try:
        given: dict[str, Any] = {
            "database": "undeclared", "encoding": "gb18030", "match": {"meter": "甲"},
        }  # fmt: skip
        async with Pump(rig.of(points=PLATE, options=TABLE, **given)) as pump:
            assert await shown(pump) == ("沪A·学", 5.0)
        async with Pump(rig.of(points=PLATE, options=TABLE, database="undeclared", match={})) as pump:
            assert "\ufffd" in (await shown(pump))[0]  # broken, and nothing else is
    finally:
        await rig.stop()
        await rig.process.close()


async def test_a_wrong_password_or_a_missing_secret_says_so_and_shows_nothing(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    try:
        rig.process.secrets["parking-password"] = "geheim-4711"
        async with Pump(rig.of()) as pump:
            await until(lambda: bool(pump.losses))
            assert USER in pump.losses[0]
            assert not any("geheim" in said for said in pump.losses)
    finally:
        await rig.stop()
        await rig.process.close()


async def test_the_loop_goes_on_while_a_server_says_nothing() -> None:
    """Every product, SQL Server's library among them, whose sockets nobody else can reach."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        port = silent.getsockname()[1]
        process = Process()
        made = template("sql", PLATE, OPTIONS, timeout_s=0.5)
        worst_s = 0.0
        for product in (Product.POSTGRESQL, Product.MYSQL, Product.MSSQL):
            connection = Connection(
                product=product, host="127.0.0.1", port=port, database="d", user="u", connect_timeout_s=1.0
            )
            driver = Sql().driver(
                device(product, made, connection), Cadence(0.1), Sql().decoder(made), process.surroundings
            )
            task = asyncio.create_task(driver.connect())
            while not task.done():
                before_s = time.monotonic()
                await asyncio.sleep(0.01)
                worst_s = max(worst_s, time.monotonic() - before_s)
            assert isinstance(task.exception(), LinkError), product
            await driver.close()
        assert worst_s < 0.5
        await process.close()


async def test_sql_server_that_refuses_is_a_lost_link() -> None:
    port = free_port()
    process = Process()
    made = template("sql", PLATE, OPTIONS, timeout_s=0.5)
    connection = Connection(product=Product.MSSQL, host="localhost", port=port, database="d", user="u")
    driver = Sql().driver(
        device("m", made, connection), Cadence(0.1), Sql().decoder(made), process.surroundings
    )
    with pytest.raises(LinkError, match="database d at localhost") as raised:
        await within(driver.connect())
    assert raised.value.why.zh.startswith(f"数据库 d（localhost:{port}）：无法连接")
    await driver.close()
    await process.close()


def refuse(name: str) -> Any:
    raise SecretMissing(f"缺少密钥 {name}", f"no {name}")


async def test_a_missing_secret_is_a_lost_link_that_says_so() -> None:
    process = Process()
    made = template("sql", PLATE, OPTIONS, timeout_s=0.5)
    connection = Connection(
        product=Product.MYSQL, host="127.0.0.1", database="d", user="u", password="parking-password"
    )
    driver = Sql().driver(
        device("m", made, connection),
        Cadence(0.1),
        Sql().decoder(made),
        replace(process.surroundings, secret=refuse),
    )
    with pytest.raises(LinkError, match="no parking-password") as raised:
        await within(driver.connect())
    assert raised.value.why.zh == "数据库 d（127.0.0.1:3306）：缺少密钥 parking-password"
    await driver.close()
    await process.close()
