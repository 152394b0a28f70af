"""Starts a process that plays thousands of Modbus TCP devices, and asks it what it served.

Every device has its own address (host and port), so thousands of devices are thousands of connections; the
unit id is echoed.  All registers change once a period: register r of device d holds `generated(d, r, slot)`,
where the slot is the monotonic clock over the period.  A written register keeps its value until it is freed.

Modes of a device, which are the faults that a client must survive:

    silent    takes requests and never answers         babble    answers garbage
    slow      answers `delay_s` late                   partial   answers half a frame
    wrong_id  answers with another transaction id      reset     resets the connection at every request
    dead      refuses connections                      deaf      never completes a connection
"""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from benchmarks.modbus_farm_values import generated

__all__ = ["Endpoint", "Farm", "Write", "duplicates", "generated"]

SOURCE = Path(__file__).with_suffix(".c")
OWN_PORTS_UP_TO = 1000  # beyond, a listening socket a device would use up the open files of the process
ANSWER_WITHIN_S = 10.0


class Endpoint(NamedTuple):
    """Where one device listens."""

    host: str
    port: int


class Write(NamedTuple):
    """One register or coil that a client wrote, and the wall clock when it arrived."""

    device: int
    address: int
    value: int
    time_ns: int


def duplicates(writes: Sequence[Write]) -> int:
    """How many writes repeat an earlier one; meaningful where a benchmark never writes a value twice."""
    return len(writes) - len(Counter(write[:3] for write in writes))


class Farm:
    """A running farm: `with Farm(500, faults={"dead": 50}) as farm: connect(*farm.endpoints[0])`.

    Faulty devices are spread evenly over the farm; `modes` says which they are.  Up to 1,000 devices listen
    on ports of their own at 127.0.0.1; more share one port and differ in their address within 127.0.0.0/8 (on
    the loopback interface only), where no device can be dead or deaf.  With `compiled=False`, or where there
    is no C compiler, Python plays the same devices at some four times the cost.
    """

    def __init__(
        self,
        devices: int,
        *,
        registers: int = 100,
        period_s: float = 1.0,
        delay_s: float = 2.0,
        faults: Mapping[str, int] | None = None,
        compiled: bool | None = None,
    ) -> None:
        if not (devices > 0 and 0 < registers <= 65536 and period_s > 0 and delay_s >= 0):
            raise ValueError(
                "a farm needs 1 device or more, 1 to 65536 registers, a period above 0 s, no negative delay, "
                f"not {devices} devices, {registers} registers, {period_s} s and {delay_s} s"
            )
        self.modes = _spread(devices, faults or {})
        self.endpoints: tuple[Endpoint, ...] = ()
        self.period_ns = int(period_s * 1e9 + 0.5)
        self._devices = devices
        self._own_ports = devices <= OWN_PORTS_UP_TO
        self._compiled = shutil.which("cc") is not None if compiled is None else compiled
        arguments = (devices, int(self._own_ports), registers, period_s, delay_s)
        self._arguments = tuple(str(argument) for argument in arguments)
        self._answers = b""
        self._exits = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as exits:
            command = [sys.executable, "-m", "benchmarks.modbus_farm_asyncio"]
            if self._compiled:
                folder = exits.enter_context(tempfile.TemporaryDirectory(prefix="modbus-farm-"))
                command = [f"{folder}/modbus_farm"]
                subprocess.run(["cc", "-O2", "-o", command[0], SOURCE], check=True)
            self._process = subprocess.Popen(
                [*command, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                cwd=SOURCE.parents[1],
            )
            exits.enter_context(self._process)  # closes the pipes, which ends the process, and waits for it
            ports = [int(port) for port in self._answer().removeprefix("ready").split()]
            for device, mode in self.modes.items():
                self.mode(device, mode)
            self._exits = exits.pop_all()
        if self._own_ports:
            self.endpoints = tuple(Endpoint("127.0.0.1", port) for port in ports)
        else:
            first = IPv4Address("127.0.0.1")
            self.endpoints = tuple(Endpoint(str(first + i), ports[0]) for i in range(self._devices))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_s(self) -> float:
        """CPU seconds that the farm used so far, to be left out of what is measured."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system

    def slot(self, monotonic_ns: int | None = None) -> int:
        """The slot at this time of the monotonic clock, or now."""
        return (time.monotonic_ns() if monotonic_ns is None else monotonic_ns) // self.period_ns

    def set(self, device: int, register: int, value: int) -> int:
        """Hold a holding register at a value; the wall clock (ns) at which a poll would first see it."""
        return int(self._ask(f"set {device} {register} {value}"))

    def free(self, device: int, register: int) -> int:
        """Let a held register change by slots again; the wall clock (ns) at which it did."""
        return int(self._ask(f"free {device} {register}"))

    def mode(self, device: int, mode: str) -> int:
        """Break a device in one of the ways named above, or mend it with "ok"; the wall clock (ns)."""
        time_ns = int(self._ask(f"mode {device} {mode}"))
        self.modes[device] = mode
        return time_ns

    def polls(self) -> list[int]:
        """Reads answered so far, by device."""
        return [int(count) for count in self._ask("polls").split()]

    def writes(self) -> list[Write]:
        """Everything that clients wrote, in order of arrival, one entry a register or coil."""
        numbers = [int(number) for number in self._ask("writes").split()]
        return [Write(*numbers[i : i + 4]) for i in range(0, len(numbers), 4)]

    def connections(self) -> tuple[int, int]:
        """Connections open now, and accepted so far."""
        now, ever = self._ask("connections").split()
        return int(now), int(ever)

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        answer = self._answer()
        if answer.startswith("error"):
            raise ValueError(f"the Modbus farm refuses {line!r}: {answer.removeprefix('error ')}")
        return answer

    def _answer(self) -> str:
        assert self._process.stdout is not None
        until_s = time.monotonic() + ANSWER_WITHIN_S
        while b"\n" not in self._answers:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([self._process.stdout], [], [], left_s)[0]:
                raise TimeoutError(
                    f"the Modbus farm (pid {self.pid}) did not answer within {ANSWER_WITHIN_S} s"
                )
            if not (more := os.read(self._process.stdout.fileno(), 1 << 20)):
                raise ConnectionError(f"the Modbus farm ended with code {self._process.wait()}")
            self._answers += more
        answer, _, self._answers = self._answers.partition(b"\n")
        return answer.decode()


def _spread(devices: int, faults: Mapping[str, int]) -> dict[int, str]:
    """Which device has which fault, evenly over the farm."""
    faulty = [mode for mode, count in faults.items() for _ in range(count)]
    if len(faulty) > devices:
        raise ValueError(f"{len(faulty)} faulty devices do not fit into a farm of {devices}")
    return {i * devices // len(faulty): mode for i, mode in enumerate(faulty)}
