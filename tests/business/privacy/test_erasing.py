"""Erasing on request leaves nothing but a name that tells nothing (PIPL 47, B12)."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from actors.messages import Issuer, Stage
from actors.said import in_language
from business.attachments.store import Attachments
from business.audit.model import AuditChange, AuditRecord
from business.audit.verify import verify
from business.exchange.sheet import Row, Sheet
from business.exchange.shelf import Shelf
from business.exchange.stored import store
from business.exporting.model import Export
from business.gate import Execute, Outcome
from business.importing.model import Import, ImportFailure
from business.jobs.kinds import JobContext, Progress
from business.jobs.model import JobRun, RunState
from business.privacy.erasing import pseudonym
from business.privacy.finishing import finish_erasures
from business.privacy.ledger import Ledger
from business.privacy.messages import ErasePerson
from business.privacy.model import Erasure
from business.privacy.service import Privacy
from business.property.entities import ENTITIES
from business.property.messages import LinkUser
from business.registry.messages import ChangeRecord, RemoveRecords, SaveView, TagRecords
from business.reviews.messages import SubmitRecord
from business.reviews.model import Submission
from business.reviews.service import Reviews
from business.search.model import SearchEntry
from tests.business.estate import Estate

NAME, NUMBER, PHONE, PLATE = "欧阳明月", "11010519491231002X", "13811112222", "沪A5K7J9"
PNG = b"\x89PNG\r\n\x1a\n"
ZONE = ZoneInfo("Asia/Shanghai")


class Case:
    """Somebody who moved out, of whom there are traces everywhere."""

    def __init__(self, estate: Estate, folder: Path) -> None:
        self.estate, self.office = estate, estate.office
        self.folder = folder
        self.store, self.shelf = Attachments(folder / "files"), Shelf(folder / "transfers")
        self.picture = self.store.keep(PNG + NAME.encode())
        self.house = estate.house()
        self.person = estate.create(
            "person", name=NAME, identity_number=NUMBER, phone=PHONE, mail="ouyang@example.cn",
            address="翠湖路 88 号 9 室", photo=self.picture, remark=f"{NAME} 喜欢安静",
        )  # fmt: skip
        self.stay = estate.create(
            "stay", house_id=self.house, person_id=self.person, role="owner", since="2020-01-01",
            until="2024-01-01",
        )  # fmt: skip
        self.car = estate.create("vehicle", plate=PLATE, owner_id=self.person)
        estate.create("utility_account", number="55", utility="water", house_id=self.house, holder=NAME)
        estate.do(TagRecords("person", (self.person,), add=("常住",)))
        self.office.create("owner", "owner")
        self.office.create("mia", "manager")
        self.mia = self.office.log_in("mia")
        estate.do(LinkUser("owner", self.person, None))
        self.owner = self.office.log_in("owner")
        estate.do(SaveView("person", f"找{NAME}", f"q={NAME}"), self.mia)
        self._proposed()
        self._files()

    def _proposed(self) -> None:
        reviews = Reviews(ENTITIES, self.estate.registry.records, self.office.wall_ns)
        version = self.estate.get("person", self.person).version
        body = SubmitRecord("person", {"remark": f"{PHONE} 已停用"}, self.person, version, note=NAME)
        outcome = self.office.gate.carry_out(reviews, Execute(self.owner, body))
        assert outcome.stage is Stage.DONE, outcome.detail

    def _files(self) -> None:
        """An upload with him and one without, rows that were refused, an export."""
        self.tokens = [Shelf.token() for _ in range(3)]
        for token, name in zip(self.tokens, (NAME, "别人", ""), strict=True):
            rows = [Row(1, ("姓名", "电话")), Row(2, (name, "1"))]
            sheet = Sheet("一", partial(iter, rows))
            target = BytesIO()
            store([sheet], target)
            self.shelf.path(token, "rows").write_bytes(target.getvalue())
        self.shelf.path(self.tokens[0], "failed.zh.xlsx").write_bytes(NAME.encode())
        self.shelf.path(self.tokens[2], "csv").write_text(f"{NAME},{PHONE}")
        common: dict[str, Any] = {"entity": "person", "user": "mia", "run": None, "started_ns": 1}
        with self.office.sessions.begin() as session:
            row = Import(
                file=self.tokens[0], file_name="a.xlsx", station="", sheet=0, header=1, mapping=[],
                existing="update", scope_id=None, phase="trial", **common,
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(ImportFailure(import_id=row.id, row=2, errors=[["phone", "B", PHONE, "x", "y"]]))
            session.add(
                Export(
                    file=self.tokens[2],
                    format="csv",
                    language="zh",
                    columns=[],
                    wanted={"text": NAME},
                    open=True,
                    **common,
                )
            )

    def send(self, command: Any, issuer: Issuer) -> Outcome:
        module = Privacy(ENTITIES, self.estate.registry.records.index, ZONE, self.office.wall_ns)
        return self.office.gate.carry_out(module, Execute(issuer, command))

    def erase(self, reason: str = "本人书面申请") -> Outcome:
        version = self.estate.get("person", self.person).version
        return self.send(ErasePerson(self.person, version, reason), self.mia)

    def finish(self) -> list[Progress]:
        ledger = Ledger(self.folder / "erased.jsonl", ENTITIES["person"])
        job = finish_erasures(ENTITIES, self.store, self.shelf, self.estate.read, ledger)
        context = JobContext({}, lambda: False, self.office.wall_ns, self.office.sessions)
        return list(job.work(context))

    def bytes(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self.folder)), path.read_bytes()

    def found(self, *texts: str) -> list[tuple[str, str]]:
        return [(path, one) for path, held in self.bytes() for one in texts if one.encode() in held]


@pytest.fixture
def case(estate: Estate, tmp_path: Path) -> Case:
    return Case(estate, tmp_path)


@pytest.mark.both_databases
def test_on_request_all_that_is_known_goes_and_the_houses_keep_their_history(case: Case) -> None:
    estate = case.estate
    assert case.erase().stage is Stage.DONE
    shell = estate.get("person", case.person)
    assert shell.name == pseudonym(ENTITIES["person"], case.person)
    assert [shell.identity_number, shell.phone, shell.mail, shell.address, shell.photo, shell.remark] == [
        None
    ] * 6
    assert shell.removed_ns is not None
    assert estate.get("stay", case.stay).person_id == case.person
    assert estate.list("vehicle").rows == ()
    assert estate.list("utility_account").rows[0].holder is None
    rows = case.office.rows("users", "saved_views", "record_tags", "submissions")
    owner = next(row for row in rows["users"] if row.name == "owner")
    assert (owner.disabled, owner.display, owner.person_id) == (True, shell.name, None)
    assert rows["saved_views"] == rows["record_tags"] == []
    with estate.read() as session:
        proposal = session.scalars(select(Submission)).one()
        assert (proposal.content, proposal.note, proposal.state) == (None, "", "withdrawn")
        entries = {(one.entity, one.record_id) for one in session.scalars(select(SearchEntry))}
    assert not entries & {("person", case.person), ("vehicle", case.car)}


@pytest.mark.both_databases
def test_the_trail_holds_no_value_and_still_verifies(case: Case) -> None:
    """S-31: what is erased one day was never in the trail."""
    estate = case.estate
    person = estate.get("person", case.person)
    estate.do(ChangeRecord("person", case.person, person.version, {"address": "翠湖路 99 号"}))
    estate.refused(ChangeRecord("person", case.person, 1, {"address": "翠湖路 99 号"}))
    assert case.erase().stage is Stage.DONE
    case.finish()
    with estate.read() as session:
        assert verify(session).breaks == ()
        told = [
            part
            for change in session.scalars(select(AuditChange))
            for part in (change.before or "", change.after or "")
        ]
        told += [one.detail + one.reason + one.object for one in session.scalars(select(AuditRecord))]
    for text in (NAME, NUMBER, PHONE, "翠湖路", PLATE, "ouyang"):
        assert not [one for one in told if text in one], text


def test_not_a_byte_is_left_in_database_log_or_files(case: Case) -> None:
    """The number of the one who is gone, searched in whatever lies on the disk."""
    secrets = (NAME, NUMBER, PHONE, PLATE, "翠湖路 88", "ouyang@example.cn")
    assert case.found(NAME)
    other = case.tokens[1]
    assert case.erase().stage is Stage.DONE
    assert case.finish()[-1].done == 1
    assert case.found(*secrets) == []
    assert case.store.find(case.picture) is None
    assert case.shelf.path(other, "rows").exists(), "the upload of somebody else stays"
    with case.estate.read() as session:
        assert not session.scalars(select(Import)).all()
        assert not session.scalars(select(Export)).all()
        row = session.scalars(select(Erasure)).one()
    assert row.traces is None
    assert row.finished_ns == case.office.now_ns
    assert case.finish()[-1].total == 0


def test_whoever_still_has_dealings_stays_and_is_told_why(case: Case) -> None:
    owned = case.estate.create(
        "ownership", house_id=case.house, person_id=case.person, share="100", since="2020-01-01"
    )
    outcome = case.erase()
    assert outcome.stage is Stage.REFUSED
    assert "1 条产权（业主）" in in_language(outcome.detail, "zh")
    assert case.estate.get("person", case.person).name == NAME
    version = case.estate.get("ownership", owned).version
    case.estate.do(ChangeRecord("ownership", owned, version, {"until": "2024-01-01"}))
    assert case.erase("").stage is Stage.REFUSED
    assert case.send(ErasePerson(case.person, 99, "本人申请"), case.mia).stage is Stage.REFUSED
    assert case.erase().stage is Stage.DONE
    assert case.erase().stage is Stage.REFUSED, "once"


def test_only_who_has_the_permission_erases(case: Case) -> None:
    case.office.create("stella", "steward")
    version = case.estate.get("person", case.person).version
    for issuer in (case.office.log_in("stella"), case.owner):
        outcome = case.send(ErasePerson(case.person, version, "本人申请"), issuer)
        assert outcome.stage is Stage.REFUSED


def test_a_busy_import_is_cleared_by_the_next_run(case: Case) -> None:
    with case.office.sessions.begin() as session:
        run = JobRun(
            job="import", state=RunState.RUNNING, due_ns=1, not_before_ns=1, arguments="{}", asked_by=""
        )
        session.add(run)
        session.flush()
        session.scalars(select(Import)).one().run = run.id
        number = run.id
    case.erase()
    assert case.finish()[-1].done == 0
    assert case.shelf.path(case.tokens[0], "rows").exists()
    with case.office.sessions.begin() as session:
        session.get_one(JobRun, number).state = RunState.DONE
    assert case.finish()[-1].done == 1
    assert not case.shelf.path(case.tokens[0], "rows").exists()


def test_a_refusal_does_not_write_a_name_into_the_trail(case: Case) -> None:
    """The reason of a refusal is sealed, and nobody takes a name out of it."""
    said = case.estate.refused(RemoveRecords("person", (case.person,)))
    assert "欧**" in said
    assert NAME not in said
