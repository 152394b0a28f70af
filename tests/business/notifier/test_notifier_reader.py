"""The message log and the calls, read beside their writer (S0-3.5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from business.notifier.messages import (
    MessageFilter,
    MessageRow,
    ReadEscalations,
    ReadLink,
    ReadMessage,
    ReadMessages,
    SendMessage,
)
from business.notifier.reader import NotifierReader
from tests.business.notifier.call_bench import KEYS, WANG, Bench

OTHER = b"\x93\x01\xa4Call\x90"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.notifier.teardown()


@pytest.fixture
def reader(bench: Bench) -> Iterator[NotifierReader]:
    found = NotifierReader(bench.path / "notifier.db", KEYS)
    yield found
    found.close()


def rows(reader: NotifierReader, cursor: int = 0, limit: int = 100, **wanted: str) -> tuple[MessageRow, ...]:
    (page,) = reader.messages(ReadMessages(cursor, limit, MessageFilter(**wanted)))  # type: ignore[arg-type]
    return page.rows


def orders(bench: Bench, *titles: str) -> None:
    for title in titles:
        bench.tell(SendMessage("order", {"number": title, "title": title}, ("wang",), medium="sms"))


def test_pages_follow_one_another_without_a_gap_while_messages_come(
    bench: Bench, reader: NotifierReader
) -> None:
    orders(bench, *"abcdefg")
    found: list[int] = []
    cursor = 0
    while page := rows(reader, cursor, 3):
        found += [one.number for one in page]
        cursor = page[-1].number
        orders(bench, "meanwhile")
    assert found == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("text", "count"), [("100%", 1), ("a_b", 1), ("%", 1), ("_", 1), ("\\", 1), ("100% x", 0), ("'", 0)]
)
def test_what_is_searched_for_is_taken_literally(
    bench: Bench, reader: NotifierReader, text: str, count: int
) -> None:
    orders(bench, "100%", "a_b", "axb", "c\\d")
    assert len(rows(reader, text=text)) == count


@pytest.mark.parametrize("text", ["x" * 100_000, "x " * 50_000, "%" * 60_000])
def test_a_search_of_any_length_is_answered(bench: Bench, reader: NotifierReader, text: str) -> None:
    orders(bench, "a")
    assert rows(reader, text=text) == ()


def test_no_page_is_longer_than_it_may_be(bench: Bench, reader: NotifierReader) -> None:
    orders(bench, *(str(one) for one in range(20)))
    assert rows(reader, limit=-1) == ()
    assert len(rows(reader, limit=5)) == 5


def test_rows_are_found_by_what_they_are_about(bench: Bench, reader: NotifierReader) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    orders(bench, "a")
    assert {one.medium for one in rows(reader, subject="ahu-1/t/high")} == {"sms", "voice", "email"}
    assert len(rows(reader, person="wang")) == 1
    assert all(WANG not in one.receiver for one in rows(reader, person="wang"))
    assert rows(reader, state="handed", medium="voice", event="alarm", person="li")
    (read,) = reader.message(ReadMessage(rows(reader, medium="voice")[0].id))
    assert [one.what for one in read.traces] == ["sending", "handed"]
    (none,) = reader.message(ReadMessage("0" * 32))
    assert none.row is None


def test_a_link_shows_its_call_and_a_forged_one_nothing(bench: Bench, reader: NotifierReader) -> None:
    bench.round()
    bench.happens()
    bench.later(2)
    (found,) = reader.link(ReadLink(bench.taken("email")[0].link.rpartition("/")[2]))
    assert found.escalation is not None
    assert (found.escalation.subject, found.person, found.language) == ("ahu-1/t/high", "Li", "zh")
    (forged,) = reader.link(ReadLink("x" * 32))
    assert forged.escalation is None


def test_calls_that_another_version_wrote_are_left_out(bench: Bench, reader: NotifierReader) -> None:
    bench.round()
    for device in ("d1", "d2"):
        bench.happens(device=device)
    bench.later(2)
    db = bench.notifier._store._db
    db.execute("UPDATE call SET body = ? WHERE number = 1", (OTHER,))
    bench.notifier._store.keep("directory", OTHER)
    (page,) = reader.escalations(ReadEscalations(0, 100))
    assert [one.subject for one in page.rows] == ["d2/t/high"]
    links = [bench.taken("email")[at].link.rpartition("/")[2] for at in (0, 1)]
    shown = [next(iter(reader.link(ReadLink(one)))) for one in links]
    assert [one.escalation is not None for one in shown] == [False, True]
    assert shown[1].person == "li"
