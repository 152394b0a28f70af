"""A stand-in for Alibaba Cloud: the gateway with its signature V3, messages, calls, and their queues.

help.aliyun.com: zh/sdk/product-overview/v3-request-structure-and-signature (signature), document_detail/55284
(SendSms), 419277 (QuerySendDetails), 2807429 (GetSmsSign), 393519 (SingleCallByTts), 393521 (IvrCall),
zh/vms/through-the-call-id-for-call-records, 101346 and 178344 (codes).
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.business.notifier.channels.aliyun_queue_stand_in import CHINA, Queues
from tests.business.notifier.channels.provider import Provider, Request, Response

KEY_ID, KEY = "LTAI5tStandInKeyId", "stand-in-access-key-secret-30ch"
SIGN = "智慧园区"
MOBILE = re.compile(r"(?:\+86|86|0086)?(1[3-9][0-9]{9})")
LANDLINE = re.compile(r"0[1-9][0-9]{8,10}")
VARIABLE_LENGTH = 35
MUST_SIGN = {
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
}


class Refused(Exception):
    def __init__(self, code: str, words: str = "", status: int = 200) -> None:
        super().__init__(code)
        self.code, self.words, self.status = code, words or code, status


@dataclass
class Sent:
    number: str
    reference: str
    parameters: Mapping[str, str]
    time: float
    status: int = 1
    code: str = ""
    state: str = ""
    duration: int = 0
    ended: float = 0.0

    @property
    def day(self) -> str:
        return datetime.fromtimestamp(self.time, CHINA).strftime("%Y%m%d")


@dataclass(frozen=True)
class Template:
    variables: frozenset[str] = frozenset()


@dataclass
class Limits:
    """To one number; the documented ones of calls are 1, 5 and 20."""

    minute: int = 100
    hour: int = 100
    day: int = 100


@dataclass
class Account:
    balance: bool = True
    sign_status: int = 1
    templates: dict[str, Template] = field(default_factory=dict)
    shown: set[str] = field(default_factory=lambda: {"05711234567"})


class Aliyun(Provider):
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.now = now
        self.limits = Limits()
        self.account = Account(
            templates={
                "SMS_1000": Template(frozenset({"what", "where"})),
                "SMS_1001": Template(),
                "TTS_2000": Template(frozenset({"what"})),
                "TTS_2001": Template(),
            }
        )
        self.sent: list[Sent] = []
        self.queues = Queues("1234567890", lambda: self.now())
        self._nonces: set[str] = set()

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/queues/"):
            return self.queues.answer(request)
        try:
            self._admit(request)
            action = request.headers["x-acs-action"]
            does = _ACTIONS.get(action)
            if does is None:
                raise Refused("InvalidAction.NotFound", status=404)
            required, optional, run = does
            _present(request.query, required, optional)
            told = {"Code": "OK", "Message": "OK", **run(self, dict(request.query))}
            status = 200
        except Refused as refused:
            told, status = {"Code": refused.code, "Message": refused.words}, refused.status
        body = json.dumps({"RequestId": "8906582E-6722-409A-A6C4-0E7863B733A5", **told}, ensure_ascii=False)
        return Response(status, body.encode(), {"Content-Type": "application/json;charset=utf-8"})

    def _admit(self, request: Request) -> None:
        headers = request.headers
        if request.method not in {"POST", "GET"} or request.path != "/":
            raise Refused("InvalidAction.NotFound", status=404)
        if headers.get("x-acs-version") != "2017-05-25":
            raise Refused("InvalidVersion", status=400)
        written = re.fullmatch(
            "ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if not written:
            raise Refused("IncompleteSignature", status=400)
        if written[1] != KEY_ID:
            raise Refused("InvalidAccessKeyId.NotFound", status=404)
        names = written[2].split(";")
        ours = {n for n in headers if n == "host" or n.startswith("x-acs-")} | MUST_SIGN
        if names != sorted(names) or not ours <= set(names) or not set(names) <= headers.keys():
            raise Refused("IncompleteSignature", status=400)
        if headers["x-acs-content-sha256"] != hashlib.sha256(request.body).hexdigest():
            raise Refused("SignatureDoesNotMatch", status=400)
        lines = [request.method, "/", _canonical(request.query)]
        lines += [f"{name}:{headers[name].strip()}" for name in names]
        lines += ["", written[2], headers["x-acs-content-sha256"]]
        asked = "\n".join(lines)
        digest = "ACS3-HMAC-SHA256\n" + hashlib.sha256(asked.encode()).hexdigest()
        if hmac.digest(KEY.encode(), digest.encode(), "sha256").hex() != written[3]:
            words = (
                f"Specified signature is not matched with our calculation. server string to sign is: {asked}"
            )
            raise Refused("SignatureDoesNotMatch", words, 400)
        date = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(date.timestamp() - self.now()) > 900:
            raise Refused("InvalidTimeStamp.Expired", status=400)
        if headers["x-acs-signature-nonce"] in self._nonces:
            raise Refused("SignatureNonceUsed", status=400)
        self._nonces.add(headers["x-acs-signature-nonce"])

    def send_sms(self, asked: dict[str, str]) -> dict[str, Any]:
        found = MOBILE.fullmatch(asked["PhoneNumbers"])
        if not found:
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL", f"{asked['PhoneNumbers']}invalid mobile number")
        if asked["SignName"] != SIGN or self.account.sign_status != 1:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名")
        if not asked["TemplateCode"].startswith("SMS_"):
            raise Refused("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板")
        self._filled(asked["TemplateCode"], asked.get("TemplateParam"), "isv.SMS_TEMPLATE_ILLEGAL")
        if len(asked.get("OutId", "").encode()) >= 256:
            raise Refused("isv.INVALID_PARAMETERS")
        return {"BizId": self._sent(found[1], asked).reference}

    def query_send_details(self, asked: dict[str, str]) -> dict[str, Any]:
        size, page = _whole(asked["PageSize"], 1, 50), _whole(asked["CurrentPage"], 1, 10_000)
        age = datetime.fromtimestamp(self.now(), CHINA) - _day(asked["SendDate"])
        if not -1 <= age.days <= 30:
            raise Refused("isv.INVALID_PARAMETERS", "SendDate")
        found = [
            _detail(one)
            for one in self.sent
            if one.number == asked["PhoneNumber"]
            and one.day == asked["SendDate"]
            and asked.get("BizId", one.reference) == one.reference
        ]
        return {
            "TotalCount": str(len(found)),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": found[size * (page - 1) : size * page]},
        }

    def get_sms_sign(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked["SignName"] != SIGN:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL", "签名不存在")
        return {"SignName": SIGN, "SignStatus": self.account.sign_status}

    def single_call(self, asked: dict[str, str]) -> dict[str, Any]:
        self._callable(asked, needs_number=False)
        self._filled(asked["TtsCode"], asked.get("TtsParam"), "isv.TTS_TEMPLATE_ILLEGAL")
        return {"CallId": self._sent(asked["CalledNumber"], asked).reference}

    def ivr_call(self, asked: dict[str, str]) -> dict[str, Any]:
        self._callable(asked, needs_number=True)
        self._filled(asked["StartCode"], asked.get("StartTtsParams"), "isv.TTS_TEMPLATE_ILLEGAL")
        _whole(asked.get("Timeout", "3000"), 1, 60_000)
        places = {name.split(".")[1] for name in asked if name.startswith("MenuKeyMap.")}
        if places != {str(place + 1) for place in range(len(places))} or not places:
            raise Refused("MissingMenuKeyMap", status=400)
        for place in places:
            if not re.fullmatch("[0-9*#]", asked.get(f"MenuKeyMap.{place}.Key", "")):
                raise Refused("isv.INVALID_PARAMETERS", "Key")
            if (code := asked.get(f"MenuKeyMap.{place}.Code")) is not None:
                variables = asked.get(f"MenuKeyMap.{place}.TtsParams")
                self._filled(code, variables, "isv.TTS_TEMPLATE_ILLEGAL")
        return {"CallId": self._sent(asked["CalledNumber"], asked).reference}

    def query_call(self, asked: dict[str, str]) -> dict[str, Any]:
        day = datetime.fromtimestamp(int(asked["QueryDate"]) / 1000, CHINA).strftime("%Y%m%d")
        for one in self.sent:
            product = "11000000300005" if "StartCode" in one.parameters else "11000000300006"
            if one.reference == asked["CallId"] and one.day == day and product == asked["ProdId"]:
                return {"Data": json.dumps(_call(one), ensure_ascii=False)}
        if asked["CallId"] == "0^0":
            raise Refused("isv.INVALID_PARAMETERS", "CallId")
        return {"Data": ""}

    def queue_token(self, asked: dict[str, str]) -> dict[str, Any]:
        told = self.queues.token(asked["MessageType"], asked["QueueName"])
        if told is None:
            raise Refused("isv.INVALID_PARAMETERS", "QueueName")
        return {"MessageTokenDTO": told}

    def _callable(self, asked: dict[str, str], *, needs_number: bool) -> None:
        number = asked["CalledNumber"]
        if not re.fullmatch("1[3-9][0-9]{9}", number) and not LANDLINE.fullmatch(number):
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL", number)
        shown = asked.get("CalledShowNumber")
        if (shown is not None or needs_number) and shown not in self.account.shown:
            raise Refused("isv.DISPLAY_NUMBER_ILLEGAL")
        _whole(asked.get("PlayTimes", "3"), 1, 3)
        if not 1 <= len(asked.get("OutId", "x").encode()) <= 15:
            raise Refused("isv.INVALID_PARAMETERS", "OutId")

    def _filled(self, code: str, written: str | None, unknown: str) -> None:
        template = self.account.templates.get(code)
        if template is None:
            raise Refused(unknown)
        try:
            variables = {} if written is None else json.loads(written)
        except ValueError:
            raise Refused("isv.INVALID_JSON_PARAM") from None
        if not isinstance(variables, dict) or not all(isinstance(v, str) for v in variables.values()):
            raise Refused("isv.INVALID_JSON_PARAM")
        if template.variables - variables.keys():
            raise Refused("isv.TEMPLATE_MISSING_PARAMETERS")
        if variables.keys() - template.variables:
            raise Refused("isv.TEMPLATE_PARAMS_ILLEGAL")
        if any(len(value) > VARIABLE_LENGTH for value in variables.values()):
            raise Refused("isv.PARAM_LENGTH_LIMIT")
        if any("://" in value for value in variables.values()):
            raise Refused("isv.PARAM_NOT_SUPPORT_URL")

    def _sent(self, number: str, asked: dict[str, str]) -> Sent:
        if not self.account.balance:
            raise Refused("isv.AMOUNT_NOT_ENOUGH", "账户余额不足")
        for name, length, most in (
            ("分钟", 60, self.limits.minute),
            ("小时", 3600, self.limits.hour),
            ("天", 86_400, self.limits.day),
        ):
            recent = [one for one in self.sent if one.number == number and one.time > self.now() - length]
            if len(recent) >= most:
                raise Refused("isv.BUSINESS_LIMIT_CONTROL", f"触发{name}级流控Permits:{most}")
        one = Sent(number, f"9006191{len(self.sent):05d}^0", asked, self.now())
        self.sent.append(one)
        return one


_SEND = {"PhoneNumbers", "SignName", "TemplateCode"}
_IVR = {"StartTtsParams", "PlayTimes", "ByeCode", "ByeTtsParams", "Timeout", "OutId", "MenuKeyMap"}
_ACTIONS: dict[str, tuple[set[str], set[str], Callable[[Aliyun, dict[str, str]], dict[str, Any]]]] = {
    "SendSms": (_SEND, {"TemplateParam", "SmsUpExtendCode", "OutId"}, Aliyun.send_sms),
    "QuerySendDetails": (
        {"PhoneNumber", "SendDate", "PageSize", "CurrentPage"},
        {"BizId"},
        Aliyun.query_send_details,
    ),
    "GetSmsSign": ({"SignName"}, set(), Aliyun.get_sms_sign),
    "SingleCallByTts": (
        {"CalledNumber", "TtsCode"},
        {"CalledShowNumber", "TtsParam", "PlayTimes", "Volume", "Speed", "OutId"},
        Aliyun.single_call,
    ),
    "IvrCall": ({"CalledShowNumber", "CalledNumber", "StartCode"}, _IVR, Aliyun.ivr_call),
    "QueryCallDetailByCallId": ({"CallId", "ProdId", "QueryDate"}, set(), Aliyun.query_call),
    "QueryTokenForMnsQueue": ({"MessageType", "QueueName"}, set(), Aliyun.queue_token),
}


def _present(query: Mapping[str, str], required: set[str], optional: set[str]) -> None:
    for name in sorted(required):
        if not query.get(name):
            raise Refused(f"Missing{name}", f"{name} is mandatory for this action.", 400)
    for name in query:
        known = re.sub(r"^MenuKeyMap\.[0-9]+\.(Key|Code|TtsParams)$", "MenuKeyMap", name)
        if known not in required | optional:
            raise Refused("InvalidParameter", name, 400)


def _canonical(query: Mapping[str, str]) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    return "&".join("=".join(pair) for pair in pairs)


def _whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch("[0-9]+", text) or not least <= int(text) <= most:
        raise Refused("isv.INVALID_PARAMETERS", text)
    return int(text)


def _day(text: str) -> datetime:
    if not re.fullmatch("[0-9]{8}", text):
        raise Refused("isv.INVALID_PARAMETERS", text)
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=CHINA)


def told(time: float) -> str:
    return datetime.fromtimestamp(time, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _detail(one: Sent) -> dict[str, Any]:
    told_then = {"ReceiveDate": told(one.ended)} if one.ended else {}
    return {
        "PhoneNum": one.number,
        "SendStatus": one.status,
        "ErrCode": one.code,
        "TemplateCode": one.parameters["TemplateCode"],
        "Content": "【智慧园区】…",
        "SendDate": told(one.time),
        "OutId": one.parameters.get("OutId", ""),
        **told_then,
    }


def _call(one: Sent) -> dict[str, Any]:
    return {
        "caller": "05711234567",
        "startDate": told(one.ended - one.duration) if one.duration else "",
        "stateDesc": one.code,
        "duration": one.duration,
        "callerShowNumber": "05711234567",
        "gmtCreate": told(one.time),
        "state": one.state,
        "endDate": told(one.ended) if one.ended else "",
        "calleeShowNumber": "05711234567",
        "callee": one.number,
    }
