"""A stand-in for Tencent Cloud: API 3.0 with its signature TC3, messages and calls.

cloud.tencent.com/document/api/213/30654 (signature), 382/55981 (SendSms), 382/55977 and the provider's SDK
(sms/v20210111: pulls and codes), 382/55965 (SendStatusStatistics), 1128/51558 (SendTtsVoice).
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.business.notifier.channels.provider import Provider, Request, Response

SECRET_ID, SECRET_KEY = "AKIDStandInSecretId", "stand-in-secret-key-of-32-chars!"
APP_ID = "1400006666"
SIGN = "智慧园区"
NUMBER = re.compile(r"(?:\+86|86|0086)?(1[3-9][0-9]{9})")
REQUEST_ID = "a0aabda6-cf91-4f3e-a81f-9198114a2279"
Fields = dict[str, tuple[type, bool]]
"""By name: the type, and whether it must be there."""


class Refused(Exception):
    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code, self.words = code, words or code


@dataclass
class Sent:
    number: str
    reference: str
    content: str
    session: str
    time: float
    status: str = ""
    description: str = ""
    received: int = 0


@dataclass
class Limits:
    """To one number; the usual ones of messages are 1, 5 and 10."""

    thirty_seconds: int = 100
    hour: int = 100
    day: int = 100


@dataclass
class Account:
    package: bool = True
    variable_length: int = 12
    """Without limit for firms."""
    blacklist: set[str] = field(default_factory=set)
    templates: dict[str, int] = field(default_factory=lambda: {"1110": 2, "1111": 0, "4356": 1})
    """Numbers of variables."""


class Tencent(Provider):
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.now = now
        self.limits = Limits()
        self.account = Account()
        self.sent: list[Sent] = []
        self.replies: list[dict[str, Any]] = []

    def reply(self, number: str, text: str, time_s: int, extend: str = "") -> None:
        self.replies.append(
            {
                "ExtendCode": extend,
                "CountryCode": "86",
                "PhoneNumber": f"+86{number}",
                "SignName": SIGN,
                "ReplyContent": text,
                "ReplyTime": time_s,
                "SubscriberNumber": number,
            }
        )

    def answer(self, request: Request) -> Response:
        try:
            product = self._admit(request)
            action, version = request.headers["x-tc-action"], request.headers.get("x-tc-version")
            does = _ACTIONS.get((product, action))
            if does is None:
                raise Refused("InvalidAction", action)
            wanted, fields, run = does
            if version != wanted:
                raise Refused("NoSuchVersion")
            told = run(self, _typed(request.body, fields))
        except Refused as refused:
            told = {"Error": {"Code": refused.code, "Message": refused.words}}
        body = json.dumps({"Response": {**told, "RequestId": REQUEST_ID}}, ensure_ascii=False)
        return Response(200, body.encode(), {"Content-Type": "application/json"})

    def _admit(self, request: Request) -> str:
        """The product that the signature was made for."""
        headers = request.headers
        if request.method != "POST" or request.path != "/" or request.query:
            raise Refused("InvalidRequest")
        if headers.get("x-tc-region") not in {"ap-guangzhou", "ap-beijing", "ap-nanjing"}:
            raise Refused("UnsupportedRegion")
        written = re.fullmatch(
            "TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]{10})/(sms|vms)/tc3_request, "
            "SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if not written:
            raise Refused("AuthFailure.InvalidAuthorization")
        key_id, day, product, signed, signature = written.groups()
        if key_id != SECRET_ID:
            raise Refused("AuthFailure.SecretIdNotFound")
        names = signed.split(";")
        if names != sorted(names) or not {"content-type", "host"} <= set(names) <= headers.keys():
            raise Refused("AuthFailure.SignatureFailure")
        stamp = int(headers["x-tc-timestamp"])
        if abs(stamp - self.now()) > 300:
            raise Refused("AuthFailure.SignatureExpire")
        if day != datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d"):
            raise Refused("AuthFailure.SignatureFailure")
        lines = ["POST", "/", ""] + [f"{name}:{headers[name].strip().lower()}" for name in names]
        asked = "\n".join([*lines, "", signed, hashlib.sha256(request.body).hexdigest()])
        text = "\n".join(
            [
                "TC3-HMAC-SHA256",
                str(stamp),
                f"{day}/{product}/tc3_request",
                hashlib.sha256(asked.encode()).hexdigest(),
            ]
        )
        key = hmac.digest(f"TC3{SECRET_KEY}".encode(), day.encode(), "sha256")
        key = hmac.digest(key, product.encode(), "sha256")
        key = hmac.digest(key, b"tc3_request", "sha256")
        if hmac.digest(key, text.encode(), "sha256").hex() != signature:
            raise Refused("AuthFailure.SignatureFailure", f"check your signature of {request.body!r}")
        if not headers["content-type"].startswith("application/json"):
            raise Refused("InvalidRequest")
        return product

    def send_sms(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked["PhoneNumberSet"]) > 200:
            raise Refused("LimitExceeded.PhoneNumberCountLimit")
        if len(asked.get("SessionContext", "").encode()) >= 512:
            raise Refused("InvalidParameterValue")
        return {"SendStatusSet": [self._send(number, asked) for number in asked["PhoneNumberSet"]]}

    def _send(self, number: str, asked: dict[str, Any]) -> dict[str, Any]:
        reference, code, words = "", "Ok", "send success"
        try:
            self._app(asked["SmsSdkAppId"], "UnauthorizedOperation.SmsSdkAppIdVerifyFail")
            found = NUMBER.fullmatch(number)
            if not found:
                raise Refused("InvalidParameterValue.IncorrectPhoneNumber", f"{number} is wrong")
            if found[1] in self.account.blacklist:
                raise Refused("FailedOperation.PhoneNumberInBlacklist")
            if asked.get("SignName") != SIGN:
                raise Refused("FailedOperation.SignatureIncorrectOrUnapproved")
            if not self.account.package:
                raise Refused("FailedOperation.InsufficientBalanceInSmsPackage")
            content = self._filled(asked)
            reference = self._sent(found[1], content, asked.get("SessionContext", "")).reference
        except Refused as refused:
            code, words = refused.code, refused.words
        return {
            "SerialNo": reference,
            "PhoneNumber": number,
            "Fee": int(code == "Ok"),
            "SessionContext": asked.get("SessionContext", ""),
            "Code": code,
            "Message": words,
            "IsoCode": "CN",
        }

    def pull_by_number(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._app(asked["SmsSdkAppId"], "UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if asked["Offset"] != 0 or not 1 <= asked["Limit"] <= 100:
            raise Refused("InvalidParameterValue.LimitVerifyFail")
        if asked["BeginTime"] < self.now() - 7 * 86_400 or asked["BeginTime"] > asked.get(
            "EndTime", self.now()
        ):
            raise Refused("InvalidParameterValue.InvalidStartTime")
        found = [
            {
                "UserReceiveTime": one.received,
                "CountryCode": "86",
                "SubscriberNumber": one.number,
                "PhoneNumber": f"+86{one.number}",
                "SerialNo": one.reference,
                "ReportStatus": one.status,
                "Description": one.description,
                "SessionContext": None,
            }
            for one in self.sent
            if one.status and f"+86{one.number}" == asked["PhoneNumber"] and one.time >= asked["BeginTime"]
        ]
        return {"PullSmsSendStatusSet": found[: asked["Limit"]]}

    def pull_replies(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is told once is gone."""
        self._app(asked["SmsSdkAppId"], "UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if not 1 <= asked["Limit"] <= 100:
            raise Refused("InvalidParameterValue.LimitVerifyFail")
        told, self.replies = self.replies[: asked["Limit"]], self.replies[asked["Limit"] :]
        return {"PullSmsReplyStatusSet": told}

    def statistics(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._app(asked["SmsSdkAppId"], "UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if not all(re.fullmatch("20[0-9]{8}", asked[name]) for name in ("BeginTime", "EndTime")):
            raise Refused("InvalidParameterValue.BeginTimeVerifyFail")
        if asked["EndTime"] <= asked["BeginTime"] or asked["Limit"] != 0 or asked["Offset"] != 0:
            raise Refused("InvalidParameterValue.EndTimeVerifyFail")
        return {"SendStatusStatistics": {"FeeCount": 1, "RequestCount": 1, "RequestSuccessCount": 1}}

    def call(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._app(asked["VoiceSdkAppid"], "UnauthorizedOperation.VoiceSdkAppidVerifyFail")
        found = re.fullmatch(r"\+86(1[3-9][0-9]{9})", asked["CalledNumber"])
        if not found:
            raise Refused("InvalidParameterValue.CalledNumberVerifyFail")
        if not 1 <= asked.get("PlayTimes", 2) <= 3:
            raise Refused("FailedOperation.InvalidParameters")
        if not self.account.package:
            raise Refused("FailedOperation.InsufficientBalanceInVoicePackage")
        one = self._sent(found[1], self._filled(asked), asked.get("SessionContext", ""))
        return {"SendStatus": {"CallId": one.reference, "SessionContext": one.session}}

    def _app(self, app_id: str, code: str) -> None:
        if app_id != APP_ID:
            raise Refused(code)

    def _filled(self, asked: dict[str, Any]) -> str:
        variables = asked.get("TemplateParamSet", [])
        if self.account.templates.get(asked["TemplateId"]) != len(variables):
            raise Refused("FailedOperation.TemplateIncorrectOrUnapproved")
        if any(len(value) > self.account.variable_length for value in variables):
            raise Refused("InvalidParameterValue.TemplateParameterLengthLimit")
        if any("://" in value for value in variables):
            raise Refused("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter")
        return "|".join([asked["TemplateId"], *variables])

    def _sent(self, number: str, content: str, session: str) -> Sent:
        for length, most, code in (
            (30, self.limits.thirty_seconds, "LimitExceeded.PhoneNumberThirtySecondLimit"),
            (3600, self.limits.hour, "LimitExceeded.PhoneNumberOneHourLimit"),
            (86_400, self.limits.day, "LimitExceeded.PhoneNumberDailyLimit"),
        ):
            if len([o for o in self.sent if o.number == number and o.time > self.now() - length]) >= most:
                raise Refused(code)
        one = Sent(number, f"5000:10457106691570536578{len(self.sent):08d}", content, session, self.now())
        self.sent.append(one)
        return one


def _typed(body: bytes, fields: Fields) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        raise Refused("FailedOperation.JsonParseFail") from None
    if not isinstance(asked, dict):
        raise Refused("FailedOperation.JsonParseFail")
    for name, (kind, needed) in fields.items():
        if name not in asked:
            if needed:
                raise Refused("MissingParameter", f"The request is missing the required parameter `{name}`.")
            continue
        value = asked[name]
        wrong = isinstance(value, list) and not all(isinstance(one, str) for one in value)
        if wrong or type(value) is not kind:
            raise Refused("InvalidParameter", f"The value type of parameter `{name}` is not valid.")
    if unknown := asked.keys() - fields.keys():
        raise Refused("UnknownParameter", f"The parameter `{unknown}` is not recognized.")
    return asked


_APP: Fields = {"SmsSdkAppId": (str, True)}
_PAGE: Fields = {"Offset": (int, True), "Limit": (int, True)}
_ACTIONS: dict[tuple[str, str], tuple[str, Fields, Callable[[Tencent, dict[str, Any]], dict[str, Any]]]] = {
    ("sms", "SendSms"): (
        "2021-01-11",
        {
            **_APP,
            "PhoneNumberSet": (list, True),
            "TemplateId": (str, True),
            "SignName": (str, False),
            "TemplateParamSet": (list, False),
            "ExtendCode": (str, False),
            "SessionContext": (str, False),
            "SenderId": (str, False),
        },
        Tencent.send_sms,
    ),
    ("sms", "PullSmsSendStatusByPhoneNumber"): (
        "2021-01-11",
        {**_APP, **_PAGE, "BeginTime": (int, True), "EndTime": (int, False), "PhoneNumber": (str, True)},
        Tencent.pull_by_number,
    ),
    ("sms", "PullSmsReplyStatus"): ("2021-01-11", {**_APP, "Limit": (int, True)}, Tencent.pull_replies),
    ("sms", "SendStatusStatistics"): (
        "2021-01-11",
        {**_APP, **_PAGE, "BeginTime": (str, True), "EndTime": (str, True)},
        Tencent.statistics,
    ),
    ("vms", "SendTtsVoice"): (
        "2020-09-02",
        {
            "TemplateId": (str, True),
            "CalledNumber": (str, True),
            "VoiceSdkAppid": (str, True),
            "TemplateParamSet": (list, False),
            "PlayTimes": (int, False),
            "SessionContext": (str, False),
        },
        Tencent.call,
    ),
}
