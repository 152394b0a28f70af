"""E-mail against a real server in this process, which can also misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from actors.said import in_language
from business.notifier.channels.email import KIND, Email
from business.notifier.channels.email_options import EmailTable
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    Outgoing,
    TryLater,
    Unclear,
)
from config.secrets import Secret

PASSWORD = "authorisation-code-7261"
MESSAGE = Outgoing(
    id="3f2504e04f8941d39a0c0305e82c3301",
    to="zhang.san@example.com",
    language="zh",
    subject="高高报警：锅炉房 1 号锅炉压力",
    text="压力 1.31 MPa <限值 1.20>\n.一行以点开头\n请处理",
    link="https://steward.example.com/a/7f3a?x=1&y=2",
)


@dataclass
class Server:
    """What it takes, and how it behaves."""

    port: int = 0
    mails: list[tuple[str, EmailMessage, bytes]] = field(default_factory=list)
    """Receiver, mail as read, mail as it came."""
    at_sender: str = ""
    at_receiver: str = ""
    at_data: str = ""
    drops: str = ""
    """receiver, data or written: it closes the connection then."""
    hangs: str = ""
    sessions: int = 0

    async def handle_MAIL(  # noqa: N802
        self, _s: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.at_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.misbehave(server, "receiver")
        envelope.rcpt_tos.append(address)
        return self.at_receiver or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data:
            return self.at_data
        whole = cast(bytes, envelope.original_content)
        mail = message_from_bytes(whole, policy=default)
        self.mails.append((envelope.rcpt_tos[0], mail, whole))
        await self.misbehave(server, "written")
        return "250 2.0.0 queued as 4F1"

    async def misbehave(self, server: SMTP, step: str) -> None:
        if self.drops == step:
            cast(asyncio.Transport, server.transport).abort()
        if self.hangs == step:
            await asyncio.Event().wait()


class Listening(SMTP):
    """Misbehaves before the mail, too."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        await cast(Server, self.event_handler).misbehave(self, "data")
        await super().smtp_DATA(arg)


def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
    right = data == LoginPassword(b"alarm@campus.example", PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@dataclass(frozen=True)
class Authority:
    ca_file: Path
    context: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate for 127.0.0.1, and who made it."""
    directory = tmp_path_factory.mktemp("certificates")
    now = datetime.now(UTC)

    def certificate(
        name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, ca: bool
    ) -> x509.Certificate:
        named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer)]
        made = x509.CertificateBuilder().subject_name(named[0]).issuer_name(named[1])
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if not ca:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
            made = made.add_extension(names, critical=False)
        return made.sign(by, hashes.SHA256())

    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_file, chain = directory / "ca.pem", directory / "server.pem"
    pem = serialization.Encoding.PEM
    ca_file.write_bytes(certificate("Campus CA", ca_key, "Campus CA", ca_key, ca=True).public_bytes(pem))
    chain.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate("127.0.0.1", key, "Campus CA", ca_key, ca=False).public_bytes(pem)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    return Authority(ca_file, context)


@asynccontextmanager
async def serving(
    authority: Authority, *, security: str = "starttls", **behaviour: Any
) -> AsyncIterator[Server]:
    one = Server(**behaviour)
    starttls = security == "starttls"

    def talk() -> SMTP:
        one.sessions += 1
        return Listening(
            one,
            hostname="mail.campus.example",
            tls_context=authority.context if starttls else None,
            require_starttls=starttls,
            auth_required=starttls,
            auth_require_tls=starttls,
            authenticator=login,
            loop=asyncio.get_running_loop(),
        )

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        talk, "127.0.0.1", 0, ssl=authority.context if security == "tls" else None
    )
    one.port = listening.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        listening.close()
        await listening.wait_closed()
        # Talks that were broken off end in the next turns of the loop.
        await asyncio.sleep(0.01)


def channel(
    server: Server, authority: Authority, *, password: str = PASSWORD, deadline_s: float = 10.0, **other: Any
) -> Email:
    options: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "alarm@campus.example",
        "sender": "alarm@campus.example",
        "sender_name": "园区管家",
        "ca_file": str(authority.ca_file),
    }
    table = EmailTable(**(options | other))
    return Email(table, {"password": Secret(password)}, lambda: 1_700_000_000 * 10**9, deadline_s)


def read(mail: EmailMessage) -> list[str]:
    """The plain text and the page."""
    parts = [cast(EmailMessage, one) for one in mail.iter_parts()]
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/html"]
    return [str(one.get_content()).replace("\r\n", "\n") for one in parts]


async def test_a_mail_arrives_as_text_and_as_a_page(authority: Authority) -> None:
    async with serving(authority) as server:
        handed = await channel(server, authority).hand_over(MESSAGE)
        ((to, mail, _),) = server.mails
    assert to == MESSAGE.to == mail["To"]
    assert handed.reference == mail["Message-ID"] == f"<{MESSAGE.id}@campus.example>"
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"] == "园区管家 <alarm@campus.example>"
    assert mail["Date"].datetime == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    plain, page = read(mail)
    assert plain.startswith(MESSAGE.text)
    assert MESSAGE.link in plain
    assert "压力 1.31 MPa &lt;限值 1.20&gt;<br>.一行以点开头" in page
    assert '<a href="https://steward.example.com/a/7f3a?x=1&amp;y=2">打开处理页面</a>' in page
    assert "<form" not in page
    assert "<img" not in page, "nothing that a mail program would fetch by itself"


async def test_every_mail_has_a_connection_of_its_own_and_the_same_name_again(authority: Authority) -> None:
    async with serving(authority) as server:
        one = channel(server, authority)
        for _ in range(2):
            await one.hand_over(MESSAGE)
        await asyncio.gather(*(one.hand_over(replace(MESSAGE, id=f"{n:032x}")) for n in range(3)))
        names = [mail["Message-ID"] for _, mail, _ in server.mails]
        assert server.sessions == 5
    assert names[0] == names[1]
    assert len(set(names)) == 4


async def test_english_and_urgent(authority: Authority) -> None:
    async with serving(authority) as server:
        await channel(server, authority).hand_over(replace(MESSAGE, language="en", urgent=True, link=""))
        ((_, mail, whole),) = server.mails
    assert mail["Importance"] == "high"
    _, page = read(mail)
    assert '<html lang="en">' in page
    assert "please do not reply" in page
    assert "<a " not in page
    assert whole.isascii(), "not every server takes eight bits"


@pytest.mark.parametrize("security", ["tls", "none"])
async def test_other_securities(authority: Authority, security: str) -> None:
    async with serving(authority, security=security) as server:
        one = channel(server, authority, security=security, user="")
        await one.hand_over(MESSAGE)
        await one.check()
        assert len(server.mails) == 1


async def test_a_check_sends_nothing(authority: Authority) -> None:
    async with serving(authority) as server:
        one = channel(server, authority)
        await one.check()
        assert server.mails == []
        assert await one.receipts([("<a@b>", MESSAGE.to, 0)]) == ()
        assert await one.answers(0) == ()
        await one.close()


async def test_a_wrong_password_is_the_accounts_fault_and_is_not_said(authority: Authority) -> None:
    async with serving(authority) as server:
        one = channel(server, authority, password="wrong-password-1")
        for asked in (one.hand_over(MESSAGE), one.check()):
            with pytest.raises(BadAccount, match="535") as caught:
                await asked
            assert "wrong-password-1" not in str(caught.value) + repr(caught.value.__context__)
        assert "wrong-password-1" not in repr(one) + repr(vars(one))
        with pytest.raises(BadAccount, match="set it"):
            await channel(server, authority, password="").check()


async def test_a_certificate_of_nobody_we_trust(authority: Authority, tmp_path: Path) -> None:
    async with serving(authority) as server:
        with pytest.raises(BadAccount, match="certificate") as caught:
            await channel(server, authority, ca_file="").hand_over(MESSAGE)
        assert "CA" in in_language(str(caught.value), "zh")
        with pytest.raises(BadAccount, match=r"absent\.pem"):
            await channel(server, authority, ca_file=str(tmp_path / "absent.pem")).check()
        (tmp_path / "empty.pem").write_text("nothing")
        with pytest.raises(BadAccount, match=r"empty\.pem"):
            await channel(server, authority, ca_file=str(tmp_path / "empty.pem")).check()
    async with serving(authority) as server:
        with pytest.raises(BadAccount, match="certificate"):
            # By another name than the one that it is for.
            await channel(server, authority, host="localhost").check()


async def test_security_and_port_that_do_not_fit(authority: Authority) -> None:
    async with serving(authority, security="none") as server:
        with pytest.raises(BadAccount, match="STARTTLS"):
            await channel(server, authority).hand_over(MESSAGE)
        with pytest.raises(BadAccount, match="security"):
            await channel(server, authority, security="tls").hand_over(MESSAGE)
        assert server.mails == []


REFUSED: list[tuple[dict[str, str], type[NotHanded], float]] = [
    ({"at_receiver": "550 5.1.1 <zhang.san@example.com> no such user"}, BadReceiver, 0),
    ({"at_receiver": "551 5.1.6 moved"}, BadReceiver, 0),
    ({"at_receiver": "553 5.1.3 bad name"}, BadReceiver, 0),
    ({"at_receiver": "450 4.2.0 greylisted"}, TryLater, 60),
    ({"at_receiver": "451 4.7.1 greylisted"}, TryLater, 60),
    ({"at_receiver": "452 4.5.3 too many"}, TryLater, 0),
    ({"at_receiver": "421 4.3.2 closing"}, TryLater, 0),
    ({"at_receiver": "552 5.2.2 mailbox full"}, TryLater, 0),
    ({"at_receiver": "554 5.7.1 relay access denied"}, BadAccount, 0),
    ({"at_receiver": "530 5.7.0 log in first"}, BadAccount, 0),
    ({"at_sender": "553 5.7.1 not your address"}, BadAccount, 0),
    ({"at_data": "552 5.3.4 too large"}, BadMessage, 0),
    ({"at_data": "554 5.7.1 spam"}, BadMessage, 0),
    ({"at_data": "451 4.3.0 try again"}, TryLater, 60),
]


@pytest.mark.parametrize(("behaviour", "kind", "after_s"), REFUSED)
async def test_codes_say_whose_fault_it_is(
    authority: Authority, behaviour: dict[str, str], kind: type[NotHanded], after_s: float
) -> None:
    async with serving(authority, **behaviour) as server:
        with pytest.raises(NotHanded) as caught:
            await channel(server, authority).hand_over(MESSAGE)
    assert type(caught.value) is kind
    told = str(caught.value)
    assert next(iter(behaviour.values()))[:3] in told
    assert MESSAGE.to not in told
    assert in_language(told, "zh") != in_language(told, "en")
    assert getattr(caught.value, "after_s", 0) == after_s


@pytest.mark.parametrize("way", ["drops", "hangs"])
@pytest.mark.parametrize(("step", "kind"), [("receiver", TryLater), ("data", TryLater), ("written", Unclear)])
async def test_a_talk_that_breaks_is_unclear_only_after_the_mail_was_written(
    authority: Authority, way: str, step: str, kind: type[NotHanded]
) -> None:
    behaviour = {way: step}
    async with serving(authority, **behaviour) as server:
        one = channel(server, authority, deadline_s=0.5 if way == "hangs" else 10)
        with pytest.raises(NotHanded) as caught:
            await one.hand_over(MESSAGE)
        assert type(caught.value) is kind
        assert len(server.mails) == (step == "written")
        server.drops = server.hangs = ""
        await one.hand_over(MESSAGE)


async def test_nobody_there_and_nobody_who_speaks(authority: Authority) -> None:
    async with serving(authority) as server:
        pass
    with pytest.raises(TryLater):
        await channel(server, authority).hand_over(MESSAGE)

    async def mute(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    async def strange(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    writers: list[asyncio.StreamWriter] = []
    answers: list[Callable[..., Any]] = [mute, strange]
    for answer in answers:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        one = channel(server, authority, deadline_s=0.1)
        for asked in (one.hand_over(MESSAGE), one.check()):
            with pytest.raises(TryLater):
                await asked
        for writer in writers:
            writer.close()
        listening.close()


HOSTILE = [
    "a@b.example\r\nRCPT TO:<x@y.example>",
    "a@b.example, c@d.example",
    "<a@b.example>",
    "张@b.example",
]


@pytest.mark.parametrize("to", [*HOSTILE, "", "a b@c.example", "a..b@c.example", "+8613800138000", "a@b"])
async def test_an_address_that_is_none_goes_nowhere(authority: Authority, to: str) -> None:
    async with serving(authority) as server:
        with pytest.raises(BadReceiver) as caught:
            await channel(server, authority).hand_over(replace(MESSAGE, to=to))
        assert not to or to not in str(caught.value)
        assert server.sessions == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "a\r\nBcc: x@y.example"},
        {"subject": "a\nb"},
        {"subject": "a\u2028b"},
        {"link": "javascript:alert(1)"},
        {"link": "https://a.example/\r\nx"},
    ],
)
async def test_a_header_cannot_be_slipped_in(authority: Authority, bad: dict[str, str]) -> None:
    async with serving(authority) as server:
        with pytest.raises(BadMessage):
            await channel(server, authority).hand_over(replace(MESSAGE, **cast(Any, bad)))
        assert server.sessions == 0


async def test_a_text_cannot_end_the_mail_or_leave_the_page(authority: Authority) -> None:
    text = "first\r\n.\r\nMAIL FROM:<x@y.example>\n<script>alert(1)</script>"
    async with serving(authority) as server:
        other = replace(MESSAGE, text=text, subject="<b>x</b>", language="en")
        await channel(server, authority).hand_over(other)
        ((_, mail, whole),) = server.mails
    assert b"\r\n.\r\nMAIL FROM" in whole, "plain, so that its dot had to be doubled on the way"
    plain, page = read(mail)
    assert plain.startswith("first\n.\nMAIL FROM")
    assert "<script" not in page
    assert "<h2>&lt;b&gt;x&lt;/b&gt;</h2>" in page


def test_what_is_not_encrypted_stays_here_unless_allowed() -> None:
    given: dict[str, Any] = {"sender": "a@b.example", "security": "none"}
    for host in ("127.0.0.1", "localhost", "::1"):
        KIND.options(host=host, **given)
    with pytest.raises(ValueError, match="encrypted"):
        KIND.options(host="smtp.example.com", **given)
    KIND.options(host="smtp.example.com", unencrypted=True, **given)
    for wrong in ({"sender": "a"}, {"sender_name": "a\nb"}):
        with pytest.raises(ValueError, match="should"):
            KIND.options(**({"host": "x", "sender": "a@b.example"} | wrong))
