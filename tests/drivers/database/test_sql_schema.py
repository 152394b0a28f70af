"""What a site file may say about a database, and what is sent for it."""

import pytest
from pydantic import ValidationError

from drivers import SCHEMAS
from drivers.database.products import ENGINES
from drivers.database.row_times import RowTimes
from drivers.database.schema import Connection, Options, Product, Source
from drivers.database.statements import Statements, asked

SQL = SCHEMAS["sql"]
READING = "SELECT a FROM t WHERE id >= :watermark ORDER BY id LIMIT :limit"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"product": "sqlite"}, "has file"),
        ({"product": "mysql", "host": "h"}, "has host and database"),
        ({"product": "mysql", "host": "h", "database": "d", "file": "f"}, "and no file"),
        ({"product": "mssql", "host": "h", "database": "d", "encoding": "gbk"}, "leave encoding out"),
        ({"product": "mysql", "host": "h", "database": "d", "encoding": "klingon"}, "use gb18030"),
        ({"product": "mysql", "host": "h", "database": "d", "tls": "verify"}, "needs ca"),
        ({"product": "mysql", "host": "h", "database": "d", "password": "Not A Name"}, "password"),
        ({"product": "oracle", "host": "h", "database": "d"}, "product"),
        ({"product": "sqlite", "file": "f", "match": {'a"; DROP TABLE t': 1}}, "match"),
    ],
)
def test_a_connection_that_leads_nowhere_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"watermark": "id"}, "give table, or query"),
        ({"watermark": "id", "table": "t", "query": READING}, "give table, or query"),
        ({"watermark": "id", "table": "t; DROP TABLE t"}, "table"),
        ({"watermark": "id)", "table": "t"}, "watermark"),
        ({"watermark": "at", "table": "t", "by": "time"}, "key must name"),
        (
            {"watermark": "at", "table": "t", "by": "time", "key": ["n"], "zone": "Europe/Berlin"},
            "must be 3600 s at least",
        ),
        ({"watermark": "id", "table": "t", "zone": "Mars"}, "zone"),
    ],
)
def test_options_that_cannot_be_read_by_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Options.model_validate(wrong)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM t WHERE id >= :watermark LIMIT :limit", "one SELECT"),
        (READING + "; DROP TABLE t", "without ;"),
        (READING + " -- more", "without comments"),
        (READING.replace("a FROM", "a INTO b FROM"), "it says 'INTO'"),
        (READING + " FOR UPDATE", "it says 'FOR'"),
        (
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x WHERE id >= :watermark LIMIT :limit",
            "DELETE",
        ),
        (READING.replace(":limit", "5"), "must have :limit"),
        (READING.replace(">= :watermark", "> id::watermark"), "must have :watermark"),
    ],
)
def test_a_query_that_does_more_than_read_is_refused(query: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Options(query=query, watermark="id")


@pytest.mark.parametrize(
    "query",
    [
        READING,
        READING.replace("a FROM", "'; -- into' AS a, \"update\" FROM"),
        "WITH x AS (SELECT * FROM t) " + READING.replace("FROM t", "FROM x"),
    ],
)
def test_a_query_that_reads_is_taken(query: str) -> None:
    assert Options(query=query, watermark="id").query == query


@pytest.mark.parametrize(
    "wrong",
    [{}, {"column": "a", "count": True}, {"text": "a", "map": {"b": 1}}, {"fact": "age", "where": [
        {"column": "a", "one_of": [1]}]}, {"count": False}],
)  # fmt: skip
def test_a_source_is_one_thing(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate(wrong)


def test_facts_of_a_table_are_not_known_of_a_query() -> None:
    options = Options(query=READING, watermark="id")
    for fact in ("restarts", "writable"):
        assert list(SQL.problems(Source.model_validate({"fact": fact}), options))
    assert not list(SQL.problems(Source(count=True), options))
    assert not SQL.references(Source(count=True))


@pytest.mark.parametrize(
    ("product", "since"),
    [
        (Product.SQLITE, 'SELECT "卡号" AS "卡号" FROM "停车 记录" WHERE "id" >= :watermark'),
        (Product.POSTGRESQL, 'FROM "停车 记录" WHERE "id" >= %(watermark)s ORDER BY "id" LIMIT %('),
        (
            Product.MYSQL,
            "SELECT `卡号` AS `卡号` FROM `停车 记录` WHERE `id` >= %(watermark)s",
        ),
        (
            Product.MSSQL,
            "SELECT TOP 10 [卡号] AS [卡号] FROM [停车 记录] WHERE [id] >= %(watermark)s",
        ),
    ],
)
def test_every_product_is_asked_in_its_own_words(product: Product, since: str) -> None:
    dialect = ENGINES[product].dialect
    statements = Statements(dialect, "停车 记录", "id")

    def written(statement: object) -> str:
        compiled = statement.compile(  # type: ignore[attr-defined]
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        return " ".join(str(compiled).split())

    assert since in written(statements.since(["卡号"], 5, 10))
    assert "DESC" in written(statements.newest(["卡号"], {"卡号": "甲"}, 9, 1))
    assert "1 = 0" in written(statements.nothing())
    assert ":watermark" not in written(asked(READING, 1, 2)) or product is Product.SQLITE


def test_a_schema_and_a_database_are_quoted_apart() -> None:
    statements = Statements(ENGINES[Product.MSSQL].dialect, "park.dbo.records", "id")
    assert "[park].[dbo].[records]" in str(statements.top().compile(dialect=ENGINES[Product.MSSQL].dialect))


def test_rows_of_the_hour_that_comes_twice_keep_their_order_also_when_they_are_read_again() -> None:
    times = RowTimes("Europe/Berlin")
    stamps = ["2026-10-25 01:50:00", "2026-10-25 02:20:00", "2026-10-25 02:59:00", "2026-10-25 02:05:00",
              "2026-10-25 02:50:00", "2026-10-25 03:10:00"]  # fmt: skip
    first = times.reading()
    found = [first.of(mark, stamp) for mark, stamp in enumerate(stamps)]
    minutes = [
        (one - found[0]) // 60_000_000_000 for one in found if one is not None and found[0] is not None
    ]
    assert minutes == [0, 30, 69, 75, 120, 140]
    again = times.reading()
    assert [again.of(mark, stamps[mark]) for mark in (4, 5)] == found[4:]
    next_year = times.reading()
    assert next_year.of(90, "2027-10-30 10:00:00") is not None
    before = next_year.of(91, "2027-10-31 02:55:00")
    after = next_year.of(92, "2027-10-31 02:05:00")
    assert before is not None
    assert after is not None
    assert after - before == 10 * 60 * 10**9
