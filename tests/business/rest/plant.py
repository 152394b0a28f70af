"""`core` behind the REST app: real gate, board, zone, journal and linkage, without their channels."""

import asyncio
import queue
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from actors.actor import Ref
from actors.address import Address
from actors.channels.command import Envelope, Reply
from actors.channels.query import QueryFailed
from actors.codecs import RECORDED
from actors.gate import Gate, GateOutlets, Received
from actors.linkage.executor import Linkage
from actors.linkage.inbox import Journaled
from actors.linkage.outlets import LinkageOutlets, Pulse
from actors.linkage.reader import LinkageReader
from actors.messages import (
    Alarms,
    CommandResult,
    HeldPoints,
    Issuer,
    Journal,
    LinkageState,
    PointRead,
    ReadHeldPoints,
    ReadJournal,
    ReadRun,
    ReadRuns,
    Runs,
    Stage,
)
from actors.refusals import Authority
from config.plans import End, EndWhen, PlanGroup, PointName, StepKind, Trigger, TriggerKind
from tests.actors.alarm_core import Core, eventually
from tests.actors.linkage_bench import BACK, BUTTON, plan, step, write
from tests.actors.small_site import point, rule, site, writable

HIGH = ("ahu-1", "t", "high")
SMOKE = ("ahu-1", "t", "smoke")
FAN = PointName("ahu-1", "fan")
_AT_SMOKE = Trigger(TriggerKind.ALARM, device="ahu-1", point="t", rule="smoke")
_PLANS = (
    plan(
        "fire", write("fan", str(FAN), 80, **BACK), step("say", StepKind.SPEAK, after=("fan",)),
        triggers=(_AT_SMOKE,), independent=2, level=1, group=PlanGroup.FIRE, end=End(EndWhen.HAND),
    ),
    plan("scene", write("fan", str(FAN), 20), triggers=(BUTTON,)),
    plan("off", write("fan", str(FAN), 0), triggers=(BUTTON,), enabled=False),
)  # fmt: skip
SITE = replace(
    site(
        point("t", rule("high"), rule("smoke", alarm_class="fire", latched=True)),
        point("fan", write=writable(0, 100)),
    ),
    plans={one.id: one for one in _PLANS},
)


class Plant:
    """Stands in for `core` in the ports of the REST app; it starts when it is first asked for something."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._gate: Ref | None = None
        self._core: Core | None = None
        self._sequence = 0
        self.state: LinkageState | None = None
        """The last that linkage said of itself."""
        self.is_away = False

    def start(self) -> Core:
        if self._core is not None:
            return self._core
        self._folder = tempfile.TemporaryDirectory()
        self._core = core = Core(Path(self._folder.name) / "alarms.db", SITE).__enter__()
        self._address = Address("linkage")
        outlets = GateOutlets(
            journal=core.journal_address, zones={"building-a": core.zone_address}.get,
            board=core.board_address, linkage=self._address, authority=self._authority,
            encode=RECORDED.encode, forward=self._forward, apply_configuration=lambda *_: None,
            show=lambda _: None, publish=lambda _: None, clock_offset_s=lambda _: 0.0,
            ready=core.intake.ready, clock=lambda: core.now_s, wall_ns=core.wall_ns,
        )  # fmt: skip
        self._gate = Gate.start(None, site=SITE, outlets=outlets, new_id=lambda: "selection")
        eventually(lambda: core.reads_asked > 0)
        self._linkage = self._start_linkage(core, self._gate)
        return core

    def _start_linkage(self, core: Core, gate: Ref) -> Ref:
        self._pulse = Pulse()
        # Its time goes on by itself, that of the alarms stands still until a test moves it.
        begun_s = time.monotonic()
        outlets = LinkageOutlets(
            gate=gate, read=self._read, publish=self._publish, on_disk_full=lambda: None,
            new_token=lambda: secrets.token_hex(4),
            clock=lambda: core.now_s + time.monotonic() - begun_s, wall_ns=core.wall_ns,
        )  # fmt: skip
        path = core.path.with_name("linkage.db")
        linkage = Linkage.start(
            None, site=SITE, path=path, journal=core.path, outlets=outlets, pulse=self._pulse
        )
        self._address.point(linkage)
        eventually(lambda: self.state is not None)
        self._runs = LinkageReader(path)
        return linkage

    def close(self) -> None:
        if self._gate is not None and self._core is not None:
            self._linkage.stop(block=True, timeout=30)
            self._runs.close()
            self._gate.stop(block=True, timeout=30)
            self._core.__exit__(None, None, None)
            self._folder.cleanup()

    def stop_linkage(self) -> None:
        """It is off: nobody hears of it, and nothing it is asked is carried out."""
        self.start()
        self._linkage.stop(block=True, timeout=30)
        self.state = None

    def hear(self, *messages: Any) -> None:
        """From the field; returns when all is journaled."""
        core, first = self.start(), self._sequence + 1
        self._sequence += len(messages)
        core.apply(first, *messages)
        self._address.tell(Journaled())

    # --- the field, and who listens

    def _forward(self, processes: tuple[str, ...], envelope: Envelope, reply: Reply) -> None:
        assert processes
        reply(CommandResult(envelope.id, Stage.CONFIRMED, "", None, time.time_ns()))

    def _read(
        self,
        points: frozenset[PointName],
        then: Callable[[Mapping[PointName, PointRead | None]], object],
    ) -> None:
        then({one: PointRead(one.device, one.point, 5.0, 0, stale=False) for one in points})

    def _publish(self, _topic: str, message: Any) -> None:
        if isinstance(message, LinkageState):
            self.state = message

    # --- as the command and the query channel

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        core = await asyncio.to_thread(self.start)
        assert self._gate is not None
        answers: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        body = RECORDED.decode(RECORDED.encode(body))
        envelope = Envelope(name or secrets.token_hex(8), issuer, ttl_s, core.now_s + ttl_s, body)
        self._gate.tell(Received(envelope, answers.put))
        while True:
            result = await asyncio.to_thread(answers.get, timeout=60)
            yield result
            if result.stage.is_final:
                return

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        core = await asyncio.to_thread(self.start)
        if self.is_away:
            raise QueryFailed("core did not answer within 1 s; ask again")
        if (found := self._of_linkage(query)) is not None:
            yield found
            return
        with core.reader() as reader:
            if isinstance(query, ReadJournal):
                yield Journal(reader.page(query.wanted, query.cursor, query.limit))
            else:
                yield Alarms(reader.alarms(), reader.areas())

    def _of_linkage(self, query: Any) -> Any:
        match query:
            case ReadRuns():
                return Runs(self._runs.runs(query))
            case ReadRun(run):
                return self._runs.run(run)
            case ReadHeldPoints():
                return HeldPoints(self._pulse.held)
