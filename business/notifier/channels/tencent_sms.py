"""Text messages by Tencent Cloud (短信, 2021-01-11).

Sent by SendSms; what became of them is asked by PullSmsSendStatusByPhoneNumber, which knows the last 7 days
and, unlike PullSmsSendStatus, tells the same again, so that nothing is lost where it was not written down.
Replies come by PullSmsReplyStatus, which the provider has to be asked to allow, and which tells each once
only: one that was pulled by a process that dies before writing it down is lost. No idempotence is promised:
SessionContext only comes back.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from actors.said import said
from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.mainland import e164, in_china, mobile, signature_field
from business.notifier.channels.many import gathered
from business.notifier.channels.port import (
    Answer,
    BadMessage,
    Channel,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
)
from business.notifier.channels.refusal import no_template, rubbish
from business.notifier.channels.tencent_api import PROVIDER, TencentApi, refused
from business.notifier.channels.texts import discreet
from config.secrets import Secret
from config.table import Table, shown
from config.text import Text

_AT_ONCE = 100
_BEFORE_S = 60
_WEEK_S = 7 * 86_400 - 3600


class TencentSmsOptions(Table):
    secret_id: str = Field(
        pattern=r"^[A-Za-z0-9.]{8,128}$",
        title="SecretId",
        description="of a sub-user who may send messages (QcloudSMSFullAccess)",
        json_schema_extra=shown("SecretId", "有短信权限（QcloudSMSFullAccess）的子用户的 SecretId"),
    )
    app_id: str = Field(
        pattern=r"^[0-9]{5,20}$",
        title="SdkAppId",
        description="of the application in the console, such as 1400006666",
        json_schema_extra=shown("SdkAppId", "短信控制台中应用的 SdkAppId，如 1400006666"),
    )
    sign_name: str = signature_field()
    extend_code: str = Field(
        "",
        pattern=r"^[0-9]{0,12}$",
        title="Extension of replies",
        description="ExtendCode; leave it empty unless the provider has told one",
        json_schema_extra=shown("码号扩展号", "ExtendCode，服务商未开通时留空"),
    )
    region: str = Field(
        "ap-guangzhou",
        pattern=r"^[a-z0-9-]{1,32}$",
        title="Region",
        description="ap-beijing, ap-guangzhou or ap-nanjing",
        json_schema_extra=shown("地域", "ap-beijing、ap-guangzhou 或 ap-nanjing"),
    )
    endpoint: Address = address_field("https://sms.tencentcloudapi.com")


class TencentSms:
    def __init__(
        self, options: TencentSmsOptions, key: Secret, *, wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._wall_ns = wall_ns
        self._api = TencentApi(
            options.endpoint, "sms", "2021-01-11", options.region, options.secret_id, key, wall_ns=wall_ns
        )

    async def hand_over(self, message: Outgoing) -> Handed:
        if not message.template:
            raise no_template(PROVIDER)
        asked: dict[str, object] = {
            "PhoneNumberSet": [f"+86{mobile(message.to)}"],
            "SmsSdkAppId": self._options.app_id,
            "SignName": self._options.sign_name,
            "TemplateId": message.template,
            "TemplateParamSet": positional(message.variables),
            "SessionContext": message.id,
        }
        if self._options.extend_code:
            asked["ExtendCode"] = self._options.extend_code
        answer = await self._api.call("SendSms", asked, sends=True)
        try:
            [status] = answer["SendStatusSet"]
            code, reference = status["Code"], status["SerialNo"]
        except (KeyError, TypeError, ValueError):
            raise rubbish(PROVIDER, 200, sends=True) from None
        if code != "Ok":
            raise refused(str(code), str(status.get("Message", "")))
        return Handed(str(reference))

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        now_s = self._wall_ns() // 1_000_000_000
        earliest: defaultdict[str, int] = defaultdict(lambda: now_s)
        for reference, to, time_ns in references:
            if reference:
                earliest[to] = min(earliest[to], time_ns // 1_000_000_000 - _BEFORE_S)
        wanted = {reference for reference, _, _ in references}
        found = await gathered(
            [
                partial(self._receipts_of, to, max(since_s, now_s - _WEEK_S), now_s + _BEFORE_S)
                for to, since_s in earliest.items()
            ]
        )
        return [receipt for receipt in found if receipt.reference in wanted]

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        found: list[Answer] = []
        asked = {"SmsSdkAppId": self._options.app_id, "Limit": _AT_ONCE}
        # Once: what remains waits at the provider's for the next call, which is safer there than here.
        answer = await self._api.call("PullSmsReplyStatus", asked, sends=False)
        for told in _set(answer, "PullSmsReplyStatusSet"):
            reply = _reply(told)
            if reply is not None:
                found.append(reply)
        return found

    async def check(self) -> None:
        """Asks for the number of messages of this hour."""
        now = in_china(self._wall_ns())
        asked = {
            "SmsSdkAppId": self._options.app_id,
            "BeginTime": f"{now:%Y%m%d}00",
            "EndTime": f"{now:%Y%m%d}23",
            "Limit": 0,
            "Offset": 0,
        }
        await self._api.call("SendStatusStatistics", asked, sends=False)

    async def close(self) -> None:
        await self._api.close()

    async def _receipts_of(self, to: str, since_s: int, until_s: int) -> list[Receipt]:
        asked = {
            "SmsSdkAppId": self._options.app_id,
            "PhoneNumber": f"+86{mobile(to)}",
            "BeginTime": since_s,
            "EndTime": until_s,
            "Offset": 0,
            "Limit": _AT_ONCE,
        }
        answer = await self._api.call("PullSmsSendStatusByPhoneNumber", asked, sends=False)
        return [
            receipt
            for told in _set(answer, "PullSmsSendStatusSet")
            if (receipt := _receipt(told)) is not None
        ]


def positional(variables: Mapping[str, str]) -> list[str]:
    """In the order of a template's {1}, {2}, …, which are the names. Raises BadMessage for other names."""
    if variables.keys() != {str(place) for place in range(1, len(variables) + 1)}:
        names = "、".join(sorted(variables))
        raise BadMessage(
            said(
                f"腾讯云模板的变量名为 1 至 {len(variables)}，而此处是 {names}；请按模板中的编号命名",
                f"variables of a template of Tencent Cloud are named 1 to {len(variables)}, and these are"
                f" {', '.join(sorted(variables))}; name them as the template numbers them",
            )
        )
    return [variables[str(place)] for place in range(1, len(variables) + 1)]


def _set(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _receipt(told: Mapping[str, Any]) -> Receipt | None:
    """Never DEAD: Description is whatever the operator said, and no list of its codes is published whole."""
    reference, time_s = told.get("SerialNo"), told.get("UserReceiveTime")
    status = {"SUCCESS": ReceiptKind.DELIVERED, "FAIL": ReceiptKind.FAILED}.get(str(told.get("ReportStatus")))
    if status is None or not isinstance(reference, str) or not isinstance(time_s, int):
        return None
    return Receipt(reference, status, time_s * 1_000_000_000, discreet(str(told.get("Description", ""))))


def _reply(told: Mapping[str, Any]) -> Answer | None:
    """The provider gives a reply no name: it is made of who wrote what when."""
    number, text, time_s = told.get("PhoneNumber"), told.get("ReplyContent"), told.get("ReplyTime")
    if not isinstance(number, str) or not isinstance(text, str) or not isinstance(time_s, int):
        return None
    name = hashlib.sha256(f"{number}\n{time_s}\n{told.get('ExtendCode')}\n{text}".encode()).hexdigest()[:32]
    return Answer(name, e164(number), text, time_s * 1_000_000_000)


class _TencentSmsKind:
    name: ClassVar[str] = "tencent-sms"
    label: ClassVar[Text] = Text("腾讯云短信", "Tencent Cloud SMS")
    medium: ClassVar[Medium] = Medium.SMS
    options: ClassVar[type[BaseModel]] = TencentSmsOptions
    secrets: ClassVar[Mapping[str, Text]] = {"secret-key": Text("SecretKey", "SecretKey")}
    templated: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    answered: ClassVar[bool] = True
    most_keys: ClassVar[int] = 0

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return TencentSms(options, needed(secrets, "secret-key", self.secrets["secret-key"]))


KIND: ChannelKind = _TencentSmsKind()
