"""How a site file speaks of a database: where it is, which rows are read, what a point takes from them."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, field_validator, model_validator

from drivers.strict import Host, SecretName, Strict

Name = Annotated[str, Field(pattern=r"^[^\W\d][\w $#-]*$", max_length=128)]
"""Of a column; it is quoted in every statement."""
Match = Mapping[Name, str | int]

LARGEST_MARK = 2**53 - 1
DST_HOUR_S = 3600

_COMMENT = re.compile(r"--|/\*|#")
_NOT_READING = re.compile(
    r"\b(insert|update|delete|merge|into|call|exec|execute|drop|alter|create|grant|truncate|lock|set|for)\b",
    re.IGNORECASE,
)


class Product(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    """MariaDB too."""
    MSSQL = "mssql"


PORTS: Mapping[Product, int] = {Product.POSTGRESQL: 5432, Product.MYSQL: 3306, Product.MSSQL: 1433}


class Place(NamedTuple):
    """One database as one account sees it: what devices must have in common to share its connections."""

    product: Product
    file: str
    host: str
    port: int
    database: str
    user: str
    password: str
    """The name of the secret."""
    encoding: str
    tls: str
    ca: str
    connect_timeout_s: float

    def __str__(self) -> str:
        if self.product is Product.SQLITE:
            return f"database {self.file}"
        return f"database {self.database} at {self.host}:{self.port}"

    @property
    def zh(self) -> str:
        """As `str`, in Chinese."""
        if self.product is Product.SQLITE:
            return f"数据库 {self.file}"
        return f"数据库 {self.database}（{self.host}:{self.port}）"


class Connection(Strict):
    """`[device.connection]`. The account should have no right but to read."""

    product: Product = Field(description="sqlite, postgresql, mysql (MariaDB too) or mssql (SQL Server).")
    file: str = Field(default="", description="Of SQLite; it is opened for reading only.")
    host: Host = ""
    port: int = Field(default=0, ge=0, le=65535, description="0: the product's usual one.")
    database: str = ""
    user: str = ""
    password: SecretName = Field(default="", description="Name of the secret that holds the password.")
    encoding: str = Field(
        default="",
        description="Where the database does not know how its own texts are encoded, such as GB18030 in "
        "columns declared as Latin 1: how they really are. Else empty, and the database converts.",
    )
    tls: Literal["off", "require", "verify"] = "off"
    ca: str = Field(default="", description="File with the certificates that vouch for the server's.")
    connect_timeout_s: float = Field(default=5.0, gt=0, le=30)
    match: Match = Field(default={}, description="The device's own rows: columns, and what they hold.")

    @property
    def place(self) -> Place:
        return Place(
            self.product,
            self.file,
            self.host,
            self.port or PORTS.get(self.product, 0),
            self.database,
            self.user,
            self.password,
            self.encoding,
            self.tls,
            self.ca,
            self.connect_timeout_s,
        )

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        if encoding:
            try:
                codecs.lookup(encoding)
            except LookupError:
                raise ValueError(
                    f"encoding {encoding!r} is unknown; use gb18030, gbk, big5 or utf-8"
                ) from None
        return encoding

    @model_validator(mode="after")
    def _is_whole(self) -> "Connection":
        if self.product is Product.SQLITE:
            if not self.file or self.host:
                raise ValueError("a connection to SQLite has file, and no host")
        elif not self.host or not self.database or self.file:
            raise ValueError(f"a connection to {self.product} has host and database, and no file")
        if self.product is Product.MSSQL and self.encoding:
            raise ValueError("SQL Server converts texts by their collation; leave encoding out")
        if self.tls == "verify" and not self.ca:
            raise ValueError("tls = 'verify' needs ca, the file with the certificates to trust")
        return self


class Fact(StrEnum):
    """What the driver knows of the table itself."""

    RESTARTS = "restarts"
    """How often the watermark went back: the table was emptied, restored, or its numbers began anew."""
    WRITABLE = "writable"
    """1 where the account could write to the table, which it should not; not read where nobody can tell."""
    AGE = "age"
    """Seconds since the device's newest row."""


class Condition(Strict):
    """What a row must hold to count."""

    column: Name
    one_of: tuple[str | int, ...] = Field(min_length=1, description="The column holds one of these.")


class Source(Strict):
    """`source` of a point: exactly one of column, text, count, sum and fact."""

    column: Name | None = Field(default=None, description="The newest row's value, as a number.")
    text: Name | None = Field(default=None, description="The newest row's value, as a text.")
    count: Literal[True] | None = Field(default=None, description="The rows so far; goes on after a restart.")
    sum: Name | None = Field(default=None, description="The sum so far; goes on after a restart.")
    fact: Fact | None = None
    map: Mapping[str, float] = Field(default={}, description="Numbers of the words that the column holds.")
    where: tuple[Condition, ...] = Field(default=(), description="Only rows of which all of this holds.")

    @model_validator(mode="after")
    def _is_one(self) -> "Source":
        given = [
            name for name in ("column", "text", "count", "sum", "fact") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError(
                f"give one of column, text, count, sum and fact; given: {', '.join(given) or 'none'}"
            )
        if self.map and self.column is None:
            raise ValueError("map belongs to column")
        if self.where and self.fact is not None:
            raise ValueError("a fact is of the whole table, leave where out")
        return self


class Options(Strict):
    """`[profile.X.options]`: the table, and how to tell its new rows."""

    table: str = Field(default="", pattern=r"^([^\W\d][\w $#-]*(\.[^\W\d][\w $#-]*)*)?$", max_length=256)
    """With its schema where it has one: dbo.records."""
    query: str = Field(default="", max_length=10_000)
    """Instead of a table: one SELECT with :watermark and :limit, ordered by the watermark."""
    watermark: Name
    """The column that grows with every row, best with an index."""
    by: Literal["number", "time"] = "number"
    """What the watermark is: a number, or the time of the row."""
    key: tuple[Name, ...] = ()
    """Columns that make a row itself: inserted a second time it is not counted again."""
    time: str = Field(default="", pattern=r"^([^\W\d][\w $#-]*)?$", max_length=128)
    """The column with the row's own time."""
    zone: str = "Asia/Shanghai"
    """Of stamps that name none."""
    overlap: float = Field(default=100.0, ge=0, le=1_000_000)
    """So much before the watermark is read again, in its numbers or in seconds: rows come late."""
    remember: int = Field(default=128, ge=16, le=100_000)
    """Rows of a device that are known again."""
    batch: int = Field(default=1000, ge=10, le=10_000)
    """Rows that one statement may fetch."""
    begin: Literal["end", "start"] = "end"
    """Whether rows older than the device's first connection count."""
    stale_s: float = Field(default=0.0, ge=0)
    """A newest row older than this is shown as stale; 0: never."""

    @property
    def time_column(self) -> str:
        return self.time or (self.watermark if self.by == "time" else "")

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"time zone {zone!r} is unknown; use a name such as Asia/Shanghai or UTC")
        return zone

    @model_validator(mode="after")
    def _is_whole(self) -> "Options":
        if bool(self.table) == bool(self.query):
            raise ValueError("give table, or query instead of it")
        if self.by == "time" and not self.key:
            raise ValueError("several rows may have one time: key must name the columns that tell them apart")
        if self.by == "time" and self.overlap < DST_HOUR_S and _changes(self.zone):
            raise ValueError(
                f"clocks of {self.zone} are put back an hour each year: overlap = {self.overlap:g} s must be"
                f" {DST_HOUR_S} s at least, or rows of that hour are missed"
            )
        if wrong := query_problem(self.query):
            raise ValueError(wrong)
        return self


def query_problem(query: str) -> str:
    """Why a query cannot be used; '' for a good one or none."""
    if not query:
        return ""
    bare = re.sub(r"'(?:[^']|'')*'", "''", query).strip()
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        return "query must be one SELECT"
    if ";" in bare or _COMMENT.search(bare):
        return "query must be one SELECT, without ; and without comments"
    if found := _NOT_READING.search(re.sub(r'"[^"]*"|`[^`]*`|\[[^\]]*\]', '""', bare)):
        return f"query must only read, it says {found[0]!r}"
    if missing := [name for name in ("watermark", "limit") if not re.search(rf"(?<!:):{name}\b", bare)]:
        return f"query must have {' and '.join(':' + name for name in missing)}, which are filled in"
    return ""


def _changes(zone: str) -> bool:
    """Whether the clocks of the zone are put forward and back in our years."""
    known = ZoneInfo(zone)
    return len({known.utcoffset(datetime(2026, month, 15)) for month in range(1, 13)}) > 1  # noqa: DTZ001


class SqlSchema:
    name = "sql"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if source.fact is Fact.WRITABLE and options.query:
            yield "whether the account could write is known of a table, not of a query"
        if source.fact is Fact.RESTARTS and options.query:
            yield "that the watermark went back is noticed in a table, not in a query"

    def references(self, source: BaseModel) -> Sequence[str]:
        return ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        return "数据库只读；请去掉 write", "databases are only read; leave write out"
