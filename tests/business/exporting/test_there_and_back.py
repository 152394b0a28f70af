"""What leaves as a file comes back as the same records, whatever stands in them (S1-2.3.4, B18)."""

import atexit
import shutil
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from actors.messages import Issuer
from business.database import sqlite_url
from tests.business.conftest import Office
from tests.business.importing.counter import Counter

LINE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: bool(text.strip()))
FORMULA = st.sampled_from(
    ["=1+1", "@SUM(A1)", "'=x", "-2+3", "+86", "00123", "1e5", "2026-01-02", "TRUE", "1/2"]
)
NAME = st.one_of(LINE, FORMULA)
AREA = st.decimals(Decimal(1), Decimal("9999.99"), places=2)
DAY = st.dates(date(1950, 1, 1), date(2049, 12, 31))
PHONE = st.integers(13000000000, 19999999999).map(str)
CODES = ["3-1", "3-2", "2-1", "single"]

HOUSE = st.fixed_dictionaries(
    {"room": st.integers(101, 999).map(str)},
    optional={
        "floor": st.integers(-5, 60).filter(bool),
        "door": NAME,
        "layout": st.sampled_from(CODES),
        "built_area": AREA.map(str),
        "certificate": NAME,
        "certified_on": DAY.map(date.isoformat),
        "remark": st.one_of(NAME, st.just("第一行\n第二行")),
    },
)
VEHICLE = st.fixed_dictionaries(
    {
        "plate": st.integers(0, 99999).map(lambda number: f"沪A{number:05}"),
        "owner": st.sampled_from("甲乙丙"),
    },
    optional={
        "brand": NAME,
        "colour": st.sampled_from(("white", "black")),
        "bought_on": DAY.map(date.isoformat),
    },
)
PERSON = st.fixed_dictionaries(
    {"name": NAME, "external_id": st.integers(1, 10**9).map("X{}".format)},
    optional={"phone": PHONE, "remark": NAME, "born_on": DAY.map(date.isoformat)},
)


class Copied(Counter):
    """A counter over a copy of an estate that is there."""

    def __init__(self, folder: Path, anna: Issuer) -> None:
        self.attach(Office(make_url(sqlite_url(folder / "b.db"))), folder)
        self.anna = anna


@cache
def estate() -> tuple[Path, Issuer]:
    """A small estate, made once: migrations take longer than all else here."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    counter = Counter(Office(make_url(sqlite_url(folder / "b.db"))), folder)
    counter.create("building", code="3")
    counter.create("unit", building_id=1, code="2")
    for name, number in (("甲", "1"), ("乙", "2"), ("丙", "3"), ("丙", "4")):
        counter.create("person", name=name, phone=f"1380000000{number}")
    counter.office.close()
    return folder, counter.anna


def opened(folder: Path) -> Counter:
    there, anna = estate()
    shutil.copytree(there, folder)
    return Copied(folder, anna)


def values(counter: Counter, entity: str) -> list[dict[str, Any]]:
    """All records, by what stands in them."""
    names = [one.name for one in counter.entity(entity).fields]
    rows = counter.list(entity, limit=1000).rows
    found = [{name: getattr(row, name) for name in names} | {"external": row.external_id} for row in rows]
    return sorted(found, key=repr)


def there_and_back(entity: str, records: list[dict[str, Any]], form: str, language: str, **how: Any) -> None:
    with TemporaryDirectory() as folder:
        one, other = opened(Path(folder) / "a"), opened(Path(folder) / "b")
        for record in records:
            external = record.pop("external_id", "")
            if owner := record.pop("owner", None):
                record["owner_id"] = "甲乙丙".index(owner) + 1
            one.create_external(entity, record, external)
        names = " ".join(field.name for field in one.entity(entity).fields if field.type.name != "files")
        data = one.exported(entity, f"{names} external_id", format=form, language=language, **how)
        done = other.imported(entity, data)
        assert not done.failed, other.reasons(done.file)
        assert values(one, entity) == values(other, entity)
        again = other.imported(entity, data)
        assert (again.created, again.updated, again.failed) == (0, 0, 0), other.reasons(again.file)
        one.office.close()
        other.office.close()


FORMS = pytest.mark.parametrize("form", ["xlsx", "csv", "xml"])
HARD = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def unlike(names: tuple[str, ...]) -> Any:
    """Of several that the program takes for one, the first."""

    def kept(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[tuple[str, Any]] = set()
        found = []
        for record in records:
            keys = {(name, str(record.get(name)).strip().casefold()) for name in names if record.get(name)}
            if not keys & seen:
                found.append(record)
                seen |= keys
        return found

    return kept


@FORMS
@HARD
@given(
    st.lists(HOUSE, min_size=1, max_size=6).map(unlike(("room", "certificate"))),
    st.sampled_from(("zh", "en")),
)
def test_houses(form: str, records: list[dict[str, Any]], language: str) -> None:
    records = [{**record, "building_id": 1, "unit_id": 1} for record in records]
    there_and_back("house", records, form, language)


@FORMS
@HARD
@given(st.lists(VEHICLE, min_size=1, max_size=6).map(unlike(("plate",))), st.sampled_from(("zh", "en")))
def test_vehicles_and_their_owners(form: str, records: list[dict[str, Any]], language: str) -> None:
    there_and_back("vehicle", [dict(one) for one in records], form, language, open=True, reason="更换系统")


@FORMS
@HARD
@given(
    st.lists(PERSON, min_size=1, max_size=6).map(unlike(("external_id", "phone"))),
    st.sampled_from(("zh", "en")),
)
def test_people_with_their_numbers(form: str, records: list[dict[str, Any]], language: str) -> None:
    there_and_back("person", [dict(one) for one in records], form, language, open=True, reason="更换系统")
