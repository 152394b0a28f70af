"""After a new key everything is sealed anew, in chunks, by a job that may be interrupted (S-51)."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, LargeBinary, select, text, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from business.audit.changes import watch
from business.database import open_writer, sessions
from business.fields.keyring import Keyring, KeyUnknown, SealBroken
from business.fields.resealing import ROWS_A_CHUNK, NotResealed, reseal
from business.fields.sealed import ends, equals, supply
from business.jobs.kinds import JobContext, Progress
from tests.business.fields.people import CARD, KEYS, NEW_KEY, OLD_KEY, Own, Person

pytestmark = pytest.mark.both_databases
BOTH = Keyring((OLD_KEY, NEW_KEY))
ROWS = 2 * ROWS_A_CHUNK + 17


class Site:
    """A database of people whose keys may change."""

    def __init__(self, database: URL) -> None:
        self.engine = open_writer(database)
        Own.metadata.create_all(self.engine)
        self.sessions: sessionmaker[Session] = sessions(self.engine)
        watch(self.sessions)
        supply(self.engine, KEYS)
        with self.sessions.begin() as session:
            for one in range(1, ROWS + 1):
                card = CARD if one % 2 else None
                session.add(Person(id=one, name="某人", phone=f"+86138{one:08}", identity_number=card))

    def job(self) -> Iterator[Progress]:
        return reseal(Own.metadata).work(JobContext({}, lambda: False, time.time_ns, self.sessions))

    def headers(self) -> set[bytes]:
        with self.sessions() as session:
            rows = session.execute(
                select(
                    type_coerce(Person.phone, LargeBinary), type_coerce(Person.identity_number, LargeBinary)
                )
            )
            return {value[:5] for row in rows for value in row if value is not None}


@pytest.fixture
def site(database: URL) -> Iterator[Site]:
    site = Site(database)
    yield site
    site.engine.dispose()


def test_old_values_stay_readable_and_findable_under_two_keys(site: Site) -> None:
    supply(site.engine, BOTH)
    with site.sessions.begin() as session:
        session.add(Person(id=ROWS + 1, name="新人", phone="+8613900000001"))
    with site.sessions() as session:
        assert session.get_one(Person, 1).phone == "+8613800000001"
        for person, number in ((1, "+8613800000001"), (ROWS + 1, "+8613900000001")):
            assert session.scalars(select(Person.id).where(equals(session, Person.phone, number))).all() == [
                person
            ]
        assert set(session.scalars(select(Person.id).where(ends(session, Person.phone, "0001")))) == {
            1,
            ROWS + 1,
        }
    assert site.headers() == {KEYS.header, BOTH.header}


def test_after_the_job_the_old_key_can_go(site: Site) -> None:
    supply(site.engine, BOTH)
    told = list(site.job())
    assert [one.done for one in told] == [ROWS_A_CHUNK, 2 * ROWS_A_CHUNK, ROWS]
    assert {one.total for one in told} == {ROWS}
    assert site.headers() == {BOTH.header}
    supply(site.engine, Keyring((NEW_KEY,)))
    with site.sessions() as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        assert [one.phone for one in people] == [f"+86138{one:08}" for one in range(1, ROWS + 1)]
        assert [one.identity_number for one in people[:2]] == [CARD, None]
        assert session.scalars(
            select(Person.id).where(equals(session, Person.phone, people[7].phone))
        ).all() == [8]
        assert (
            len(session.scalars(select(Person.id).where(equals(session, Person.identity_number, CARD))).all())
            == ROWS // 2 + 1
        )
        assert session.scalars(select(Person.id).where(ends(session, Person.phone, "0042"))).all() == [42]


def test_an_interrupted_job_goes_on_where_it_was(site: Site) -> None:
    supply(site.engine, BOTH)
    next(site.job())
    assert site.headers() == {KEYS.header, BOTH.header}
    again = list(site.job())
    assert again[0].total == ROWS - ROWS_A_CHUNK
    assert site.headers() == {BOTH.header}
    assert list(site.job()) == [], "nothing is left to do"


def test_one_broken_value_keeps_no_other_from_being_resealed(site: Site) -> None:
    with site.sessions.begin() as session:
        broken = b"\x01" + KEYS.header[1:] + bytes(40)
        session.execute(text("UPDATE people SET phone = :broken WHERE id = 3"), {"broken": broken})
    supply(site.engine, BOTH)
    with pytest.raises(NotResealed, match=r"1 values stay as they are; the first: row 3: .*people\.phone"):
        list(site.job())
    assert site.headers() == {KEYS.header, BOTH.header}
    with site.sessions() as session:
        with pytest.raises(SealBroken):
            session.get(Person, 3)
        assert session.scalar(select(Person.identity_number).where(Person.id == 3)) == CARD
        assert session.get_one(Person, 4).phone == "+8613800000004"


def test_without_the_old_key_nothing_is_lost(site: Site) -> None:
    supply(site.engine, Keyring((NEW_KEY,)))
    with pytest.raises(NotResealed, match="sealing-keys"):
        list(site.job())
    with site.sessions() as session, pytest.raises(KeyUnknown):
        session.get(Person, 1)
    supply(site.engine, KEYS)
    with site.sessions() as session:
        assert session.get_one(Person, 1).phone == "+8613800000001"
