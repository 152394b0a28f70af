"""Processes that `supervisor.nursery` forks, as `steward run` holds them."""

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from supervisor.nursery import LARGEST_REQUEST

logger = logging.getLogger(__name__)

UNHEARD = 77
"""Exit status of a process that outlived its nursery: nobody heard its own."""
ATTEMPTS = 2
LEAVE_S = 1.0


class Forked:
    """A running process; what `subprocess.Popen` is to one that we have started ourselves."""

    def __init__(self, pid: int, handle: int, stdin: IO[bytes], stdout: IO[bytes], status: IO[bytes]) -> None:
        """handle: a descriptor of this very process, whoever has its number later."""
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._status = status
        self._handle = handle
        self._is_open = True
        self._closing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._closing:
            self._is_open = False
            for file in (self.stdin, self.stdout, self._status):
                file.close()
            os.close(self._handle)

    def wait(self) -> int:
        """Until it has ended: its exit status, or the negative number of the signal; or UNHEARD."""
        told = self._status.read()
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        ended.poll()
        return int(told) if told else UNHEARD

    def kill(self) -> None:
        with self._closing, suppress(ProcessLookupError):
            if self._is_open:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


class Nursery:
    """Has processes forked. Where the one that forks them was killed, they live on, and another follows."""

    def __init__(self, arguments: Sequence[str] = (), log_file: Path | None = None) -> None:
        """arguments: what the system shows as the command line of every process, to tell whose it is.

        Their standard error goes to `log_file`, or where ours goes.
        """
        self._arguments = arguments
        self._log_file = log_file
        self._asking = threading.Lock()
        self._popen: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_closed = False

    def fork(self, name: str, module: str, arguments: Sequence[str]) -> Forked:
        """A process that runs `main()` of the module. Raises OSError when there can be none."""
        request = json.dumps({"name": name, "module": module, "arguments": arguments}).encode()
        with ExitStack() as ours:
            with ExitStack() as theirs:
                stdin, from_us = _pipe(theirs, ours)
                to_us, stdout = _pipe(ours, theirs)
                status, telling = _pipe(ours, theirs)
                with self._asking:
                    pid, handle = self._ask(request, [stdin.fileno(), stdout.fileno(), telling.fileno()])
            ours.pop_all()
        return Forked(pid, handle, from_us, to_us, status)

    def close(self) -> None:
        """From now on there are no more."""
        self._is_closed = True
        if (control := self._control) is not None:
            with suppress(OSError):  # it may just have ended
                control.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Until what forks has ended: once closed, after the processes; hard within `LEAVE_S`."""
        with self._asking:
            self._end()

    def _ask(self, request: bytes, descriptors: list[int]) -> tuple[int, int]:
        for _ in range(ATTEMPTS):
            if self._is_closed:
                break
            answer, handles = _exchange(self._control or self._begin(), request, descriptors)
            if handles:
                return int(answer), handles[0]
            if answer:
                raise OSError(answer.decode())
            if not self._is_closed:
                logger.error("the process that forks the others has ended, and is started again")
                self._end()
        raise ConnectionAbortedError("there is nothing that forks it")

    def _begin(self) -> socket.socket:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._log_file.open("ab") if self._log_file else nullcontext() as log:
            self._popen = subprocess.Popen(  # noqa: S603  # our own module, no shell
                [sys.executable, "-m", "supervisor.nursery", *self._arguments],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={"OPENBLAS_NUM_THREADS": "1", **os.environ},  # only a process of one thread may be forked
                start_new_session=True,  # Ctrl+C reaches only `steward run`, which stops the others in order
            )
        return self._control

    def _end(self) -> None:
        if self._control is None or self._popen is None:
            return
        self._control.close()
        try:
            self._popen.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._control = self._popen = None


def _pipe(reader: ExitStack, writer: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    reads, writes = os.pipe()
    return reader.enter_context(os.fdopen(reads, "rb")), writer.enter_context(os.fdopen(writes, "wb"))


def _exchange(control: socket.socket, request: bytes, descriptors: list[int]) -> tuple[bytes, list[int]]:
    """The answer; empty when there is nobody to give one."""
    with suppress(OSError):
        socket.send_fds(control, [request], descriptors)
        answer, handles, _, _ = socket.recv_fds(control, LARGEST_REQUEST, 1, socket.MSG_CMSG_CLOEXEC)
        return answer, handles
    return b"", []
