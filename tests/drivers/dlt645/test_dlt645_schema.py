"""What a site file may say about DL/T 645, and what it is told when it says something else."""

import pytest
from pydantic import ValidationError

from drivers import SCHEMAS
from drivers.dlt645.schema import Connection, Control, Options, Source, format_of, identifier_of

SCHEMA = SCHEMAS["dlt645"]


def source(**said: object) -> Source:
    return Source.model_validate(said)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "exactly one of quantity, id and control"),
        ({"id": "00010000", "quantity": "energy"}, "exactly one of quantity, id and control"),
        ({"id": "9010"}, "has 4 hexadecimal digits; the edition of 2007 has 8"),
        ({"id": "0F000000"}, "not in the standard's tables as Steward knows them; give its format"),
        ({"id": "0F000000", "format": "XXX"}, "format 'XXX' is not known"),
        ({"quantity": "voltage"}, "is of one phase; say phase = 1, 2 or 3"),
        ({"quantity": "voltage", "phase": 1, "tariff": 2}, "has no tariffs"),
        ({"quantity": "frequency", "phase": 1}, "has no phases"),
        ({"quantity": "frequency", "month": 1}, "beyond the 0 settlements"),
        ({"quantity": "frequency", "number": 2}, "beyond the 1 that there are"),
        ({"quantity": "phase-losses", "phase": 1}, "unknown to the edition of 2007"),
        ({"quantity": "demand-import", "field": 2}, "field 2 is beyond the last, 1"),
        ({"quantity": "frequency", "bit": 2}, "needs a format of bits"),
        ({"quantity": "status", "bit": 15, "bits": 2}, "ends beyond 15"),
        ({"quantity": "status", "bits": 2}, "bits = 2 needs bit"),
        ({"control": "relay", "bit": 1}, "has neither format nor bit"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(said: dict[str, object], problem: str) -> None:
    assert any(problem in told for told in SCHEMA.problems(source(**said), Options()))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"id": "00010000"}, "has 8 hexadecimal digits; the edition of 1997 has 4"),
        ({"quantity": "frequency"}, "unknown to the edition of 1997"),
        ({"quantity": "energy-import", "tariff": 15}, "tariff 15 is above 14"),
        ({"control": "relay"}, "came with the edition of 2007"),
    ],
)
def test_the_edition_of_1997_knows_less(said: dict[str, object], problem: str) -> None:
    assert any(problem in told for told in SCHEMA.problems(source(**said), Options(edition="1997")))


def test_the_edition_of_1997_has_no_daily_freezes() -> None:
    told = list(SCHEMA.problems(source(id="9010"), Options(edition="1997", past_days=3, past_months=3)))
    assert any("past_days" in one for one in told)
    assert any("keeps 2" in one for one in told)


@pytest.mark.parametrize(
    ("said", "identifier", "form"),
    [
        ({"quantity": "energy-import", "tariff": 1}, 0x00010100, "XXXXXX.XX"),
        ({"quantity": "energy", "month": 3}, 0x00000003, "-XXXXXX.XX"),
        ({"quantity": "energy-import", "tariff": 63}, 0x00013F00, "XXXXXX.XX"),
        ({"quantity": "demand-import", "tariff": 2, "month": 1}, 0x01010201, "XX.XXXX,YYMMDDhhmm"),
        ({"quantity": "power", "phase": 2}, 0x02030200, "-XX.XXXX"),
        ({"quantity": "status", "number": 7}, 0x04000507, "BBBB"),
        ({"quantity": "remaining-amount"}, 0x00900200, "XXXXXX.XX"),
        ({"id": "0280000b"}, 0x0280000B, "XXXX.XXXX"),
        ({"id": "00010000", "format": "XXXXXXXX"}, 0x00010000, "XXXXXXXX"),
    ],
)
def test_a_good_source_finds_its_identifier_and_format(
    said: dict[str, object], identifier: int, form: str
) -> None:
    """Table A of DL/T 645-2007."""
    good = source(**said)
    assert not list(SCHEMA.problems(good, Options()))
    assert not SCHEMA.references(good)
    tables = Options().tables
    assert identifier_of(good, tables) == identifier
    assert format_of(good, tables) == form


def test_commands_and_the_clock_are_sources_too() -> None:
    for control in Control:
        assert not list(SCHEMA.problems(source(control=control), Options()))
    assert not list(SCHEMA.problems(source(quantity="clock-drift"), Options()))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"address": "123"}, "12 digits as printed"),
        ({"address": "99999999999X"}, "12 digits as printed"),
        ({"address": "9" * 12}, "everybody's address"),
        ({"address": "202311000123", "operator": "1"}, "operator"),
        ({"address": "202311000123", "password": "Secret!"}, "password"),
    ],
)
def test_a_connection_outside_its_limits_is_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Connection.model_validate({"host": "h", "port": 8899, **wrong})


def test_a_serial_line_has_the_speed_and_parity_of_the_standard() -> None:
    made = Connection(serial="/dev/ttyUSB0", address="202311000123")
    assert str(made.line.characters) == "2400 baud 8E1"
