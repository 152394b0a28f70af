"""Commands that share a commit: each as if it came alone, and told once it is on the disk (B14, R-40)."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.actor import BusinessActor
from business.audit.model import AuditRecord
from business.audit.verify import verify
from business.gate import MOST_TOGETHER, Execute, Outcome
from business.identity.messages import CreateUser, DisableUser
from business.property.people import Person
from business.registry.messages import CreateRecord
from tests.business.conftest import GOOD, Office
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).parents[2]


class Commits:
    """How often the writer has committed."""

    def __init__(self, office: Office) -> None:
        self.count = 0
        event.listen(office.writer, "commit", self._hear)

    def _hear(self, _connection: Any) -> None:
        self.count += 1


@pytest.fixture
def estate(office: Office) -> Estate:
    return Estate(office)


@pytest.fixture
def clerk(office: Office) -> Issuer:
    office.create("clerk", "manager")
    return office.log_in("clerk")


def person(name: str) -> CreateRecord:
    return CreateRecord("person", {"name": name})


def together(estate: Estate, orders: Sequence[Execute]) -> list[Outcome | BaseException]:
    return estate.office.gate.carry_out_all(estate.registry, orders)


def ends(found: Sequence[Outcome | BaseException]) -> list[str]:
    return [one.stage.value if isinstance(one, Outcome) else type(one).__name__ for one in found]


def people(estate: Estate) -> list[str]:
    with estate.read() as session:
        return list(session.scalars(select(Person.name).order_by(Person.id)))


def records(estate: Estate, after: int) -> list[tuple[str, str]]:
    with estate.read() as session:
        assert verify(session).breaks == ()
        query = select(AuditRecord.command, AuditRecord.result).where(AuditRecord.sequence > after)
        return [(row.command, row.result) for row in session.execute(query.order_by(AuditRecord.sequence))]


def last(estate: Estate) -> int:
    with estate.read() as session:
        return session.scalar(select(func.max(AuditRecord.sequence))) or 0


def test_those_that_wait_share_one_commit_and_one_that_fails_touches_no_other(
    estate: Estate, clerk: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = estate.registry.handle

    def broken(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        events = handle(session, issuer, command)
        if command.values["name"] == "赵缺陷":
            raise RuntimeError("a defect, after its rows were written")
        if command.values["name"] == "孙语句":
            session.execute(text("SELECT nothing FROM nowhere"))
        return events

    monkeypatch.setattr(estate.registry, "handle", broken)
    before, commits = last(estate), Commits(estate.office)
    orders = [
        Execute(clerk, person("王一"), "1"),
        Execute(clerk, person("赵缺陷"), "2"),
        Execute(clerk, person("李二"), "3"),
        Execute(clerk, CreateRecord("person", {"name": ""}), "4"),
        Execute(Issuer("clerk", "0" * 32, ""), person("张冒充"), "5"),
        Execute(clerk, person("孙语句"), "6"),
        Execute(clerk, person("王一"), "1"),
        Execute(clerk, person("陈三"), "8"),
    ]
    found = together(estate, orders)
    assert ends(found)[:5] == ["done", "RuntimeError", "done", "refused", "refused"]
    assert ends(found)[5] in {"refused", "ProgrammingError"}  # a database that cannot be asked, or a defect
    assert ends(found)[6:] == ["done", "done"]
    assert found[0].detail == found[6].detail != ""  # type: ignore[union-attr]
    assert commits.count == 2  # a repetition looks for what is committed
    assert people(estate) == ["王一", "李二", "陈三"]
    results = dict(records(estate, before))
    results.pop("6", None)
    assert results == {"1": "done", "2": "failed", "3": "done", "4": "refused", "5": "refused", "8": "done"}


def test_more_than_a_group_are_several_commits_and_a_lone_one_is_its_own(
    estate: Estate, clerk: Issuer
) -> None:
    commits = Commits(estate.office)
    together(estate, [Execute(clerk, person("王一"))])
    assert commits.count == 1
    found = together(estate, [Execute(clerk, person("王二")) for _ in range(2 * MOST_TOGETHER + 1)])
    assert set(ends(found)) == {"done"}
    assert commits.count == 4


def test_what_changes_access_is_the_last_of_its_group(office: Office, clerk: Issuer) -> None:
    """Who is disabled by one command sends no other in the same commit."""
    chief = office.chief()
    office.create("li", "security-administrator")
    li = office.log_in("li")
    commits = Commits(office)
    orders = [Execute(chief, DisableUser("li")), Execute(li, CreateUser("wu", "Wu", "viewer", GOOD))]
    first, second = office.gate.carry_out_all(office.identity, orders)
    assert isinstance(first, Outcome)
    assert isinstance(second, Outcome)
    assert (first.stage, second.stage, second.detail) == (
        Stage.DONE,
        Stage.REFUSED,
        Refusal.NOT_LOGGED_IN,
    )
    assert commits.count == 2


def test_a_group_whose_commit_fails_is_nothing_and_is_told_so(estate: Estate, clerk: Issuer) -> None:
    before = last(estate)

    def lose(_connection: Any) -> None:
        raise OperationalError("COMMIT", None, Exception("the disk is gone"))

    event.listen(estate.office.writer, "commit", lose, once=True)
    found = together(estate, [Execute(clerk, person("王一"), "1"), Execute(clerk, person("李二"), "2")])
    assert [one.detail for one in found if isinstance(one, Outcome)] == [Refusal.NOT_RECORDED] * 2
    assert (people(estate), records(estate, before)) == ([], [])
    assert ends(together(estate, [Execute(clerk, person("王一"), "1")])) == ["done"]


def test_threads_and_an_actor_take_along_what_waits_behind_the_one_in_hand(
    estate: Estate, clerk: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No timer: what came while the first was at work makes up the next commit, a defect's neighbours too."""
    begun, go_on = threading.Event(), threading.Event()
    handle = estate.registry.handle

    def slow(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        if command.values["name"] == "慢":
            begun.set()
            assert go_on.wait(60)
        if command.values["name"] == "缺陷":
            raise RuntimeError("a defect")
        return handle(session, issuer, command)

    monkeypatch.setattr(estate.registry, "handle", slow)
    commits, told = Commits(estate.office), list[Any]()
    actor = BusinessActor.start(
        "registry", module=estate.registry, gate=estate.office.gate, announce=told.append
    )
    first = actor.ask(Execute(clerk, person("慢")), block=False)
    assert begun.wait(60)
    names = ["王一", "缺陷", "李二"]
    rest = [actor.ask(Execute(clerk, person(name)), block=False) for name in names]
    assert not told
    go_on.set()
    assert first.get(timeout=60).stage is Stage.DONE
    assert rest[0].get(timeout=60).stage is Stage.DONE
    with pytest.raises(RuntimeError, match="a defect"):
        rest[1].get(timeout=60)
    assert rest[2].get(timeout=60).stage is Stage.DONE
    assert commits.count == 2
    assert len(told) == 3
    assert actor.actor_stopped.wait(60)  # the defect ends it, once its neighbours were answered


DYING = """
import sys, threading
from sqlalchemy import make_url
from actors.messages import Stage
from business.gate import Execute
from tests.business.conftest import Office
from tests.business.estate import PROGRAM, Estate
from business.registry.messages import CreateRecord

estate = Estate(Office(make_url(sys.argv[1])))
say = threading.Lock()

def work(client):
    for number in range(100_000):
        name = f"{client}-{number}"
        order = Execute(PROGRAM, CreateRecord("person", {"name": f"人 {name}"}), name)
        outcome = estate.office.gate.on_own_account(estate.registry, order)
        assert outcome.stage is Stage.DONE, outcome
        with say:
            print(name, flush=True)

for client in range(6):
    threading.Thread(target=work, args=(client,)).start()
"""


@pytest.mark.parametrize("told", [1, 40, 97])
def test_killed_under_load_what_was_told_done_is_there_once(estate: Estate, database: URL, told: int) -> None:
    office = estate.office
    office.writer.dispose()  # what dies is the one writer
    url = database.render_as_string(hide_password=False)
    done: list[str] = []
    arguments = [sys.executable, "-c", DYING, url]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            done.append(line.strip())
            if len(done) == told:
                child.kill()
    assert len(done) >= told
    names = people(estate)
    assert len(names) == len(set(names))
    assert {f"人 {name}" for name in done} <= set(names)
    written = [command for command, result in records(estate, 0) if "-" in command and result == "done"]
    assert sorted(f"人 {name}" for name in written if name[0].isdigit()) == sorted(names)
    # One comes again, to the next office: it is known, and not done twice.
    again = Execute(
        Issuer("steward", "", "office"), CreateRecord("person", {"name": f"人 {done[-1]}"}), done[-1]
    )
    assert office.gate.on_own_account(estate.registry, again).stage is Stage.DONE
    assert people(estate) == names
