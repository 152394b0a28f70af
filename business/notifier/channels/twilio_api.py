"""What the channels by Twilio have in common: the account, its requests, and the requests that Twilio makes.

The SDK builds requests and reads answers on a thread; `Carrier` sends them.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import TimeoutError as TooLate
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, StringConstraints

from actors.said import said
from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.http import Http
from business.notifier.channels.port import (
    DEADLINE_S,
    Answer,
    BadAccount,
    BadReceiver,
    Forged,
    NotHanded,
    Receipt,
    TryLater,
    Unclear,
)
from business.notifier.channels.twilio_carrier import Carrier, unreadable
from business.notifier.channels.twilio_failures import failure
from config.secrets import Secret
from config.table import Table, shown
from config.text import Text

TOKEN: Final = Text("Auth Token", "Auth Token")
E164: Final = r"^\+[1-9]\d{6,14}$"
Number = Annotated[str, StringConstraints(pattern=E164)]
KEYS_PATH: Final = "/api/v1/notifier/twilio/keys"
"""Where the keys pressed in a call are posted, below the public address; `message` in the query names it."""
MOST_AT_ONCE: Final = 8
_Found = TypeVar("_Found")


class TwilioTable(Table):
    """An account at Twilio."""

    address: Address = address_field("https://api.twilio.com")
    account: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-f]{32}$")] = Field(
        title="Account SID",
        description="begins with AC, from the console's first page",
        json_schema_extra=shown("Account SID", "以 AC 开头，见控制台首页"),
    )


class Account:
    """Requests of one account, each given up after `deadline_s`."""

    def __init__(
        self, options: TwilioTable, secrets: Mapping[str, Secret], deadline_s: float = DEADLINE_S
    ) -> None:
        self.sid = options.account
        self._secrets = secrets
        self._deadline_s = deadline_s
        self._http = Http(options.address)

    async def ask(self, call: Callable[[Any], _Found], *, sends: bool = False) -> _Found:
        """What `call` makes of the SDK's client, on a thread of its own. Raises NotHanded."""
        token = needed(self._secrets, "token", TOKEN)
        carrier = Carrier(self._http, asyncio.get_running_loop(), self.sid, token)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.to_thread(self._call, call, carrier, sends)
        except (TimeoutError, TooLate) as error:
            raise self._late(sends=sends and carrier.has_sent) from error
        finally:
            carrier.stop()

    def posted(
        self, url: str, fields: Mapping[str, str], signature: str, read: Callable[[], Answer]
    ) -> Answer:
        """What `read` makes of a request of Twilio to us. Raises Forged."""
        if not verified(url, fields, signature, needed(self._secrets, "token", TOKEN)):
            raise Forged("the signature of the request is not Twilio's")
        try:
            return read()
        except KeyError as error:
            raise Forged(f"the request lacks {error}") from error

    async def each(self, calls: Iterable[Callable[[Any], Receipt | None]]) -> Sequence[Receipt]:
        """Of those that could be asked in time. Raises what went wrong only where nothing went well."""
        turn = asyncio.Semaphore(MOST_AT_ONCE)

        async def one(call: Callable[[Any], Receipt | None]) -> Receipt | None:
            async with turn:
                return await self.ask(_unless_gone(call))

        asked = [asyncio.create_task(one(call)) for call in calls]
        if not asked:
            return ()
        try:
            await asyncio.wait(asked, timeout=self._deadline_s)
        finally:
            for task in asked:
                task.cancel()
        told = await asyncio.gather(*asked, return_exceptions=True)
        failed = [found for found in told if isinstance(found, BaseException)]
        for error in failed:
            if isinstance(error, Exception) and not isinstance(error, NotHanded):
                raise error
        if len(failed) == len(told):
            raise next((one for one in failed if isinstance(one, NotHanded)), self._late(sends=False))
        return [found for found in told if isinstance(found, Receipt)]

    async def check(self) -> None:
        """Raises BadAccount for one that is suspended or closed."""
        state = await self.ask(lambda client: client.api.v2010.accounts(self.sid).fetch().status)
        if state != "active":
            raise BadAccount(
                said(
                    f"Twilio 账号状态为 {state}；请在控制台处理",
                    f"the account at Twilio is {state}; see to it in the console",
                )
            )

    async def close(self) -> None:
        await self._http.close()

    def _late(self, *, sends: bool) -> NotHanded:
        after = f"{self._deadline_s:g} s"
        return (Unclear if sends else TryLater)(
            said(f"Twilio 在 {after} 内没有应答", f"Twilio did not answer within {after}")
        )

    def _call(self, call: Callable[[Any], _Found], carrier: Carrier, sends: bool) -> _Found:  # noqa: FBT001
        # Here, because it takes some tenths of a second that a site without Twilio need not spend.
        from twilio.base.exceptions import TwilioException
        from twilio.rest import Client

        # No password: the carrier has it, and the client would keep and show it.
        client = Client(self.sid, "-", http_client=carrier)
        try:
            return call(client)
        except TwilioException as error:
            status, code = getattr(error, "status", 0), getattr(error, "code", 0)
            words = str(getattr(error, "msg", "") or getattr(error, "detail", ""))
            # The original shows the whole number.
            raise (failure(status, code, words) if status else unreadable(sends=sends)) from None


def _unless_gone(call: Callable[[Any], Receipt | None]) -> Callable[[Any], Receipt | None]:
    """A message that was deleted at Twilio says nothing about the account."""

    def asked(client: Any) -> Receipt | None:
        from twilio.base.exceptions import TwilioException

        try:
            return call(client)
        except TwilioException as error:
            if getattr(error, "status", 0) == 404:
                return None
            raise

    return asked


def verified(url: str, params: Mapping[str, str], signature: str, token: Secret) -> bool:
    """Whether Twilio made a request: `url` as Twilio sees it, the form's fields, and X-Twilio-Signature.

    https://www.twilio.com/docs/usage/security: HMAC-SHA1 with the Auth Token, as Base64.
    """
    from twilio.request_validator import RequestValidator

    return bool(RequestValidator(token.reveal()).validate(url, dict(params), signature))


def pressed(params: Mapping[str, str], time_ns: int) -> Answer:
    """The keys of a request to `KEYS_PATH`, from a form that was `verified`. Raises KeyError for a field that
    is not there.

    One call may send several: 3 to hear it again, then 1.
    """
    call, keys = params["CallSid"], params["Digits"]
    ours = params.get("Direction", "").startswith("outbound")
    return Answer(f"{call}/{keys}", params["To" if ours else "From"], keys, time_ns, call)


def written(params: Mapping[str, str], time_ns: int) -> Answer:
    """The same of a message that came in, for a site that has Twilio post them."""
    return Answer(params["MessageSid"], params["From"], params["Body"], time_ns)


def number(to: str) -> str:
    """Raises BadReceiver for what is no number in E.164."""
    if not re.fullmatch(E164, to):
        raise BadReceiver(
            said(
                "号码应写成国际格式，如 +14155550100；请更正",
                "the number should be international, such as +14155550100; correct it",
            )
        )
    return to


def in_mainland(to: str) -> bool:
    return to.startswith("+86")


def sid(found: Any, starts: Sequence[str]) -> str:
    """Of what was created. Raises Unclear when the answer names nothing of the kind."""
    name = found.sid
    if not isinstance(name, str) or not name.startswith(tuple(starts)):
        raise Unclear(said("Twilio 的应答没有编号", "Twilio's answer names nothing"))
    return name


def nanoseconds(moment: datetime | None, otherwise_ns: int) -> int:
    return otherwise_ns if moment is None else int(moment.timestamp()) * 1_000_000_000


def hundredths(price: Any) -> int:
    """Of a price such as "-0.00750", which is ours to pay; 0 when it is not known yet."""
    try:
        return int((abs(Decimal(str(price))) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return 0
