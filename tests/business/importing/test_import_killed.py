"""`kill -9` in the middle of an import: no row twice, none lost (S1-4.11b)."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from business.importing.messages import CommitImport
from business.property.house import House
from tests.business.importing.counter import Counter

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).parents[3]
ROWS = 900
DYING = """
import sys
from pathlib import Path
from sqlalchemy import Engine, event, make_url, select
from business.importing.importer import COMMIT
from business.importing.model import Import
from tests.business.conftest import Office
from tests.business.importing.counter import Counter

class Reopened(Counter):
    def __init__(self, office, folder):
        self.attach(office, folder)

office = Office(make_url(sys.argv[1]))
counter = Reopened(office, Path(sys.argv[2]))

def count(session):
    if isinstance(session.bind, Engine):  # the others end in a savepoint of its transaction
        session.info["chunks"] = session.scalar(select(Import.chunks))

def die(session):
    if session.info.get("chunks") == 3:
        print("now", flush=True)
        sys.stdin.read()

event.listen(office.sessions, "before_commit", count)
event.listen(office.sessions, sys.argv[3], die)
counter.run(COMMIT)
"""


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_killed_in_a_chunk_it_goes_on_with_that_chunk(counter: Counter, tmp_path: Path, when: str) -> None:
    counter.create("building", code="3")
    rows = "".join(f"3,{number},R{number}\n" for number in range(101, 101 + ROWS))
    token = counter.start("house", "楼栋,室号,外部编号\n" + rows)
    assert counter.found(token).created == ROWS, counter.reasons(token)
    counter.done(CommitImport("house", token))
    office = counter.office
    office.writer.dispose()  # what dies is the one writer
    url = office.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", DYING, url, str(tmp_path), when]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        child.kill()
    done = 400 if when == "before_commit" else 600
    assert (counter.found(token).created, counter.list("house").total) == (done, done)
    counter.interrupted(token)
    counter.run("import")
    found = counter.found(token)
    assert (found.created, found.updated, found.failed, found.chunks) == (ROWS, 0, 0, 5)
    with counter.read() as session:
        rooms = session.scalars(select(House.room)).all()
    assert sorted(rooms) == sorted(str(number) for number in range(101, 101 + ROWS))
