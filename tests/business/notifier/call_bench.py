"""A notifier driven by hand: its own store, a journal that the test writes, obedient channels."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from actors.channels.command import Envelope
from actors.messages import AlarmState, CommandResult, Issuer, JournalRow, RequestRow, Stage
from actors.said import said
from business.duty.model import Rank
from business.duty.queries import Member, RosterRow, TeamRow
from business.duty.roster import Cycle, ShiftLine
from business.fields.keyring import Keyring
from business.notifier.actor import Notifier
from business.notifier.calls import Outbound
from business.notifier.channels.port import Answer, Handed, NotHanded, Outgoing, Receipt
from business.notifier.directory import DIRECTORY, Directory, Person
from business.notifier.engine import Owed
from business.notifier.inbox import Commanded, Heard, Kept, Outlets, Requested, Round, Told
from business.notifier.lines import Line, Lines
from business.notifier.messages import TellDirectory
from business.notifier.reach import Reach
from business.notifier.state import Figures
from business.notifier.store import NotifierStore
from business.notifier.tables import COLUMNS, outbound
from config.notification import (
    Account,
    Audience,
    Duties,
    Medium,
    Notification,
    NotificationSettings,
    Policy,
    Step,
)
from config.site import Site
from config.text import Text
from tests.actors.small_site import point, rule, site

SECOND_NS = 10**9
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_NS = round(datetime(2026, 3, 2, 3, 0, tzinfo=SHANGHAI).timestamp()) * SECOND_NS
KEYS = Keyring(("k" * 40,))
LI, WANG, CHIEF = "+8613800138001", "+8613800138002", "+8613800138003"
POLICY = Policy(
    "usual", Text("一般", "Usual"), "engineering",
    (Step(0, Audience.ON_DUTY), Step(180, Audience.LEADER), Step(360, Audience.MANAGER)),
)  # fmt: skip


def person(user: str, number: str, **more: Any) -> Person:
    addresses: Mapping[Medium, tuple[str, ...]] = {
        Medium.SMS: (number,), Medium.VOICE: (number,), Medium.EMAIL: (f"{user}@example.com",),
    }  # fmt: skip
    return Person(**{"user": user, "display": user.title(), "addresses": addresses, "reach": Reach(), **more})


def directory(*people: Person) -> Directory:
    """Li has duty all day, Wang leads, Chief manages."""
    known = people or (person("li", LI), person("wang", WANG), person("chief", CHIEF))
    members = tuple(
        Member(user, user.title(), rank, disabled=False)
        for user, rank in (("li", Rank.MEMBER), ("wang", Rank.LEADER), ("chief", Rank.MANAGER))
    )
    line = ShiftLine(0, 0, 0, "li")
    cycle = Cycle("engineering", date(2026, 1, 1), None, 1, (line,))
    team = TeamRow("engineering", Text("工程", "Engineering"), "+862155550100", members)
    return Directory(
        {one.user: one for one in known}, {team.id: team}, (RosterRow(1, team.id, "day", cycle),), ()
    )


class Journal:
    def __init__(self) -> None:
        self.rows: list[JournalRow] = []

    def newest(self) -> tuple[int, int]:
        return (self.rows[-1].id if self.rows else 0, 0)

    def since(self, cursor: int, limit: int = 1000) -> Sequence[JournalRow]:
        return [row for row in self.rows if row.id > cursor][:limit]

    def close(self) -> None: ...


class Options(BaseModel): ...


@dataclass(slots=True)
class Kind:
    medium: Medium
    templated: bool = False
    repeatable: bool = False
    answered: bool = True
    most_keys: int = 16
    name: str = "test"
    label: ClassVar[Text] = Text("测试", "Test")
    options: type[BaseModel] = Options
    secrets: Mapping[str, Text] = field(default_factory=dict)


Says = Callable[[Outgoing], NotHanded | None]
NO = said("不行", "no")


def refuses(error: type[NotHanded]) -> Says:
    def say(_outgoing: Outgoing) -> NotHanded:
        return error(NO)

    return say


@dataclass
class Provider:
    """Takes everything unless `says` says otherwise."""

    kind: Kind
    account: Account
    says: Says | None = None
    taken: list[Outgoing] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def take(self, outgoing: Outgoing) -> Handed | NotHanded:
        if self.says is not None and (no := self.says(outgoing)) is not None:
            return no
        self.taken.append(outgoing)
        return Handed(f"{self.account.id}-{len(self.taken)}")


def account(id_: str, order: int = 1, **more: Any) -> Account:
    usual = Account(id_, Text(id_, id_), "test", order, Duties.ALL, 0, (), 0, 0, (), {})
    return replace(usual, **more)


class Driven(Notifier):
    """Its letters to itself wait in `mail`."""

    mail: list[Any]

    def tell_self(self, message: Any) -> bool:
        self.mail.append(message)
        return True


class Bench:
    def __init__(self, path: Path, *policies: Policy, settings: NotificationSettings | None = None) -> None:
        self.path = path
        self.now_ns = MONDAY_NS
        self.journal = Journal()
        self.providers: dict[str, Provider] = {}
        self.owed: list[Owed] = []
        self.core_says = Stage.DONE
        self.hung: list[tuple[Line, Outgoing]] = []
        self.hangs = False
        self.is_written = True
        """Whether requests are written before they hang."""
        plain = site(point("t", rule("high"), rule("low")))
        told = replace(
            plain.settings, notification=settings or NotificationSettings(link_address="https://s.cn")
        )
        self.site: Site = replace(
            plain, settings=told, notification=Notification(policies or (POLICY,)), timezone="Asia/Shanghai"
        )
        self._ids = itertools.count(1)
        for medium in (Medium.SMS, Medium.VOICE, Medium.EMAIL):
            self.add(medium.value, medium)
        self.notifier = self.another()
        self.know(directory())

    def add(
        self, id_: str, medium: Medium, order: int = 1, *, kind: Kind | None = None, **more: Any
    ) -> Provider:
        provider = Provider(kind or Kind(medium), account(id_, order, **more))
        self.providers[id_] = provider
        if hasattr(self, "notifier"):
            self.notifier._sending.use(self._lines(self.site, self.notifier._sending.lines.all))
        return provider

    def remove(self, id_: str) -> None:
        del self.providers[id_]
        self.notifier._sending.use(self._lines(self.site, self.notifier._sending.lines.all))

    def another(self) -> Driven:
        """As after a restart: what is on the disk counts."""
        notifier = Driven(
            None,
            site=self.site,
            open_store=lambda: NotifierStore(self.path / "notifier.db", KEYS),
            journal=lambda: self.journal,  # type: ignore[arg-type,return-value]
            outlets=Outlets(
                lines=self._lines,
                hand_over=self._hand_over,
                ask=self._ask,
                acknowledge=self._acknowledge,
                played=lambda _id: None,
                report=self._report,
                clock=lambda: self.now_ns / 1e9,
                wall_ns=lambda: self.now_ns,
            ),
        )
        notifier.mail = []
        notifier.setup()
        return notifier

    def restart(self) -> None:
        """Kill -9: what was under way is not heard of."""
        self.notifier.teardown()
        self.hung.clear()
        self.notifier = self.another()

    # --- its world

    def _lines(self, _site: Site, before: Mapping[str, Line]) -> Lines:
        found: dict[str, Line] = {}
        for one in sorted(self.providers.values(), key=lambda one: one.account.order):
            known = before.get(one.account.id)
            found[one.account.id] = known or Line(one.account, one.kind, one)  # type: ignore[arg-type]
        return Lines(found, self.site.notification.approvals)

    def _hand_over(
        self,
        line: Line,
        outgoing: Outgoing,
        writing: Callable[[Kept], None],
        then: Callable[[Handed | NotHanded], None],
    ) -> None:
        if self.is_written:
            writing(lambda: None)
        if self.hangs:
            self.hung.append((line, outgoing))
        else:
            then(self.providers[line.account.id].take(outgoing))

    def _ask(self, line: Line, _references: Any, _since_ns: int, then: Callable[[Told], None]) -> None:
        one = self.providers[line.account.id]
        told = Told(tuple(one.receipts), tuple(one.answers))
        one.receipts, one.answers = [], []
        then(told)

    def _acknowledge(self, owed: Owed, then: Callable[[CommandResult], None]) -> None:
        self.owed.append(owed)
        then(CommandResult("", self.core_says, "", None, self.now_ns))

    def _report(self, figures: Figures, _lines: Mapping[str, Line], _directory_ns: int) -> None:
        self.figures = figures

    # --- what a test does

    def know(self, known: Directory) -> None:
        self.tell(TellDirectory(self.now_ns, DIRECTORY.encode(known)))

    def tell(self, body: Any, id_: str = "") -> CommandResult:
        results: list[CommandResult] = []
        envelope = Envelope(id_ or f"c{next(self._ids)}", Issuer("office", "", ""), 60.0, 0.0, body)
        self.notifier.handle(Commanded(envelope, results.append))
        return results[-1]

    def happens(self, transition: str = "alarm_occurs", **given: Any) -> JournalRow:
        row = JournalRow(**{
            "id": len(self.journal.rows) + 1, "time_ns": self.now_ns, "source_ns": self.now_ns,
            "device": "ahu-1", "point": "t", "rule": "high", "zone": "building-a", "event": 1,
            "transition": transition, "state": AlarmState.UNACKNOWLEDGED, "priority": 1, "value": 31.0,
            "limit": 30.0, "limit_set": "", "user": "", "station": "", "note": "",
            "annunciated": transition in {"alarm_occurs", "re_alarm", "annunciate"},
            "alarm_class": "process", "fresh": True, **given,
        })  # fmt: skip
        self.journal.rows.append(row)
        return row

    def acknowledged(self, user: str = "li", **given: Any) -> JournalRow:
        return self.happens("acknowledge", state=AlarmState.ACKNOWLEDGED, user=user, **given)

    def returns(self, **given: Any) -> JournalRow:
        return self.happens("return_to_normal", **{"state": AlarmState.RETURNED, **given})

    def ask(self, **given: Any) -> None:
        row = RequestRow(**{
            "id": next(self._ids) + 1000, "run": 1, "plan": "flood", "step": "s1", "kind": "notify",
            "target": "engineering", "text": "查看集水井\u001elook at the sump", "priority": 1,
            "device": "pump-1", "zone": "building-a", "mode": "", "time_ns": self.now_ns, **given,
        })  # fmt: skip
        self.notifier.handle(Requested((row,)))

    def round(self, times: int = 1) -> "Bench":
        for _ in range(times):
            self.notifier.handle(Round(lambda: None))
            while self.notifier.mail:
                self.notifier.handle(self.notifier.mail.pop(0))
        return self

    def later(self, seconds: float, *, by: float = 1.0) -> "Bench":
        """Round after round."""
        until_ns = self.now_ns + round(seconds * 1e9)
        self.round()
        while self.now_ns < until_ns:
            self.now_ns = min(until_ns, self.now_ns + round(by * 1e9))
            self.round()
        return self

    def hears(self, id_: str, *told: Receipt | Answer) -> None:
        """The provider tells, unasked."""
        receipts = tuple(one for one in told if isinstance(one, Receipt))
        answers = tuple(one for one in told if isinstance(one, Answer))
        self.notifier.handle(Heard(id_, Told(receipts, answers)))
        self.round()

    def writes(self, text: str, sender: str = LI, *, id_: str = "", by: str = "sms") -> None:
        self.hears(by, Answer(id_ or f"mo-{next(self._ids)}", sender, text, self.now_ns))

    # --- what it sees

    def taken(self, id_: str) -> list[Outgoing]:
        return self.providers[id_].taken

    def numbers(self, id_: str) -> list[str]:
        return [one.to for one in self.taken(id_)]

    def messages(self, **wanted: str) -> list[Outbound]:
        where = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        found = self.notifier._store._db.execute(
            f"SELECT {COLUMNS} FROM message WHERE {where} ORDER BY number",
            tuple(wanted.values()),
        )
        return [outbound(row) for row in found]

    def states(self, **wanted: str) -> list[str]:
        return [one.state for one in self.messages(**wanted)]

    def ends(self) -> list[str]:
        found: Iterable[Any] = self.notifier._store._db.execute('SELECT "end" FROM call ORDER BY number')
        return [row[0] for row in found]
