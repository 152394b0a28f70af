"""A stand-in for Twilio's REST interface of 2010-04-01, written from its published pages.

Numbers fail as the magic numbers of its test credentials do: https://www.twilio.com/docs/iam/test-credentials.
"""

import base64
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, quote
from xml.etree import ElementTree

from tests.business.notifier.channels.provider import Provider, Request, Response

ACCOUNT = "AC" + "0f" * 16
TOKEN = "12345678901234567890123456789012"
NUMBER = "+15005550006"
SERVICE = "MG" + "a1" * 16
NOW = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
_MESSAGES_TO = {"1": 21211, "2": 21612, "3": 21408, "4": 21610, "9": 21614}
_MESSAGES_FROM = {"1": 21212, "7": 21606, "8": 21611}
_CALLS_TO = {"1": 21217, "2": 21214, "3": 21215, "4": 21216}
_CALLS_FROM = {"1": 21212}
_SAY = {"language", "loop", "voice"}
_GATHER = {"action", "method", "input", "numDigits", "finishOnKey", "timeout"}


class _Refused(Exception):
    def __init__(self, status: int, code: int, words: str) -> None:
        self.status, self.code, self.words = status, code, words


@dataclass
class Twilio(Provider):
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: str = "active"
    waits: threading.Event = field(default_factory=threading.Event)
    """Cleared, it takes what is asked and answers when this is set again."""
    refuse: tuple[int, int, str] | None = None
    """The next answer: status, code and words."""

    def __post_init__(self) -> None:
        super().__init__()
        self.waits.set()

    def answer(self, request: Request) -> Response:
        try:
            if self.refuse is not None:
                (status, code, words), self.refuse = self.refuse, None
                raise _Refused(status, code, words)
            basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            if request.headers.get("authorization") != f"Basic {basic}":
                raise _Refused(401, 20003, "Authenticate")
            return self._routed(request)
        except _Refused as why:
            more = f"https://www.twilio.com/docs/errors/{why.code}"
            told = {"code": why.code, "message": why.words, "more_info": more, "status": why.status}
            return _json(why.status, told)
        finally:
            self.waits.wait(10)

    def comes_in(self, sender: str, text: str, time: datetime = NOW, to: str = NUMBER) -> str:
        """An SMS to us."""
        sid = f"SM{len(self.messages):032x}"
        self.messages[sid] = _message(sid, sender, to, text, "inbound", "received", time)
        return sid

    def _routed(self, request: Request) -> Response:
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        if (request.method, request.path) == ("GET", f"{base}.json"):
            return _json(200, {"sid": ACCOUNT, "status": self.state, "friendly_name": "Campus"})
        if (request.method, request.path) == ("GET", f"{base}/Messages.json"):
            return self._listed(request, base)
        if (request.method, request.path) == ("POST", f"{base}/Messages.json"):
            return self._message(_form(request))
        if (request.method, request.path) == ("POST", f"{base}/Calls.json"):
            return self._call(_form(request))
        kind, _, sid = request.path.removeprefix(f"{base}/").removesuffix(".json").partition("/")
        found = {"Messages": self.messages, "Calls": self.calls}.get(kind, {}).get(sid)
        if request.method != "GET" or found is None:
            raise _Refused(404, 20404, f"The requested resource {request.path} was not found")
        return _json(200, found)

    def _message(self, form: Mapping[str, str]) -> Response:
        if unknown := set(form) - {"To", "From", "MessagingServiceSid", "Body"}:
            raise _Refused(400, 20001, f"Unknown parameter {unknown}")
        if not form.get("Body"):
            raise _Refused(400, 21602, "Message body is required.")
        if len(form["Body"]) > 1600:
            raise _Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if form.get("MessagingServiceSid", SERVICE) != SERVICE:
            raise _Refused(404, 21701, "The Messaging Service does not exist")
        if "MessagingServiceSid" not in form and "From" not in form:
            raise _Refused(400, 21603, "A 'From' phone number is required.")
        _numbers(form, _MESSAGES_TO, _MESSAGES_FROM)
        sid = f"SM{len(self.messages):032x}"
        sender = form.get("From", NUMBER)
        self.messages[sid] = _message(sid, sender, form["To"], form["Body"], "outbound-api", "queued", None)
        return _json(201, self.messages[sid])

    def _call(self, form: Mapping[str, str]) -> Response:
        if unknown := set(form) - {"To", "From", "Twiml", "Timeout"}:
            raise _Refused(400, 20001, f"Unknown parameter {unknown}")
        if not 1 <= int(form.get("Timeout", "60")) <= 600:
            raise _Refused(400, 20001, "Timeout")
        if len(form["Twiml"]) > 4000:
            raise _Refused(400, 32018, "Twiml size exceeded maximum allowed value of 4000 characters")
        _numbers(form, _CALLS_TO, _CALLS_FROM)
        heard(form["Twiml"])
        sid = f"CA{len(self.calls):032x}"
        self.calls[sid] = {
            "sid": sid,
            "account_sid": ACCOUNT,
            "to": form["To"],
            "from": form["From"],
            "status": "queued",
            "direction": "outbound-api",
            "duration": None,
            "price": None,
            "end_time": None,
            "twiml": form["Twiml"],
        }
        return _json(201, self.calls[sid])

    def _listed(self, request: Request, base: str) -> Response:
        query = dict(request.query)
        if unknown := set(query) - {"To", "From", "DateSent>", "PageSize", "Page", "PageToken"}:
            raise _Refused(400, 20001, f"Unknown parameter {unknown}")
        since = query.get("DateSent>", "")
        if since and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
            raise _Refused(400, 20001, "DateSent should be YYYY-MM-DD")
        size = int(query.get("PageSize", "50"))
        if not 1 <= size <= 1000:
            raise _Refused(400, 20001, "PageSize")
        found = [
            one
            for one in reversed(self.messages.values())
            if query.get("To", one["to"]) == one["to"] and one["sent_on"] >= since
        ]
        page = int(query.get("Page", "0"))
        more = len(found) > (page + 1) * size
        rest = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items() if name != "Page")
        following = f"{base}/Messages.json?{rest}&Page={page + 1}&PageToken=PA{page}" if more else None
        return _json(
            200,
            {
                "messages": found[page * size : (page + 1) * size],
                "page": page,
                "page_size": size,
                "next_page_uri": following,
                "first_page_uri": f"{base}/Messages.json",
                "previous_page_uri": None,
                "uri": request.path,
                "start": page * size,
                "end": page * size + size - 1,
            },
        )


def heard(twiml: str) -> tuple[str, str]:
    """What is said within and outside of <Gather>. Refuses verbs and attributes that were not meant."""
    root = ElementTree.fromstring(twiml)
    if root.tag != "Response":
        raise _Refused(400, 12100, "Document parse failure")
    inside = outside = ""
    for verb in root.iter():
        allowed = {"Response": set[str](), "Pause": {"length"}, "Say": _SAY, "Gather": _GATHER}[verb.tag]
        if not set(verb.attrib) <= allowed:
            raise _Refused(400, 12200, "Schema validation warning")
        if verb.tag == "Say" and verb.get("language") not in {"zh-CN", "en-US"}:
            raise _Refused(400, 13512, "Invalid language")
    for say in root.findall("Gather/Say"):
        inside += (say.text or "") * int(say.get("loop", "1"))
    for say in root.findall("Say"):
        outside += (say.text or "") * int(say.get("loop", "1"))
    return inside, outside


def _numbers(form: Mapping[str, str], to: Mapping[str, int], sender: Mapping[str, int]) -> None:
    for name, magic in (("To", to), ("From", sender)):
        value = form.get(name, NUMBER)
        if not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            raise _Refused(400, 21211, f"The '{name}' number {value} is not a valid phone number.")
        if value.startswith("+1500555000") and (code := magic.get(value[-1])):
            raise _Refused(400, code, f"The '{name}' number {value} cannot be used.")


def _message(
    sid: str, sender: str, to: str, body: str, direction: str, status: str, sent: datetime | None
) -> dict[str, Any]:
    when = format_datetime(sent) if sent else None
    return {
        "sid": sid,
        "account_sid": ACCOUNT,
        "from": sender,
        "to": to,
        "body": body,
        "direction": direction,
        "status": status,
        "date_created": when,
        "date_sent": when,
        "date_updated": when,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "sent_on": f"{sent or NOW:%Y-%m-%d}",
    }


def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type") != "application/x-www-form-urlencoded":
        raise _Refused(415, 20001, "Unsupported media type")
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))


def _json(status: int, found: Mapping[str, Any]) -> Response:
    return Response(status, json.dumps(found).encode(), {"Content-Type": "application/json"})
