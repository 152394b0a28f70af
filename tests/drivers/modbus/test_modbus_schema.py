"""What a site file may say about Modbus, and what it is told when it says something else."""

import pytest
from pydantic import ValidationError

from drivers import DRIVERS, SCHEMAS
from drivers.line_schema import Parity
from drivers.modbus.registers import Kind, Order, Table
from drivers.modbus.schema import Connection, Framing, Options, Source, register_of

MODBUS = SCHEMAS["modbus"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (Source(address=65535, type=Kind.FLOAT32), "ends at 65536, the last address is 65535"),
        (Source(table=Table.COIL, address=0, type=Kind.INT16), "table coil holds bits"),
        (Source(address=0, type=Kind.STRING, length=120), "more than max_registers = 100"),
        (Source(address=0, type=Kind.STRING, encoding="klingon"), "encoding 'klingon' is unknown"),
        (Source(address=0, bit=15, bits=2), "ends at bit 16, the last bit of a uint16 is 15"),
        (Source(address=0, bits=2), "needs bit"),
        (Source(address=0, bit=1, type=Kind.FLOAT32), "needs a register of type uint16 or uint32"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(source: Source, problem: str) -> None:
    assert any(problem in said for said in MODBUS.problems(source, Options(max_registers=100)))


def test_a_good_source_has_no_problems_and_reads_no_other_device() -> None:
    source = Source(address=3, bit=1)
    assert not list(MODBUS.problems(source, Options()))
    assert not MODBUS.references(source)


def test_the_device_s_byte_order_holds_unless_the_point_has_its_own() -> None:
    options = Options(order=Order.CDAB)
    assert register_of(Source(address=0), options).order is Order.CDAB
    assert register_of(Source(address=0, order=Order.DCBA), options).order is Order.DCBA
    assert register_of(Source(table=Table.COIL, address=0), options).kind is Kind.BOOL


@pytest.mark.parametrize(
    "wrong", [{"host": ""}, {"host": "h", "unit": 256}, {"host": "h", "port": 0}, {"host": "h", "prot": 502}]
)
def test_a_connection_outside_its_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Connection.model_validate(wrong)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"serial": "/dev/ttyUSB0", "framing": "tcp"}, "serial speaks Modbus RTU"),
        ({"serial": "/dev/ttyUSB0", "host": "h"}, "both are given"),
        ({"serial": "/dev/ttyUSB0", "pipeline": 2}, "pipeline: a line carries one request at a time"),
        ({"host": "h", "framing": "rtu", "pacing_s": 1}, "use turnaround_s"),
        ({"host": "h", "echo": True}, 'echo: only for framing = "rtu"'),
        ({"host": "h", "baud_rate": 9600}, "baud_rate: leave that out"),
        ({}, "neither is given"),
    ],
)
def test_what_does_not_belong_together_in_a_connection_is_said(said: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Connection.model_validate(said)


def test_a_connection_is_over_tcp_unless_it_says_otherwise() -> None:
    assert not Connection(host="h").is_rtu
    assert Connection(host="h", framing=Framing.RTU).is_rtu
    port = Connection(serial="/dev/ttyUSB0", parity=Parity.EVEN)
    assert port.is_rtu
    assert port.line.medium == "9600 baud 8E1, echo = false"


def test_every_driver_has_a_schema_of_its_name() -> None:
    assert DRIVERS.keys() == SCHEMAS.keys() > {"modbus", "calc", "host"}
