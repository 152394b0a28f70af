"""The alarms of `core` as they are composed: journal, intake and one zone, over a real `alarms.db`."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from actors.actor import Ref
from actors.address import Address
from actors.alarm_requests import Request
from actors.board import Board, BoardOutlets
from actors.codecs import CONDITIONS
from actors.dispatcher import Dispatcher
from actors.intake import Condition, Intake
from actors.journal import Journal
from actors.journal_entries import MarkApplied
from actors.journal_reader import JournalReader
from actors.messages import Alarm, AlarmChanged, AreasChanged, CommandResult, Issuer, PassAcknowledgement
from actors.zone import AlarmZone, Ask, ZoneOutlets
from config.site import Site

WITHIN_S = 10.0
DEADLINE_S = 30.0


@dataclass
class Batch:
    """A batch of the durable channel."""

    source: str
    epoch: str
    rows: list[tuple[int, bytes]]
    acknowledged: threading.Event = field(default_factory=threading.Event)

    @property
    def last(self) -> int:
        return self.rows[-1][0]

    def committed(self) -> None:
        self.acknowledged.set()


class Core:
    """Times are seconds of a wall clock that stands still at `now_s` until a test moves it."""

    def __init__(self, path: Path, site: Site, *, now_s: float = 1000.0) -> None:
        self.path = path
        self.site = site
        self.now_s = self.started_s = now_s
        self.seen: queue.SimpleQueue[Alarm] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        self.passed_on: queue.SimpleQueue[tuple[PassAcknowledgement, Issuer, Callable[[str], object]]] = (
            queue.SimpleQueue()
        )
        self.sent_to_gate: list[Any] = []
        self.others: list[object] = []
        self.reads_asked = 0
        self.journal_address = Address("journal")
        self.zone_address = Address("zone")
        self.root_address = Address("root")
        self.board_address = Address("board")
        self.areas: queue.SimpleQueue[AreasChanged] = queue.SimpleQueue()
        self.before_publish: Callable[[Alarm], None] = lambda _alarm: None
        self.on_disk_full: Callable[[], object] = lambda: None

    def __enter__(self) -> "Core":
        self.dispatcher = Dispatcher()
        self.dispatcher.start()
        self.journal = Journal.start(self.path, on_disk_full=lambda: self.on_disk_full())
        self.journal_address.point(self.journal)
        self.intake = Intake(
            self.site, {"building-a": self.zone_address}, Gate(self.sent_to_gate),
            other=self.others.append,
            mark_applied=lambda *mark: self.journal_address.tell(MarkApplied(*mark)),
            wall_ns=self.wall_ns, fresh_s=WITHIN_S,
        )  # fmt: skip
        self.board = self.start_board()
        self.zone = self.start_zone()
        self.root = self.start_zone("campus", self.root_address)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for ref in (self.zone, self.root, self.board, self.journal):
            if ref.is_alive():
                ref.stop(block=True, timeout=DEADLINE_S)
        assert self.dispatcher.stop(DEADLINE_S)

    def start_board(self) -> Ref:
        outlets = BoardOutlets(
            journal=self.journal_address,
            zones=lambda: {"building-a": self.zone_address, "campus": self.root_address},
            publish=self.areas.put,
            wall_ns=self.wall_ns,
        )
        self.board = Board.start(None, site=self.site, outlets=outlets, dispatcher=self.dispatcher)
        self.board_address.point(self.board)
        return self.board

    def start_zone(self, name: str = "building-a", address: Address | None = None) -> Ref:
        outlets = ZoneOutlets(
            journal=self.journal_address, board=self.board_address, publish=self.publish,
            ready=self.intake.ready,
            read_conditions=self.ask_conditions if address is None else lambda: None,
            pass_on=lambda *passed: self.passed_on.put(passed),
            clock=lambda: self.now_s, wall_ns=self.wall_ns,
        )  # fmt: skip
        zone = AlarmZone.start(
            name, None, site=self.site, outlets=outlets, started_ns=round(self.started_s * 1e9),
            annunciate_within_s=WITHIN_S, dispatcher=self.dispatcher,
        )  # fmt: skip
        if address is None:
            self.zone, address = zone, self.zone_address
        address.point(zone)
        return zone

    def wall_ns(self) -> int:
        return round(self.now_s * 1e9)

    def ask_conditions(self) -> None:
        self.reads_asked += 1

    def publish(self, message: AlarmChanged) -> None:
        self.before_publish(message.alarm)
        self.seen.put(message.alarm)

    def apply(self, first: int, *messages: Condition | CommandResult, wait: bool = True) -> Batch:
        """Deliver a batch whose rows are numbered from `first` on."""
        rows = [(first + at, CONDITIONS.encode(message)) for at, message in enumerate(messages)]
        batch = Batch("field-1", "e", rows)
        self.intake.apply(batch)
        assert not wait or batch.acknowledged.wait(DEADLINE_S)
        return batch

    def ask(self, id_: str, command: Request, issuer: Issuer) -> None:
        self.zone_address.tell(Ask(id_, command, issuer, self.results.put))

    def next_alarm(self) -> Alarm:
        return self.seen.get(timeout=DEADLINE_S)

    def reader(self) -> JournalReader:
        return JournalReader(self.path)

    def transitions(self) -> list[str]:
        with self.reader() as reader:
            return [row.transition + ("!" if row.annunciated else "") for row in reader.since(0)]


@dataclass
class Gate:
    told: list[Any]

    def tell(self, message: Any) -> None:
        self.told.append(message)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what another thread is about to bring about."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
