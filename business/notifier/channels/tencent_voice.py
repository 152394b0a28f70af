"""Calls by Tencent Cloud (语音消息 VMS, 2020-09-02), of an approved text that is read out, by SendTtsVoice.

The product has two actions, which both call somebody; whether a call was taken (语音通知状态通知,
语音送达失败原因通知) and which key was pressed (语音通知按键通知) is posted to an address of the customer's
only, and this program has none that can be reached from outside. So a call that asks only tells, there are no
receipts, and nobody can answer. The template must not ask for a key. No idempotence is promised:
SessionContext only comes back.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.mainland import mobile, times_field
from business.notifier.channels.port import (
    Answer,
    BadMessage,
    BadReceiver,
    Channel,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
)
from business.notifier.channels.refusal import no_template, rubbish
from business.notifier.channels.tencent_api import PROVIDER, TencentApi
from business.notifier.channels.tencent_sms import positional
from config.secrets import Secret
from config.table import Table, Whole, shown
from config.text import Text


class TencentVoiceOptions(Table):
    secret_id: str = Field(
        pattern=r"^[A-Za-z0-9.]{8,128}$",
        title="SecretId",
        description="of a sub-user who may make calls (QcloudVMSFullAccess)",
        json_schema_extra=shown("SecretId", "有语音权限（QcloudVMSFullAccess）的子用户的 SecretId"),
    )
    app_id: str = Field(
        pattern=r"^[0-9]{5,20}$",
        title="SdkAppId",
        description="of the application in the console, such as 1400006666",
        json_schema_extra=shown("SdkAppId", "语音消息控制台中应用的 SdkAppId，如 1400006666"),
    )
    play_times: Whole = times_field()
    region: str = Field(
        "ap-guangzhou",
        pattern=r"^[a-z0-9-]{1,32}$",
        title="Region",
        description="ap-beijing or ap-guangzhou",
        json_schema_extra=shown("地域", "ap-beijing 或 ap-guangzhou"),
    )
    endpoint: Address = address_field("https://vms.tencentcloudapi.com")


class TencentVoice:
    def __init__(
        self, options: TencentVoiceOptions, key: Secret, *, wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._api = TencentApi(
            options.endpoint, "vms", "2020-09-02", options.region, options.secret_id, key, wall_ns=wall_ns
        )

    async def hand_over(self, message: Outgoing) -> Handed:
        if not message.template:
            raise no_template(PROVIDER)
        asked: dict[str, object] = {
            "TemplateId": message.template,
            "CalledNumber": f"+86{mobile(message.to)}",
            "VoiceSdkAppid": self._options.app_id,
            "TemplateParamSet": positional(message.variables),
            "PlayTimes": self._options.play_times,
            "SessionContext": message.id,
        }
        answer = await self._api.call("SendTtsVoice", asked, sends=True)
        try:
            return Handed(str(answer["SendStatus"]["CallId"]))
        except (KeyError, TypeError):
            raise rubbish(PROVIDER, 200, sends=True) from None

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return ()

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        return ()

    async def check(self) -> None:
        """A request without a number calls nobody: that it is missing is told to a good key only."""
        with suppress(BadMessage, BadReceiver):
            await self._api.call("SendTtsVoice", {"VoiceSdkAppid": self._options.app_id}, sends=False)

    async def close(self) -> None:
        await self._api.close()


class _TencentVoiceKind:
    name: ClassVar[str] = "tencent-voice"
    label: ClassVar[Text] = Text("腾讯云语音", "Tencent Cloud Voice")
    medium: ClassVar[Medium] = Medium.VOICE
    options: ClassVar[type[BaseModel]] = TencentVoiceOptions
    secrets: ClassVar[Mapping[str, Text]] = {"secret-key": Text("SecretKey", "SecretKey")}
    templated: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    answered: ClassVar[bool] = False
    most_keys: ClassVar[int] = 1

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return TencentVoice(options, needed(secrets, "secret-key", self.secrets["secret-key"]))


KIND: ChannelKind = _TencentVoiceKind()
