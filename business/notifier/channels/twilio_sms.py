"""SMS by Twilio, for numbers abroad: https://www.twilio.com/docs/messaging/api/message-resource.

Receipts and answers are fetched, so that nothing has to reach this site from outside. A number of the
mainland can be sent to where Twilio has approved the text, and cannot answer
(https://www.twilio.com/en-us/guidelines/cn/sms): there the link is the way back.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from business.notifier.channels.port import (
    DEADLINE_S,
    Answer,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
)
from business.notifier.channels.texts import cut_characters, with_line
from business.notifier.channels.twilio_api import (
    E164,
    TOKEN,
    Account,
    TwilioTable,
    hundredths,
    in_mainland,
    nanoseconds,
    number,
    sid,
    written,
)
from business.notifier.channels.twilio_failures import DEAD
from config.problems import Unfit
from config.secrets import Secret
from config.table import shown
from config.text import Text

MOST_CHARACTERS: Final = 1600
"""Of a text: error 21617."""
MOST_ANSWERS: Final = 1000
"""That are fetched at once, the newest."""
_REPLY = Text("回复代码：{}", "Reply with the code: {}")


class TwilioSmsTable(TwilioTable):
    """An account at Twilio, and what it sends SMS from."""

    sender: Annotated[str, StringConstraints(pattern=f"^$|{E164}")] = Field(
        "",
        title="From",
        description="number of the account, such as +14155550100; answers come to it",
        json_schema_extra=shown("发送号码", "本账号的号码，如 +14155550100；回复发到此号码"),
    )
    service: Annotated[str, StringConstraints(pattern=r"^$|^MG[0-9a-f]{32}$")] = Field(
        "",
        title="Messaging service",
        description="SID that begins with MG, to send by instead of the number",
        json_schema_extra=shown("消息服务", "以 MG 开头的 SID；填写后由它选择号码"),
    )

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if not self.sender and not self.service:
            raise Unfit(
                "应填写发送号码或消息服务", "should name a number or a messaging service to send from"
            )
        return self


class TwilioSms:
    """Keeps nothing but its connections."""

    def __init__(
        self, options: TwilioSmsTable, secrets: Mapping[str, Secret], deadline_s: float = DEADLINE_S
    ) -> None:
        self._options = options
        self._account = Account(options, secrets, deadline_s)

    async def hand_over(self, message: Outgoing) -> Handed:
        source = (
            {"messaging_service_sid": self._options.service}
            if self._options.service
            else {"from_": self._options.sender}
        )
        to, body = number(message.to), text_of(message)

        def send(client: Any) -> Handed:
            made = client.messages.create(to=to, body=body, **source)
            return Handed(sid(made, ("SM", "MM")), hundredths(made.price))

        return await self._account.ask(send, sends=True)

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return await self._account.each(
            _fetch(reference, time_ns) for reference, _, time_ns in references if reference
        )

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        # The interface knows days only.
        since = {"date_sent_after": f"{datetime.fromtimestamp(since_ns // 10**9, UTC):%Y-%m-%d}"}
        if self._options.sender:
            since["to"] = self._options.sender

        def listed(client: Any) -> list[Answer]:
            found = client.messages.list(**since, limit=MOST_ANSWERS, page_size=100)
            return [_answer(one, since_ns) for one in found if one.direction == "inbound"]

        newest_first = await self._account.ask(listed)
        return [one for one in reversed(newest_first) if one.time_ns + 10**9 > since_ns]

    def posted(self, url: str, fields: Mapping[str, str], signature: str, now_ns: int) -> Answer:
        return self._account.posted(url, fields, signature, lambda: written(fields, now_ns))

    def thanks(self, message: Outgoing, url: str, *, again: bool) -> str:
        """Nothing is written back."""
        return "<Response/>"

    async def check(self) -> None:
        await self._account.check()

    async def close(self) -> None:
        await self._account.close()


def text_of(message: Outgoing) -> str:
    """The text with the code to reply by, and the link; cut before these when it is too long."""
    ends = message.link
    if message.code and message.code not in message.text and not in_mainland(message.to):
        ends = with_line(_REPLY.in_language(message.language).format(message.code), ends)
    room = MOST_CHARACTERS - len(ends) - 1
    return with_line(cut_characters(message.text, room, message.language), ends)


def _fetch(reference: str, time_ns: int) -> Callable[[Any], Receipt | None]:
    def fetch(client: Any) -> Receipt | None:
        found = client.messages(reference).fetch()
        kind = _kind(str(found.status), found.error_code)
        if kind is None:
            return None
        detail = f"{found.status} {found.error_code or ''} {found.error_message or ''}".strip()
        when_ns = nanoseconds(found.date_updated, time_ns)
        return Receipt(reference, kind, when_ns, detail[:200], hundredths(found.price))

    return fetch


def _kind(status: str, code: int | None) -> ReceiptKind | None:
    """None while it is under way; sent is: not every network says more."""
    if status in {"delivered", "read"}:
        return ReceiptKind.DELIVERED
    if status in {"undelivered", "failed", "canceled"}:
        return ReceiptKind.DEAD if code in DEAD else ReceiptKind.FAILED
    return None


def _answer(found: Any, since_ns: int) -> Answer:
    when_ns = nanoseconds(found.date_sent or found.date_created, since_ns)
    return Answer(str(found.sid), str(found.from_), str(found.body or ""), when_ns)


class TwilioSmsKind:
    name: ClassVar = "twilio-sms"
    label: ClassVar = Text("Twilio 短信（境外）", "Twilio SMS (abroad)")
    medium: ClassVar = Medium.SMS
    options: ClassVar[type[BaseModel]] = TwilioSmsTable
    secrets: ClassVar[Mapping[str, Text]] = {"token": TOKEN}
    templated: ClassVar = False
    repeatable: ClassVar = False
    """Its interface takes no key by which it would know a second message."""
    answered: ClassVar = True
    most_keys: ClassVar = 0

    def open(self, options: TwilioSmsTable, secrets: Mapping[str, Secret], house: House) -> TwilioSms:
        return TwilioSms(options, secrets)


KIND: ChannelKind = TwilioSmsKind()
