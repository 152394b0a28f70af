"""A notifier that holds rows, for the tests of the pages."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from actors.channels.query import QueryFailed
from actors.messages import CommandResult, Issuer, Stage
from actors.said import said
from business.notifier.messages import (
    NOTIFIER_COMMANDS,
    NOTIFIER_QUERIES,
    AccountRow,
    Accounts,
    AnswerByLink,
    EscalationRow,
    Escalations,
    LinkRead,
    MessageRead,
    MessageRow,
    Messages,
    MessageState,
    ProviderCalled,
    ReadAccounts,
    ReadEscalations,
    ReadLink,
    ReadMessage,
    ReadMessages,
    SayProgress,
    TraceRow,
)
from config.hours import Hours
from config.notification import (
    Account,
    Approval,
    Audience,
    Duties,
    Medium,
    Notification,
    Policy,
    Progress,
    Review,
    Step,
    Stop,
)
from config.plans import DayKind
from config.text import Text

COUNT = 130
"""Messages that have ended, one a minute."""
SUBJECT = "hvac-1/supply-temperature/high"
TOKEN, ENGLISH_TOKEN = "token-of-the-test-zh", "token-of-the-test-en"  # of the test
SID = "AC" + "1" * 32
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="zh-CN">已确认</Say></Response>'


def notification(hostile: str) -> Notification:
    def text(zh: str, en: str) -> Text:
        return Text(zh + hostile, en + hostile)

    def account(
        id_: str, kind: str, name: Text, duties: Duties, *, enabled: bool = True, **options: str
    ) -> Account:
        return Account(id_, name, kind, 50, duties, 0, (), 5, 2000, (), options, enabled)

    both = (Medium.VOICE, Medium.SMS)
    return Notification(
        policies=(
            Policy(
                "urgent", text("紧急", "Critical"), "guards",
                (
                    Step(0, Audience.ON_DUTY, "", both, True, 60, 2, 120),
                    Step(300, Audience.LEADER, "", both),
                    Step(600, Audience.PHONE),
                ),
                frozenset({Stop.ANSWER}), 900, {Progress.ACKNOWLEDGED: 600}, frozenset({1}),
            ),
            Policy(
                "nights", text("夜间", "Nights"), "guards", (Step(0, Audience.MEMBERS),), frozenset(),
                priorities=frozenset({2}), zones=frozenset({"a"}), subsystems=frozenset({"hvac"}),
                days=(DayKind.WORKDAY,), hours=Hours(18 * 60, 8 * 60),
            ),
            Policy("off", text("停用的", "Unused"), "", (Step(0, Audience.ON_DUTY),), enabled=False),
        ),
        accounts={
            "texts": account("texts", "aliyun-sms", text("短信甲", "Texts A"), Duties.ALARMS),
            "mail": account("mail", "email", text("邮箱", "Mail"), Duties.ALL),
            "calls": account(
                "calls", "twilio-voice", text("境外电话", "Calls abroad"), Duties.ALARMS, account=SID,
                sender="+14155550100", public_url="https://steward.example.com",
            ),
            "spare": account("spare", "tencent-sms", text("短信乙", "Texts B"), Duties.ALL, enabled=False),
        },
        approvals=(
            Approval("a", "texts", "alarm", "zh", "SMS_1", (), Review.APPROVED),
            Approval("p", "texts", "plan", "zh", "SMS_2", (), Review.REJECTED),
        ),
    )  # fmt: skip


class Notifier:
    """Answers queries and takes commands as the process would; `here` is False while it is away."""

    def __init__(self, hostile: str, tell: Callable[..., None]) -> None:
        self.here = True
        self._hostile = hostile
        self._tell = tell
        now_ns = time.time_ns()
        minute_ns = 60 * 10**9
        self._messages = [
            self._message(number, now_ns - (COUNT + 3 - number) * minute_ns) for number in range(1, COUNT + 1)
        ]
        self._messages += [
            replace(
                self._message(COUNT + 1, now_ns - 2 * minute_ns), id="m-voice", medium="voice",
                person="operator", escalation="call-1", subject=SUBJECT, state=MessageState.DELIVERED,
                account="texts", answered_ns=now_ns - minute_ns,
            ),
            replace(
                self._message(COUNT + 2, now_ns - 2 * minute_ns), id="m-private", event="log-in-code",
                title="登录验证码",
                text="", person="admin", state=MessageState.FAILED, account="texts",
                detail=said("号码已停机", "the number is out of service"),
            ),
        ]  # fmt: skip
        self._calls = [
            self._call(1, "call-1", SUBJECT, now_ns - 3 * minute_ns),
            replace(
                self._call(2, "call-2", "hvac-2/supply-temperature/high", now_ns - 90 * minute_ns),
                end="unanswered", next_ns=0,
            ),
        ]  # fmt: skip

    def _message(self, number: int, time_ns: int) -> MessageRow:
        return MessageRow(
            number, f"m-{number}", time_ns, "order", "", "", "manager", "138****8000", "sms", "mail", 3, "zh",
            f"工单 GD-{number:04}{self._hostile}", f"工单 GD-{number:04}：检查{self._hostile}",
            MessageState.HANDED, 0, 0, 0, time_ns, 1, time_ns, "", 5,
        )  # fmt: skip

    def _call(self, number: int, id_: str, subject: str, opened_ns: int) -> EscalationRow:
        return EscalationRow(
            number, id_, "alarm", subject, 1, "a-1", 1,
            said(f"紧急报警：空调机组 1 送风温度过高{self._hostile}", f"Air handler 1 hot{self._hostile}"),
            "urgent", "guards", opened_ns, 0, Progress.CALLING, "", 0, time.time_ns() + 600 * 10**9, "",
        )  # fmt: skip

    async def ask(self, query: Any) -> AsyncIterator[Any]:
        query = NOTIFIER_QUERIES.decode(NOTIFIER_QUERIES.encode(query))
        if not self.here:
            raise QueryFailed(said("通知进程在 5 s 内没有应答", "notifier did not answer within 5 s"))
        match query:
            case ReadMessages(cursor=cursor, limit=limit, wanted=wanted):
                found = [one for one in reversed(self._messages) if not cursor or one.number < cursor]
                yield Messages(tuple(one for one in found if _fits(one, wanted))[:limit])
            case ReadMessage(id=id_):
                row = next((one for one in self._messages if one.id == id_), None)
                traces = (
                    TraceRow(row.time_ns, "sending", row.account, ""),
                    TraceRow(row.time_ns + 10**9, "later", row.account, said("线路忙", "the line is busy")),
                    TraceRow(row.time_ns + 2 * 10**9, "handed", row.account, "BizId 1"),
                ) if row is not None else ()  # fmt: skip
                yield MessageRead(row, traces)
            case ReadEscalations(limit=limit, open=only_open, subject=subject):
                rows = [
                    one
                    for one in reversed(self._calls)
                    if not (only_open and one.end) and subject in {"", one.subject}
                ]
                yield Escalations(tuple(rows[:limit]))
            case ReadAccounts():
                now_ns = time.time_ns()
                wrong = said("余额不足；请充值", "the balance is used up: pay some in")
                yield Accounts(
                    (
                        AccountRow(
                            "texts", wrong, now_ns - 10**12, now_ns - 10**12, 3, 12, 4, 2000, is_dear=True
                        ),
                        AccountRow("mail", "", 0, now_ns, 0, 40, 0, 0, is_dear=False),
                    ),
                    now_ns,
                )
            case ReadLink(token=token) if token in {TOKEN, ENGLISH_TOKEN}:
                language = "zh" if token == TOKEN else "en"
                yield LinkRead(self._calls[0], "操作员", language, time.time_ns() + 10**12)
            case ReadLink():
                yield LinkRead(None, "", "zh", 0)

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        if self.here:
            yield self._obey(body, issuer)

    def take(self, body: Any, _id: str) -> CommandResult:
        """What the office hands over, on its own thread."""
        if not self.here:
            return CommandResult("n", Stage.UNKNOWN, "", None, time.time_ns())
        return self._obey(body, Issuer("office", "", ""))

    def _obey(self, body: Any, issuer: Issuer) -> CommandResult:
        body = NOTIFIER_COMMANDS.decode(NOTIFIER_COMMANDS.encode(body))
        stage, detail = Stage.DONE, ""
        match body:
            case AnswerByLink(token=token, progress=progress):
                if token not in {TOKEN, ENGLISH_TOKEN}:
                    stage, detail = Stage.REFUSED, said("链接无效或已过期", "the link is wrong or over")
                else:
                    self._advance("call-1", progress, "operator")
            case SayProgress(escalation=escalation, user=user, progress=progress):
                self._advance(escalation, progress, user)
            case ProviderCalled(signature=signature):
                if signature == "right":
                    detail = TWIML
                else:
                    stage, detail = Stage.REFUSED, said("签名不对", "the signature is wrong")
        if stage is Stage.DONE:
            fields = dict(getattr(body, "fields", {}))
            self._tell(command=type(body).__name__, user=issuer.user, body=repr(body), fields=fields)
        return CommandResult("n", stage, detail, None, time.time_ns())

    def _advance(self, id_: str, progress: Progress, by: str) -> None:
        now_ns = time.time_ns()
        self._calls = [
            replace(one, progress=progress, by=by, since_ns=now_ns, next_ns=0) if one.id == id_ else one
            for one in self._calls
        ]


def _fits(row: MessageRow, wanted: Any) -> bool:
    names = ("person", "medium", "account", "event", "state", "escalation", "subject")
    return (
        all(getattr(wanted, name) in {"", getattr(row, name)} for name in names)
        and wanted.text in f"{row.title} {row.text} {row.person} {row.detail}"
        and wanted.since_ns <= row.time_ns
        and not 0 < wanted.until_ns <= row.time_ns
    )
