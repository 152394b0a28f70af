"""What the failures of a talk with a mail server mean for the mail: RFC 5321 and the step that it came to."""

import ssl
from enum import IntEnum, auto

from aiosmtplib import SMTPException, SMTPResponseException

from actors.said import said
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    TryLater,
    Unclear,
)
from business.notifier.channels.texts import hide_mail, hide_numbers

GREYLISTED_S = 60.0
"""A server that puts off whom it does not know takes the same mail some time later."""


class Step(IntEnum):
    """How far the talk has come."""

    CONNECT = auto()
    LOGIN = auto()
    SENDER = auto()
    RECEIVER = auto()
    DATA = auto()
    WRITTEN = auto()
    """The server has the whole mail, as far as we know."""
    DONE = auto()


def failure(error: Exception, step: Step, to: str = "") -> NotHanded:
    """Of a mail to `to`."""
    if isinstance(error, SMTPResponseException) and 400 <= error.code < 600:
        words = " ".join(error.message.encode(errors="replace").decode().split())
        words = words.replace(to, hide_mail(to)) if to else words
        return _refused(error.code, hide_numbers(words)[:200], step)
    if step is Step.CONNECT and (trouble := _of_tls(error)) is not None:
        why = str(getattr(trouble, "verify_message", "") or trouble.reason or trouble)
        return BadAccount(
            said(
                f"加密连接未建立：{why}；请核对主机名、端口与加密方式，自建证书须指定 CA 文件",
                f"no encrypted connection: {why}; compare host, port and security, and name the CA's file"
                " for a certificate of one's own",
            )
        )
    if type(error) is SMTPException and step <= Step.LOGIN:
        # The library says so of servers that offer no STARTTLS, or no AUTH.
        return BadAccount(
            said(
                f"服务器不支持所设的加密或登录方式：{error}；请核对端口与加密方式",
                f"the server does not offer what is set: {error}; compare port and security",
            )
        )
    what = f"{type(error).__name__} {error}".strip()[:200]
    if step is Step.WRITTEN:
        return Unclear(
            said(
                f"邮件已写出，但没有收到确认：{what}",
                f"the mail was written, and nothing was heard since: {what}",
            )
        )
    return TryLater(said(f"邮件服务器没有应答：{what}", f"the mail server did not answer: {what}"))


def _refused(code: int, words: str, step: Step) -> NotHanded:
    answered = f"{code} {words}".strip()
    if code < 500 or (code == 552 and step is Step.RECEIVER):  # 552: his mailbox is full, until he cleans it.
        after_s = GREYLISTED_S if code in {450, 451} else 0.0
        return TryLater(
            said(f"服务器暂不接收：{answered}", f"the server does not take it now: {answered}"), after_s
        )
    if step <= Step.SENDER or code in {530, 534, 535, 538}:
        return BadAccount(
            said(
                f"服务器拒绝了我方账号：{answered}；请核对用户名、密码（授权码）和发件地址",
                f"the server refused our account: {answered}; compare user, password and sender",
            )
        )
    if step is Step.RECEIVER and code == 554:
        # Postfix says so, and not 550, to those for whom it passes nothing on.
        return BadAccount(
            said(
                f"服务器不为我方转发：{answered}；请登录，或在服务器上允许本机",
                f"the server passes nothing on for us: {answered}; log in, or have it allow this host",
            )
        )
    if step is Step.RECEIVER:
        return BadReceiver(
            said(
                f"收件人被拒绝：{answered}；请更正邮箱地址",
                f"the receiver was refused: {answered}; correct the address",
            )
        )
    return BadMessage(
        said(
            f"邮件内容被拒绝：{answered}；请查看服务器的反垃圾与大小限制",
            f"the content was refused: {answered}; see the server's rules for spam and size",
        )
    )


def _of_tls(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, ssl.SSLError) and not isinstance(
            error, ssl.SSLEOFError | ssl.SSLZeroReturnError
        ):
            return error
        error = error.__cause__
    return None
