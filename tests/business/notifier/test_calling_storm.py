"""Calls through whatever may happen in any order: what must hold, holds after each step (S0-3.5)."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from actors.messages import AlarmState
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    Outgoing,
    Receipt,
    ReceiptKind,
    TryLater,
    Unclear,
)
from business.notifier.escalation import End, next_ns
from business.notifier.messages import AnswerByLink, SayProgress, SendMessage
from config.notification import Audience, Medium, NotificationSettings, Progress, Step, Stop
from tests.business.notifier.call_bench import (
    CHIEF,
    LI,
    NO,
    POLICY,
    SECOND_NS,
    WANG,
    Bench,
    Kind,
    directory,
    person,
)

STEPS = 150
REFUSALS: tuple[type[NotHanded], ...] = (BadReceiver, BadMessage, BadAccount, TryLater, Unclear)
DEVICES = ("d0", "d1", "d2", "d3")
POLICIES = (
    POLICY,
    replace(POLICY, promises_s={Progress.ACKNOWLEDGED: 120.0}, again_s=300.0),
    replace(POLICY, stops=frozenset({Stop.ANSWER, Stop.RETURN})),
    replace(POLICY, stops=frozenset(), steps=(Step(0, Audience.MEMBERS, repeats=2, every_s=30.0),)),
    replace(
        POLICY,
        steps=(
            Step(0, Audience.ON_DUTY, media=(Medium.SMS, Medium.VOICE), in_order=True, wait_s=20.0),
            Step(60, Audience.PHONE, repeats=2, every_s=40.0),
            Step(90, Audience.LEADER),
        ),
    ),
)


class Storm:
    """One run: the same for the same seed."""

    def __init__(self, path: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        settings = NotificationSettings(link_address="https://s.cn", code_minutes=20)
        self.bench = Bench(path, self.dice.choice(POLICIES), settings=settings)
        self.bench.add("sms-2", Medium.SMS, 2, kind=Kind(Medium.SMS, repeatable=True), per_minute=30)
        self.trouble: dict[str, float] = {}
        for name in self.bench.providers:
            self.watch(name)
        self.events = 0
        self.is_active: dict[str, bool] = {}
        self.bench.round()

    def watch(self, name: str) -> None:
        def say(_outgoing: Outgoing) -> NotHanded | None:
            if self.dice.random() < self.trouble.get(name, 0.0):
                return self.dice.choice(REFUSALS)(NO)
            return None

        self.bench.providers[name].says = say

    # --- what may happen

    def alarm(self) -> None:
        device, self.events = self.dice.choice(DEVICES), self.events + 1
        again = self.is_active.get(device, False)
        self.is_active[device] = True
        self.bench.happens(
            "re_alarm" if again else "alarm_occurs",
            device=device,
            event=self.events,
            priority=self.dice.choice((1, 1, 2, 3)),
        )

    def flood(self) -> None:
        for _ in range(8):
            self.alarm()

    def goes(self) -> None:
        device = self.dice.choice(DEVICES)
        self.is_active[device] = False
        self.bench.returns(device=device)

    def seen(self) -> None:
        self.bench.acknowledged("wang", device=self.dice.choice(DEVICES))

    def shelved(self) -> None:
        device = self.dice.choice(DEVICES)
        self.is_active[device] = False
        self.bench.happens("shelve", device=device, state=AlarmState.SHELVED, annunciated=False)

    def plan(self) -> None:
        self.events += 1
        self.bench.ask(run=self.events, target=self.dice.choice(("engineering", "nobody")))

    def office(self) -> None:
        task = SendMessage(
            "order", {"number": "1"}, (self.dice.choice(("li", "wang", "who")),), medium="sms",
            until_ns=self.bench.now_ns + self.dice.choice((-1, 1, 300)) * SECOND_NS,
        )  # fmt: skip
        self.bench.tell(task)

    def weather(self) -> None:
        self.trouble = {one: self.dice.choice((0.0, 0.0, 0.5, 1.0)) for one in self.bench.providers}

    def hangs(self) -> None:
        self.bench.hangs = True

    def hung_ends(self) -> None:
        """In whatever order; some have gone and nobody hears of it."""
        bench, self.bench.hangs = self.bench, False
        hung, bench.hung = bench.hung, []
        self.dice.shuffle(hung)
        for line, outgoing in hung:
            provider = bench.providers.get(line.account.id)
            outcome = provider.take(outgoing) if provider is not None else Unclear(NO)
            bench.notifier._hear_end(outgoing.id, line, outcome)
        bench.round()

    def killed(self) -> None:
        self.bench.hangs = False
        for line, outgoing in self.bench.hung:
            if self.dice.random() < 0.5 and line.account.id in self.bench.providers:
                self.bench.providers[line.account.id].take(outgoing)
        self.bench.restart()

    def receipt(self) -> None:
        name = self.dice.choice([*self.bench.providers])
        which = self.dice.randint(1, max(1, len(self.bench.taken(name)) + 2))
        told = Receipt(f"{name}-{which}", self.dice.choice([*ReceiptKind]), self.bench.now_ns, NO)
        self.bench.hears(name, *[told] * self.dice.choice((1, 2)))

    def answers(self) -> None:
        gone = [one for name in ("sms", "sms-2") for one in self._gone(name)]
        code = self.dice.choice(gone).code if gone and self.dice.random() < 0.7 else "0000"
        form = self.dice.choice(("{}", "2 {}", "完成 {}", "{} {}", ""))
        sender = self.dice.choice((LI, WANG, CHIEF))
        self.bench.writes(form.format(code, code), sender, id_=f"mo-{self.dice.randint(1, 400)}")

    def presses(self) -> None:
        if taken := self._gone("voice"):
            which = self.dice.randint(1, len(taken))
            keys = self.dice.choice(("1", "2", "3", "9", ""))
            answer = Answer(f"k{self.dice.random()}", LI, keys, self.bench.now_ns, f"voice-{which}")
            self.bench.hears("voice", answer)

    def link(self) -> None:
        gone = self._gone("email")
        token = self.dice.choice(gone).link.rpartition("/")[2] if gone else "x"
        self.bench.tell(AnswerByLink(token, self.dice.choice([*Progress]), "1.2.3.4"))

    def says(self) -> None:
        if calls := [*self.bench.notifier._engine.open]:
            call = self.dice.choice(calls).escalation.id
            self.bench.tell(SayProgress(call, "li", self.dice.choice([*Progress])))

    def people(self) -> None:
        li = person("li", LI, disabled=self.dice.random() < 0.5)
        wang = person("wang", self.dice.choice((WANG, "+8613800138009")))
        known = directory(li, wang, person("chief", CHIEF))
        self.bench.know(replace(known, rosters=()) if self.dice.random() < 0.3 else known)

    def configured(self) -> None:
        bench = self.bench
        notification = replace(bench.site.notification, policies=(self.dice.choice(POLICIES),))
        bench.site = replace(bench.site, notification=notification)
        bench.notifier._engine.use(bench.site)

    def account(self) -> None:
        """Goes, comes, or is another by the same name."""
        name = self.dice.choice(("sms", "email"))
        if name in self.bench.providers:
            self.bench.remove(name)
        if self.dice.random() < 0.7:
            self.bench.add(name, Medium(name))
            self.watch(name)

    def time(self) -> None:
        self.bench.later(self.dice.choice((0.3, 3, 20, 70)), by=self.dice.choice((0.1, 1, 5)))

    def clock(self) -> None:
        self.bench.now_ns += self.dice.choice((-3600, -5, 600)) * SECOND_NS
        self.bench.round()

    # --- what must hold

    def check(self) -> None:
        for line in self.bench.notifier._sending.lines.all.values():
            hung = sum(1 for one, _ in self.bench.hung if one is line)
            assert line.under_way == hung, line.account.id
        under_way = {outgoing.id for _, outgoing in self.bench.hung}
        for message in self.bench.messages(state="sending"):
            assert message.id in under_way, "it is under way, and nobody waits for it"
        for message in self.bench.messages(state="waiting"):
            call = self.bench.notifier._store.call(message.call)
            if call is not None:
                escalation = call.escalation
                assert escalation.is_calling or escalation.end in {End.UNANSWERED, End.TOLD}, (
                    "it was answered"
                )
            if message.waits and message.priority == 1:
                assert message.due_ns - message.time_ns <= 4 * SECOND_NS, "what is critical is not held back"
        known = {one.escalation.id for one in self.bench.notifier._engine.open}
        assert known == {one.escalation.id for one in self.bench.notifier._store.open_calls()}

    def ends(self) -> None:
        """Once all is well again, everything comes to an end."""
        self.trouble.clear()
        self.hung_ends()
        self.bench.know(directory())
        for name in ("sms", "email"):
            if name not in self.bench.providers:
                self.bench.add(name, Medium(name))
        for device in DEVICES:
            self.bench.returns(device=device, state=AlarmState.NORMAL)
            self.bench.happens("shelve", device=device, state=AlarmState.SHELVED, annunciated=False)
        self.bench.later(4000, by=20)
        for call in self.bench.notifier._engine.open:
            assert call.escalation.policy.again_s, "nothing else is open for ever"
            assert next_ns(call.escalation) is not None, "it calls nobody, and never ends"
        unsettled = [one for one in self.bench.messages() if one.state in {"waiting", "sending"} and one.call]
        assert all(one.time_ns > self.bench.now_ns - 120 * SECOND_NS for one in unsettled)

    def repeats(self) -> Counter[str]:
        return Counter(one.id for provider in self.bench.providers.values() for one in provider.taken)

    def _gone(self, name: str) -> list[Outgoing]:
        return self.bench.taken(name) if name in self.bench.providers else []


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_whatever_order_nothing_is_lost_stuck_or_told_thrice(
    tmp_path: Path, seed: int
) -> None:
    storm = Storm(tmp_path, seed)
    often = [storm.alarm, storm.answers, storm.time]
    seldom = [
        storm.flood, storm.goes, storm.seen, storm.shelved, storm.plan, storm.office, storm.weather,
        storm.hangs, storm.hung_ends, storm.killed, storm.receipt, storm.presses, storm.link, storm.says,
        storm.people, storm.configured, storm.account, storm.clock,
    ]  # fmt: skip
    try:
        for _ in range(STEPS):
            storm.dice.choice(often * 3 + seldom)()
            storm.check()
        storm.ends()
        assert max(storm.repeats().values(), default=0) <= 2
    finally:
        storm.bench.notifier.teardown()
