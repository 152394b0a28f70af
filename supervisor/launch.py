"""From a site on disk to running processes: import the files, start, show the way, stop."""

import getpass
import logging
import math
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from actors.paths import RunPaths
from business.backup.restore import is_interrupted
from config.load import read
from config.problems import SiteError
from config.resolve import build
from config.site import Site
from config.versions import VersionError, VersionStore
from drivers import SCHEMAS
from supervisor.ballast import Ballast
from supervisor.forked import Nursery
from supervisor.in_force import running_version, use_version
from supervisor.interrupts import Interrupts
from supervisor.lock import await_predecessors, hold
from supervisor.log import set_up
from supervisor.run import Process, Processes
from supervisor.site_files import loaded

logger = logging.getLogger(__name__)

READY_S = 60.0
LOOK_S = 1.0
"""How often it is looked which configuration is in force, and with it which processes there are."""
NICE = {"web": 2, "historian": 5, "office": 5}
"""By how much processes give way to `field` and `core`."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What `steward run` and `steward demo` are told."""

    site: Path
    run: Path | None = None
    demo: bool = False
    take_files: bool = False


def run_directory(site: Site, told: Path | None) -> RunPaths:
    """Where a site's run directory is: as told, or STEWARD_RUN, or ./run/<site>."""
    root = told or Path(os.environ.get("STEWARD_RUN", f"run/{site.id}"))
    return RunPaths(root.absolute())


def processes(site: Site, paths: RunPaths, demo: str = "") -> list[Process]:
    """The processes of a site. Stages stop one after the other: screens, plant, stores, simulators.

    demo: what this launch of the demo goes by; '' for a real site.
    """
    run = ("--run", str(paths.root))

    def process(name: str, module: str, stage: int, *more: str) -> Process:
        # Where cores are short, acquisition and alarms come first.
        nice = ("--nice", str(NICE.get(module, 0)))
        return Process(name, f"supervisor.processes.{module}", (*run, "--name", name, *nice, *more), stage)

    fields = site.processes
    told_fields = ("--fields", *fields)
    plant = "simulators" if demo else ""
    found = [
        process("historian", "historian", 2),
        process("core", "core", 2),
        process("notifier", "notifier", 2),
        *(replace(process(name, "field", 1), after=plant) for name in fields),
        process("office", "office", 1, *(("--demo", demo) if demo else ())),
        process("web-control", "web", 0, "--role", "control", *told_fields),
        process("web-office", "web", 0, "--role", "office", *told_fields),
        replace(process("watchdog", "watchdog", 0, *told_fields), after=plant),
    ]
    if demo:
        found.insert(0, process("simulators", "simulators", 3))
    return found


def launch(told: Launch, say: Callable[[str], None]) -> int:
    """Run a site until Ctrl+C or SIGTERM; the exit status.

    Raises SiteError, VersionError, PortTaken, RunningAlready, HalfRestored.
    """
    site = loaded(told.site)
    paths = run_directory(site, told.run)
    paths.create()
    with hold(paths.lock):
        if is_interrupted(paths):
            raise HalfRestored(
                f"a restore of {paths.root} was interrupted; end it with: steward restore {told.site} --run "
                f"{paths.root} --from ... (any backup: the one that was under way is completed)"
            )
        return _launch(told, site, paths, say)


def _launch(told: Launch, site: Site, paths: RunPaths, say: Callable[[str], None]) -> int:
    await_predecessors(paths.processes, paths.root)
    # A newcomer's terminal shows where to go; a service's standard error is its journal.
    log_file = paths.log if told.demo else None
    set_up("steward", log_file)
    version = VersionStore(paths.configuration).import_files(
        read(told.site),
        getpass.getuser(),
        "imported by steward run",
        lambda: datetime.now(UTC),
        running=running_version(paths),
        site=str(told.site),
        take_files=told.take_files,
    )
    site = build(version.documents, SCHEMAS, version.number)  # it may have been edited on the screen
    check_ports(site, demo=told.demo)
    use_version(paths, version.number)
    Ballast(paths.ballast, site.settings.ballast_mb).keep()
    guide = Guide(site, paths, say, demo=told.demo)
    nursery = Nursery(("--run", str(paths.root)), log_file)
    children = Processes(heard=guide.heard, state_file=paths.processes, nursery=nursery)
    demo = secrets.token_hex(8) if told.demo else ""
    interrupts = Interrupts()
    say(f"{site.name.zh} {site.name.en}: configuration version {version.number}, run directory {paths.root}")
    if log_file is not None:
        say(f"日志 log: {log_file}")
    children.keep(processes(site, paths, demo))
    # Waiting for Ctrl+C, not for the children: one that never gets ready must not hold it up.
    ready_by_s = time.monotonic() + READY_S
    while not interrupts.wait(LOOK_S):
        if time.monotonic() > ready_by_s:
            ready_by_s = math.inf
            if late := children.wait_ready(0.0):
                say(f"not ready after {READY_S:g} s: {', '.join(late)}; the log says why, they are tried on")
        if (changed := _changed(site, paths)) is not None:
            site = changed
            children.keep(processes(site, paths, demo))
    say("正在停止 stopping ...")
    killed = children.stop()
    if killed:
        say(f"had to be ended hard: {', '.join(killed)}")
    return 1 if killed else 0


def _changed(site: Site, paths: RunPaths) -> Site | None:
    """The site as it is in force by now; None as long as it is this one, or what is in force builds none."""
    number = running_version(paths)
    if number == site.version:
        return None
    try:
        return build(VersionStore(paths.configuration).get(number).documents, SCHEMAS, number)
    except (VersionError, SiteError):
        logger.exception("the processes stay as they are: configuration version %d cannot be read", number)
        return replace(site, version=number)


class HalfRestored(Exception):
    """Raised before anything starts: the run directory is half old, half new."""


@runtime_checkable
class _Address(Protocol):
    """A connection that leads to a port."""

    host: str
    port: int


class PortTaken(Exception):
    """Raised before anything starts: another program listens where one of our processes must."""


def check_ports(site: Site, *, demo: bool) -> None:
    """Raises PortTaken naming every address that is not free, and the way out."""
    wanted = {"settings.control": site.settings.control, "settings.office": site.settings.office}
    found = [(name, address.host, address.port) for name, address in wanted.items()]
    if demo:
        played = (device.connection for device in site.devices.values() if device.template.model)
        gateways = {(one.host, one.port) for one in played if isinstance(one, _Address) and one.host}
        found += [("simulated gateway", *gateway) for gateway in sorted(gateways)]
    taken = [f"  {host}:{port} ({name})" for name, host, port in found if not _is_free(host, port)]
    if taken:
        raise PortTaken(
            "these addresses are taken, perhaps by a Steward that runs already:\n"
            + "\n".join(taken)
            + "\nStop what uses them, or copy the site and change [settings] and the connections"
        )


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Guide:
    """Shows on the terminal where to go and how to log in, once everything for it is there."""

    def __init__(self, site: Site, paths: RunPaths, say: Callable[[str], None], *, demo: bool) -> None:
        self._site = site
        self._paths = paths
        self._say = say
        self._demo = demo
        self._ready: set[str] = set()
        self._shown = False
        self._users: list[tuple[str, str, str]] = []
        self._code = ""
        self._lock = threading.Lock()

    def heard(self, name: str, facts: Mapping[str, Any]) -> None:
        """Called on watcher threads."""
        with self._lock:
            self._users = [tuple(user) for user in facts.get("users", ())] or self._users
            self._code = facts.get("first_start_code", self._code)
            if facts.get("ready"):
                self._ready.add(name)
            if not self._shown and {"web-control", "web-office", "core", "office"} <= self._ready:
                self._shown = True
                self._show()

    def _show(self) -> None:
        control, office = self._site.settings.control, self._site.settings.office
        self._say("")
        self._say(f"  控制室 control room   http://{control.host}:{control.port}")
        self._say(f"  办公室 office         http://{office.host}:{office.port}")
        if self._users:
            self._say("")
            self._say("  登录 log in as")
            for user, role, password in self._users:
                self._say(f"    {role:<23} {user:<12} {password}")
        if self._code:
            self._say("")
            self._say(
                f"  还没有用户。请打开 http://{office.host}:{office.port}/first-start ，代码 {self._code}"
            )
            self._say("  There are no users yet: create the security administrator there, with this code.")
        self._say("")
        self._say("  Ctrl+C 停止 stops everything in order")
        self._say("")


def to_terminal(line: str) -> None:
    """Where nobody reads any more, a site lives on and stops in order all the same."""
    with suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
