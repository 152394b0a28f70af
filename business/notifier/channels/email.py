"""E-mail by SMTP: one connection for one mail, encrypted, and given up after `DEADLINE_S`.

Answers come by the link in it. Nothing is heard of a mail after it was taken.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from aiosmtplib import SMTP, SMTPDataError, SMTPException
from pydantic import BaseModel

from actors.said import said
from business.notifier.channels.account import needed
from business.notifier.channels.email_content import email_of
from business.notifier.channels.email_options import EmailTable
from business.notifier.channels.port import (
    DEADLINE_S,
    Answer,
    BadAccount,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    writing,
)
from business.notifier.channels.smtp_failures import Step, failure
from config.secrets import Secret
from config.text import Text

_QUIT_S = 2.0
"""For a farewell that changes nothing any more."""
_PASSWORD = Text("邮箱密码（或授权码）", "password of the mailbox")


class Email:
    """Keeps nothing but the certificates that it trusts."""

    def __init__(
        self,
        options: EmailTable,
        secrets: Mapping[str, Secret],
        wall_ns: Callable[[], int] = time.time_ns,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._options = options
        self._secrets = secrets
        self._wall_ns = wall_ns
        self._deadline_s = deadline_s
        self._trusted: ssl.SSLContext | None = None

    async def hand_over(self, message: Outgoing) -> Handed:
        options = self._options
        name, mail = email_of(message, options.sender, options.sender_name, self._wall_ns())

        async def deliver(client: SMTP, talk: _Talk) -> None:
            talk.step = Step.SENDER
            await client.mail(options.sender)
            talk.step = Step.RECEIVER
            await client.rcpt(message.to)
            talk.step = Step.DATA
            await _write(client, talk, mail)

        await self._talk(deliver, message.to)
        return Handed(name)

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return ()

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        return ()

    async def check(self) -> None:
        async def ask(client: SMTP, _talk: _Talk) -> None:
            await client.noop()

        await self._talk(ask)

    async def close(self) -> None: ...

    async def _talk(self, work: Callable[[SMTP, "_Talk"], Awaitable[None]], to: str = "") -> None:
        options = self._options
        password = needed(self._secrets, "password", _PASSWORD) if options.user else None
        talk = _Talk()
        try:
            async with asyncio.timeout(self._deadline_s):
                client = SMTP(
                    hostname=options.host,
                    port=options.port,
                    # Else the library asks the name service for ours, which may take its time.
                    local_hostname="[127.0.0.1]",
                    timeout=self._deadline_s,
                    use_tls=options.security == "tls",
                    start_tls=options.security == "starttls",
                    tls_context=await self._context(),
                )
                try:
                    await client.connect()
                    talk.step = Step.LOGIN
                    if password is not None:
                        await client.login(options.user, password.reveal())
                    await work(client, talk)
                    talk.step = Step.DONE
                    await client.quit(timeout=_QUIT_S)
                finally:
                    client.close()
        except (SMTPException, OSError) as error:  # Of which TimeoutError is one.
            if talk.step is not Step.DONE:
                raise failure(error, talk.step, to) from None  # It names the receiver.

    async def _context(self) -> ssl.SSLContext | None:
        if self._options.security == "none":
            return None
        if self._trusted is None:
            self._trusted = await asyncio.to_thread(self._trust)
        return self._trusted

    def _trust(self) -> ssl.SSLContext:
        path = self._options.ca_file
        try:
            return ssl.create_default_context(cafile=path or None)
        except OSError as error:
            raise BadAccount(
                said(
                    f"CA 文件不可用：{path}（{error}）；请改正路径或换成 PEM 证书",
                    f"the CA's file cannot be used: {path} ({error}); correct the path, or give a PEM file",
                )
            ) from error


class _Talk:
    """With a server."""

    def __init__(self) -> None:
        self.step = Step.CONNECT


async def _write(client: SMTP, talk: _Talk, mail: bytes) -> None:
    """In the library's own `data` nobody can tell whether the mail was written when the connection breaks."""
    answer = await client.execute_command(b"DATA")
    protocol = client.protocol
    if answer.code != 354 or protocol is None:
        raise SMTPDataError(answer.code, answer.message)
    await writing()
    talk.step = Step.WRITTEN
    protocol.write(re.sub(rb"(?m)^\.", b"..", mail) + b".\r\n")
    answer = await protocol.read_response()
    if answer.code != 250:
        raise SMTPDataError(answer.code, answer.message)


class EmailKind:
    name: ClassVar = "email"
    label: ClassVar = Text("电子邮件", "E-mail")
    medium: ClassVar = Medium.EMAIL
    options: ClassVar[type[BaseModel]] = EmailTable
    secrets: ClassVar[Mapping[str, Text]] = {"password": _PASSWORD}
    templated: ClassVar = False
    repeatable: ClassVar = False
    """Many servers drop a second mail of the same Message-ID, and as many do not."""
    answered: ClassVar = False
    most_keys: ClassVar = 0

    def open(self, options: EmailTable, secrets: Mapping[str, Secret], house: House) -> Email:
        return Email(options, secrets)


KIND: ChannelKind = EmailKind()
