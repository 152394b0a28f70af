"""Group robots of chat programs: one webhook for each group, a message as JSON, a code in the answer."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from actors.said import said
from business.notifier.channels.http import Http, Reply
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    Handed,
    NotHanded,
    Outgoing,
    Receipt,
    TryLater,
    Unclear,
)
from business.notifier.channels.texts import fitted, hide_numbers, with_line
from config.secrets import Secret
from config.text import Text

EVERYBODY: Final = "@all"
_PAUSE_S = 60.0
"""All three count the messages of a minute."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one of a provider's codes means, and the way out."""

    kind: type[NotHanded]
    zh: str
    en: str


class Robot(ABC):
    """The webhook of one group. Nobody answers here: a link leads to where one does."""

    provider: ClassVar[Text]
    refusals: ClassVar[Mapping[int, Refusal]]
    most_bytes: ClassVar[int]
    """Of a whole request."""
    code: ClassVar[Sequence[str]] = ("errcode",)
    """Names of the code in an answer."""
    words: ClassVar[str] = "errmsg"

    def __init__(self, base: str, secrets: Mapping[str, Secret]) -> None:
        self._http = Http(base)
        self._secrets = secrets

    @abstractmethod
    def target(self) -> tuple[str, dict[str, str]]:
        """Path and query. Raises BadAccount for a secret that is missing or none."""

    @abstractmethod
    def content(self, message: Outgoing, text: str) -> dict[str, Any]:
        """The request for a message that says `text`. Raises BadReceiver."""

    def signed(self, content: dict[str, Any]) -> dict[str, Any]:
        return content

    async def hand_over(self, message: Outgoing) -> Handed:
        def build(text: str) -> bytes:
            return _encoded(self.signed(self.content(message, text)))

        text = with_line(message.subject, message.text) if message.subject else message.text
        await self._ask(fitted(build, text, self.most_bytes, message.language), sends=True)
        return Handed("")

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return ()

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        return ()

    async def check(self) -> None:
        """Asks for a message of no kind: a robot that is there complains about that and nothing else."""
        with suppress(BadMessage):
            await self._ask(_encoded(self.signed({})), sends=False)

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, body: bytes, *, sends: bool) -> None:
        path, query = self.target()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        reply = await self._http.request(
            "POST", path, headers=headers, query=query, content=body, sends=sends
        )
        code, words = self._read(reply, sends=sends)
        if code == 0:
            return
        refusal = self.refusal(code, words)
        why = said(
            f"{self.provider.zh}拒收（{code} {words}）：{refusal.zh}",
            f"{self.provider.en} refused it ({code} {words}): {refusal.en}",
        )
        raise TryLater(why, _PAUSE_S) if refusal.kind is TryLater else refusal.kind(why)

    def refusal(self, code: int, words: str) -> Refusal:
        """What the code means; one that is not known concerns this message only."""
        unknown = Refusal(
            BadMessage, "请按错误码查阅服务商文档", "look the code up in the provider's documents"
        )
        return self.refusals.get(code, unknown)

    def _read(self, reply: Reply, *, sends: bool) -> tuple[int, str]:
        try:
            answer = reply.json()
            code = next((answer[name] for name in self.code if name in answer), None)
            words = str(answer.get(self.words, ""))
        except (ValueError, TypeError, AttributeError):
            code, words = None, ""
        if isinstance(code, int):
            return code, self._harmless(words)
        why = said(
            f"应答不是{self.provider.zh}的格式：HTTP {reply.status}；请检查接口地址和网络",
            f"the answer is none of {self.provider.en}'s: HTTP {reply.status}; check address and network",
        )
        if 400 <= reply.status < 500:
            raise BadAccount(why)
        raise Unclear(why) if sends and reply.status < 300 else TryLater(why)

    def _harmless(self, words: str) -> str:
        for one in self._secrets.values():
            words = words.replace(one.reveal(), "***") if one.reveal() else words
        return hide_numbers(words)[:200]


def mobile(to: str) -> str:
    """Whom to mention: '' for nobody, @all, or a number as chat programs of the mainland know it."""
    if to in {"", EVERYBODY}:
        return to
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        raise BadReceiver(
            said(
                "要提醒的人应写成手机号（如 +8613800138000）、@all 或留空",
                "whom to mention should be a number such as +8613800138000, @all, or empty",
            )
        )
    return to.removeprefix("+86")


def token(secret: Secret, zh: str, en: str) -> str:
    """The part of a webhook's address that is secret. Raises BadAccount for the address as a whole."""
    value = secret.reveal().strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,200}", value):
        raise BadAccount(
            said(
                f"机器人的密钥应只含字母、数字、- 和 _：请只填 Webhook 地址中{zh}的部分，不要填整个地址",
                f"a robot's key has letters, digits, - and _: give the part of the address {en}, not all",
            )
        )
    return value


def table(*rows: tuple[Iterable[int], type[NotHanded], str, str]) -> dict[int, Refusal]:
    """Refusals by code."""
    return {code: Refusal(kind, zh, en) for codes, kind, zh, en in rows for code in codes}


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
