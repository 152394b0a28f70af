"""Calls by Alibaba Cloud (语音服务, Dyvmsapi 2017-05-25), of an approved text that is read out.

SingleCallByTts for a call that only tells; IvrCall for one that asks for a key, which needs a bought number
to show and the queue of the type VoiceReport (通用设置 > 回执配置): there the keys are told once the call is
over. What became of a call is asked by QueryCallDetailByCallId, which does not tell keys. No idempotence is
promised.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.aliyun_api import PROVIDER, AliyunApi
from business.notifier.channels.aliyun_queue import (
    Report,
    ReportQueue,
    queue_address_field,
    token_address_field,
)
from business.notifier.channels.mainland import called, days_around, e164, times_field, told_ns
from business.notifier.channels.many import gathered
from business.notifier.channels.port import (
    Answer,
    BadMessage,
    Channel,
    ChannelKind,
    Handed,
    House,
    Key,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
)
from business.notifier.channels.refusal import no_template
from business.notifier.channels.texts import discreet
from config.secrets import Secret
from config.table import Table, Whole, shown
from config.text import Text

_PRODUCTS = {"tts": "11000000300006", "ivr": "11000000300005"}
"""By which QueryCallDetailByCallId knows calls that tell and that ask; references begin with the name."""
_OUT_ID = 15
"""Bytes that the provider gives back as OutId, of the 32 of a message."""

# help.aliyun.com/document_detail/55085.html
_GOES_ON = {"200101", "200102", "200103", "200201", "300000"}
_TAKEN = {"200000", "200001", "200008"}
_ENDED = "200100"
_NO_SUCH_NUMBER = "200004"


class AliyunVoiceOptions(Table):
    access_key_id: str = Field(
        pattern=r"^[A-Za-z0-9.]{8,128}$",
        title="Access key ID",
        description="of a RAM user who may make calls (AliyunDyvmsFullAccess)",
        json_schema_extra=shown(
            "AccessKey ID", "有语音权限（AliyunDyvmsFullAccess）的 RAM 用户的 AccessKey ID"
        ),
    )
    show_number: str = Field(
        "",
        max_length=32,
        title="Number shown",
        description="a number bought from the provider; empty for its public ones, which cannot ask for keys",
        json_schema_extra=shown("主叫号码", "已购买的真实号；留空用公共号码，公共号码不能按键应答"),
    )
    key_queue: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]{0,256}$",
        title="Queue of call reports",
        description="such as Alicom-Queue-1234567890-VoiceReport; without it calls tell, but ask for no key",
        json_schema_extra=shown(
            "呼叫记录队列", "如 Alicom-Queue-1234567890-VoiceReport；留空则只播报，不收按键"
        ),
    )
    thanks_template: str = Field(
        "",
        max_length=64,
        title="Template after a key",
        description="the template without variables that is read after 1 or 2; empty for none",
        json_schema_extra=shown("按键后模板", "按 1 或 2 之后播放的无变量模板；可留空"),
    )
    play_times: Whole = times_field()
    endpoint: Address = address_field("https://dyvmsapi.aliyuncs.com")
    token_endpoint: Address = token_address_field()
    queue_endpoint: Address = queue_address_field()


class AliyunVoice:
    def __init__(
        self, options: AliyunVoiceOptions, key: Secret, *, wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._wall_ns = wall_ns
        self._api = AliyunApi(options.endpoint, "2017-05-25", options.access_key_id, key, wall_ns=wall_ns)
        self._tokens = AliyunApi(
            options.token_endpoint, "2017-05-25", options.access_key_id, key, wall_ns=wall_ns
        )
        self._queue = ReportQueue(
            self._tokens, options.queue_endpoint, "VoiceReport", options.key_queue, wall_ns=wall_ns
        )

    async def hand_over(self, message: Outgoing) -> Handed:
        """A call that asks where no key could be heard is made all the same, and only tells."""
        if not message.template:
            raise no_template(PROVIDER)
        asked = {
            "CalledNumber": called(message.to),
            "PlayTimes": str(self._options.play_times),
            "OutId": message.id[:_OUT_ID],
        }
        if self._options.show_number:
            asked["CalledShowNumber"] = self._options.show_number
        variables = json.dumps(dict(message.variables), ensure_ascii=False) if message.variables else ""
        if message.asks and self._options.show_number and self._options.key_queue:
            product, action = "ivr", "IvrCall"
            asked |= self._menu(message.template, variables)
        else:
            product, action = "tts", "SingleCallByTts"
            asked |= _said("TtsCode", "TtsParam", message.template, variables)
        answer = await self._api.call(action, asked, sends=True)
        call_id = answer.get("CallId")
        return Handed(f"{product}:{call_id}" if call_id else "")

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return await gathered(
            [
                partial(self._receipts_of, reference, int(day.timestamp() * 1000))
                for reference, _, time_ns in references
                if reference.partition(":")[0] in _PRODUCTS
                for day in days_around(time_ns)
            ]
        )

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        if not self._options.key_queue:
            return ()
        now_ns = self._wall_ns()
        return [keys for report in await self._queue.take() if (keys := _keys(report, now_ns)) is not None]

    async def check(self) -> None:
        """Asks for a call that there cannot be: that it is unknown is told to a good account only."""
        with suppress(BadMessage):
            await self._detail("0^0", _PRODUCTS["tts"], self._wall_ns() // 1_000_000)

    async def close(self) -> None:
        await self._api.close()
        await self._tokens.close()
        await self._queue.close()

    def _menu(self, template: str, variables: str) -> dict[str, str]:
        """Key 3 reads the message again, the others read thanks."""
        asked = _said("StartCode", "StartTtsParams", template, variables) | {"Timeout": "10000"}
        for place, key in enumerate(Key, 1):
            entry = f"MenuKeyMap.{place}"
            asked[f"{entry}.Key"] = key.value
            if key is Key.REPEAT:
                asked |= _said(f"{entry}.Code", f"{entry}.TtsParams", template, variables)
            elif self._options.thanks_template:
                asked[f"{entry}.Code"] = self._options.thanks_template
        return asked

    async def _receipts_of(self, reference: str, day_ms: int) -> list[Receipt]:
        product, _, call_id = reference.partition(":")
        detail = await self._detail(call_id, _PRODUCTS[product], day_ms)
        receipt = _receipt(reference, detail)
        return [] if receipt is None else [receipt]

    async def _detail(self, call_id: str, product: str, day_ms: int) -> dict[str, Any]:
        asked = {"CallId": call_id, "ProdId": product, "QueryDate": str(day_ms)}
        answer = await self._api.call("QueryCallDetailByCallId", asked, sends=False)
        try:
            detail = json.loads(str(answer.get("Data") or "{}"))
        except ValueError:
            return {}
        return detail if isinstance(detail, dict) else {}


def _said(code_name: str, variables_name: str, template: str, variables: str) -> dict[str, str]:
    return {code_name: template} | ({variables_name: variables} if variables else {})


def _receipt(reference: str, detail: Mapping[str, Any]) -> Receipt | None:
    """None while the call goes on, or where nothing is known of it yet."""
    state = str(detail.get("state") or "")
    if not state or state in _GOES_ON:
        return None
    try:
        time_ns = told_ns(str(detail.get("endDate") or detail.get("gmtCreate")))
    except ValueError:
        return None
    taken = state in _TAKEN or (state == _ENDED and bool(detail.get("duration")))
    kind = ReceiptKind.DELIVERED if taken else ReceiptKind.FAILED
    if state == _NO_SUCH_NUMBER:
        kind = ReceiptKind.DEAD
    words = discreet(f"{state} {detail.get('stateDesc') or ''}".strip())
    return Receipt(reference, kind, time_ns, words)


def _keys(report: Report, now_ns: int) -> Answer | None:
    """Of a call in which a key was pressed; where its time cannot be read, that was `now_ns`."""
    fields = report.fields
    call_id, pressed = str(fields.get("call_id") or ""), str(fields.get("dtmf") or "")
    if not call_id or not pressed:
        return None
    try:
        time_ns = told_ns(str(fields.get("end_time") or fields.get("start_time")))
    except ValueError:
        time_ns = now_ns
    return Answer(call_id, e164(str(fields.get("callee") or "")), pressed, time_ns, f"ivr:{call_id}")


class _AliyunVoiceKind:
    name: ClassVar[str] = "aliyun-voice"
    label: ClassVar[Text] = Text("阿里云语音", "Alibaba Cloud Voice")
    medium: ClassVar[Medium] = Medium.VOICE
    options: ClassVar[type[BaseModel]] = AliyunVoiceOptions
    secrets: ClassVar[Mapping[str, Text]] = {"access-key": Text("AccessKey Secret", "Access key secret")}
    templated: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    answered: ClassVar[bool] = True
    most_keys: ClassVar[int] = 1

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return AliyunVoice(options, needed(secrets, "access-key", self.secrets["access-key"]))


KIND: ChannelKind = _AliyunVoiceKind()
