"""Personal values go when their time is over or the consent is taken back (PIPL 19, 15, 47)."""

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from business.audit.verify import verify
from business.jobs.kinds import JobContext
from business.privacy.erasing import pseudonym
from business.privacy.ledger import Ledger
from business.privacy.retention import erase_expired, tonight
from business.privacy.service import Privacy
from business.property.entities import ENTITIES
from business.registry.messages import ChangeRecord, MergeRecords
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases
PERSON, ZONE, SITE_DAYS = ENTITIES["person"], ZoneInfo("Asia/Shanghai"), 1095
MOVED_OUT = date(2024, 6, 30)
PNG_NAME = "a" * 64


def at(estate: Estate, day: date) -> None:
    estate.office.now_ns = int(day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 * 10**9


def planned(estate: Estate, today: date, site: int = SITE_DAYS) -> list[tuple[int, tuple[str, ...], Any]]:
    rows = tonight(estate.read, ENTITIES, PERSON, today, site)
    return [(one.record.id, one.fields, one.since) for one in rows]


def run(estate: Estate, site: int = SITE_DAYS, path: Path | None = None) -> int:
    office = estate.office
    module = Privacy(ENTITIES, estate.registry.records.index, ZONE, office.wall_ns)
    ledger = Ledger(path or Path(os.devnull), PERSON)
    job = erase_expired(office.gate, module, ENTITIES, estate.read, ZONE, site, ledger)
    return list(job.work(JobContext({}, lambda: False, office.wall_ns, office.sessions)))[-1].done


def somebody(estate: Estate, **values: Any) -> int:
    told = {"phone": "13800138000", "identity_number": "11010519491231002X"} | values
    return estate.create("person", name="王建国", **told)


def lived(estate: Estate, person: int, until: str | None) -> int:
    values: dict[str, Any] = {"until": until} if until else {}
    return estate.create(
        "stay", house_id=estate.house(), person_id=person, role="owner", since="2020-01-01", **values
    )


def test_first_the_fields_with_the_shorter_time_then_the_whole_record(estate: Estate) -> None:
    at(estate, date(2020, 1, 1))
    person = somebody(estate)
    lived(estate, person, str(MOVED_OUT))
    year = MOVED_OUT + timedelta(days=365)
    assert planned(estate, year - timedelta(days=1)) == []
    assert planned(estate, year) == [(person, ("phone",), MOVED_OUT)]
    at(estate, year + timedelta(days=1))
    assert run(estate) == 1
    kept = estate.get("person", person)
    assert (kept.phone, kept.name, kept.identity_number) == (None, "王建国", "11010519491231002X")
    assert run(estate) == 0
    at(estate, MOVED_OUT + timedelta(days=3 * 365 + 1))
    assert run(estate) == 1
    assert estate.get("person", person).name == pseudonym(PERSON, person)
    assert planned(estate, date(2040, 1, 1)) == []
    with estate.read() as session:
        assert verify(session).breaks == ()


def test_the_site_may_keep_shorter_and_never_longer_than_declared(estate: Estate) -> None:
    at(estate, date(2020, 1, 1))
    person = somebody(estate)
    lived(estate, person, str(MOVED_OUT))
    assert planned(estate, MOVED_OUT + timedelta(days=30), 30) == [(person, (), MOVED_OUT)]
    assert planned(estate, MOVED_OUT + timedelta(days=365), 99_999) == [(person, ("phone",), MOVED_OUT)]


def test_whoever_still_has_dealings_or_was_registered_lately_stays(estate: Estate) -> None:
    at(estate, date(2020, 1, 1))
    resident, new = somebody(estate), somebody(estate)
    lived(estate, resident, None)
    assert planned(estate, date(2020, 6, 1)) == []
    later = planned(estate, date(2020, 1, 1) + timedelta(days=365))
    assert later == [(new, ("phone",), date(2020, 1, 1))]


def test_what_a_restore_has_brought_back_is_erased_again(estate: Estate, tmp_path: Path) -> None:
    """The list of what was erased is no part of a backup; a line that a power failure cut off is none."""
    at(estate, date(2024, 1, 1))
    erased, other = somebody(estate), somebody(estate, phone="13900139000", identity_number=None)
    ledger = Ledger(tmp_path / "erased.jsonl", PERSON)
    with estate.read() as session:
        ledger.write(session, [erased])
        ledger.write(session, [erased])
        assert [one.record for one in ledger.undone(session)] == [erased]
    with (tmp_path / "erased.jsonl").open("a") as file:
        file.write(f'{{"record": {other}, "created_ns": {estate.get("person", other).created_ns + 1}}}\n')
        file.write('{"record": 1')
    assert run(estate, path=tmp_path / "erased.jsonl") == 1
    assert estate.get("person", erased).name == pseudonym(PERSON, erased)
    assert estate.get("person", other).name == "王建国"
    assert run(estate, path=tmp_path / "erased.jsonl") == 0


def test_what_was_consented_to_goes_with_the_consent(estate: Estate) -> None:
    at(estate, date(2024, 1, 1))
    person = somebody(estate, photo=PNG_NAME)
    lived(estate, person, None)
    given = estate.create(
        "consent", person_id=person, purpose="photo", state="given", on="2024-01-01", way="paper"
    )
    assert planned(estate, date(2024, 2, 1)) == []
    estate.create("consent", person_id=person, purpose="photo", state="withdrawn", on="2024-03-01")
    assert planned(estate, date(2024, 3, 1)) == [(person, ("photo",), None)]
    assert run(estate) == 1
    kept = estate.get("person", person)
    assert (kept.photo, kept.phone) == (None, "+8613800138000")
    assert estate.get("consent", given).state == "given"


def test_consent_to_processing_shows_in_the_file_and_follows_a_merge(estate: Estate) -> None:
    first, second = somebody(estate), somebody(estate)
    one = estate.create("consent", person_id=first, purpose="processing", state="given", on="2024-01-01")
    assert estate.get("person", first).consented_on == date(2024, 1, 1)
    back = estate.create("consent", person_id=first, purpose="processing", state="withdrawn", on="2024-02-01")
    assert estate.get("person", first).consented_on is None
    version = estate.get("consent", back).version
    estate.do(ChangeRecord("consent", back, version, {"on": "2023-12-01"}))
    assert estate.get("person", first).consented_on == date(2024, 1, 1)
    estate.do(MergeRecords("person", second, first))
    assert estate.get("consent", one).person_id == second
