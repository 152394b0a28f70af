"""A bench site that lives: `steward run` as a process of its own on a temporary run directory."""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from actors.channels.command_client import BlockingCommandClient
from actors.channels.query import QueryFailed
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import QUERIES
from actors.messages import CountHistory, HistoryCount, Issuer, ReadTree, Stage
from actors.paths import RunPaths
from benchmarks.ports import free_ports
from benchmarks.setting import until
from benchmarks.site import write_site
from business.access import Authority
from business.access.roles import MANAGER, OPERATOR
from business.commands import BUSINESS_COMMANDS
from business.database import open_reader, sqlite_url
from business.identity.bootstrap import random_password
from business.identity.messages import CreateFirstAdministrator, CreateUser, LogIn
from business.identity.model import Place
from business.identity.tokens import fingerprint, new_token

ROOT = Path(__file__).parents[1]
READY_S = 60.0
STOP_S = 15.0
"""`steward run` promises 5 s; beyond this its processes are killed."""
EVER_NS = 1 << 62
PROCESSES = ("historian", "core", "field", "office", "web-control", "web-office", "watchdog")
CODE = re.compile(r"代码 (\S+)")
USER = "bench"
CLERK = "clerk"


class Campus:
    """A running site: `with Farm(50) as farm, Campus(farm.endpoints) as campus: campus.trees()`.

    `site` are arguments of `write_site`. `instead` runs other modules as some processes, name -> module; see
    `benchmarks.variant`. An operator named `bench` and a manager named `clerk`, both with
    `password`, are made at the first start.
    """

    def __init__(
        self,
        endpoints: Sequence[tuple[str, int]],
        *,
        instead: Mapping[str, str] | None = None,
        wait: bool = True,
        **site: Any,
    ) -> None:
        self.password = random_password()
        self.ports = free_ports(2)
        self._has_users = False
        self.started_s = 0.0
        """Monotonic time of the last start."""
        self._endpoints = endpoints
        self._site = site
        self._instead = instead or {}
        self._wait = wait
        self._process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        """What it wrote on its terminal since the last start."""
        self._reading: threading.Thread | None = None

    def __enter__(self) -> Self:
        # Short, because the paths of sockets are limited.
        self.folder = Path(tempfile.mkdtemp(prefix="steward-", dir="/tmp"))
        self.paths = RunPaths(self.folder / "run")
        try:
            self.write_site(self.folder / "site")
            self.start()
            if self._wait:
                self.wait_ready()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and isinstance(error, Exception):
            sys.stderr.write(self.log()[-4000:])
        self._leave()

    def _leave(self) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)

    # -- what runs

    def write_site(self, directory: Path) -> None:
        ports = self.ports[0], self.ports[1]
        write_site(directory, self._endpoints, ports=ports, **self._site)

    def module(self) -> list[str]:
        """The module that runs the site, and its arguments before the site's path."""
        if self._instead:
            return ["benchmarks.variant", *(f"{name}={of}" for name, of in self._instead.items())]
        return ["supervisor.cli", "run"]

    # -- life

    def start(self) -> None:
        (self.paths.root / "processes.json").unlink(missing_ok=True)
        self.said.clear()
        self.started_s = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    *self.module(),
                    str(self.folder / "site"),
                    "--run",
                    str(self.paths.root),
                ],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl+C is for the benchmark, which then stops it in order
            )
        self._reading = threading.Thread(target=self._read, args=(self._process,), name="campus", daemon=True)
        self._reading.start()

    def wait_ready(self) -> float:
        """Until every process works; seconds since the start. Makes the users the first time."""
        until(self.is_ready, READY_S, "every process runs")
        ready_s = time.monotonic() - self.started_s
        if not self._has_users:
            # It is on the terminal by now, and read as soon as the thread that reads has its turn.
            until(self._code, READY_S, "the code of the first administrator is told")
            self._make_users(self._code())
            self._has_users = True
        return ready_s

    def stop(self) -> float:
        """Ctrl+C; seconds until all have ended. Kills whatever has not ended in time."""
        if self._process is None:
            return 0.0
        began = time.monotonic()
        children = list(self._children())
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        _, left = psutil.wait_procs(children, 1.0)
        for child in left:
            child.kill()
        self._ended()
        return time.monotonic() - began

    def kill(self) -> float:
        """kill -9 of `steward run`; seconds until its children have left by themselves."""
        assert self._process is not None, "start() first"
        children = list(self._children())
        began = time.monotonic()
        self._process.kill()
        _, left = psutil.wait_procs(children, STOP_S)
        took_s = time.monotonic() - began
        for child in left:
            child.kill()
        self._ended()
        if left:
            raise RuntimeError(f"{len(left)} processes outlived `steward run` by {STOP_S:g} s")
        return took_s

    def _ended(self) -> None:
        assert self._process is not None
        assert self._reading is not None
        self._process.wait()
        self._reading.join(STOP_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    # -- looking

    @property
    def pid(self) -> int:
        assert self._process is not None, "start() first"
        return self._process.pid

    def pids(self) -> dict[str, int]:
        """Of the processes that have been started, by name."""
        return {name: state["pid"] for name, state in self._states().items()}

    def address(self, place: str = "control") -> str:
        return f"http://127.0.0.1:{self.ports[0 if place == 'control' else 1]}"

    def query(self, process: str, query: Any, *, timeout_s: float = 10.0) -> Any:
        """The first message of the answer. Raises QueryFailed."""
        return BlockingQueryClient(self.paths.query(process), QUERIES).one(query, timeout_s=timeout_s)

    def count(
        self, since_ns: int = 0, until_ns: int = EVER_NS, *, per_point: bool = False, timeout_s: float = 300.0
    ) -> HistoryCount:
        found = self.query("historian", CountHistory(since_ns, until_ns, per_point), timeout_s=timeout_s)
        assert isinstance(found, HistoryCount)
        return found

    def inbox_max(self) -> int:
        """The deepest that any inbox of any actor has been."""
        return max(
            int(node["inbox_max"])
            for process in ("field", "core", "historian", "office")
            for node in _nodes(self.query(process, ReadTree()).root)
        )

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    # -- within

    def _code(self) -> str:
        """Of the first administrator; '' before it was told."""
        return next((found[1] for line in self.said if (found := CODE.search(line))), "")

    def _make_users(self, code: str) -> None:
        """A security administrator, who makes the operator."""
        nobody, token = Issuer("", "", "127.0.0.1"), new_token()
        self._tell(CreateFirstAdministrator(code, "warden", "Warden", self.password, "127.0.0.1"), nobody)
        log_in = LogIn("warden", self.password, fingerprint(token), Place.OFFICE, "127.0.0.1", "bench", "")
        self._tell(log_in, nobody)
        engine = open_reader(sqlite_url(self.paths.business))
        try:
            warden = Authority(engine, time.time_ns).bearer(token)
        finally:
            engine.dispose()
        assert warden is not None
        issuer = Issuer(warden.user, warden.session, "127.0.0.1")
        self._tell(CreateUser(USER, "Bench", OPERATOR, self.password), issuer)
        self._tell(CreateUser(CLERK, "Clerk", MANAGER, self.password), issuer)

    def _tell(self, body: object, issuer: Issuer) -> None:
        office = BlockingCommandClient(self.paths.command("office"), BUSINESS_COMMANDS)
        answer = office.ask(body, issuer, 10.0)
        if answer.stage is not Stage.DONE:
            raise RuntimeError(f"{type(body).__name__} was not carried out: {answer.detail}")

    def is_ready(self) -> bool:
        assert self._process is not None
        if (status := self._process.poll()) is not None:
            raise RuntimeError(f"steward run ended with status {status}: {self.log()[-4000:]}")
        states = self._states()
        return bool(states) and all(state["state"] == "running" for state in states.values())

    def _states(self) -> dict[str, dict[str, Any]]:
        try:
            states: dict[str, dict[str, Any]] = json.loads((self.paths.root / "processes.json").read_text())
        except FileNotFoundError:
            return {}
        return states

    def _children(self) -> Iterator[psutil.Process]:
        assert self._process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from psutil.Process(self._process.pid).children(recursive=True)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line)


def answers(campus: Campus, process: str) -> bool:
    """Whether a process with actors answers queries now."""
    try:
        campus.query(process, ReadTree(), timeout_s=0.5)
    except QueryFailed:
        return False
    return True


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from _nodes(child)
