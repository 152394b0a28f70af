"""Codes sent to a phone: who asks how often, whose number it is, and what is sent."""

import secrets
from collections.abc import Callable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actors.said import said
from business.access import SECOND_NS
from business.fields.field_type import FieldError
from business.fields.phone import mobile
from business.fields.sealed import equals, keyring_of
from business.gate import Refused
from business.identity.entry_model import CodeRequest
from business.identity.lockout import of_phone
from business.identity.model import User
from business.notifier.messages import SendMessage
from business.notifier.outbox import Outbox
from business.notifier.people import language_of
from business.notifier.reach import CRITICAL
from config.notification import Medium
from config.notify_events import LOG_IN_CODE

HOUR_NS = 3600 * SECOND_NS
PAUSE_NS = 60 * SECOND_NS
PER_HOUR = (5, 20)
"""Codes for one number, and for one address, behind which an office may sit."""
TOO_MANY = said(
    "索取验证码过于频繁：两次之间至少 60 秒，每个号码每小时至多 5 次；请稍后再试",
    "too many codes were asked for: 60 s apart, at most 5 an hour for a number; try again later",
)


class PhoneCodes:
    VALID_NS = 5 * 60 * SECOND_NS

    def __init__(self, outbox: Outbox, wall_ns: Callable[[], int]) -> None:
        self._outbox = outbox
        self._wall_ns = wall_ns

    def look_up(self, session: Session, phone: str) -> tuple[str, str, User | None]:
        """The subject of its failures and requests, the number, and whose it is. Raises Refused."""
        try:
            number = mobile().parse(phone[:40])
        except FieldError as error:
            raise Refused(str(error)) from error
        user = session.scalar(select(User).where(equals(session, User.phone, number)))
        return subject_of(session, number), number, user

    def limit(self, session: Session, subjects: tuple[str, str]) -> None:
        """Count a request of a number from an address. Raises Refused when there were too many."""
        now = self._wall_ns()
        session.execute(delete(CodeRequest).where(CodeRequest.time_ns <= now - HOUR_NS))
        for subject, most in zip(subjects, PER_HOUR, strict=True):
            asked, last = session.execute(
                select(func.count(), func.max(CodeRequest.time_ns)).where(CodeRequest.subject == subject)
            ).one()
            too_soon = subject == subjects[0] and asked > 0 and now - last < PAUSE_NS
            if asked >= most or too_soon:
                raise Refused(TOO_MANY)
        session.add_all(CodeRequest(subject=subject, time_ns=now) for subject in subjects)

    def draw(self) -> str:
        return f"{secrets.randbelow(1_000_000):06d}"

    def send(self, session: Session, user: User, number: str, code: str, until_ns: int) -> None:
        """At once, and beyond all ceilings: whoever waits for it stands before the door."""
        message = SendMessage(
            LOG_IN_CODE,
            {"code": code},
            medium=Medium.SMS,
            receiver=number,
            language=language_of(session, user),
            priority=CRITICAL,
            until_ns=until_ns,
        )
        self._outbox.put(session, message)


def subject_of(session: Session, number: str) -> str:
    """A number among the failures and the requests, where it does not stand in plain."""
    return of_phone(keyring_of(session.get_bind()).index(number, "failed_log_ins.subject").hex())
