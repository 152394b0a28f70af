"""What goes wrong beside the rows: a defect of the program, a database that is away, a strange file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from business.exchange import stored as exchange
from business.exchange.opening import opened
from business.exchange.refusal import FileRefused
from business.exchange.sheet import Row, Sheet
from business.exchange.stored import sheets_of, store
from business.gate import Refused
from business.importing import refused_rows
from business.importing.chunk import Carrier
from business.importing.draft import Draft
from business.importing.importer import COMMIT, FAILED_ROWS, TRY
from business.importing.messages import CommitImport, StartImport
from business.importing.model import Import
from business.importing.plan import Plan
from business.jobs.kinds import Progress
from business.jobs.model import JobRun, RunState
from tests.business.importing.counter import Counter

PEOPLE = "姓名\n" + "".join(f"张{number}\n" for number in range(1, 451))


@contextmanager
def failing(counter: Counter, error: Callable[[], Exception], *names: str) -> Iterator[None]:
    """Persons of these names are too much for the program."""

    class Failing(Carrier):
        def carry(
            self, session: Session, plan: Plan, drafts: Sequence[Draft], *rest: Any, **how: Any
        ) -> None:
            super().carry(session, plan, drafts, *rest, **how)
            if any(draft.values.get("name") in names for draft in drafts):
                raise error()

    carrier = counter.importer.carrier
    carrier.__class__ = Failing
    try:
        yield
    finally:
        carrier.__class__ = Carrier


def away() -> OperationalError:
    return OperationalError("SELECT", {}, Exception("the server is gone"))


def set_state(counter: Counter, token: str, state: RunState) -> None:
    with counter.office.sessions.begin() as session:
        run = session.scalars(
            select(JobRun).join(Import, Import.run == JobRun.id).where(Import.file == token)
        )
        run.one().state = state


@pytest.mark.both_databases
def test_a_defect_refuses_the_rows_that_meet_it_and_no_other(counter: Counter) -> None:
    with failing(counter, lambda: ZeroDivisionError("a defect"), "张7", "张250"):
        token = counter.start("person", PEOPLE)
        tried = counter.found(token)
        assert (tried.created, tried.failed) == (448, 2)
        done = counter.commit("person", token)
    assert (done.created, done.failed) == (448, 2)
    assert set(counter.failures(token)) == {8, 251}
    assert "程序处理此行时出错" in counter.reasons(token)[8]
    names = {row.name for row in counter.list("person", limit=1000).rows}
    assert len(names) == 448
    assert not names & {"张7", "张250"}


@pytest.mark.both_databases
def test_a_database_that_is_away_blames_no_row(counter: Counter) -> None:
    token = counter.upload(PEOPLE.encode())
    counter.done(counter.guessed("person", token))
    with failing(counter, away, "张250"), pytest.raises(OperationalError):
        counter.run(TRY)
    assert not counter.failures(token)
    set_state(counter, token, RunState.FAILED)
    counter.done(counter.guessed("person", token))
    counter.run(TRY)
    counter.done(CommitImport("person", token))
    with failing(counter, away, "张250"), pytest.raises(RuntimeError):
        counter.run(COMMIT)
    set_state(counter, token, RunState.FAILED)
    assert counter.found(token).created == 200
    done = counter.commit("person", token)
    assert (done.created, done.failed) == (450, 0)


def test_a_defect_that_the_program_did_not_survive_is_met_again(counter: Counter) -> None:
    """Killed between the defect and the second go without its rows: the gate remembers the first."""
    token = counter.start("person", PEOPLE)
    counter.done(CommitImport("person", token))

    class Killed(BaseException):
        pass

    def kill(*_: Any) -> None:
        raise Killed

    trial = pytest.MonkeyPatch()
    trial.setattr("business.importing.trial.Trial.without_defects", kill)
    with failing(counter, lambda: ZeroDivisionError("a defect"), "张7"):
        with pytest.raises(Killed):
            counter.run(COMMIT)
        trial.undo()
        counter.interrupted(token)
        counter.run(COMMIT)
    done = counter.found(token)
    assert (done.created, done.failed, list(counter.failures(token))) == (449, 1, [8])


def test_who_goes_on_after_a_refusal_is_not_told_the_old_answer(counter: Counter) -> None:
    """The gate remembers what it said to an order; those of another run are others."""
    token = counter.start("person", PEOPLE)
    counter.done(CommitImport("person", token))
    with failing(counter, lambda: Refused("not now"), "张7"), pytest.raises(RuntimeError, match="not now"):
        counter.run(COMMIT)
    set_state(counter, token, RunState.FAILED)
    assert counter.commit("person", token).created == 450


def test_the_total_is_known_from_the_first_row_on(counter: Counter) -> None:
    token = counter.upload(PEOPLE.encode())
    counter.done(counter.guessed("person", token))
    seen: list[tuple[int, int | None, int | None]] = []

    def noted(progress: Progress) -> bool:
        seen.append((progress.done, progress.total, counter.found(token).total))
        return False

    counter.run(TRY, stop=noted)
    assert seen[0] == (200, 450, 450)
    assert seen[-1] == (450, 450, 450)


def test_all_refused_rows_are_in_the_file_however_many(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_rows, "PAGE", 50)
    rows = [f"张{number},1{number}" for number in range(1, 101)]  # no telephone numbers
    token = counter.start("person", "姓名,手机\n" + "\n".join([*rows, "李四,13800138000"]))
    assert counter.found(token).failed == 100
    for language in ("zh", "en"):
        found = opened(counter.shelf.path(token, FAILED_ROWS.format(language=language)))
        assert [row.cells[0] for row in found[0].rows()][1:] == [row.split(",")[0] for row in rows]


def test_a_file_whose_rows_are_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "STORED_BYTES", 10_000)
    taken: list[int] = []

    def rows() -> Iterator[Row]:
        for number in range(1, 100_000):
            taken.append(number)
            yield Row(number, ("房" * 10,))

    target = BytesIO()
    store([Sheet("1", rows)], target)
    with pytest.raises(FileRefused, match="超过"):
        sheets_of(target.getvalue())
    assert len(taken) < 1_000
    assert len(target.getvalue()) < 1_000


@pytest.mark.parametrize(("sheet", "header"), [(-1, 1), (7, 1), (0, 9), (0, -1)])
def test_a_place_outside_the_file_is_refused(counter: Counter, sheet: int, header: int) -> None:
    token = counter.upload("姓名\n张三\n".encode())
    command = StartImport("person", token, "x.csv", sheet, header, ((0, "name"),))
    assert "请重新上传" in counter.command(command).detail


def test_a_column_or_a_field_that_does_not_fit_is_refused(counter: Counter) -> None:
    token = counter.upload("姓名,又名\n张三,张四\n".encode())
    for mapping, reason in (
        (((-1, "name"),), "选择对应的字段"),
        (((0, "name"), (1, "name")), "对应了两列"),
    ):
        assert reason in counter.command(StartImport("person", token, "x.csv", 0, 1, mapping)).detail


def test_an_upload_that_cannot_be_read_leaves_nothing_behind(counter: Counter, tmp_path: Path) -> None:
    before = set(counter.shelf.path(counter.shelf.token(), "x").parent.iterdir())
    with pytest.raises(FileRefused):
        counter.upload(b"PK\x03\x04 no workbook")
    left = set(counter.shelf.path(counter.shelf.token(), "x").parent.iterdir()) - before
    assert {path.suffix for path in left} <= {".upload"}
