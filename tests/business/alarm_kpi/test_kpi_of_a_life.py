"""Figures of what a zone itself has journaled (S4-7.5a): its own rows, not ones made up for the purpose."""

from contextlib import closing
from pathlib import Path

import pytest

from actors.alarm_tables import writer
from actors.journal_rows import add_change
from actors.messages import Area, Mode, RecordVerdict, RemoveFromService, ShelveAlarm, UnshelveAlarm, Verdict
from business.alarm_kpi.messages import AlarmKpis, ReadAlarmKpis
from business.alarm_kpi.queries import AlarmFigures
from tests.actors.alarm_zone import S, Zone
from tests.actors.small_site import point, rule, site

HIGH, LOW, SMOKE, OPEN = (("ahu-1", "t", name) for name in ("high", "low", "smoke", "open"))
SITE = site(
    point(
        "t",
        rule("high"),
        rule("low"),
        rule("smoke", alarm_class="fire", latched=True),
        rule("open", alarm_class="event"),
    )
)


@pytest.fixture
def zone() -> Zone:
    return Zone(SITE)


def figures(zone: Zone, folder: Path) -> AlarmKpis:
    path = folder / "alarms.db"
    with closing(writer(str(path))) as db:
        for change in zone.journal:
            add_change(db, change)
    query = ReadAlarmKpis(1, zone.wall_ns + S, "")
    return AlarmFigures(path, lambda: SITE, lambda: zone.wall_ns + S).read(query)


def values(found: AlarmKpis) -> dict[str, float | None]:
    return {one.name: one.value for one in found.figures}


def test_an_alarm_an_event_and_a_reminder(zone: Zone, tmp_path: Path) -> None:
    zone.begins(HIGH)
    zone.begins(OPEN)
    zone.now_s += 20
    zone.acknowledge(HIGH)
    zone.now_s += 10
    zone.ends(HIGH)
    zone.begins(LOW)
    found = values(figures(zone, tmp_path))
    assert (found["total"], found["standing"], found["unacknowledged"]) == (2, 1, 1)
    assert found["acknowledge_median"] == 20


def test_what_is_shelved_and_out_of_service_and_what_came_back(zone: Zone, tmp_path: Path) -> None:
    until_ns = round((zone.now_s + 3600) * S)
    zone.begins(HIGH)
    zone.ask(ShelveAlarm(*HIGH, until_ns, one_shot=False, reason="nuisance"))
    zone.ask(RemoveFromService(*LOW, 0, "WO-1", "detector"))
    found = figures(zone, tmp_path)
    assert [(one.kind, one.rule, one.user, one.note) for one in found.hidden] == [
        ("shelved", "high", "anna", "nuisance"),
        ("out-of-service", "low", "anna", found.hidden[1].note),
    ]
    told = values(found)
    assert (told["shelved"], told["out_of_service"], told["unauthorised"]) == (1, 1, 0)
    assert told["standing"] == 0, "what is hidden does not stand before the operator"
    zone.ask(UnshelveAlarm(*HIGH, "repaired"))
    again = tmp_path / "again"
    again.mkdir()
    told = values(figures(zone, again))
    assert (told["shelved"], told["standing"], told["total"]) == (0, 1, 2)


def test_a_class_that_a_person_shelves_is_hidden_by_that_person(zone: Zone, tmp_path: Path) -> None:
    zone.begins(HIGH)
    mode = Area("a1", Mode.SHELVED, "building-a", "", "process", "anna", "works", 0, round(9e12))
    zone.told(areas=(mode,))
    found = figures(zone, tmp_path)
    assert [(one.kind, one.rule, one.user) for one in found.hidden] == [("shelved", "high", "anna")]
    assert values(found)["unauthorised"] == 0


def test_of_two_verdicts_on_one_fire_the_last_counts(zone: Zone, tmp_path: Path) -> None:
    zone.begins(SMOKE)
    zone.ask(RecordVerdict(*SMOKE, 1, Verdict.FALSE, "steam", "aired"))
    zone.ask(RecordVerdict(*SMOKE, 1, Verdict.REAL, "toast", "put out"))
    found = figures(zone, tmp_path)
    assert [(line.device, line.verdicts) for line in found.verdicts] == [
        ("", {"real": 1}),
        ("ahu-1", {"real": 1}),
    ]
    assert values(found)["false_alarms"] == 0
