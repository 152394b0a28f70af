"""Personal numbers are encrypted at rest, found without being opened, and masked in the trail (S-51)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import URL, Engine, LargeBinary, func, select, text, type_coerce, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, sessionmaker

from actors.messages import Issuer, Stage
from business.audit.model import AuditChange
from business.audit.verify import verify
from business.database import open_reader, open_writer, sessions
from business.fields.identity_card import identity_card
from business.fields.keyring import HEADER_BYTES, Keyring, KeyUnknown, SealBroken
from business.fields.registry import made
from business.fields.sealed import KeyringMissing, ends, equals, sealed_column, supply
from business.gate import Execute
from tests.business.conftest import Office
from tests.business.fields.people import CARD, KEYS, NEW_KEY, OLD_KEY, OTHER_PHONE, PHONE, Own, Person

PLACE = "people.phone"
COLUMNS = Person.__table__.c


pytestmark = pytest.mark.both_databases


@pytest.fixture
def writer(database: URL) -> Iterator[Engine]:
    engine = open_writer(database)
    Own.metadata.create_all(engine)
    supply(engine, KEYS)
    yield engine
    engine.dispose()


@pytest.fixture
def people(writer: Engine) -> sessionmaker[Session]:
    factory = sessions(writer)
    with factory.begin() as session:
        session.add(Person(id=1, name="张三", phone=PHONE, identity_number=CARD))
        session.add(Person(id=2, name="李四", phone=OTHER_PHONE, identity_number=None))
    return factory


def raw(session: Session, person: int) -> tuple[bytes, bytes, bytes]:
    found = session.execute(
        select(type_coerce(Person.phone, LargeBinary), COLUMNS.phone_index, COLUMNS.phone_tail).where(
            Person.id == person
        )
    ).one()
    return found[0], found[1], found[2]


def test_a_sealed_value_reads_as_it_was_written_and_none_stays_none(people: sessionmaker[Session]) -> None:
    with people() as session:
        assert session.get_one(Person, 1).phone == PHONE
        assert session.get_one(Person, 1).identity_number == CARD
        assert session.get_one(Person, 2).identity_number is None
        assert session.scalars(select(Person.id).where(Person.identity_number.is_(None))).all() == [2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_files_of_the_database_hold_no_plain_number(
    tmp_path: Path, people: sessionmaker[Session]
) -> None:
    with people.begin() as session:
        session.get_one(Person, 1).phone = "+8613700005555"
    files = [path for path in tmp_path.iterdir() if path.name.startswith("business.db")]
    content = b"".join(path.read_bytes() for path in files)
    assert {path.name for path in files} >= {"business.db", "business.db-wal"}
    assert "张三".encode() in content, "what is not sealed is found, so the search is right"
    for number in (PHONE, CARD, OTHER_PHONE, "+8613700005555"):
        for part in (number, number[-8:], number.lstrip("+8")):
            assert part.encode() not in content
            assert part.encode("utf-16-le") not in content


def test_equal_values_look_different_and_only_the_index_is_equal(people: sessionmaker[Session]) -> None:
    with people.begin() as session:
        session.get_one(Person, 2).phone = PHONE
    with people() as session:
        (one, index, tail), (other, other_index, other_tail) = raw(session, 1), raw(session, 2)
    assert one != other
    assert (index, tail) == (other_index, other_tail)
    assert len(index) == len(tail) == 16
    assert index != tail


def test_a_value_is_found_whole_and_by_its_last_four_digits(people: sessionmaker[Session]) -> None:
    with people() as session:

        def found(where: Any) -> list[int]:
            return [*session.scalars(select(Person.id).where(where).order_by(Person.id))]

        assert found(equals(session, Person.phone, PHONE)) == [1]
        assert found(equals(session, Person.identity_number, CARD)) == [1]
        assert found(equals(session, Person.phone, CARD)) == []
        assert found(ends(session, Person.phone, "8000")) == [1]
        assert found(ends(session, Person.phone, "0001")) == [2]
        assert found(ends(session, Person.phone, "800")) == []
        other = aliased(Person)
        query = select(other.id).where(equals(session, other.phone, PHONE))
        assert session.scalars(query).all() == [1]


def test_the_index_follows_every_change(people: sessionmaker[Session]) -> None:
    with people.begin() as session:
        person = session.get_one(Person, 1)
        person.phone, person.identity_number = OTHER_PHONE, None
    with people() as session:
        assert session.scalars(select(Person.id).where(equals(session, Person.phone, PHONE))).all() == []
        assert len(session.scalars(select(Person.id).where(ends(session, Person.phone, "0001"))).all()) == 2
        assert (
            session.scalars(select(Person.id).where(COLUMNS.identity_number_index.is_not(None))).all() == []
        )


def test_a_change_of_something_else_leaves_the_sealed_bytes_alone(people: sessionmaker[Session]) -> None:
    with people() as session:
        before = raw(session, 1)
    with people.begin() as session:
        session.get_one(Person, 1).name = "张三丰"
    with people() as session:
        assert raw(session, 1) == before


@pytest.mark.parametrize(
    "compare",
    [
        lambda: Person.phone == PHONE,
        lambda: Person.phone.in_([PHONE]),
        lambda: Person.phone.like("%8000"),
        lambda: Person.phone.desc(),
    ],
)
def test_a_comparison_that_would_find_nothing_is_refused(compare: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"equals\(\)"):
        compare()


def test_a_column_without_a_mask_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="mask"):
        sealed_column(made("text"))


def test_columns_of_a_mixin_have_their_own_places(database: URL) -> None:
    class Mine(DeclarativeBase):
        pass

    class HasCard:
        card: Mapped[str] = sealed_column(identity_card())

    class Guest(HasCard, Mine):
        __tablename__ = "guests"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Worker(HasCard, Mine):
        __tablename__ = "workers"
        id: Mapped[int] = mapped_column(primary_key=True)

    engine = open_writer(database)
    Mine.metadata.create_all(engine)
    supply(engine, KEYS)
    with sessions(engine).begin() as session:
        session.add_all([Guest(id=1, card=CARD), Worker(id=1, card=CARD)])
    with sessions(engine)() as session:
        for table in (Guest, Worker):
            assert session.scalars(select(table.id).where(equals(session, table.card, CARD))).all() == [1]
        sealed = session.scalar(select(type_coerce(Guest.card, LargeBinary)))
        assert sealed is not None
        assert KEYS.open(sealed, "guests.card") == CARD
        indexes = [session.scalar(select(one.__table__.c.card_index)) for one in (Guest, Worker)]
    engine.dispose()
    assert indexes[0] != indexes[1], "who reads both tables cannot tell that it is one person"


def put(people: sessionmaker[Session], person: int, column: str, value: bytes) -> None:
    with people.begin() as session:
        statement = text(f"UPDATE people SET {column} = :value WHERE id = :person")
        session.execute(statement, {"value": value, "person": person})


@pytest.mark.parametrize("at", [HEADER_BYTES, HEADER_BYTES + 11, HEADER_BYTES + 12, -1])
def test_a_changed_bit_is_an_error_and_no_value(people: sessionmaker[Session], at: int) -> None:
    with people() as session:
        sealed = bytearray(raw(session, 1)[0])
    sealed[at] ^= 1
    put(people, 1, "phone", bytes(sealed))
    with people() as session, pytest.raises(SealBroken, match=r"people\.phone was changed") as caught:
        session.get(Person, 1)
    assert PHONE[-8:] not in str(caught.value)


@pytest.mark.parametrize("keep", [0, 1, HEADER_BYTES, HEADER_BYTES + 12, HEADER_BYTES + 27])
def test_a_cut_value_is_an_error(people: sessionmaker[Session], keep: int) -> None:
    with people() as session:
        sealed = raw(session, 1)[0]
    put(people, 1, "phone", sealed[:keep])
    with people() as session, pytest.raises(SealBroken, match="not sealed, or cut"):
        session.get(Person, 1)


def test_plain_text_in_a_sealed_column_is_an_error(people: sessionmaker[Session]) -> None:
    put(people, 1, "phone", b"+8613800138000" * 4)
    with people() as session, pytest.raises(SealBroken, match="not sealed"):
        session.get(Person, 1)


def test_a_value_of_another_column_does_not_open(people: sessionmaker[Session]) -> None:
    with people() as session:
        sealed = raw(session, 1)[0]
    put(people, 1, "identity_number", sealed)
    with people() as session, pytest.raises(SealBroken, match=r"people\.identity_number"):
        session.get(Person, 1)


def test_another_key_is_named_by_its_id_only(database: URL, people: sessionmaker[Session]) -> None:
    stranger = open_reader(database)
    supply(stranger, Keyring((NEW_KEY,)))
    with sessions(stranger)() as session, pytest.raises(KeyUnknown, match="sealing-keys") as caught:
        session.get(Person, 1)
    stranger.dispose()
    assert KEYS.header[1:].hex() in str(caught.value)
    assert OLD_KEY not in str(caught.value)


def test_a_process_without_keys_is_told_so(
    database: URL, writer: Engine, people: sessionmaker[Session]
) -> None:
    writer.dispose()  # there is one writer at a time
    keyless = open_writer(database)
    with sessions(keyless)() as session:
        names = session.scalars(select(Person.name).order_by(Person.id)).all()
        assert names == ["张三", "李四"], "the rest of the row is open"
        with pytest.raises(KeyringMissing, match="given none"):
            session.get(Person, 1)
        with pytest.raises(KeyringMissing):
            equals(session, Person.phone, PHONE)
        session.add(Person(id=3, name="王五", phone=PHONE))
        with pytest.raises(KeyringMissing):
            session.flush()
        session.rollback()
        with pytest.raises(StatementError) as caught:
            session.execute(update(Person.__table__).values(phone=PHONE))  # type: ignore[arg-type]
    keyless.dispose()
    assert isinstance(caught.value.orig, KeyringMissing)
    assert PHONE not in str(caught.value), "an error ends in a log"


def test_reader_and_writer_need_the_same_keys_not_the_same_keyring(
    database: URL, people: sessionmaker[Session]
) -> None:
    reader = open_reader(database)
    supply(reader, Keyring((OLD_KEY, NEW_KEY)))
    with sessions(reader)() as session:
        assert session.get_one(Person, 1).phone == PHONE
        assert session.scalars(select(Person.id).where(equals(session, Person.phone, PHONE))).all() == [1]
    reader.dispose()


class Call:
    """A command of the tests."""

    permission: ClassVar[str] = "user.manage"


class Register:
    """The smallest module: it does what it is told."""

    def __init__(self, deed: Callable[[Session], None]) -> None:
        self._deed = deed

    def handle(self, session: Session, _issuer: Issuer, _command: Any) -> tuple[Any, ...]:
        self._deed(session)
        return ()


def test_the_trail_shows_masks_and_no_number(office: Office) -> None:
    from dataclasses import make_dataclass

    command = make_dataclass("Enter", [], bases=(Call,))()
    Own.metadata.create_all(office.writer)
    supply(office.writer, KEYS)
    itself = Issuer("steward", "", "")

    def do(deed: Callable[[Session], None]) -> None:
        outcome = office.gate.on_own_account(Register(deed), Execute(itself, command))
        assert outcome.stage is Stage.DONE

    def renumber(session: Session) -> None:
        person = session.get_one(Person, 1)
        person.phone = OTHER_PHONE

    def misuse(session: Session) -> None:
        session.get_one(Person, 1).phone = "1234567"

    do(lambda session: session.add(Person(id=1, name="张三", phone=PHONE, identity_number=CARD)))
    do(renumber)
    do(misuse)
    do(lambda session: session.delete(session.get_one(Person, 1)))
    with office.sessions() as session:
        changes = session.scalars(select(AuditChange).where(AuditChange.object.startswith("people/")))
        found = [(change.before, change.after) for change in changes]
        whole = verify(session)
    card = '"identity_number": "110***********002X"'
    assert found == [
        (None, f'{{"id": 1, {card}, "name": "张三", "phone": "138****8000"}}'),
        ('{"phone": "138****8000"}', '{"phone": "139****0001"}'),
        ('{"phone": "139****0001"}', '{"phone": "***"}'),
        (f'{{"id": 1, {card}, "name": "张三", "phone": "***"}}', None),
    ]
    assert whole.breaks == ()


def test_a_nonce_is_not_used_twice() -> None:
    sealed = [KEYS.seal(PHONE, PLACE) for _ in range(2000)]
    assert len({one[HEADER_BYTES : HEADER_BYTES + 12] for one in sealed}) == len(sealed)
    assert {KEYS.open(one, PLACE) for one in sealed} == {PHONE}


def test_counting_is_open_to_all(people: sessionmaker[Session]) -> None:
    with people() as session:
        assert session.scalar(select(func.count(Person.identity_number))) == 1
