"""The Modbus farm, in C and in Python, against pymodbus and bare sockets."""

import contextlib
import shutil
import socket
import struct
import time
from collections.abc import Iterator

import psutil
import pytest
from pymodbus.client import ModbusTcpClient

from benchmarks.modbus_farm import Endpoint, Farm, Write, duplicates, generated

READ_TEN = struct.pack(">BHH", 3, 0, 10)
KINDS = ["c", "python"] if shutil.which("cc") else ["python"]


@pytest.fixture(params=KINDS)
def compiled(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "c")


@pytest.fixture
def farm(compiled: bool) -> Iterator[Farm]:
    with Farm(3, registers=2000, period_s=3600.0, delay_s=0.2, compiled=compiled) as farm:
        yield farm


@contextlib.contextmanager
def client(at: Endpoint) -> Iterator[ModbusTcpClient]:
    with ModbusTcpClient(at.host, port=at.port, timeout=30, retries=0) as connected:
        yield connected


def frame(pdu: bytes, transaction: int = 1, unit: int = 1) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def exchange(at: Endpoint, request: bytes, timeout_s: float = 0.3) -> bytes:
    """All that comes back within the time-out, or until the farm hangs up."""
    with socket.create_connection(at, timeout=30) as link:
        link.sendall(request)
        link.settimeout(timeout_s)
        received = b""
        with contextlib.suppress(TimeoutError):
            while more := link.recv(65536):
                received += more
        return received


def test_each_device_answers_with_its_own_values(farm: Farm) -> None:
    slot = farm.slot()
    for device, at in enumerate(farm.endpoints):
        with client(at) as modbus:
            words = modbus.read_holding_registers(5, count=100, device_id=9).registers
            assert words == [generated(device, 5 + i, slot) for i in range(100)]
            assert words == modbus.read_input_registers(5, count=100).registers
            expected = [bool(generated(device, 3 + i, slot) & 1) for i in range(21)]
            assert modbus.read_coils(3, count=21).bits[:21] == expected
            assert modbus.read_discrete_inputs(3, count=21).bits[:21] == expected
    assert farm.polls() == [4, 4, 4]


def test_devices_beyond_a_thousand_share_a_port_and_differ_in_their_address(compiled: bool) -> None:
    with Farm(1500, period_s=3600.0, compiled=compiled) as farm:
        assert len({at.port for at in farm.endpoints}) == 1
        for device in (0, 255, 1499):
            with client(farm.endpoints[device]) as modbus:
                words = modbus.read_holding_registers(0, count=4).registers
                assert words == [generated(device, i, farm.slot()) for i in range(4)]
        with pytest.raises(ValueError, match="no mode dead on a shared port"):
            farm.mode(3, "dead")


def test_values_change_with_the_slot(compiled: bool) -> None:
    with Farm(1, period_s=0.05, compiled=compiled) as farm, client(farm.endpoints[0]) as modbus:
        seen: set[int] = set()
        while len(seen) < 4:
            before = farm.slot()
            value = modbus.read_holding_registers(7, count=1).registers[0]
            assert value in [generated(0, 7, slot) for slot in range(before, farm.slot() + 1)]
            seen.add(value)


def test_values_stay_clear_of_the_codes_of_a_broken_sensor() -> None:
    assert max(generated(device, 99, 123_456_789) for device in range(10_000)) < 0x4000


def test_a_register_is_set_at_a_known_time_and_freed_again(farm: Farm) -> None:
    with client(farm.endpoints[1]) as modbus:
        before_ns = time.time_ns()
        set_ns = farm.set(1, 42, 65535)
        assert before_ns <= set_ns <= time.time_ns()
        assert modbus.read_holding_registers(41, count=3).registers[1] == 65535
        assert modbus.read_input_registers(42, count=1).registers == [generated(1, 42, farm.slot())]
        farm.free(1, 42)
        assert modbus.read_holding_registers(42, count=1).registers == [generated(1, 42, farm.slot())]
    assert farm.writes() == []


def test_written_values_are_read_back_and_counted_with_their_repetitions(farm: Farm) -> None:
    before_ns = time.time_ns()
    with client(farm.endpoints[2]) as modbus:
        modbus.write_register(1, 777)
        modbus.write_register(1, 777)
        modbus.write_registers(10, [1, 2, 3])
        modbus.write_coil(4, True)
        modbus.write_coils(8, [True, False, True])
        assert modbus.read_holding_registers(1, count=1).registers == [777]
        assert modbus.read_holding_registers(10, count=3).registers == [1, 2, 3]
        assert modbus.read_coils(4, count=1).bits[0]
        assert modbus.read_coils(8, count=3).bits[:3] == [True, False, True]
    writes = farm.writes()
    assert [write[:3] for write in writes] == [
        *((2, 1, 777), (2, 1, 777), (2, 10, 1), (2, 11, 2), (2, 12, 3)),
        *((2, 4, 1), (2, 8, 1), (2, 9, 0), (2, 10, 1)),
    ]
    assert before_ns <= writes[0].time_ns <= writes[-1].time_ns <= time.time_ns()
    assert duplicates(writes) == 2  # 777, and register 10 and coil 10 which share number and value
    assert duplicates([Write(0, 1, 2, 3), Write(0, 1, 3, 4)]) == 0


@pytest.mark.parametrize(
    ("pdu", "answer"),
    [
        (struct.pack(">BHH", 3, 1990, 11), b"\x83\x02"),
        (struct.pack(">BHH", 4, 0, 126), b"\x84\x03"),
        (struct.pack(">BHH", 1, 0, 0), b"\x81\x03"),
        (struct.pack(">BHH", 5, 0, 7), b"\x85\x03"),
        (struct.pack(">BHH", 6, 2000, 7), b"\x86\x02"),
        (struct.pack(">BHHBH", 16, 0, 2, 2, 7), b"\x90\x03"),
        (struct.pack(">BHHBH", 16, 2000, 1, 2, 7), b"\x90\x02"),
        (struct.pack(">BHHBB", 15, 0, 3, 2, 7), b"\x8f\x03"),
        (b"\x03\x00", b"\x83\x03"),
        (b"\x2b\x0e\x01\x00", b"\xab\x01"),
    ],
)
def test_what_a_device_cannot_do_is_refused_with_the_code_of_the_standard(
    farm: Farm, pdu: bytes, answer: bytes
) -> None:
    assert exchange(farm.endpoints[0], frame(pdu, unit=7)) == frame(answer, unit=7)
    assert farm.polls() == [0, 0, 0]


def test_pipelined_requests_are_all_answered_in_order_also_to_a_client_that_reads_late(farm: Farm) -> None:
    size = 9 + 2 * 125
    requests = b"".join(frame(struct.pack(">BHH", 3, 0, 125), transaction=i & 0xFFFF) for i in range(400_000))
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        link.connect(farm.endpoints[0])
        link.settimeout(0.5)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < len(requests):
                sent += link.send(requests[sent : sent + 65536])
        assert sent < len(requests), "the farm takes requests without end while nobody reads its answers"
        count = sent // 12
        link.settimeout(20)
        with link.makefile("rb") as answers:
            received = answers.read(count * size)
    assert all(received[i * size : i * size + 2] == (i & 0xFFFF).to_bytes(2, "big") for i in range(count))
    assert farm.polls()[0] == count


def test_a_request_in_pieces_is_answered_once(farm: Farm) -> None:
    with socket.create_connection(farm.endpoints[0], timeout=30) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in frame(READ_TEN):
            link.sendall(bytes((piece,)))
        assert len(link.recv(1000)) == 29


@pytest.mark.parametrize("header", [struct.pack(">HHHB", 1, 1, 6, 1), struct.pack(">HHHB", 1, 0, 300, 1)])
def test_a_frame_that_is_not_modbus_ends_the_connection(farm: Farm, header: bytes) -> None:
    assert exchange(farm.endpoints[0], header + READ_TEN, timeout_s=5) == b""
    assert farm.connections() == (0, 1)


def test_a_silent_device_takes_requests_and_says_nothing(farm: Farm) -> None:
    farm.mode(0, "silent")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) == b""
    assert len(exchange(farm.endpoints[1], frame(READ_TEN))) == 29


def test_a_slow_device_answers_late(farm: Farm) -> None:
    farm.mode(0, "slow")
    with socket.create_connection(farm.endpoints[0], timeout=30) as link:
        begun_s = time.monotonic()
        link.sendall(frame(READ_TEN) + frame(READ_TEN, transaction=2))
        with link.makefile("rb") as answers:
            assert [answers.read(29)[:2] for _ in range(2)] == [b"\0\1", b"\0\2"]
        assert time.monotonic() - begun_s >= 0.2


def test_a_slow_device_forgets_who_hung_up(farm: Farm) -> None:
    farm.mode(0, "slow")
    assert exchange(farm.endpoints[0], frame(READ_TEN), timeout_s=0.01) == b""
    assert len(exchange(farm.endpoints[0], frame(READ_TEN), timeout_s=1.0)) == 29


def test_broken_devices_answer_what_no_client_may_believe(farm: Farm) -> None:
    whole = exchange(farm.endpoints[0], frame(READ_TEN))
    farm.mode(0, "partial")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) == whole[:14]
    farm.mode(0, "wrong_id")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) == b"\0\2" + whole[2:]
    farm.mode(0, "babble")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) not in (b"", whole)
    farm.mode(0, "reset")
    with pytest.raises(ConnectionResetError):
        exchange(farm.endpoints[0], frame(READ_TEN))
    farm.mode(0, "ok")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) == whole


def test_a_dead_device_drops_its_connections_and_refuses_new_ones_until_mended(farm: Farm) -> None:
    with socket.create_connection(farm.endpoints[0], timeout=30) as link:
        link.sendall(frame(READ_TEN))
        assert len(link.recv(1000)) == 29
        farm.mode(0, "dead")
        with pytest.raises(ConnectionResetError):
            link.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(farm.endpoints[0], timeout=30)
    assert len(exchange(farm.endpoints[1], frame(READ_TEN))) == 29
    farm.mode(0, "ok")
    assert len(exchange(farm.endpoints[0], frame(READ_TEN))) == 29


def test_a_deaf_device_never_completes_a_connection(farm: Farm) -> None:
    farm.mode(0, "deaf")
    with pytest.raises(TimeoutError):
        socket.create_connection(farm.endpoints[0], timeout=0.3)
    farm.mode(0, "dead")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(farm.endpoints[0], timeout=30)
    farm.mode(0, "silent")
    assert exchange(farm.endpoints[0], frame(READ_TEN)) == b""


def test_faults_are_spread_over_the_farm(compiled: bool) -> None:
    with Farm(10, faults={"dead": 1, "babble": 1}, compiled=compiled) as farm:
        assert farm.modes == {0: "dead", 5: "babble"}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(farm.endpoints[0], timeout=30)


def test_a_farm_is_refused_where_it_cannot_be(farm: Farm) -> None:
    with pytest.raises(ValueError, match="3 faulty devices do not fit into a farm of 2"):
        Farm(2, faults={"dead": 3})
    with pytest.raises(ValueError, match="not 0 devices, 100 registers"):
        Farm(0)
    with pytest.raises(ValueError, match="no mode broken is known"):
        farm.mode(0, "broken")
    with pytest.raises(ValueError, match="not understood: set 3 0 1"):
        farm.set(3, 0, 1)
    with pytest.raises(ValueError, match="not understood: set 0 2000 1"):
        farm.set(0, 2000, 1)
    with pytest.raises(ValueError, match="not understood: set 0 0 65536"):
        farm.set(0, 0, 65536)


def test_the_farm_counts_its_own_cost_and_ends_with_its_owner(compiled: bool) -> None:
    with Farm(2, compiled=compiled) as farm:
        assert farm.cpu_s() >= 0.0
        pid = farm.pid
        with socket.create_connection(farm.endpoints[0], timeout=30):
            pass
    assert not psutil.pid_exists(pid)
