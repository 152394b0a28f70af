"""Modbus RTU framing without a line: what is found among what came, and what is asked instead."""

import pytest
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU

from drivers.errors import FramingError
from drivers.modbus import mbap, rtu

READ = mbap.read_pdu(3, 100, 2)
ANSWER = b"\x03\x04\x12\x34\x56\x78"
REQUESTS = (
    READ,
    mbap.read_pdu(4, 0, 125),
    mbap.read_pdu(1, 0, 13),
    mbap.write_coil_pdu(7, on=True),
    mbap.write_register_pdu(7, 0xBEEF),
    mbap.write_coils_pdu(7, [True] * 11),
    mbap.write_registers_pdu(7, b"\1\2\3\4"),
    mbap.mask_write_pdu(7, 0xFF00, 0x0012),
)


@pytest.mark.parametrize("pdu", REQUESTS, ids=lambda pdu: f"function {pdu[0]}")
def test_a_request_is_framed_as_pymodbus_reads_it(pdu: bytes) -> None:
    frame = rtu.framed(17, pdu)
    used, unit, _, found = FramerRTU(DecodePDU(True)).decode(frame)
    assert (used, unit, found) == (len(frame), 17, pdu)


def test_the_standard_s_own_checksum() -> None:
    """Modbus over Serial Line 1.02, section 6.2.2: unit 2 function 7 has the CRC 1241 hex."""
    assert rtu.framed(2, b"\x07") == bytes.fromhex("02074112")


@pytest.mark.parametrize("pdu", REQUESTS, ids=lambda pdu: f"function {pdu[0]}")
def test_the_answer_is_found_when_it_is_whole(pdu: bytes) -> None:
    head, size = rtu.awaited(pdu)
    for answer in (head + bytes(range(size - len(head))), bytes([pdu[0] | 0x80, 2])):
        came = b"\x00" + rtu.framed(9, answer)
        cut = rtu.cutter(9, pdu)
        assert [cut(came[:end]) for end in range(len(came))] == [None] * len(came)
        assert cut(came) == cut(came + b"\xff\x00") == answer


def test_a_confirmed_write_is_what_the_driver_takes_for_one() -> None:
    for pdu in REQUESTS[3:]:
        assert mbap.obeyed(pdu).startswith(rtu.awaited(pdu)[0])
        assert len(mbap.obeyed(pdu)) == rtu.awaited(pdu)[1]


@pytest.mark.parametrize(
    "other",
    [
        rtu.framed(8, ANSWER),
        rtu.framed(9, b"\x04" + ANSWER[1:]),
        rtu.framed(9, b"\x03\x02\x12\x34"),
        rtu.framed(9, b"\x84\x02"),
    ],
    ids=["another unit", "another function", "another length", "another's exception"],
)
def test_what_answers_something_else_is_passed_over(other: bytes) -> None:
    cut = rtu.cutter(9, READ)
    assert cut(other) is None
    assert cut(other + rtu.framed(9, ANSWER)) == ANSWER


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (rtu.framed(8, ANSWER), "unit 8 answered for unit 9"),
        (rtu.framed(9, b"\x04" + ANSWER[1:]), "function 4 answered function 3"),
        (rtu.framed(9, b"\x03\x02\x12\x34"), "4 bytes came where the answer takes 6"),
        (b"\xde\xad", "de ad is no answer to 09 03 00 64 00 02"),
    ],
)
def test_what_came_instead_is_said(came: bytes, said: str) -> None:
    assert rtu.diagnosis(9, READ, came).en.startswith(said)


def test_a_damaged_answer_and_an_echo_are_refused() -> None:
    cut = rtu.cutter(9, READ)
    whole = rtu.framed(9, ANSWER)
    with pytest.raises(FramingError, match=r"the checksum of 09 03 04 12 34 56 79 .* is wrong"):
        cut(whole[:6] + b"\x79" + whole[7:])
    with pytest.raises(FramingError, match="set echo = true"):
        cut(rtu.framed(9, READ) + whole)


def test_another_read_is_of_another_length_within_what_one_read_may_bring() -> None:
    owed = {rtu.awaited(READ)[0]}
    seen = []
    while other := rtu.other_read(READ, owed):
        assert other[:3] == READ[:3]
        seen.append(int.from_bytes(other[3:], "big"))
        owed.add(rtu.awaited(other)[0])
    assert seen == [1, *range(3, 126)]
    bits = mbap.read_pdu(1, 5, 9)
    assert rtu.other_read(bits, {rtu.awaited(bits)[0]}) == mbap.read_pdu(1, 5, 8)
    assert rtu.other_read(mbap.read_pdu(3, 65535, 1), {b"\x03\x02"}) is None
