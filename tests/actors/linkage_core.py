"""The executor of linkage in its core: a real journal, gate and files; the plant is a map of values."""

import itertools
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from actors.actor import Ref
from actors.address import Address
from actors.alarm_records import Change, Key
from actors.board import Rule
from actors.channels.command import Envelope, Reply
from actors.codecs import RECORDED
from actors.gate import Gate, GateOutlets, Received
from actors.journal import Journal
from actors.journal_entries import Commit, LoadOpenCommands
from actors.journal_reader import JournalReader
from actors.linkage.executor import Linkage
from actors.linkage.inbox import Journaled
from actors.linkage.outlets import LinkageOutlets, Pulse
from actors.linkage.reader import LinkageReader
from actors.linkage.store import create
from actors.messages import (
    CommandResult,
    Issuer,
    LinkageState,
    NoticePosted,
    PointRead,
    ReadRuns,
    RunRead,
    Stage,
    StationCalled,
    WritePoint,
)
from config.plans import PointName
from config.site import Site
from tests.actors.alarm_core import DEADLINE_S, eventually
from tests.actors.test_journal import changes

LI = Issuer("li", "s1", "west")


class Killed(BaseException):
    """The process is gone at this very moment."""


class Office:
    def __init__(self) -> None:
        self.refuses = ""

    def remember(self) -> None:
        pass

    def refusal(self, issuer: Issuer, command: object, /) -> str | None:
        return self.refuses or None


@dataclass
class Kill:
    """Ends the process at the nth thing that the executor does to the world outside, before or after it."""

    at: int = 0
    after: bool = False
    done: int = 0

    def __call__(self, act: Callable[[], Any]) -> Any:
        self.done += 1
        if self.done == self.at and not self.after:
            raise Killed
        result = act()
        if self.done == self.at:
            raise Killed
        return result


class Board:
    """Rules over areas, as the gate sees it: everything is granted."""

    def __init__(self, ruled: list[Rule]) -> None:
        self._ruled = ruled

    def tell(self, message: Any) -> object:
        self._ruled.append(message)
        message.reply(CommandResult(message.id, Stage.DONE, "", None, time.time_ns()))
        return True


class PlantCore:
    """Time is real; `stages` say how the field process answers a write, () for not at all."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.site = site
        self.office = Office()
        self.values: dict[PointName, float] = {}
        self.stages: tuple[Stage, ...] = (Stage.ACCEPTED, Stage.CONFIRMED)
        self.executed: list[tuple[str, WritePoint]] = []
        self.published: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.kill = Kill()
        self.pulse = Pulse()
        self.is_dead = False
        self.on_disk_full: Callable[[], object] = lambda: None
        self.ruled: list[Rule] = []
        """What was asked of the board of areas."""
        self.journal_address = Address("journal")
        self.gate_address = Address("gate")
        self.linkage_address = Address("linkage")
        self.sequences = itertools.count(1)
        self.commands = itertools.count(1)

    def __enter__(self) -> "PlantCore":
        create(self.folder / "linkage.db")
        self.reader = LinkageReader(self.folder / "linkage.db")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.reader.close()

    def start(self) -> None:
        self.is_dead = False
        self.journal = Journal.start(
            self.folder / "alarms.db",
            on_disk_full=lambda: None,
            on_commit=lambda: self.linkage_address.tell(Journaled()),
        )
        self.journal_address.point(self.journal)
        is_open = threading.Event()
        self.journal.tell(LoadOpenCommands(lambda _: is_open.set()))
        assert is_open.wait(DEADLINE_S)
        self.gate_address.point(self._start_gate())
        self.linkage: Ref = Linkage.start(
            None, site=self.site, path=self.folder / "linkage.db", journal=self.folder / "alarms.db",
            outlets=LinkageOutlets(
                gate=self, read=self._read, publish=self._publish, on_disk_full=lambda: self.on_disk_full(),
                new_token=self._new_token, clock=time.monotonic, wall_ns=time.time_ns,
            ),
            pulse=self.pulse,
        )  # fmt: skip
        self.linkage_address.point(self.linkage)
        eventually(lambda: self.pulse.beat_s > 0)

    def _start_gate(self) -> Ref:
        outlets = GateOutlets(
            journal=self.journal_address, linkage=self.linkage_address, board=Board(self.ruled),
            zones=lambda _: None,
            authority=self.office, encode=RECORDED.encode, forward=self._forward,
            apply_configuration=lambda *_: None, show=lambda _: None, publish=lambda _: None,
            clock_offset_s=lambda _: 0.0, ready=lambda *_, **__: None,
            clock=time.monotonic, wall_ns=time.time_ns,
        )  # fmt: skip
        ids = itertools.count()
        self.gate = Gate.start(None, site=self.site, outlets=outlets, new_id=lambda: f"sel-{next(ids)}")
        return self.gate

    def stop(self) -> None:
        for ref in (self.linkage, self.gate, self.journal):
            if ref.is_alive():
                ref.stop(block=True, timeout=DEADLINE_S)

    def restart(self) -> None:
        """Another process on the same files; what the first still hears of the plant is lost."""
        self.is_dead = True
        self.stop()
        self.kill = Kill()
        self.start()

    # --- what happens

    def occurs(self, device: str = "ahu-1", **more: Any) -> None:
        (change,) = changes(device)
        now_ns = time.time_ns()
        given: dict[str, Any] = {
            "fresh": True, "point": "smoke", "time_ns": now_ns, "source_ns": now_ns, "device": device,
        }  # fmt: skip
        self._commit(change, replace(change.row, **(given | more)))

    def clears(self, device: str = "ahu-1") -> None:
        self.occurs(device, transition="return_to_normal", fresh=False)

    def _commit(self, change: Change, row: Any) -> None:
        sequence = next(self.sequences)
        key = Key("field-1", "e", sequence)
        self.journal_address.tell(Commit((replace(change, row=row, key=key),), lambda: None))

    def command(self, body: object, who: Issuer = LI) -> CommandResult:
        answers: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        envelope = Envelope(f"p-{next(self.commands)}", who, 10.0, time.monotonic() + 10.0, body)
        self.gate_address.tell(Received(envelope, answers.put))
        while not (result := answers.get(timeout=DEADLINE_S)).stage.is_final:
            pass
        return result

    # --- the world outside

    def tell(self, message: Any) -> object:
        """The gate, as the executor sees it."""
        return self.kill(lambda: self.gate_address.tell(message))

    def _forward(self, processes: tuple[str, ...], envelope: Envelope, reply: Reply) -> None:
        self.executed.append((envelope.id, envelope.body))
        if self.is_dead:
            return
        self.values[PointName(envelope.body.device, envelope.body.point)] = envelope.body.value
        for stage in self.stages:
            reply(CommandResult(envelope.id, stage, "", None, time.time_ns()))

    def _read(
        self,
        points: frozenset[PointName],
        then: Callable[[Mapping[PointName, PointRead | None]], object],
    ) -> None:
        found = {
            point: PointRead(point.device, point.point, self.values.get(point, 0.0), 0, stale=False)
            for point in points
        }
        self.kill(lambda: then(found))

    def _publish(self, topic: str, message: LinkageState | StationCalled | NoticePosted) -> None:
        if isinstance(message, LinkageState):
            self.published.put(message)  # it is said all the time, and nothing depends on it
        else:
            self.kill(lambda: self.published.put(message))

    def _new_token(self) -> str:
        token: str = self.kill(lambda: f"t{time.time_ns()}")
        return token

    # --- what came of it

    def run(self, id_: int = 1) -> RunRead:
        return self.reader.run(id_)

    def ended(self, id_: int = 1) -> RunRead:
        def over() -> bool:
            row = self.reader.run(id_).run
            return row is not None and row.state == "ended"

        eventually(over)
        return self.reader.run(id_)

    def runs(self, **wanted: Any) -> list[int]:
        return [row.id for row in self.reader.runs(ReadRuns(0, 100, **wanted))]

    def journal_reader(self) -> JournalReader:
        return JournalReader(self.folder / "alarms.db")

    def heard(self, kind: type) -> Any:
        """The next message of a kind."""
        while True:
            message = self.published.get(timeout=DEADLINE_S)
            if isinstance(message, kind):
                return message
