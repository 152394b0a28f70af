"""Alibaba Cloud's OpenAPI over HTTP: the signature V3, and what its codes mean for a message.

Signature: help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature (ACS3-HMAC-SHA256).
Codes: help.aliyun.com/document_detail/101346.html (messages) and 178344.html (calls).
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from business.notifier.channels.http import Http
from business.notifier.channels.port import BadAccount, BadMessage, BadReceiver, NotHanded, TryLater
from business.notifier.channels.refusal import refusal, rubbish
from config.secrets import Secret
from config.text import Text

PROVIDER = Text("阿里云", "Alibaba Cloud")

_LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
_KINDS: Mapping[str, type[NotHanded]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": BadReceiver,
    # Of the account rather than of one message: the signature and the shown number are its settings, and
    # the limits of day and month are those that it has set for itself.
    "isv.SMS_SIGNATURE_ILLEGAL": BadAccount,
    "isv.SMS_SIGN_ILLEGAL": BadAccount,
    "isv.SIGN_STATE_ILLEGAL": BadAccount,
    "isv.EXTEND_CODE_ERROR": BadAccount,
    "isv.DENY_IP_RANGE": BadAccount,
    "isv.DAY_LIMIT_CONTROL": BadAccount,
    "isv.MONTH_LIMIT_CONTROL": BadAccount,
    "isv.OUT_OF_SERVICE": BadAccount,
    "isv.AMOUNT_NOT_ENOUGH": BadAccount,
    "isv.PRODUCT_UN_SUBSCRIPT": BadAccount,
    "isv.PRODUCT_UNSUBSCRIBE": BadAccount,
    "isv.ACCOUNT_NOT_EXISTS": BadAccount,
    "isv.ACCOUNT_ABNORMAL": BadAccount,
    "isv.SECURITY_FROZEN_ACCOUNT": BadAccount,
    "isv.DISPLAY_NUMBER_ILLEGAL": BadAccount,
    "isv.BILLID_NOT_EXIST": BadAccount,
    "isp.RAM_PERMISSION_DENY": BadAccount,
    # A number's limit is over after its window, so that the number itself is not bad.
    _LIMIT: TryLater,
    # Somebody has complained, of this call or of all from our number: neither is known to be for ever.
    "isv.COMPLAINT_REJECT": TryLater,
    "isv.VOICE_ROBOT_NOT_PERIOD": TryLater,
    "isv.VOICE_CALL_PERIOD_ERROR": TryLater,
    "isv.VOICE_CALL_FAIL": TryLater,
    "SignatureNonceUsed": TryLater,
    "ServiceUnavailable": TryLater,
}
# What is not named above, by its beginning; anything else is of the gateway, which knows accounts only.
_BEGINNINGS: Mapping[str, type[NotHanded]] = {"isv.": BadMessage, "isp.": TryLater, "Throttling": TryLater}
_WINDOWS_S = {"分钟": 60.0, "小时": 3600.0, "天": 3600.0}
"""By what the words of the limit name. A day's is asked again hourly: for calls it slides, 24 hours from the
first, and nobody is told when that was."""


class AliyunApi:
    """The actions of one product of one account."""

    def __init__(
        self,
        base: str,
        version: str,
        key_id: str,
        key: Secret,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._http = Http(base)
        self._host = urlsplit(base).netloc
        self._version = version
        self._key_id = key_id
        self._key = key
        self._wall_ns = wall_ns
        self._nonce = nonce

    async def call(self, action: str, parameters: Mapping[str, str], *, sends: bool) -> dict[str, Any]:
        """The fields of the answer, whose Code is OK. Raises NotHanded."""
        query = canonical_query(parameters)
        time_s = self._wall_ns() // 1_000_000_000
        headers = {
            "host": self._host,
            "x-acs-action": action,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-version": self._version,
        }
        signature = authorization("POST", query, headers, self._key_id, self._key)
        reply = await self._http.request(
            "POST",
            f"/?{query}",
            headers={**headers, "authorization": signature, "accept": "application/json"},
            sends=sends,
        )
        try:
            answer = reply.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("Code"), str):
            raise rubbish(PROVIDER, reply.status, sends=sends)
        if answer["Code"] != "OK":
            raise refused(answer["Code"], str(answer.get("Message", "")))
        return answer

    async def close(self) -> None:
        await self._http.close()


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted and encoded as RFC 3986 says: as it is signed, and as it is sent."""
    return "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(parameters.items()))


def authorization(method: str, query: str, headers: Mapping[str, str], key_id: str, key: Secret) -> str:
    """The header of a request to / that has these headers, all of which are signed, and no body."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = f"{method}\n/\n{query}\n{lines}\n{signed}\n{headers['x-acs-content-sha256']}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = hmac.new(
        key.reveal().encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), hashlib.sha256
    ).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={signed},Signature={signature}"


def refused(code: str, words: str) -> NotHanded:
    """Of the code and words of an answer that is not OK."""
    kind = _KINDS.get(code) or next(
        (kind for beginning, kind in _BEGINNINGS.items() if code.startswith(beginning)), BadAccount
    )
    after_s = 0.0
    if code == _LIMIT:
        after_s = next((length for name, length in _WINDOWS_S.items() if name in words), 60.0)
    # The gateway's words quote the request, with all that the message says: only its code is passed on.
    told = words if code.startswith(("isv.", "isp.")) else ""
    return refusal(kind, PROVIDER, code, told, after_s=after_s)
