"""Where everything of one running site lies; nobody spells a path elsewhere."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FieldPaths:
    """What one field process keeps."""

    conditions: Path
    history: Path
    applied: Path
    """The configuration it applied last, so that it starts alone."""


@dataclass(frozen=True, slots=True)
class HistoryPaths:
    """What the historian keeps: the hot store, and `<day>/*.parquet` below `root`."""

    root: Path

    @property
    def hot(self) -> Path:
        return self.root / "hot.db"

    def day(self, day: str) -> Path:
        return self.root / day


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The run directory of a site."""

    root: Path

    def create(self) -> None:
        """Make the directories, readable by their owner only."""
        for path in (self.root, self.configuration, self.ipc, self.root / "field", self.secrets):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.history.root.mkdir(mode=0o700, exist_ok=True)

    @property
    def configuration(self) -> Path:
        return self.root / "configuration"

    @property
    def ipc(self) -> Path:
        return self.root / "ipc"

    @property
    def alarms(self) -> Path:
        return self.root / "alarms.db"

    @property
    def linkage(self) -> Path:
        return self.root / "linkage.db"

    @property
    def business(self) -> Path:
        return self.root / "business.db"

    @property
    def notifier(self) -> Path:
        """Calls, messages and what came of them."""
        return self.root / "notifier.db"

    @property
    def notifier_state(self) -> Path:
        """How the notifier is, for the alarms about it."""
        return self.root / "notifier.json"

    @property
    def spare_log(self) -> Path:
        """Urgent commands while `alarms.db` cannot grow; its space is set aside."""
        return self.root / "commands.spare"

    @property
    def audit_anchor(self) -> Path:
        """Sequence and seal of the audit record that was the last at the nightly check."""
        return self.root / "audit.anchor"

    @property
    def history(self) -> HistoryPaths:
        return HistoryPaths(self.root / "history")

    @property
    def files(self) -> Path:
        """What people have attached, each file under the hash of its content."""
        return self.root / "files"

    @property
    def phrases(self) -> Path:
        """What people have recorded to be said, a folder for each language."""
        return self.root / "phrases"

    @property
    def transfers(self) -> Path:
        """Files handed in to be imported, and exports to be fetched: for a while, and in no backup."""
        return self.root / "transfers"

    @property
    def backups(self) -> Path:
        """Backups, unless the site names another folder."""
        return self.root / "backups"

    @property
    def restoring(self) -> Path:
        """What a restore is about to put in place; while it is there, the site does not start."""
        return self.root / "restoring"

    @property
    def set_aside(self) -> Path:
        """What restores have replaced, a folder each."""
        return self.root / "before-restore"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def running(self) -> Path:
        """The number of the configuration version in force."""
        return self.configuration / "running"

    @property
    def configuration_log(self) -> Path:
        """When which version was put in force, by whom, and what came of it."""
        return self.configuration / "log.jsonl"

    @property
    def trial(self) -> Path:
        """The version that is in force until every process has it."""
        return self.configuration / "trial"

    @property
    def lock(self) -> Path:
        """Held by the one `steward run` of this directory."""
        return self.root / "lock"

    @property
    def processes(self) -> Path:
        """The processes that run and their states."""
        return self.root / "processes.json"

    @property
    def heartbeat(self) -> Path:
        """The last round of the watchdog."""
        return self.root / "heartbeat.json"

    @property
    def pages(self) -> Path:
        """What the page library stores."""
        return self.root / "nicegui"

    @property
    def demo_users(self) -> Path:
        """The launch of the demo whose passwords the terminal shows."""
        return self.root / "demo-users"

    @property
    def log(self) -> Path:
        return self.root / "steward.log"

    @property
    def erased(self) -> Path:
        """Which records were erased for good; a restore leaves it as it is."""
        return self.root / "erased.jsonl"

    @property
    def ballast(self) -> Path:
        return self.root / "ballast"

    def configuration_version(self, version: int) -> Path:
        return self.configuration / f"{version:06d}.json"

    def field(self, process: str) -> FieldPaths:
        folder = self.root / "field" / process
        return FieldPaths(folder / "conditions.db", folder / "history.db", folder / "applied.json")

    def live(self, process: str) -> str:
        return self._endpoint(process, "live")

    def query(self, process: str) -> str:
        return self._endpoint(process, "query")

    def command(self, process: str) -> str:
        return self._endpoint(process, "command")

    def durable(self, process: str) -> str:
        return self._endpoint(process, "durable")

    def _endpoint(self, process: str, channel: str) -> str:
        path = self.ipc.absolute() / f"{process}.{channel}"
        if len(bytes(path)) > MAX_SOCKET_PATH:
            raise ValueError(
                f"the socket path {path} has {len(bytes(path))} bytes, the system's limit is "
                f"{MAX_SOCKET_PATH}; choose a shorter run directory (STEWARD_RUN)"
            )
        return f"ipc://{path}"


MAX_SOCKET_PATH = 107
"""Bytes of `sun_path` on Linux, without its closing zero."""
