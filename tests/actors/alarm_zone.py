"""One zone's book with a journal and screens of its own: what a zone actor does, without the actor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from actors.alarm_book import AlarmBook
from actors.alarm_records import Change, Decision, Key, Name, Record
from actors.alarm_requests import Request
from actors.circumstances import Circumstances
from actors.messages import (
    AcknowledgeAlarm,
    ActiveCondition,
    Alarm,
    AlarmState,
    Area,
    ConditionChanged,
    ConditionsRead,
    Issuer,
)
from actors.said import in_language
from config.site import Site

S = 1_000_000_000
ANNA, BERT = Issuer("anna", "s1", "west"), Issuer("bert", "s2", "east")


def began(device: str, point: str, rule: str, at_s: float, *, active: bool = True) -> ConditionChanged:
    return ConditionChanged(device, point, rule, active, round(at_s * S), 31.0, 0, 30.0, "", 1)


def ended(device: str, point: str, rule: str, at_s: float) -> ConditionChanged:
    return began(device, point, rule, at_s, active=False)


def read(device: str, at_s: float, *names: tuple[str, str], complete: bool = True) -> ConditionsRead:
    active = tuple(ActiveCondition(*name, round(at_s * S), 31.0, 30.0, "", 0) for name in names)
    return ConditionsRead(device, 1, round(at_s * S), active, complete)


class Zone:
    """Started at 1000 s; its clock stands at `now_s` until a test moves it."""

    def __init__(self, site: Site, zone: str = "building-a", now_s: float = 1000) -> None:
        self.zone = zone
        self.now_s = now_s
        self.journal: list[Change] = []
        self.alarms: dict[Name, Alarm] = {}
        """As they were last shown."""
        self.kept: dict[Name, Record] = {}
        self.sequence = 0
        self.heard: list[ConditionChanged | ConditionsRead] = []
        self.commands = 0
        self.circumstances = Circumstances()
        self.start(site)

    def start(self, site: Site) -> None:
        """Also again, with what was kept."""
        self.site = site
        ns = self.wall_ns
        self.book = AlarmBook(self.zone, site, started_ns=ns, annunciate_within_s=10)
        self.take(self.book.load(self.kept.values(), ns))
        self.book.circumstances(self.circumstances, ns)
        self.take(self.book.decided())

    @property
    def wall_ns(self) -> int:
        return round(self.now_s * S)

    def take(self, decision: Decision) -> list[str]:
        for change in decision.changes:
            self.kept[change.record.name] = change.record
        self.journal += decision.changes
        self.alarms |= decision.show
        return [
            change.row.transition + ("!" if change.row.annunciated else "") for change in decision.changes
        ]

    def hear(self, *messages: ConditionChanged | ConditionsRead, caught_up: bool = True) -> list[str]:
        """Messages of now; not `caught_up` from a source that has more to send."""
        self.heard += messages
        self.sequence += len(messages)
        return self._rows(messages, self.sequence - len(messages), caught_up=caught_up)

    def hear_again(self, count: int) -> list[str]:
        """The last rows come once more."""
        again = self.heard[-count:]
        return self._rows(again, self.sequence - len(again), caught_up=True)

    def _rows(
        self, messages: Sequence[ConditionChanged | ConditionsRead], after: int, *, caught_up: bool
    ) -> list[str]:
        for number, message in enumerate(messages, after + 1):
            self.book.row(message, Key("field-1", "e", number), self.wall_ns)
        if caught_up:
            self.book.caught_up("field-1", self.wall_ns)
        return self.take(self.book.decided())

    def reconfigure(self, site: Site) -> list[str]:
        """Another configuration while it runs."""
        self.site = site
        return self.take(self.book.configuration(site, self.wall_ns))

    def begins(self, *names: Name) -> list[str]:
        return self.hear(*(began(*name, self.now_s) for name in names))

    def ends(self, *names: Name) -> list[str]:
        return self.hear(*(ended(*name, self.now_s) for name in names))

    def ask(self, request: Request, who: Issuer = ANNA) -> list[str] | str:
        self.commands += 1
        answer = self.book.asked(f"c{self.commands}", request, who, self.wall_ns)
        return in_language(answer, "en") if isinstance(answer, str) else self.take(answer)

    def acknowledge(self, name: Name, who: Issuer = ANNA) -> list[str] | str:
        return self.ask(AcknowledgeAlarm(*name, self.kept[name].alarm.event, "seen"), who)

    def told(
        self,
        *,
        nodes_out: Mapping[str, int] | None = None,
        holding: Iterable[Name] | None = None,
        limit_sets: Mapping[str, str] | None = None,
        areas: tuple[Area, ...] | None = None,
    ) -> list[str]:
        """The board tells something new."""
        now = self.circumstances
        if nodes_out is not None:
            now = replace(now, nodes_out=nodes_out)
        if holding is not None:
            now = replace(now, holding=frozenset(holding))
        if limit_sets is not None:
            now = replace(now, limit_sets=limit_sets)
        if areas is not None:
            now = replace(now, areas=areas)
        self.circumstances = now
        self.book.circumstances(now, self.wall_ns)
        return self.take(self.book.decided())

    def wait(self, seconds: float) -> list[str]:
        """Look at the clock, let the time pass, look again."""
        found: list[str] = []
        for step in (0.0, seconds):
            self.now_s += step
            self.book.tick(self.now_s, self.wall_ns)
            found += self.take(self.book.decided())
        return found

    def state(self, name: Name) -> AlarmState:
        return self.kept[name].alarm.state
