"""Private database servers of the tests, on loopback: PostgreSQL and MariaDB, as Debian has them."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pymysql

from benchmarks.ports import free_port
from drivers.database.schema import Product
from tests.business import postgresql

USER, PASSWORD, DATABASE = "reader", "read only 只读", "parking"
START_S = 60.0
SHARE = Path("/usr/share/mysql")


class Peer(Protocol):
    """A server with a database `DATABASE` that the account `USER` may read."""

    product: Product
    port: int

    def execute(self, *statements: str) -> None:
        """As its administrator."""

    def lock(self, table: str) -> Any:
        """Nobody can read the table until what this returns is closed."""


class Postgres:
    product = Product.POSTGRESQL

    def __init__(self, server: postgresql.Server, port: int) -> None:
        self.port = port
        self.password = server.password
        self._encoding = "UTF8"
        self.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        self.execute(f"CREATE DATABASE {DATABASE}")
        self.execute(
            "CREATE DATABASE undeclared TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        )

    def connection(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="steward", password=self.password, dbname=database,
            autocommit=True,
        )  # fmt: skip

    def execute(self, *statements: str) -> None:
        database = (
            DATABASE if not statements[0].startswith(("CREATE ROLE", "CREATE DATABASE")) else "postgres"
        )
        with self.connection(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def lock(self, table: str) -> psycopg.Connection[Any]:
        connection = self.connection()
        connection.autocommit = False
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        return connection


class Mariadb:
    product = Product.MYSQL

    def __init__(self, directory: Path, port: int) -> None:
        self.port = port
        self._socket = directory / "s"
        own = ["setpriv", "--pdeathsig", "KILL"]
        user = pwd.getpwuid(os.geteuid()).pw_name
        place = ["--no-defaults", f"--datadir={directory / 'data'}", f"--user={user}"]
        (directory / "data" / "mysql").mkdir(parents=True)
        # What mariadb-install-db does, which is in a package with a service.
        tables = [
            (SHARE / f"mysql_{name}.sql").read_text() for name in ("system_tables", "system_tables_data")
        ]
        subprocess.run(
            ["mariadbd", *place, "--bootstrap", "--log-warnings=0"],
            input="\n".join(["USE mysql;", *tables]).encode(),
            check=True,
            capture_output=True,
        )
        self._process = subprocess.Popen(
            [
                *own, "mariadbd", *place, f"--socket={self._socket}", f"--port={port}",
                "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=32M", "--character-set-server=utf8mb4",
                "--skip-log-error", "--log-warnings=0",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._await()
        self.execute(
            f"CREATE DATABASE {DATABASE}",
            f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT SELECT ON {DATABASE}.* TO {USER}@'127.0.0.1'",
        )

    def connection(self, database: str | None = None) -> "pymysql.Connection[Any]":
        return pymysql.connect(
            unix_socket=str(self._socket), user="root", database=database, charset="utf8mb4", autocommit=True
        )

    def execute(self, *statements: str) -> None:
        with self.connection() as connection, connection.cursor() as cursor:
            for at, statement in enumerate(statements):
                if at == 0 and not statement.startswith("CREATE DATABASE"):
                    cursor.execute(f"USE {DATABASE}")
                cursor.execute(statement)

    def lock(self, table: str) -> "pymysql.Connection[Any]":
        connection = self.connection(DATABASE)
        connection.cursor().execute(f"LOCK TABLES {table} WRITE")
        return connection

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(START_S)

    def _await(self) -> None:
        until_s = time.monotonic() + START_S
        while True:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self._socket)) == 0:
                    return
            assert self._process.poll() is None
            assert time.monotonic() < until_s
            time.sleep(0.05)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    directory = Path(tempfile.mkdtemp(prefix="st-pg-"))
    try:
        port = free_port()
        server = postgresql.Server(directory, {"listen_addresses": "127.0.0.1", "port": str(port)})
        # The socket of the directory has the port in its name, and the library asks for the usual one.
        server = _started(server, directory, port)
        try:
            yield Postgres(server, port)
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


@contextmanager
def running_mariadb() -> Iterator[Mariadb]:
    directory = Path(tempfile.mkdtemp(prefix="st-my-"))
    try:
        server = Mariadb(directory, free_port())
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


def _started(server: postgresql.Server, directory: Path, port: int) -> postgresql.Server:
    (directory / ".s.PGSQL.5432").symlink_to(directory / f".s.PGSQL.{port}")
    server.start()
    return server
