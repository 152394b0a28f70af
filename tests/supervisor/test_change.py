"""What of a field process another configuration concerns."""

from dataclasses import replace
from datetime import date

from actors.table import tables
from config.calendar import CalendarDay
from config.site import LimitSpan, Site
from supervisor.change import Change, difference
from tests.actors.small_site import point, site


def changed(old: Site, new: Site) -> Change:
    before, after = ({one.id: one for one in tables(each, "field-1")} for each in (old, new))
    return difference("field-1", old, new, before, after)


def scheduled(plain: Site) -> Site:
    subsystem = replace(plain.subsystems["hvac"], limit_schedule=(LimitSpan("night", 0, 60),))
    return replace(plain, subsystems={"hvac": subsystem})


def test_another_calendar_concerns_the_subsystems_that_go_by_it() -> None:
    plain = site(point("p"))
    day = date(2026, 11, 21)
    calendar = {day: CalendarDay(day, is_workday=True)}
    assert changed(plain, replace(plain, calendar=calendar)).in_words() == "no device is concerned"
    other = scheduled(plain)
    assert changed(plain, other).changed_subsystems == ("hvac",)
    for now in (replace(other, calendar=calendar), replace(other, timezone="Europe/Berlin")):
        assert changed(other, now).changed_subsystems == ("hvac",)
        assert changed(now, replace(now, version=2)).in_words() == "no device is concerned"


def test_a_device_that_goes_to_another_process_leaves_this_one_and_its_subsystem_stays() -> None:
    plain = site(point("p"))
    moved = {**plain.devices, "ahu-2": replace(plain.devices["ahu-2"], process="field-1-bacnet")}
    now = replace(plain, devices=moved)
    change = changed(plain, now)
    assert (change.removed, change.removed_subsystems, change.reseated) == (("ahu-2",), (), ("ahu-1",))
    there = {one.id: one for one in tables(now, "field-1-bacnet")}
    other = difference("field-1-bacnet", plain, now, {}, there)
    assert (other.added, other.added_subsystems) == (("ahu-2",), ("hvac",))
