"""The database products: how each is connected to, held to reading, cut off, and asked for our rights.

Everything here blocks, and runs on a thread of `drivers.database.database`.
"""

import contextlib
import os
import socket
import sqlite3
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect

from drivers.database.schema import Place, Product
from drivers.errors import LinkError

Raw = Any
"""A connection or a cursor of a library; each has its own."""
NAME = "steward"
"""As which the server's administrator sees us."""


_WRITING = "('INSERT', 'UPDATE', 'DELETE', 'DROP')"
_ME = (
    "CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@',"
    " QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))"
)
_MYSQL_RIGHTS = f"""
    SELECT EXISTS (
        SELECT 1 FROM information_schema.user_privileges
        WHERE grantee = {_ME} AND privilege_type IN {_WRITING}
      UNION ALL SELECT 1 FROM information_schema.schema_privileges
        WHERE grantee = {_ME} AND privilege_type IN {_WRITING} AND %(schema)s LIKE table_schema
      UNION ALL SELECT 1 FROM information_schema.table_privileges
        WHERE grantee = {_ME} AND privilege_type IN {_WRITING}
          AND table_schema = %(schema)s AND table_name = %(table)s
    )"""  # noqa: S608 - nothing of it comes from outside
_MSSQL_RIGHTS = (
    "SELECT CASE WHEN 1 IN (HAS_PERMS_BY_NAME(%(table)s, 'OBJECT', 'INSERT'),"
    " HAS_PERMS_BY_NAME(%(table)s, 'OBJECT', 'UPDATE'), HAS_PERMS_BY_NAME(%(table)s, 'OBJECT', 'DELETE'))"
    " THEN 1 ELSE 0 END"
)


class Engine(Protocol):
    dialect: Dialect
    """How statements are written."""
    keeps: bool
    """Whether a connection is worth keeping."""

    def connect(self, place: Place, password: str, timeout_s: float) -> Raw:
        """A session that commits by itself and, where the product can, refuses to write."""

    def abort(self, connection: Raw) -> None:
        """From another thread: whoever waits for an answer gets an error."""

    def cell(self, value: object, encoding: str) -> object:
        """A value as it came, its text decoded."""

    def bound(self, value: object, encoding: str) -> object:
        """A value as the library must be given it."""

    def writable(self, connection: Raw, place: Place, table: str) -> float:
        """1 where the account could write to the table, 0 where not."""


def decoded(value: object, encoding: str) -> object:
    """Bytes are text here: broken ones are shown as such, and spoil nothing else."""
    return value.decode(encoding or "utf-8", "replace") if isinstance(value, bytes | bytearray) else value


class Sqlite:
    keeps = False  # a file put in the place of another is only seen by who opens it anew
    dialect: Dialect = sqlite.dialect(paramstyle="named")

    def connect(self, place: Place, password: str, timeout_s: float) -> Raw:
        del password
        if not Path(place.file).is_file():
            raise LinkError(f"{place.zh} 不存在", f"{place} is not there")
        connection = sqlite3.connect(
            f"file:{quote(place.file)}?mode=ro",
            uri=True,
            timeout=timeout_s / 2,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = bytes
        return connection

    def abort(self, connection: Raw) -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # closed meanwhile
            connection.interrupt()

    def cell(self, value: object, encoding: str) -> object:
        return decoded(value, encoding)

    def bound(self, value: object, encoding: str) -> object:
        return value

    def writable(self, connection: Raw, place: Place, table: str) -> float:
        del connection, table
        return float(os.access(place.file, os.W_OK))


class Postgresql:
    keeps = True
    dialect: Dialect = postgresql.psycopg.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]

    def connect(self, place: Place, password: str, timeout_s: float) -> Raw:
        try:
            import psycopg
            from psycopg.adapt import Loader
            from psycopg.types.string import StrDumper
        except ImportError:
            raise LinkError(
                f"{place.zh} 需要 psycopg；请安装 campus-steward[postgresql]",
                f"{place} needs psycopg; install campus-steward[postgresql]",
            ) from None

        class Bytes(Loader):
            def load(self, data: Any) -> bytes:
                return bytes(data)

        class Encoded(StrDumper):
            def dump(self, obj: str) -> bytes:
                return obj.encode(place.encoding)

        connection = psycopg.connect(
            host=place.host,
            hostaddr=",".join(_addresses(place)) if not place.host.startswith("/") else None,
            port=place.port,
            dbname=place.database,
            user=place.user or None,
            password=password or None,
            sslmode={"off": "disable", "require": "require", "verify": "verify-full"}[place.tls],
            sslrootcert=place.ca or None,
            gssencmode="disable",
            connect_timeout=ceil(place.connect_timeout_s),
            application_name=NAME,
            autocommit=True,
            prepare_threshold=None,
        )
        # One that knows no encoding converts nothing, and refuses what is none of the client's.
        knows = connection.info.parameter_status("server_encoding") != "SQL_ASCII" and not place.encoding
        try:
            connection.execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;"
                f"SET statement_timeout = {ceil(timeout_s * 1000)};"
                f"SET client_encoding = '{'UTF8' if knows else 'SQL_ASCII'}'"
            )
        except BaseException:
            connection.close()
            raise
        for type_ in ("text", "varchar", "bpchar", "name"):
            connection.adapters.register_loader(type_, Bytes)
        if place.encoding:
            connection.adapters.register_dumper(str, Encoded)
        return connection

    def abort(self, connection: Raw) -> None:
        with contextlib.suppress(Exception):  # libpq has no socket any more
            _cut(socket.socket(fileno=os.dup(connection.pgconn.socket)))

    def cell(self, value: object, encoding: str) -> object:
        return decoded(value, encoding)

    def bound(self, value: object, encoding: str) -> object:
        return value

    def writable(self, connection: Raw, place: Place, table: str) -> float:
        del place
        quoted = ".".join(f'"{part}"' for part in table.split("."))
        asked = "SELECT has_table_privilege(%s::text, 'INSERT, UPDATE, DELETE, TRUNCATE')::int"
        return _first(connection, asked, (quoted,))


class Mysql:
    """Texts come as their bytes, a character each: one broken byte would cost a batch."""

    keeps = True
    dialect: Dialect = mysql.pymysql.dialect(paramstyle="pyformat")

    def connect(self, place: Place, password: str, timeout_s: float) -> Raw:
        import pymysql
        from pymysql.constants import FIELD_TYPE
        from pymysql.converters import conversions

        class Lossless(pymysql.connections.Connection):
            def query(self, sql: str | bytes, unbuffered: bool = False) -> int:  # noqa: FBT001, FBT002
                return int(super().query(sql.encode() if isinstance(sql, str) else sql, unbuffered))

        tls: dict[str, Any] = {"ssl_disabled": True}
        if place.tls == "verify":
            tls = {"ssl_ca": place.ca, "ssl_verify_cert": True, "ssl_verify_identity": True}
        elif place.tls == "require":
            tls = {"ssl": {"verify_mode": "none", "check_hostname": False}}
        connection = Lossless(
            host=place.host,
            port=place.port,
            user=place.user,
            password=password.encode(),
            database=place.database,
            charset="utf8mb4",
            connect_timeout=place.connect_timeout_s,
            read_timeout=timeout_s,
            write_timeout=timeout_s,
            autocommit=True,
            program_name=NAME,
            conv={**conversions, FIELD_TYPE.BIT: lambda data: int.from_bytes(data, "big")},
            **tls,
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
                if place.encoding:
                    cursor.execute("SET SESSION character_set_results = NULL")
                for limit in (
                    f"max_statement_time = {timeout_s}",
                    f"max_execution_time = {ceil(timeout_s * 1000)}",
                ):
                    with contextlib.suppress(pymysql.err.MySQLError):  # one of MariaDB, the other of MySQL
                        cursor.execute(f"SET SESSION {limit}")
        except BaseException:
            connection.close()
            raise
        connection.encoding = "latin-1"
        return connection

    def abort(self, connection: Raw) -> None:
        if (held := connection._sock) is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def cell(self, value: object, encoding: str) -> object:
        if isinstance(value, str):
            value = value.encode("latin-1", "replace")
        return decoded(value, encoding)

    def bound(self, value: object, encoding: str) -> object:
        """Texts are compared as bytes with columns that are not what they say."""
        return value.encode(encoding, "replace") if encoding and isinstance(value, str) else value

    def writable(self, connection: Raw, place: Place, table: str) -> float:
        schema, _, name = table.rpartition(".")
        return _first(connection, _MYSQL_RIGHTS, {"schema": schema or place.database, "table": name})


class Mssql:
    keeps = True
    dialect: Dialect = mssql.pymssql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]

    def connect(self, place: Place, password: str, timeout_s: float) -> Raw:
        import pymssql

        connection = pymssql.connect(
            server=_addresses(place)[0],
            port=str(place.port),
            user=place.user,
            password=password,
            database=place.database,
            timeout=ceil(timeout_s),
            login_timeout=ceil(place.connect_timeout_s),
            charset="UTF-8",
            appname=NAME,
            encryption={"off": None, "require": "require", "verify": "require"}[place.tls],
            read_only=True,
            autocommit=True,
        )
        with contextlib.suppress(pymssql.Error), connection.cursor() as cursor:
            # Nobody else is to wait for us, or to be the one whom a deadlock ends.
            cursor.execute(f"SET LOCK_TIMEOUT {ceil(timeout_s * 1000)}; SET DEADLOCK_PRIORITY LOW")
        return connection

    def abort(self, connection: Raw) -> None:
        """FreeTDS keeps its socket to itself; it ends by its own time-out."""

    def cell(self, value: object, encoding: str) -> object:
        return decoded(value, encoding)

    def bound(self, value: object, encoding: str) -> object:
        return value

    def writable(self, connection: Raw, place: Place, table: str) -> float:
        del place
        quoted = ".".join(f"[{part}]" for part in table.split("."))
        return _first(connection, _MSSQL_RIGHTS, {"table": quoted})


ENGINES: Mapping[Product, Engine] = {
    Product.SQLITE: Sqlite(),
    Product.POSTGRESQL: Postgresql(),
    Product.MYSQL: Mysql(),
    Product.MSSQL: Mssql(),
}


def _addresses(place: Place) -> Sequence[str]:
    """Looked up at each attempt: servers move."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LinkError(
            f"{place.zh}：无法解析主机名 {place.host}（{error.strerror}）",
            f"{place}: the name {place.host} is not known ({error.strerror})",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _first(connection: Raw, statement: str, values: object) -> float:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(statement, values)
        return float(cursor.fetchone()[0])


def _cut(held: socket.socket) -> None:
    with held, contextlib.suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)
