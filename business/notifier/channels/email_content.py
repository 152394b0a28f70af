"""A message as an e-mail: its headers, the plain text, and the same as a page."""

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from actors.said import said
from business.notifier.channels.port import BadMessage, BadReceiver, Outgoing
from business.notifier.channels.texts import one_line
from config.text import Text

_POLICY = SMTP.clone(cte_type="7bit")  # Not every server on the way takes eight bits.
_PLAIN = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_OPEN = Text("打开处理页面", "Open the page to answer")
_FOOT = Text("本邮件由系统自动发送，请勿直接回复。", "This was sent automatically; please do not reply.")


def is_address(address: str) -> bool:
    """Of the kind that every server takes: one mailbox, in ASCII, without a name."""
    return re.fullmatch(_PLAIN, address) is not None and len(address) <= 254


def email_of(message: Outgoing, sender: str, sender_name: str, time_ns: int) -> tuple[str, bytes]:
    """The Message-ID and the whole mail, its lines ended by CR LF.

    The Message-ID is the same in every attempt, so that a receiver's server may drop a second one. Raises
    BadReceiver, and BadMessage for a subject of more than a line or a link that is none.
    """
    _check(message)
    name = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail = EmailMessage(_POLICY)
    try:
        mail["From"] = Address(sender_name, addr_spec=sender)
        mail["To"] = Address(addr_spec=message.to)
    except (ValueError, MessageError) as error:  # The pattern lets through what has two dots in a row.
        raise _bad_receiver() from error
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(time_ns // 1_000_000_000, UTC))
    mail["Message-ID"] = name
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it.
    mail["X-Auto-Response-Suppress"] = "All"  # The same for Exchange (MS-OXCMAIL).
    if message.urgent:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail.set_content(_plain(message))
    mail.add_alternative(_page(message), subtype="html")
    return name, mail.as_bytes()


def _check(message: Outgoing) -> None:
    if not is_address(message.to):
        raise _bad_receiver()
    if not one_line(message.subject):
        raise BadMessage(
            said("邮件主题含有换行或控制字符，请改为一行", "the subject has a line end; make it one line")
        )
    if message.link and not (one_line(message.link) and re.match(r"https?://[^\s]+$", message.link)):
        raise BadMessage(said("链接不是网址", "the link is no web address"))


def _bad_receiver() -> BadReceiver:
    return BadReceiver(
        said(
            "收件人不是可用的邮箱地址（应形如 name@example.com，国际化域名写作 xn--）；请更正",
            "the receiver is no address such as name@example.com (other alphabets as xn--); correct it",
        )
    )


def _plain(message: Outgoing) -> str:
    parts = [message.text]
    if message.link:
        parts.append(f"{_OPEN.in_language(message.language)}:\n{message.link}")
    parts.append(_FOOT.in_language(message.language))
    return "\n\n".join(parts) + "\n"


def _page(message: Outgoing) -> str:
    paragraphs = [f"<h2>{escape(message.subject)}</h2>"]
    paragraphs.append(f"<p>{'<br>'.join(escape(line) for line in message.text.splitlines())}</p>")
    if link := escape(message.link):
        words = _OPEN.in_language(message.language)
        paragraphs.append(f'<p><a href="{link}">{words}</a></p><p><small>{link}</small></p>')
    paragraphs.append(f"<p><small>{_FOOT.in_language(message.language)}</small></p>")
    language = "en" if message.language == "en" else "zh-CN"
    head = f'<head><meta charset="utf-8"><title>{escape(message.subject)}</title></head>'
    body = "\n".join(("<body>", *paragraphs, "</body>"))
    return f'<!DOCTYPE html>\n<html lang="{language}">{head}\n{body}\n</html>\n'
