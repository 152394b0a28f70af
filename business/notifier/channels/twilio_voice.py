"""Calls by Twilio, for numbers abroad: https://www.twilio.com/docs/voice/api/call-resource.

Twilio ended calls to the mainland on 2023-11-30 (its help page "Calling Limitations to China"). Keys come by
a request of Twilio to the site's public address: `twilio_api` has what its route needs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BaseModel, Field

from actors.said import said
from business.notifier.channels.account import secure
from business.notifier.channels.port import (
    DEADLINE_S,
    Answer,
    BadReceiver,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
)
from business.notifier.channels.twilio_api import (
    KEYS_PATH,
    TOKEN,
    Account,
    Number,
    TwilioTable,
    hundredths,
    in_mainland,
    nanoseconds,
    number,
    pressed,
    sid,
)
from business.notifier.channels.twilio_speech import KEYS, Voices, farewell, speech
from config.secrets import Secret
from config.table import Words, shown
from config.text import Text

RINGS_S: Final = 30
"""Then it counts as not answered: longer, and a mailbox may take it and listen patiently."""


def _public(address: str) -> str:
    return secure(address.rstrip("/")) if address else ""


class TwilioVoiceTable(TwilioTable):
    """An account at Twilio, and how it calls."""

    sender: Number = Field(
        title="From",
        description="number of the account, such as +14155550100",
        json_schema_extra=shown("主叫号码", "本账号的号码，如 +14155550100"),
    )
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        "",
        max_length=200,
        title="Public address",
        description="of this site, such as https://steward.example.com, where Twilio posts the keys pressed;"
        " empty to ask for none",
        json_schema_extra=shown(
            "公网地址", "本系统的公网地址，如 https://steward.example.com，用于接收按键；留空则不要求按键"
        ),
    )
    voice_zh: Words = Field(
        Voices().zh,
        title="Chinese voice",
        description="by Twilio's name",
        json_schema_extra=shown("中文语音", "Twilio 的语音名称"),
    )
    voice_en: Words = Field(
        Voices().en,
        title="English voice",
        description="by Twilio's name",
        json_schema_extra=shown("英文语音", "Twilio 的语音名称"),
    )

    def voices(self) -> Voices:
        return Voices(self.voice_zh, self.voice_en)

    def keys_url(self, message_id: str) -> str:
        """Where the keys of that message's call are posted; '' without a public address."""
        return f"{self.public_url}{KEYS_PATH}?message={message_id}" if self.public_url else ""


class TwilioVoice:
    """Keeps nothing but its connections."""

    def __init__(
        self, options: TwilioVoiceTable, secrets: Mapping[str, Secret], deadline_s: float = DEADLINE_S
    ) -> None:
        self._options = options
        self._account = Account(options, secrets, deadline_s)

    async def hand_over(self, message: Outgoing) -> Handed:
        to = number(message.to)
        if in_mainland(to):
            raise BadReceiver(
                said(
                    "Twilio 自 2023-11-30 起不能拨打中国大陆号码；请改用大陆语音服务商",
                    "Twilio calls no number of mainland China since 2023-11-30; take a provider there",
                )
            )
        options = self._options
        keys_url = options.keys_url(message.id) if message.asks else ""

        def call(client: Any) -> Handed:
            twiml = speech(
                message.text,
                message.language,
                options.voices(),
                keys_url=keys_url,
                wants_answer=message.asks,
            )
            made = client.calls.create(to=to, from_=options.sender, twiml=twiml, timeout=RINGS_S)
            return Handed(sid(made, ("CA",)), hundredths(made.price))

        return await self._account.ask(call, sends=True)

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return await self._account.each(
            _fetch(reference, time_ns) for reference, _, time_ns in references if reference
        )

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        """None here: keys come by `KEYS_PATH`."""
        return ()

    def posted(self, url: str, fields: Mapping[str, str], signature: str, now_ns: int) -> Answer:
        return self._account.posted(url, fields, signature, lambda: pressed(fields, now_ns))

    def thanks(self, message: Outgoing, url: str, *, again: bool) -> str:
        """TwiML, which the call goes on with."""
        voices = self._options.voices()
        if not again:
            return farewell(message.language, voices)
        return speech(message.text, message.language, voices, keys_url=url, wants_answer=True)

    async def check(self) -> None:
        await self._account.check()

    async def close(self) -> None:
        await self._account.close()


_KINDS: Final = {
    "completed": ReceiptKind.DELIVERED,
    "busy": ReceiptKind.FAILED,
    "no-answer": ReceiptKind.FAILED,
    "failed": ReceiptKind.FAILED,
    "canceled": ReceiptKind.FAILED,
}


def _fetch(reference: str, time_ns: int) -> Callable[[Any], Receipt | None]:
    def fetch(client: Any) -> Receipt | None:
        found = client.calls(reference).fetch()
        kind = _KINDS.get(str(found.status))
        if kind is None:
            return None
        detail = f"{found.status} {found.duration or 0} s"
        when_ns = nanoseconds(found.end_time, time_ns)
        return Receipt(reference, kind, when_ns, detail, hundredths(found.price))

    return fetch


class TwilioVoiceKind:
    name: ClassVar = "twilio-voice"
    label: ClassVar = Text("Twilio 语音电话（境外）", "Twilio calls (abroad)")
    medium: ClassVar = Medium.VOICE
    options: ClassVar[type[BaseModel]] = TwilioVoiceTable
    secrets: ClassVar[Mapping[str, Text]] = {"token": TOKEN}
    templated: ClassVar = False
    repeatable: ClassVar = False
    """Its interface takes no key by which it would know a second call."""
    answered: ClassVar = True
    most_keys: ClassVar = KEYS

    def open(self, options: TwilioVoiceTable, secrets: Mapping[str, Secret], house: House) -> TwilioVoice:
        return TwilioVoice(options, secrets)


KIND: ChannelKind = TwilioVoiceKind()
