"""The beginning of the trail goes when it is old enough, and what stays can be verified (S-31, R07)."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from actors.messages import Issuer
from business.audit import cutting
from business.audit.chain import digest_of_change, digest_of_changes, seal_of
from business.audit.cutting import ITSELF, CutRefused, cut_trail
from business.audit.messages import CutTrail
from business.audit.model import AuditChange, AuditCut, AuditRecord
from business.audit.nightly import TrailBroken, check
from business.audit.queries import Wanted, search
from business.audit.service import Audit
from business.audit.verify import Verdict, verify
from business.gate import Execute
from business.identity.messages import CreateUser
from business.jobs.kinds import JobContext
from config.settings import LEAST_AUDIT_DAYS
from config.settings_schema import SettingsTable
from tests.business.conftest import GOOD, Office

pytestmark = pytest.mark.both_databases
DAY_MINUTES = 24 * 60


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "audit.anchor"


def run(office: Office, anchor: Path, days: int = 200, *, steps: int = 1000) -> None:
    """The job, or its first `steps` chunks: then it is broken off."""
    job = cut_trail(office.gate, Audit(office.wall_ns), office.authority.open, anchor, days)
    context = JobContext({}, lambda: False, office.wall_ns, office.sessions)
    for _, _progress in zip(range(steps), job.work(context), strict=False):
        pass


def verdict(office: Office, anchor: tuple[int, str] | None = None) -> Verdict:
    with office.authority.open() as session:
        return verify(session, anchor=anchor)


def fill(office: Office, count: int = 6) -> Issuer:
    chief = office.chief()
    for number in range(count):
        office.do(CreateUser(f"user{office.now_ns}-{number}", "", "viewer", GOOD), chief)
    return chief


def sequences(office: Office) -> list[int]:
    with office.authority.open() as session:
        return sorted(record.sequence for record in search(session, Wanted(), 100))


def test_what_is_old_goes_and_the_rest_verifies(office: Office, anchor: Path) -> None:
    fill(office)
    old = verdict(office)
    office.pass_minutes(150 * DAY_MINUTES)
    fill(office)
    young = verdict(office)
    office.pass_minutes(60 * DAY_MINUTES)
    run(office, anchor)
    assert sequences(office) == list(range(old.last + 1, young.last + 2))
    found = verdict(office, (young.last, young.last_seal))
    assert (found.breaks, found.begin) == ((), old.last)
    assert anchor.read_text() == young.anchor, "noted before anything went"
    with office.authority.open() as session:
        record = search(session, Wanted(kind="CutTrail"), 1)[0]
    told = json.loads(record.changes[0].after or "")
    assert (told["through"], told["seal"], told["keep_days"]) == (old.last, old.last_seal, 200)
    office.pass_minutes(150 * DAY_MINUTES)
    run(office, anchor)
    again = verdict(office)
    assert (again.breaks, again.begin) == ((), young.last)


def test_nothing_goes_that_is_young(office: Office, anchor: Path) -> None:
    fill(office)
    before = sequences(office)
    office.pass_minutes(199 * DAY_MINUTES)
    run(office, anchor)
    assert sequences(office) == before


def test_a_run_that_was_broken_off_leaves_a_whole_trail_and_is_ended_by_the_next(
    office: Office, anchor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "ROWS_A_CHUNK", 2)
    fill(office)
    last = verdict(office).last
    office.pass_minutes(201 * DAY_MINUTES)
    fill(office, 1)
    run(office, anchor, steps=2)
    assert 1 < sequences(office)[0] <= last, "some are gone, some not yet"
    assert verdict(office).breaks == ()
    run(office, anchor)
    assert sequences(office)[0] == last + 1
    assert verdict(office).breaks == ()


def test_a_trail_that_was_tampered_with_is_kept_as_evidence(office: Office, anchor: Path) -> None:
    fill(office)
    before = sequences(office)
    office.pass_minutes(300 * DAY_MINUTES)
    with office.writer.begin() as connection:
        connection.execute(text("UPDATE audit_records SET reason = 'forged' WHERE sequence = 2"))
    with pytest.raises(TrailBroken):
        run(office, anchor)
    assert sequences(office) == before


def test_less_than_the_law_asks_is_refused_by_the_setting_and_by_the_command(
    office: Office, anchor: Path
) -> None:
    assert SettingsTable(audit_keep_days=LEAST_AUDIT_DAYS).audit_keep_days == 180
    with pytest.raises(ValueError, match="180"):
        SettingsTable(audit_keep_days=LEAST_AUDIT_DAYS - 1)
    fill(office)
    before = sequences(office)
    office.pass_minutes(179 * DAY_MINUTES)
    with pytest.raises(CutRefused, match="at least 180 days"):
        run(office, anchor, days=170)
    assert sequences(office) == [*before, before[-1] + 1], "the refusal is recorded"


@pytest.mark.parametrize("how", ["seal", "sequence", "twice"])
def test_a_cut_that_does_not_fit_the_trail_is_refused(office: Office, anchor: Path, how: str) -> None:
    fill(office)
    last = verdict(office)
    office.pass_minutes(300 * DAY_MINUTES)
    command = CutTrail(last.last, last.last_seal, 200)
    audit = Audit(office.wall_ns)
    if how == "twice":
        assert office.gate.on_own_account(audit, Execute(ITSELF, command)).stage.value == "done"
    elif how == "seal":
        command = CutTrail(last.last, "0" * 64, 200)
    else:
        command = CutTrail(last.last + 9, last.last_seal, 200)
    assert office.gate.on_own_account(audit, Execute(ITSELF, command)).stage.value == "refused"


def test_nobody_may_send_it(office: Office) -> None:
    chief = fill(office)
    outcome = office.gate.carry_out(Audit(office.wall_ns), Execute(chief, CutTrail(1, "0" * 64, 200)))
    assert outcome.detail == "not-permitted"


def cut_by_hand(office: Office, through: int) -> None:
    """As somebody with a hand on the database would."""
    with office.sessions.begin() as session:
        record = session.get_one(AuditRecord, through)
        session.add(
            AuditCut(through=through, seal=record.seal, newest_ns=1, time_ns=office.now_ns, keep_days=200)
        )
        session.flush()
        for table in (AuditChange, AuditRecord):
            session.execute(delete(table).where(table.sequence <= through))


def test_a_beginning_that_somebody_removed_himself_shows(office: Office) -> None:
    fill(office)
    office.pass_minutes(300 * DAY_MINUTES)
    cut_by_hand(office, 3)
    (found,) = verdict(office).breaks
    assert "no record tells of it" in found.trouble


def test_a_cut_of_what_had_to_be_kept_shows_even_when_a_record_tells_of_it(
    office: Office, anchor: Path
) -> None:
    """The record of the cut is forged, with seals that fit."""
    fill(office)
    office.pass_minutes(201 * DAY_MINUTES)
    run(office, anchor)
    with office.sessions.begin() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.kind == "CutTrail")).one()
        change = record.changes[0]
        told = json.loads(change.after or "")
        change.after = json.dumps({**told, "newest_ns": office.now_ns}, ensure_ascii=False, sort_keys=True)
        change.digest = digest_of_change(change)
        record.changes_digest = digest_of_changes([change.digest])
        record.seal = seal_of(record)
        session.scalars(select(AuditCut)).one().newest_ns = office.now_ns
    assert "no record tells of it" in verdict(office).breaks[0].trouble


def test_a_cut_beyond_what_was_noted_shows(office: Office, anchor: Path) -> None:
    """Whoever rewrites the whole trail has the anchor outside against him."""
    fill(office)
    anchor.write_text(f"1:{'0' * 64}")
    office.pass_minutes(300 * DAY_MINUTES)
    last = verdict(office)
    office.gate.on_own_account(
        Audit(office.wall_ns), Execute(ITSELF, CutTrail(last.last, last.last_seal, 200))
    )
    with pytest.raises(TrailBroken, match="the record noted earlier is gone"):
        check(office.authority.open, anchor)
