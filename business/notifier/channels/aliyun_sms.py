"""Text messages by Alibaba Cloud (短信服务, Dysmsapi 2017-05-25).

Sent by SendSms; what became of them is asked by QuerySendDetails, which knows the last 30 days. Replies are
taken from the queue of the type SmsUp, where the console has set one up (通用设置 > 回执配置 > 上行消息接收).
SendSms promises no idempotence ("国内短信…目前均不支持幂等的能力"): the OutId only comes back.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from actors.said import said
from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.aliyun_api import PROVIDER, AliyunApi
from business.notifier.channels.aliyun_queue import (
    Report,
    ReportQueue,
    queue_address_field,
    token_address_field,
)
from business.notifier.channels.mainland import days_around, e164, mobile, signature_field, told_ns
from business.notifier.channels.many import gathered
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    Channel,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
)
from business.notifier.channels.refusal import no_template
from business.notifier.channels.texts import discreet
from config.secrets import Secret
from config.table import Table, shown
from config.text import Text

_WAITS, _FAILED, _RECEIVED = 1, 2, 3


class AliyunSmsOptions(Table):
    access_key_id: str = Field(
        pattern=r"^[A-Za-z0-9.]{8,128}$",
        title="Access key ID",
        description="of a RAM user who may send messages (AliyunDysmsFullAccess)",
        json_schema_extra=shown(
            "AccessKey ID", "有短信权限（AliyunDysmsFullAccess）的 RAM 用户的 AccessKey ID"
        ),
    )
    sign_name: str = signature_field()
    extend_code: str = Field(
        "",
        pattern=r"^[0-9]{0,12}$",
        title="Extension of replies",
        description="SmsUpExtendCode; leave it empty unless the provider has told one",
        json_schema_extra=shown("上行扩展码", "SmsUpExtendCode，服务商未分配时留空"),
    )
    reply_queue: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]{0,256}$",
        title="Queue of replies",
        description="such as Alicom-Queue-1234567890-SmsUp; without it replies are not seen",
        json_schema_extra=shown("上行消息队列", "如 Alicom-Queue-1234567890-SmsUp；留空则收不到回复"),
    )
    endpoint: Address = address_field("https://dysmsapi.aliyuncs.com")
    token_endpoint: Address = token_address_field()
    queue_endpoint: Address = queue_address_field()


class AliyunSms:
    def __init__(
        self, options: AliyunSmsOptions, key: Secret, *, wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._wall_ns = wall_ns
        self._api = AliyunApi(options.endpoint, "2017-05-25", options.access_key_id, key, wall_ns=wall_ns)
        self._tokens = AliyunApi(
            options.token_endpoint, "2017-05-25", options.access_key_id, key, wall_ns=wall_ns
        )
        self._queue = ReportQueue(
            self._tokens, options.queue_endpoint, "SmsUp", options.reply_queue, wall_ns=wall_ns
        )

    async def hand_over(self, message: Outgoing) -> Handed:
        if not message.template:
            raise no_template(PROVIDER)
        asked = {
            "PhoneNumbers": mobile(message.to),
            "SignName": self._options.sign_name,
            "TemplateCode": message.template,
            "OutId": message.id,
        }
        if message.variables:
            asked["TemplateParam"] = json.dumps(dict(message.variables), ensure_ascii=False)
        if self._options.extend_code:
            asked["SmsUpExtendCode"] = self._options.extend_code
        answer = await self._api.call("SendSms", asked, sends=True)
        return Handed(str(answer.get("BizId", "")))

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return await gathered(
            [
                partial(self._receipts_of, reference, to, f"{day:%Y%m%d}")
                for reference, to, time_ns in references
                if reference
                for day in days_around(time_ns)
            ]
        )

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        if not self._options.reply_queue:
            return ()
        now_ns = self._wall_ns()
        return [reply for report in await self._queue.take() if (reply := _reply(report, now_ns)) is not None]

    async def check(self) -> None:
        """Asks whether the signature is approved."""
        name = self._options.sign_name
        answer = await self._api.call("GetSmsSign", {"SignName": name}, sends=False)
        if answer.get("SignStatus") != 1:
            raise BadAccount(
                said(
                    f"短信签名“{name}”未通过审核（状态 {answer.get('SignStatus')}）；请在阿里云控制台处理",
                    f"the signature {name!r} is not approved (status {answer.get('SignStatus')});"
                    " see to it in Alibaba Cloud's console",
                )
            )

    async def close(self) -> None:
        await self._api.close()
        await self._tokens.close()
        await self._queue.close()

    async def _receipts_of(self, reference: str, to: str, day: str) -> list[Receipt]:
        asked = {
            "PhoneNumber": mobile(to),
            "BizId": reference,
            "SendDate": day,
            "PageSize": "10",
            "CurrentPage": "1",
        }
        answer = await self._api.call("QuerySendDetails", asked, sends=False)
        details = answer.get("SmsSendDetailDTOs")
        found = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
        return [
            receipt
            for detail in (found if isinstance(found, list) else [])
            if isinstance(detail, dict) and (receipt := _receipt(reference, detail)) is not None
        ]


def _receipt(reference: str, detail: Mapping[str, Any]) -> Receipt | None:
    """None while the operator has told nothing.

    Never DEAD: MOBILE_NOT_ON_SERVICE says that there is no such number as well as that it is switched off.
    """
    status = detail.get("SendStatus")
    if status not in {_FAILED, _RECEIVED}:
        return None
    try:
        time_ns = told_ns(str(detail.get("ReceiveDate") or detail.get("SendDate")))
    except ValueError:
        return None
    kind = ReceiptKind.DELIVERED if status == _RECEIVED else ReceiptKind.FAILED
    return Receipt(reference, kind, time_ns, discreet(str(detail.get("ErrCode", ""))))


def _reply(report: Report, now_ns: int) -> Answer | None:
    """A reply whose time cannot be read is none the less a reply: it came `now_ns`."""
    fields = report.fields
    try:
        sender, text = str(fields["phone_number"]), str(fields["content"])
    except KeyError:
        return None
    try:
        time_ns = told_ns(str(fields.get("send_time")))
    except ValueError:
        time_ns = now_ns
    return Answer(str(fields.get("sequence_id") or report.id), e164(sender), text, time_ns)


class _AliyunSmsKind:
    name: ClassVar[str] = "aliyun-sms"
    label: ClassVar[Text] = Text("阿里云短信", "Alibaba Cloud SMS")
    medium: ClassVar[Medium] = Medium.SMS
    options: ClassVar[type[BaseModel]] = AliyunSmsOptions
    secrets: ClassVar[Mapping[str, Text]] = {"access-key": Text("AccessKey Secret", "Access key secret")}
    templated: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    answered: ClassVar[bool] = True
    most_keys: ClassVar[int] = 0

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return AliyunSms(options, needed(secrets, "access-key", self.secrets["access-key"]))


KIND: ChannelKind = _AliyunSmsKind()
