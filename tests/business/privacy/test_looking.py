"""Who looked at somebody's numbers is told to him and to who keeps his file, and to nobody else (B12)."""

from datetime import date

import pytest

from business.access.person import EVERYTHING, Reach
from business.privacy.looking import held, looks_at
from business.property.entities import ENTITIES
from business.registry.messages import RevealFields
from tests.business.estate import Estate

PERSON, TODAY = ENTITIES["person"], date(2027, 1, 20)


@pytest.mark.both_databases
def test_the_person_concerned_sees_who_when_what_and_why(estate: Estate) -> None:
    person = estate.create("person", name="王建国", phone="13800138000")
    other = estate.create("person", name="李秀英", phone="13900139001")
    estate.office.create("mia", "manager")
    mia = estate.office.log_in("mia")
    estate.do(RevealFields("person", person, ("phone",), "核对联系方式"), mia)
    estate.do(RevealFields("person", other, ("phone", "identity_number"), "核对联系方式"), mia)
    mine = Reach((), ("/",), person_id=person, today=TODAY)
    with estate.read() as session:
        looks = looks_at(session, PERSON, mine, person, TODAY)
        assert [(one.user, one.fields, one.reason) for one in looks] == [("Mia", ("phone",), "核对联系方式")]
        assert looks[0].time_ns == estate.office.now_ns
        assert looks_at(session, PERSON, mine, other, TODAY) == ()
        assert looks_at(session, PERSON, Reach(()), person, TODAY) == ()
        kept = looks_at(session, PERSON, EVERYTHING, other, TODAY)
        assert kept[0].fields == ("identity_number", "phone")


def test_every_personal_field_says_why_it_is_held() -> None:
    """PIPL 17: purpose and time, in both languages; what needs consent names what it is about."""
    found = {(entity.name, field.name): field for entity, field in held(ENTITIES)}
    assert {("person", "identity_number"), ("person", "photo"), ("vehicle", "plate")} <= found.keys()
    for field in found.values():
        assert field.sensitive is not None
        assert field.sensitive.purpose.zh
        assert field.sensitive.purpose.en
        assert field.sensitive.keep_days
