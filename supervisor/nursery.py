"""Where the processes of a site come from: a process that imports what they need, and forks them.

To import it takes each of them one to three seconds of a processor, a fork takes ten milliseconds: a site
starts with less, a process that failed is back sooner, and what was imported lies in memory once. This one
has a single thread and holds nothing of the site; it is asked by `supervisor.forked`.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from supervisor.lifeline import quit_now

LARGEST_REQUEST = 1 << 16
"""Bytes."""
_OURS = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)
"""Signals whose handling no process is to inherit."""


@dataclass(slots=True)
class _Nursery:
    control: socket.socket
    telling: dict[int, int] = field(default_factory=dict)
    """Where the exit status of each process that runs is told, by its number."""
    wakes: int = -1
    woken: int = -1

    def run(self) -> None:
        """Until nobody can ask any more and all processes have ended."""
        self.wakes, self.woken = os.pipe()
        os.set_blocking(self.woken, False)
        signal.set_wakeup_fd(self.woken)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM):  # `steward run` decides when it is over
            signal.signal(number, signal.SIG_IGN)
        hearing: list[socket.socket | int] = [self.wakes, self.control]
        while self.control in hearing or self.telling:
            heard, _, _ = select.select(hearing, (), ())
            if self.wakes in heard:
                os.read(self.wakes, select.PIPE_BUF)
                self._reap()
            if self.control in heard and not self._answer():
                hearing.remove(self.control)

    def _answer(self) -> bool:
        """Whether there was a request."""
        request, descriptors, _, _ = socket.recv_fds(
            self.control, LARGEST_REQUEST, 3, socket.MSG_CMSG_CLOEXEC
        )
        if not request:
            return False
        stdin, stdout, status = descriptors
        try:
            self._fork(json.loads(request), stdin, stdout, status)
        except OSError as error:
            os.close(status)
            with suppress(OSError):
                self.control.send(str(error).encode())
        finally:
            os.close(stdin)
            os.close(stdout)
        return True

    def _fork(self, request: dict[str, Any], stdin: int, stdout: int, status: int) -> None:
        with suppress(Exception, SystemExit):  # the process itself will say what is wrong with it
            importlib.import_module(request["module"])
        if select.select([self.control], (), (), 0)[0]:
            raise ConnectionAbortedError("nobody waits for it any more")
        gc.freeze()  # what is never looked at again is never copied
        pid = os.fork()
        if not pid:
            self._become(request, stdin, stdout, status)
        self.telling[pid] = status
        handle = os.pidfd_open(pid)
        with suppress(OSError):
            socket.send_fds(self.control, [str(pid).encode()], [handle])
        os.close(handle)

    def _become(self, request: dict[str, Any], stdin: int, stdout: int, status: int) -> NoReturn:
        """The process, from here on."""
        ended = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _OURS:
                signal.signal(number, signal.SIG_DFL)
            os.dup2(stdin, 0)
            os.dup2(stdout, 1)
            for inherited in (stdin, stdout, status, self.wakes, self.woken, *self.telling.values()):
                os.close(inherited)
            self.control.close()
            os.setsid()
            Path("/proc/self/comm").write_text(request["name"])
            sys.argv = [request["module"], *request["arguments"]]
            gc.enable()
            ended = importlib.import_module(request["module"]).main()
        except SystemExit as error:
            ended = error.code if isinstance(error.code, int) else int(error.code is not None)
            if isinstance(error.code, str):
                print(error.code, file=sys.stderr)
        except BaseException:  # noqa: BLE001  # as the interpreter does it
            traceback.print_exc()
        quit_now(ended)

    def _reap(self) -> None:
        for pid in tuple(self.telling):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                telling = self.telling.pop(pid)
                with suppress(OSError):
                    os.write(telling, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(telling)


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    gc.disable()  # to collect again and again among modules that stay costs a third of their import
    _Nursery(control).run()
    quit_now(0)


if __name__ == "__main__":
    main()
