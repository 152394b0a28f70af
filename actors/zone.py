"""The alarm zone: keeps the alarms of one building; what it decides is journaled before anyone is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actors.actor import Actor
from actors.alarm_book import AlarmBook
from actors.alarm_records import Decision, Key, Record
from actors.alarm_requests import Request
from actors.circumstances import Circumstances, Standing
from actors.dispatcher import Dispatcher
from actors.intake import CaughtUp, Part, Ready, Resume
from actors.journal_entries import Commit, LoadAlarms
from actors.life import Listener
from actors.messages import (
    AcknowledgeAlarm,
    AlarmChanged,
    CommandResult,
    DeviceAcknowledged,
    Issuer,
    PassAcknowledgement,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    Stage,
    TickStep,
    UnshelveAlarm,
)
from actors.outlets import Tell
from actors.said import said
from config.site import Site

DONE: Mapping[type, str] = {
    AcknowledgeAlarm: said("已确认", "acknowledged"),
    SilenceAlarm: said("已消音", "silenced"),
    ResetAlarm: said("已复位", "reset"),
    ShelveAlarm: said("已搁置", "shelved"),
    UnshelveAlarm: said("已取消搁置", "unshelved"),
    RemoveFromService: said("已退出服务", "out of service"),
    ReturnToService: said("已恢复服务", "in service again"),
    TickStep: said("已记录", "recorded"),
    RecordVerdict: said("结论已登记", "the verdict is recorded"),
}
QUIET_S = 5.0
"""A source that sent something old and then nothing more for this long has no backlog left."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A person's command about an alarm, already permitted. `reply` is called once, from any thread."""

    id: str
    command: Request
    issuer: Issuer
    reply: Callable[[CommandResult], None]


@dataclass(frozen=True, slots=True)
class ConfigurationApplied:
    site: Site


@dataclass(frozen=True, slots=True)
class Tick:
    """Told every second or so."""


@dataclass(frozen=True, slots=True)
class Report:
    """Asked by a board that has lost its memory: say how you stand."""


@dataclass(frozen=True, slots=True)
class AlarmsLoaded:
    request: int
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A field process has taken an acknowledgement for the device, or none has, and why not."""

    command: PassAcknowledgement
    user: str
    key: Key
    error: str


Inbox = (
    Part
    | Resume
    | CaughtUp
    | Ask
    | ConfigurationApplied
    | Tick
    | AlarmsLoaded
    | Circumstances
    | Report
    | PassedOn
)


@dataclass(frozen=True, slots=True)
class ZoneOutlets:
    """Whom a zone tells, and its clocks. All callables may be called from any thread."""

    journal: Tell
    board: Tell
    publish: Callable[[AlarmChanged], object]
    ready: Ready
    """`Intake.ready`: send what is not finished."""
    read_conditions: Callable[[], object]
    """Ask the field processes for their whole condition sets."""
    pass_on: Callable[[PassAcknowledgement, Issuer, Callable[[str], object]], object]
    """Tell the field process of the device. The last is called with '' once that keeps it, else with the
    reason why it does not."""
    clock: Callable[[], float]
    wall_ns: Callable[[], int]


class AlarmZone(Actor):
    """One building's alarms. May share the dispatcher: it never blocks.

    The alarms are asked of the journal, behind everything that an earlier incarnation had handed to it.
    Until they have come, and the board has told what holds beyond the zone, commands wait and parts are
    passed over: the intake sends them again, behind `Resume`.
    """

    def __init__(
        self,
        zone: str,
        supervisor: Listener | None,
        *,
        site: Site,
        outlets: ZoneOutlets,
        started_ns: int,
        annunciate_within_s: float = 10.0,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        super().__init__(f"zone/{zone}", supervisor, dispatcher=dispatcher)
        self._zone = zone
        self._outlets = outlets
        self._book = AlarmBook(zone, site, started_ns=started_ns, annunciate_within_s=annunciate_within_s)
        self._site = site
        self._loads = 0
        self._loaded = False
        self._following = False
        self._knows = False
        """Whether the board has told what holds beyond the zone."""
        self._standing: Standing | None = None
        self._waiting: list[Ask] = []
        self._quiet_since: dict[str, float] = {}

    def setup(self) -> None:
        self._load()

    def handle(self, message: Inbox) -> None:
        match message:
            case AlarmsLoaded(request, records):
                if request == self._loads:
                    self._take_over(records)
            case Resume():
                self._following = self._loaded
            case ConfigurationApplied(site):
                self._configure(site)
            case Circumstances():
                self._circumstances(message)
            case Report():
                self._standing = None
                if self._loaded:
                    self._tell_standing()
            case Ask() if not (self._loaded and self._knows):
                self._waiting.append(message)
            case Ask():
                self._obey(message)
            case PassedOn() if self._loaded:
                self._passed_on(message)
            case _ if not self._following:
                pass
            case Part():
                self._apply(message)
            case CaughtUp(source):
                self._caught_up(source)
            case Tick():
                self._tick()
            case _:
                super().handle(message)

    def _load(self) -> None:
        self._loads += 1
        self._loaded = self._following = False
        request = self._loads

        def loaded(records: tuple[Record, ...]) -> None:
            self.tell_self(AlarmsLoaded(request, records))

        self._outlets.journal.tell(LoadAlarms(loaded))

    def _take_over(self, records: tuple[Record, ...]) -> None:
        mine = [record for record in records if self._is_mine(record)]
        self._loaded = True
        self._commit(self._book.load(mine, self._outlets.wall_ns()))
        self._standing = None
        self._tell_standing()
        if self._knows:
            self._follow()

    def _circumstances(self, now: Circumstances) -> None:
        self._book.circumstances(now, self._outlets.wall_ns())
        self._commit(self._book.decided())
        if not self._knows:
            self._knows = True
            if self._loaded:
                self._follow()

    def _follow(self) -> None:
        """Everything is known that an alarm is judged by, also what an earlier process died over."""
        for command, user in self._book.untold():
            self._pass_on(command, Issuer(user, "", ""), Key("field", f"untold {command.seen_ns}", 0))
        self._outlets.ready(self._zone, self.tell_self, started=True)
        self._outlets.read_conditions()
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            self._obey(each)

    def _tell_standing(self) -> None:
        """Say how the zone stands, when that is news."""
        standing = self._book.standing()
        if standing != self._standing:
            self._standing = standing
            self._outlets.board.tell(standing)

    def _is_mine(self, record: Record) -> bool:
        """Alarms of its devices and nodes, and of such as are no more where this zone or, its zone being
        gone too, the first of all zones must retire them."""
        owner = self._site.devices.get(record.alarm.device) or self._site.nodes.get(record.alarm.device)
        if owner is not None:
            return self._site.alarm_zone(owner.zone) == self._zone
        zones = {self._site.alarm_zone(zone) for zone in self._site.zones}
        return record.alarm.zone == self._zone or (
            record.alarm.zone not in zones and self._zone == min(zones)
        )

    def _configure(self, site: Site) -> None:
        self._site = site
        self._commit(self._book.configuration(site, self._outlets.wall_ns()))
        self._load()  # devices may have come from another zone, with their alarms

    def _apply(self, part: Part) -> None:
        wall_ns = self._outlets.wall_ns()
        for sequence, message in part.rows:
            self._book.row(message, Key(part.source, part.epoch, sequence), wall_ns)
        if part.caught_up:
            self._book.caught_up(part.source, wall_ns)
        else:
            self._quiet_since[part.source] = self._outlets.clock()
        self._commit(self._book.decided(), part.done)

    def _caught_up(self, source: str) -> None:
        self._book.caught_up(source, self._outlets.wall_ns())
        self._commit(self._book.decided())

    def _tick(self) -> None:
        self._outlets.ready(self._zone, self.tell_self, started=False)
        now = self._outlets.clock()
        self._book.tick(now, self._outlets.wall_ns())
        self._commit(self._book.decided())
        for source in [*self._book.behind]:
            if now - self._quiet_since.setdefault(source, now) >= QUIET_S:
                del self._quiet_since[source]
                self._caught_up(source)

    def _obey(self, asked: Ask) -> None:
        wall_ns, command = self._outlets.wall_ns(), asked.command
        answer = self._book.asked(asked.id, command, asked.issuer, wall_ns)
        if isinstance(answer, str):
            result = CommandResult(asked.id, Stage.REFUSED, answer, None, wall_ns)
            answer = Decision([], {})  # behind the commit that it speaks of
        else:
            done = DONE.get(type(command), "")
            result = CommandResult(asked.id, Stage.DONE, done, None, wall_ns)
        passes: PassAcknowledgement | None = None
        if result.stage is Stage.DONE and isinstance(command, AcknowledgeAlarm):
            name = command.device, command.point, command.rule
            if self._book.is_for_device(name):
                passes = PassAcknowledgement(*name, command.event, command.note)

        def then() -> None:
            """In the journal's thread, once it is on disk: an acknowledgement stands, come what may."""
            asked.reply(result)
            if passes is not None:
                self._pass_on(passes, asked.issuer, Key("field", asked.id, 0))

        self._commit(answer, then)

    def _pass_on(self, command: PassAcknowledgement, issuer: Issuer, key: Key) -> None:
        def taken(error: str) -> None:
            self.tell_self(PassedOn(command, issuer.user, key, error))

        self._outlets.pass_on(command, issuer, taken)

    def _passed_on(self, message: PassedOn) -> None:
        command, wall_ns = message.command, self._outlets.wall_ns()
        if not message.error:
            self._book.passed_on(command)
            return
        name = command.device, command.point, command.rule, command.event
        told = DeviceAcknowledged(*name, message.user, message.error, wall_ns)
        self._book.told_device(told, message.key, wall_ns)
        self._commit(self._book.decided())

    def _commit(self, decision: Decision, then: Callable[[], object] | None = None) -> None:
        """Journal, then tell: in the journal's thread, in the order of the decisions."""
        if decision.changes:
            self._tell_standing()
        elif not decision.show and then is None:
            return
        publish = self._outlets.publish

        def tell() -> None:
            for alarm in decision.show.values():
                publish(AlarmChanged(alarm))
            if then is not None:
                then()

        self._outlets.journal.tell(Commit(tuple(decision.changes), tell))
