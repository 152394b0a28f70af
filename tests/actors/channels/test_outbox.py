"""The outbox: rows and state in one transaction, numbers that never return, budgets, a full disk."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.channels.outbox import Outbox
from actors.channels.outbox_file import connect
from actors.channels.outbox_reader import Window, take


class Told:
    """A condition that `on_committed` signals, to wait for commits without sleeping."""

    def __init__(self) -> None:
        self._condition = threading.Condition()

    def __call__(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        with self._condition:
            while not holds():
                assert time.monotonic() < deadline
                self._condition.wait(0.05)


def rows_of(path: Path) -> list[tuple[int, bytes]]:
    with contextlib.closing(connect(path)) as file:
        return file.execute("SELECT sequence, body FROM row ORDER BY sequence").fetchall()


def put(path: Path, failed: Any, *bodies: bytes, **options: Any) -> Outbox:
    outbox = Outbox(path, on_failure=failed, **{"commit_every_s": 0, **options})
    outbox.start()
    for body in bodies:
        outbox.append(body)
    return outbox


def test_a_row_and_its_state_are_there_after_a_stop(place: Path, unfailing: Any) -> None:
    outbox = put(place / "o.db", unfailing)
    outbox.append(b"one", {"a": b"1", "b": b"2"})
    outbox.put_state({"b": None, "c": b"3"})
    assert outbox.stop(5)
    again = put(place / "o.db", unfailing)
    assert rows_of(place / "o.db") == [(1, b"one")]
    assert again.load_state() == {"a": b"1", "c": b"3"}
    assert again.epoch == outbox.epoch
    assert again.stop(5)


def test_numbers_go_on_after_all_rows_were_acknowledged_and_the_file_was_opened_again(
    place: Path, unfailing: Any
) -> None:
    """The AUTOINCREMENT trap: a number that returns would be taken for a duplicate."""
    outbox = put(place / "o.db", unfailing, b"one", b"two")
    assert outbox.mark_seen("barrier")
    outbox.acknowledge(2)
    assert outbox.stop(5)
    assert rows_of(place / "o.db") == []
    again = put(place / "o.db", unfailing, b"three")
    assert again.stop(5)
    assert rows_of(place / "o.db") == [(3, b"three")]


def test_a_new_file_has_another_epoch(place: Path, unfailing: Any) -> None:
    first, second = put(place / "a.db", unfailing), put(place / "b.db", unfailing)
    assert first.epoch != second.epoch
    assert first.stop(5)
    assert second.stop(5)


def test_a_command_is_new_once_also_across_a_restart_and_interrupted_until_it_has_a_result(
    place: Path, unfailing: Any
) -> None:
    outbox = put(place / "o.db", unfailing)
    assert outbox.mark_seen("a")
    assert outbox.mark_seen("b")
    assert not outbox.mark_seen("a")
    outbox.append(b"result of a", finishes="a")
    assert outbox.stop(5)
    again = put(place / "o.db", unfailing)
    assert again.interrupted() == ("b",)
    assert not again.mark_seen("a")
    again.finish_seen("b")
    assert again.stop(5)
    assert again.interrupted() == ()


def test_finished_commands_are_forgotten_after_a_day_and_interrupted_ones_are_not(
    place: Path, unfailing: Any
) -> None:
    day_ns = 86_400 * 10**9
    outbox = put(place / "o.db", unfailing, clock_ns=lambda: 1)
    assert outbox.mark_seen("finished")
    assert outbox.mark_seen("open")
    outbox.finish_seen("finished")
    assert outbox.stop(5)
    again = put(place / "o.db", unfailing, clock_ns=lambda: day_ns + 2)
    assert again.mark_seen("finished")
    assert not again.mark_seen("open")
    assert again.stop(5)


def test_what_is_kept_once_is_kept_with_its_name_and_leaves_with_the_rows_that_hold_it(
    place: Path, unfailing: Any
) -> None:
    outbox = put(place / "o.db", unfailing)
    assert outbox.keep_once("post 1", {"a": b"1", "b": b"2"})
    assert not outbox.keep_once("post 1", {"a": b"again"})
    assert outbox.load_state() == {"a": b"1", "b": b"2"}
    assert outbox.interrupted() == (), "nobody waits for a result of it"
    outbox.append_all((b"one", b"two"), {"a": None})
    assert outbox.mark_seen("barrier")
    assert [body for _, body in rows_of(place / "o.db")] == [b"one", b"two"]
    assert outbox.load_state() == {"b": b"2"}
    assert outbox.stop(5)


def test_history_over_its_budget_gives_up_the_oldest_rows_and_something_stands_in_their_place(
    place: Path, unfailing: Any
) -> None:
    def condense(bodies: Sequence[bytes]) -> list[bytes]:
        return [b"gap:" + b"".join(body.removeprefix(b"gap:").strip(b"-") for body in bodies)]

    told = Told()
    outbox = put(place / "o.db", unfailing, budget_bytes=50, condense=condense)
    outbox.on_committed(told)
    for letter in b"abcdefgh":
        outbox.append(bytes([letter]) + b"-" * 9)
        assert outbox.mark_seen(str(letter))
    kept = rows_of(place / "o.db")
    assert kept[0][1].startswith(b"gap:a")
    assert sum(len(body) for _, body in kept[1:]) <= 50
    assert kept[-1] == (8, b"h---------")
    assert outbox.dropped > 0
    assert [row[0] for row in kept] == list(range(kept[0][0], 9)), "no hole after the gap"
    assert outbox.reader().rows(0, 100, 1000)[0] == kept
    assert outbox.stop(5)


def test_polling_stops_while_too_much_waits_for_its_commit_and_goes_on_after_it(
    place: Path, unfailing: Any
) -> None:
    told = Told()
    outbox = put(place / "o.db", unfailing, commit_every_s=0.2, queue_bytes=100)
    outbox.on_committed(told)
    outbox.append(b"x" * 200)
    assert not outbox.may_poll
    told.until(lambda: outbox.may_poll)
    assert (outbox.lag().rows, outbox.lag().bytes, outbox.lag().is_behind) == (1, 200, False)
    assert outbox.stop(5)


def limited(pages: int, made: list[sqlite3.Connection]) -> Callable[[Path], sqlite3.Connection]:
    """Opens files that are full at a number of pages."""

    def open_file(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        made.append(connection)
        return connection

    return open_file


def test_conditions_wait_for_space_and_none_is_lost(place: Path, unfailing: Any) -> None:
    """R-42: the disk is full; freeing the ballast lets everything through."""
    made: list[sqlite3.Connection] = []

    def free_ballast() -> None:
        made[0].execute("PRAGMA max_page_count = 10000")

    outbox = Outbox(
        place / "o.db",
        commit_every_s=0,
        on_failure=unfailing,
        on_disk_full=free_ballast,
        open_file=limited(12, made),
    )
    outbox.start()
    for number in range(60):
        outbox.append(b"%03d" % number * 1000, {"last": b"%d" % number})
    assert outbox.mark_seen("after", timeout_s=60)
    assert [row[0] for row in rows_of(place / "o.db")] == list(range(1, 61))
    assert outbox.load_state() == {"last": b"59"}
    assert outbox.stop(5)


def test_history_makes_room_for_itself_when_the_disk_is_full(place: Path, unfailing: Any) -> None:
    made: list[sqlite3.Connection] = []
    outbox = Outbox(
        place / "o.db",
        commit_every_s=0.01,
        on_failure=unfailing,
        budget_bytes=1 << 30,
        condense=lambda bodies: [b"gap"],
        open_file=limited(20, made),
    )
    outbox.start()
    for number in range(60):
        outbox.append(b"%03d" % number * 5_000)
        assert outbox.mark_seen(str(number), timeout_s=60)
    kept = rows_of(place / "o.db")
    assert kept[0][1] == b"gap"
    assert kept[-1] == (60, b"059" * 5_000)
    assert outbox.dropped > 0
    assert outbox.stop(5)


def test_a_file_that_cannot_be_written_ends_the_outbox_and_says_so(place: Path, failures: Any) -> None:
    outbox = put(place / "o.db", failures)
    with contextlib.closing(connect(place / "o.db")) as other:
        other.execute("INSERT INTO row VALUES (1, x'00')")
    outbox.append(b"the same number")
    assert failures.came.wait(60)
    assert isinstance(failures.errors[0], sqlite3.IntegrityError)
    with pytest.raises(TimeoutError, match=r"could not be recorded within 0\.05 s"):
        outbox.mark_seen("a", timeout_s=0.05)
    assert outbox.stop(5)


def test_a_file_that_is_no_database_is_refused_at_the_start(place: Path, unfailing: Any) -> None:
    (place / "o.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Outbox(place / "o.db", commit_every_s=0, on_failure=unfailing).start()


@given(
    sizes=st.lists(st.integers(0, 50), max_size=30),
    acknowledged=st.integers(0, 30),
    after=st.integers(0, 30),
    limit=st.integers(1, 200),
)
def test_what_the_window_holds_is_what_the_file_holds_or_it_says_that_it_does_not(
    sizes: list[int], acknowledged: int, after: int, limit: int
) -> None:
    window = Window(limit)
    rows = [(at, b"x" * size) for at, size in enumerate(sizes, 1)]
    for at, body in rows:
        window.append(at, [body])
    window.forget(min(acknowledged, len(rows)))
    if after < min(acknowledged, len(rows)):
        return
    found = window.read(after, 5, 60)
    assert found is None or found == take(iter(rows[after:]), 5, 60)
