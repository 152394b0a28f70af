"""A small site as it really runs: `steward run` over real sockets, against a farm of Modbus devices."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import URL

from actors.channels.command_client import BlockingCommandClient
from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import CORE_COMMANDS, QUERIES
from actors.messages import (
    Alarm,
    Alarms,
    Beat,
    CommandResult,
    HistoryPage,
    Issuer,
    Journal,
    JournalFilter,
    JournalRow,
    ReadAlarms,
    ReadHistory,
    ReadJournal,
    ReadSnapshot,
)
from actors.paths import RunPaths
from benchmarks.modbus_farm import Farm
from benchmarks.ports import free_ports
from business.access import Authority
from business.access.messages import GrantRole
from business.audit.model import AuditRecord
from business.audit.queries import Wanted, search
from business.audit.verify import verify
from business.commands import BUSINESS_COMMANDS
from business.database import open_reader, sessions, sqlite_url
from business.identity.messages import CreateFirstAdministrator, CreateUser, LogIn
from business.identity.tokens import fingerprint, new_token

ROOT = Path(__file__).parents[2]
PERIOD_S = 0.2
PATIENCE_S = 45.0
"""Until something that must happen has happened; a machine under load is slow."""
LEFT = (0, 1)
"""Exit status: 1 where a busy machine was slower than the promised five seconds, and one was ended hard."""
PASSWORD = "Correct-Horse-7"
TEMPERATURE, SETPOINT, COUNTER, DAMPED = 0, 1, 2, 3
"""Registers."""
CALM, HOT = 20, 90
"""Temperatures below and above the limit of 60."""

PROFILE = f"""
[profile.unit]
name = {{ zh = "机组", en = "Unit" }}
driver = "modbus"
period_s = {PERIOD_S}
timeout_s = 0.5

[[profile.unit.point]]
id = "temperature"
name = {{ zh = "温度", en = "Temperature" }}
kind = "analogue"
unit = "°C"
low = 0
high = 100
main = true
source = {{ address = {TEMPERATURE} }}
[[profile.unit.point.rule]]
kind = "high"
limit = 60
deadband = 0
priority = "high"

[[profile.unit.point]]
id = "setpoint"
name = {{ zh = "设定", en = "Setpoint" }}
kind = "analogue"
unit = "°C"
low = 0
high = 100
source = {{ address = {SETPOINT} }}
write = {{ low = 10, high = 40, within_s = 5 }}

[[profile.unit.point]]
id = "counter"
name = {{ zh = "计数", en = "Counter" }}
kind = "analogue"
unit = "kW"
low = 0
high = 65535
history = "scan"
source = {{ address = {COUNTER} }}

[[profile.unit.point]]
id = "damped"
name = {{ zh = "回差", en = "Damped" }}
kind = "analogue"
unit = "°C"
low = 0
high = 100
source = {{ address = {DAMPED} }}
[[profile.unit.point.rule]]
kind = "high"
limit = 60
deadband = 20
priority = "medium"
"""


def write_site(
    folder: Path,
    endpoints: Sequence[tuple[str, int]],
    ports: Sequence[int],
    *,
    ballast_mb: int = 1,
    database: str = "",
) -> Path:
    """Units u00, u01 ... in building b, read by the process `field`."""
    devices = "".join(
        f'[[device]]\nid = "u{at:02}"\nname = {{ zh = "机组{at}", en = "Unit {at}" }}\nprofile = "unit"\n'
        f'subsystem = "hvac"\nzone = "b"\nconnection = {{ host = "{host}", port = {port} }}\n'
        for at, (host, port) in enumerate(endpoints)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(
        f"""
[site]
id = "small"
name = {{ zh = "小园区", en = "Small" }}
timezone = "Asia/Shanghai"

[settings]
control = {{ port = {ports[0]} }}
office = {{ port = {ports[1]} }}
ballast_mb = {ballast_mb}
database = "{database}"

[[zone]]
id = "campus"
name = {{ zh = "园区", en = "Campus" }}
kind = "site"

[[zone]]
id = "b"
name = {{ zh = "B座", en = "Building B" }}
kind = "building"
parent = "campus"

[[subsystem]]
id = "hvac"
kind = "hvac"
name = {{ zh = "暖通", en = "HVAC" }}
{PROFILE}
{devices}""",
        "utf-8",
    )
    return folder


def eventually(holds: Callable[[], Any], within_s: float = PATIENCE_S, what: str = "it") -> Any:
    """Wait for what another process is about to bring about; what `holds` gave in the end."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < deadline, f"{what} did not come about within {within_s:g} s"
        time.sleep(0.02)
    return found


def await_end(processes: Sequence[psutil.Process], within_s: float = PATIENCE_S) -> None:
    """Wait until none of them lives. An orphan that nobody has buried yet is dead all the same."""

    def alive(process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    eventually(lambda: not any(map(alive, processes)), within_s, "the end of every process")


class House:
    """`steward run` of one site. Its ends of the channels are those of the pages."""

    def __init__(self, site: Path, ports: Sequence[int], run: Path, database: URL | None = None) -> None:
        self.site = site
        self.control = f"http://127.0.0.1:{ports[0]}"
        self.office = f"http://127.0.0.1:{ports[1]}"
        self.paths = RunPaths(run)
        self.database = database or sqlite_url(self.paths.business)
        self.lines: list[str] = []
        self.log = run.with_suffix(".log")
        self._steward: subprocess.Popen[str]
        self._reading: threading.Thread
        self._ready = threading.Event()

    # -- steward run

    def start(self, *, module: str = "supervisor.cli") -> "House":
        """Returns once the terminal shows where to go."""
        self.begin(module=module)
        assert self._ready.wait(120), f"the site did not start:\n{self.log.read_text()[-4000:]}"
        return self

    def begin(self, *, module: str = "supervisor.cli") -> None:
        self._ready.clear()
        self.lines = []
        with self.log.open("a") as log:
            self._steward = subprocess.Popen(
                [sys.executable, "-m", module, "run", str(self.site), "--run", str(self.paths.root)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            )  # fmt: skip
        self._reading = threading.Thread(target=self._read, args=(self._steward,), daemon=True)
        self._reading.start()

    def _read(self, steward: "subprocess.Popen[str]") -> None:
        assert steward.stdout is not None
        with steward.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip())
                if "Ctrl+C" in line:
                    self._ready.set()

    @property
    def steward_pid(self) -> int:
        return self._steward.pid

    def children(self) -> list[psutil.Process]:
        """What `steward run` has started, and what that has forked."""
        return psutil.Process(self._steward.pid).children(recursive=True)

    def interrupt(self) -> tuple[int, float]:
        """Ctrl+C; the exit status, and how many seconds it took."""
        began = time.monotonic()
        self._steward.send_signal(signal.SIGINT)
        status = self._steward.wait(60)
        took_s = time.monotonic() - began
        self._reading.join(30)
        return status, took_s

    def kill_steward(self) -> list[psutil.Process]:
        """kill -9 of the outermost supervisor alone; its children."""
        children = self.children()
        self._steward.kill()
        self._steward.wait(60)
        self._reading.join(30)
        return children

    def stop(self) -> None:
        """However the test ended, nothing of it runs on."""
        if self._steward.poll() is not None:
            return
        children = self.children()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGCONT)
        self.interrupt()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    # -- its processes

    def states(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = json.loads((self.paths.root / "processes.json").read_text())
        return found

    def pid(self, name: str) -> int:
        return int(self.states()[name]["pid"])

    def kill(self, name: str) -> int:
        """kill -9; the pid that was."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_back(self, name: str, before: int, within_s: float = PATIENCE_S) -> None:
        """Until another incarnation than `before` says that it is ready."""

        def is_back() -> bool:
            state = self.states()[name]
            return bool(state["state"] == "running" and state["pid"] != before)

        eventually(is_back, within_s, f"{name} after {before}")

    @contextlib.contextmanager
    def away(self, name: str) -> Iterator[None]:
        """Killed, and not started again before the block ends; then back."""
        os.kill(self.steward_pid, signal.SIGSTOP)
        try:
            before = self.kill(name)
            yield
        finally:
            os.kill(self.steward_pid, signal.SIGCONT)
        self.wait_back(name, before)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """SIGSTOP: the process is there, and does nothing."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    # -- people

    @property
    def code(self) -> str:
        """The one-time code on the terminal."""
        return next(line.rpartition("代码 ")[2] for line in self.lines if "代码 " in line)

    def administrator(self, user: str = "chief") -> Issuer:
        """Runs system and plant; made by the security administrator, whom the terminal's code makes."""
        made = self.tell_office(
            CreateFirstAdministrator(self.code, "warden", "Warden", PASSWORD, "127.0.0.1"), Issuer("", "", "")
        )
        assert made.stage == "done", made
        warden = self.log_in("warden")
        self.add_user(warden, user, "system-administrator")
        made = self.tell_office(GrantRole(user, "operator"), warden)
        assert made.stage == "done", made
        return self.log_in(user)

    def add_user(self, by: Issuer, user: str, role: str) -> None:
        """By a security administrator, such as `warden`."""
        made = self.tell_office(CreateUser(user, user, role, PASSWORD), by)
        assert made.stage == "done", made

    def log_in(self, user: str, place: str = "control") -> Issuer:
        token = new_token()
        body = LogIn(user, PASSWORD, fingerprint(token), place, "127.0.0.1", "test", "")
        entered = self.tell_office(body, Issuer("", "", "127.0.0.1"))
        assert entered.stage == "done", entered
        engine = open_reader(self.database)
        try:
            person = Authority(engine, time.time_ns).bearer(token)
        finally:
            engine.dispose()
        assert person is not None
        return Issuer(user, person.session, "127.0.0.1")

    def tell_office(self, body: Any, by: Issuer) -> CommandResult:
        return BlockingCommandClient(self.paths.command("office"), BUSINESS_COMMANDS).ask(body, by, 20.0)

    def tell(self, body: Any, by: Issuer) -> list[CommandResult]:
        """Give `core` a command; every stage."""
        return list(BlockingCommandClient(self.paths.command("core"), CORE_COMMANDS).send(body, by, 10.0))

    # -- what it knows

    def ask(self, process: str, query: Any) -> list[Any]:
        return list(BlockingQueryClient(self.paths.query(process), QUERIES).ask(query, timeout_s=10.0))

    def alarms(self) -> dict[str, Alarm]:
        """By device/point/rule."""
        pages: list[Alarms] = self.ask("core", ReadAlarms())
        return {f"{a.device}/{a.point}/{a.rule}": a for page in pages for a in page.alarms}

    def audited(self, object_: str) -> tuple[AuditRecord, ...]:
        """The audit records of what begins so, the newest first; the chain is verified each time."""
        engine = open_reader(self.database)
        try:
            with sessions(engine)() as session:
                assert verify(session).breaks == ()
                return search(session, Wanted(object=object_), 1000)
        finally:
            engine.dispose()

    def journal(self, device: str = "") -> list[JournalRow]:
        """Oldest first."""
        wanted = JournalFilter(devices=(device,) if device else ())
        pages: list[Journal] = self.ask("core", ReadJournal(0, 1000, wanted))
        return [row for page in pages for row in page.rows][::-1]

    def transitions(self, device: str) -> list[str]:
        """Of one device, an annunciated one with an exclamation mark."""
        return [row.transition + "!" * row.annunciated for row in self.journal(device)]

    def history(self, point: str, since_ns: int) -> HistoryPage:
        (page,) = self.ask("historian", ReadHistory(point, since_ns, time.time_ns(), 100_000))
        assert isinstance(page, HistoryPage)
        return page

    def rates(self, process: str) -> dict[str, float]:
        """What the newest beat of a process tells."""
        for page in self.ask(process, ReadSnapshot()):
            for message in map(LIVE.decode, page.bodies):
                if isinstance(message, Beat):
                    return message.rates
        return {}

    def stored(self, point: str, since_ns: int) -> int:
        """How many values the historian has, 0 while it does not answer."""
        try:
            return len(self.history(point, since_ns).time_ns)
        except QueryFailed:
            return 0


@contextlib.contextmanager
def house(
    farm: Farm, *, devices: int | None = None, ballast_mb: int = 1, database: URL | None = None
) -> Iterator[House]:
    """A site of the farm's devices, in a folder of its own; it is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    ports = free_ports(2)
    told = database._replace(password=None).render_as_string() if database else ""
    site = write_site(folder / "site", farm.endpoints[:devices], ports, ballast_mb=ballast_mb, database=told)
    found = House(site, ports, folder / "run", database)
    try:
        yield found
    finally:
        with contextlib.suppress(AttributeError):  # it was never started
            found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def read_by_all(farm: Farm, device: int) -> None:
    """Until `field` has judged what the device holds now: the second poll from here on began after it."""
    before = farm.polls()[device]
    eventually(lambda: farm.polls()[device] >= before + 3, what=f"three polls of device {device}")


def calm(farm: Farm, devices: int) -> None:
    """Every device at rest: nothing alarms, the counter moves with every second."""
    for device in range(devices):
        farm.set(device, TEMPERATURE, CALM)
        farm.set(device, SETPOINT, CALM)
        farm.set(device, DAMPED, CALM)
