"""Tencent Cloud's API 3.0 over HTTP: the signature TC3-HMAC-SHA256, and what its codes mean for a message.

Signature: cloud.tencent.com/document/api/213/30654. Codes: cloud.tencent.com/document/api/382/52075 of
messages, and the constants of the provider's SDK (vms/v20200902) of calls. Every answer has status 200; what
is wrong stands in it.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from business.notifier.channels.http import Http
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    TryLater,
    Unclear,
)
from business.notifier.channels.refusal import refusal, rubbish
from config.secrets import Secret
from config.text import Text

PROVIDER = Text("腾讯云", "Tencent Cloud")

_KINDS: Mapping[str, type[NotHanded]] = {
    "InvalidParameterValue.IncorrectPhoneNumber": BadReceiver,
    "InvalidParameterValue.CalledNumberVerifyFail": BadReceiver,
    # Who has opted out stays out until he himself, or the provider, takes it back.
    "FailedOperation.PhoneNumberInBlacklist": BadReceiver,
    "FailedOperation.PhoneNumberOnBlacklist": BadReceiver,
    "UnsupportedOperation.UnsuportedRegion": BadReceiver,
    # Of the account rather than of one message.
    "FailedOperation.SignatureIncorrectOrUnapproved": BadAccount,
    "FailedOperation.MissingSignature": BadAccount,
    "FailedOperation.InsufficientBalanceInSmsPackage": BadAccount,
    "FailedOperation.InsufficientBalanceInVoicePackage": BadAccount,
    "FailedOperation.PhonenumberUnappliedOrExpired": BadAccount,
    "FailedOperation.NotEnterpriseCertification": BadAccount,
    "InvalidParameterValue.SdkAppIdNotExist": BadAccount,
    "InvalidParameterValue.SdkAppidNotExist": BadAccount,
    "InvalidParameter.AppidAndBizId": BadAccount,
    "InternalError.SigVerificationFail": BadAccount,
    "InternalError.SigFieldMissing": BadAccount,
    "InternalError.RequestTimeException": BadAccount,
    "LimitExceeded.AppDailyLimit": BadAccount,
    # Between the provider and the operator it was lost, or was not.
    "InternalError.Timeout": Unclear,
    "InternalError.SendAndRecvFail": Unclear,
    "InternalError.AccessUpstreamTimeout": Unclear,
    "FailedOperation.AccessUpstreamTimeout": Unclear,
}
# What is not named above, by its beginning; anything else is of the gateway, which knows accounts only.
_BEGINNINGS: Mapping[str, type[NotHanded]] = {
    "AuthFailure": BadAccount,
    "UnauthorizedOperation": BadAccount,
    "LimitExceeded": TryLater,
    "RequestLimitExceeded": TryLater,
    "InternalError": TryLater,
    "ResourceUnavailable": TryLater,
    "FailedOperation": BadMessage,
    "InvalidParameter": BadMessage,
    "MissingParameter": BadMessage,
    "UnsupportedOperation": BadMessage,
}
# A number's limit is over after its window, so that the number itself is not bad. A day's is asked again
# hourly: the account's own settings say when its day begins.
_AFTER_S = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600.0,
    "LimitExceeded.PhoneNumberDailyLimit": 3600.0,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": 3600.0,
    "LimitExceeded.DeliveryFrequencyLimit": 60.0,
}
_TYPE = "application/json; charset=utf-8"


class TencentApi:
    """The actions of one product of one account."""

    def __init__(
        self,
        base: str,
        product: str,
        version: str,
        region: str,
        key_id: str,
        key: Secret,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`product` is the name that signatures are made for: sms or vms."""
        self._http = Http(base)
        self._host = urlsplit(base).netloc
        self._product = product
        self._version = version
        self._region = region
        self._key_id = key_id
        self._key = key
        self._wall_ns = wall_ns

    async def call(self, action: str, parameters: Mapping[str, object], *, sends: bool) -> dict[str, Any]:
        """The fields of the answer. Raises NotHanded."""
        body = json.dumps(parameters, ensure_ascii=False).encode()
        time_s = self._wall_ns() // 1_000_000_000
        signed = {"content-type": _TYPE, "host": self._host, "x-tc-action": action.lower()}
        headers = {
            **signed,
            "x-tc-action": action,
            "x-tc-version": self._version,
            "x-tc-region": self._region,
            "x-tc-timestamp": str(time_s),
            "authorization": authorization(signed, body, time_s, self._product, self._key_id, self._key),
        }
        reply = await self._http.request("POST", "/", headers=headers, content=body, sends=sends)
        try:
            answer = reply.json()["Response"]
        except (ValueError, KeyError, TypeError):
            answer = None
        if not isinstance(answer, dict) or "RequestId" not in answer:
            raise rubbish(PROVIDER, reply.status, sends=sends)
        error = answer.get("Error")
        if isinstance(error, dict):
            raise refused(str(error.get("Code", "")), str(error.get("Message", "")))
        return answer

    async def close(self) -> None:
        await self._http.close()


def authorization(
    headers: Mapping[str, str], body: bytes, time_s: int, product: str, key_id: str, key: Secret
) -> str:
    """The header of a POST to / with these headers, all of which are signed, their values in lower case."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
    request = f"POST\n/\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    day = datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{product}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{time_s}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    derived = f"TC3{key.reveal()}".encode()
    for part in (day, product, "tc3_request"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def refused(code: str, words: str) -> NotHanded:
    """Of an error of a request, or of the status of one message in it."""
    kind = _KINDS.get(code) or next(
        (kind for beginning, kind in _BEGINNINGS.items() if code.startswith(beginning)), BadAccount
    )
    # The gateway's words on a signature may quote the request.
    told = "" if code.startswith("AuthFailure") else words
    return refusal(kind, PROVIDER, code, told, after_s=_AFTER_S.get(code, 0.0))
