"""Logging in, step by step: password or phone, then what else the site demands, then the session.

Whoever cannot log in learns nothing from it (S-04): a wrong password, an unknown name and a right password
that waits for its second factor count as one failure, cost one hash, and are answered alike.
"""

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import SECOND_NS, Refusal
from business.gate import Denied, Refused
from business.identity.entry_messages import EnrolAtLogIn, GiveCode, RenewPassword, RequestPhoneCode, Visit
from business.identity.entry_model import Awaited, PendingLogIn
from business.identity.factors import Factors
from business.identity.keeping import Keeping
from business.identity.lockout import (
    count_failure,
    is_known_at,
    is_locked,
    of_address,
    of_user,
    take_back,
)
from business.identity.messages import LogIn
from business.identity.model import User, plain_name
from business.identity.passwords import MAX_LENGTH, Passwords
from business.identity.phone_codes import PhoneCodes
from business.identity.policy import demands_second_factor, may_enter, password_is_over
from business.identity.seating import open_seat
from config.settings import Security

PENDING_NS = 10 * 60 * SECOND_NS
"""How long a log-in may stay half done."""
MOST_TRIES = 5
PASSWORD = "password"  # noqa: S105  # a way in
PHONE = "phone"

CODE_AWAITED = said("等待验证码", "the second factor is awaited")
ENROLMENT_AWAITED = said("须先启用两步验证", "a second factor must be enrolled first")
PASSWORD_AWAITED = said("密码已到期，须先更换", "the password is over and must be renewed first")
WRONG_ENTRY_CODE = said(
    "验证码不对或已过期；请重试，或重新登录", "the code is wrong or too old; try again, or log in anew"
)
LOG_IN_ANEW = said("这次登录已过期；请重新登录", "this log-in has ended; log in anew")


class Entry:
    def __init__(
        self,
        passwords: Passwords,
        keeping: Keeping,
        factors: Factors,
        phone_codes: PhoneCodes,
        security: Security,
        wall_ns: Callable[[], int],
    ) -> None:
        self._passwords = passwords
        self._keeping = keeping
        self._factors = factors
        self._phone_codes = phone_codes
        self._security = security
        self._wall_ns = wall_ns
        self.handlers: dict[type, Callable[[Session, Issuer, Any], tuple[Any, ...]]] = {
            LogIn: self._log_in,
            GiveCode: self._give_code,
            EnrolAtLogIn: self._enrol,
            RenewPassword: self._renew,
            RequestPhoneCode: self._request_phone_code,
        }

    def _log_in(self, session: Session, _issuer: Issuer, command: LogIn) -> tuple[Any, ...]:
        name, visit = plain_name(command.user), command.visit
        self._refuse_locked(session, of_user(name))
        user = session.scalar(select(User).where(User.name == name))
        knocking = user if user is not None and may_enter(user, visit.place) else None
        right = self._passwords.verify(
            knocking.password_hash if knocking else None, command.password[:MAX_LENGTH]
        )
        if (denied := self._shut_out(session, of_user(name), visit, knocking, right=right)) is not None:
            return (denied,)
        pending = self.begin(session, visit, of_user(name), PASSWORD)
        if knocking is None or not right:
            count_failure(session, (of_user(name), of_address(visit.address)), self._wall_ns())
            return (Denied(Refusal.LOG_IN_FAILED),)
        pending.user_id = knocking.id
        return self.go_on(session, pending, knocking, visit)

    def _give_code(self, session: Session, _issuer: Issuer, command: GiveCode) -> tuple[Any, ...]:
        visit = command.visit
        pending = self._pending(
            session, visit, {Awaited.NOTHING, Awaited.CODE, Awaited.PHONE_CODE}, WRONG_ENTRY_CODE
        )
        self._refuse_locked(session, pending.subject)
        user = self._user(session, pending)
        by_phone = pending.awaited == Awaited.PHONE_CODE
        if by_phone:
            right = self._passwords.verify(pending.code_hash if user else None, command.code[:MAX_LENGTH])
        else:
            asked = user if pending.awaited == Awaited.CODE else None
            right = self._factors.accepts(session, asked, command.code)
        if user is None or not right:
            pending.tries += 1
            if pending.tries >= MOST_TRIES:
                session.delete(pending)
        if (denied := self._shut_out(session, pending.subject, visit, user, right=right)) is not None:
            return (denied,)
        if user is None or not right:
            count_failure(session, (pending.subject, of_address(visit.address)), self._wall_ns())
            return (Denied(WRONG_ENTRY_CODE),)
        return self.go_on(session, pending, user, visit, factor_given=not by_phone)

    def _enrol(self, session: Session, _issuer: Issuer, command: EnrolAtLogIn) -> tuple[Any, ...]:
        pending = self._pending(session, command.visit, {Awaited.ENROLMENT}, LOG_IN_ANEW)
        user = self._user(session, pending)
        if user is None:
            raise Refused(LOG_IN_ANEW)
        self._factors.enrol(session, user, command.secret, command.code, command.recovery_hashes)
        return self.go_on(session, pending, user, command.visit, factor_given=True)

    def _renew(self, session: Session, _issuer: Issuer, command: RenewPassword) -> tuple[Any, ...]:
        pending = self._pending(session, command.visit, {Awaited.PASSWORD}, LOG_IN_ANEW)
        user = self._user(session, pending)
        if user is None:
            raise Refused(LOG_IN_ANEW)
        self._keeping.set(session, user, command.new, forced=False)
        return self.go_on(session, pending, user, command.visit, factor_given=True)

    def _request_phone_code(
        self, session: Session, _issuer: Issuer, command: RequestPhoneCode
    ) -> tuple[Any, ...]:
        visit = command.visit
        subject, number, user = self._phone_codes.look_up(session, command.phone)
        self._refuse_locked(session, subject)
        self._phone_codes.limit(session, (subject, of_address(visit.address)))
        knocking = user if user is not None and may_enter(user, visit.place) else None
        code = self._phone_codes.draw()
        pending = self.begin(session, visit, subject, PHONE)
        pending.awaited = Awaited.PHONE_CODE
        pending.code_hash = self._passwords.hash(code)
        pending.until_ns = self._wall_ns() + self._phone_codes.VALID_NS
        if knocking is not None:
            pending.user_id = knocking.id
            self._phone_codes.send(session, knocking, number, code, pending.until_ns)
        return ()

    def go_on(
        self, session: Session, pending: PendingLogIn, user: User, visit: Visit, *, factor_given: bool = False
    ) -> tuple[Any, ...]:
        """The next step of a log-in whose last one was right: another demand, or the session."""
        now = self._wall_ns()
        if not factor_given and self._factors.enrolled(session, user):
            count_failure(session, (pending.subject, of_address(visit.address)), now)
            return self._await(pending, Awaited.CODE, CODE_AWAITED)
        if not factor_given and demands_second_factor(session, self._security, user, visit.address, now):
            return self._await(pending, Awaited.ENROLMENT, ENROLMENT_AWAITED)
        if pending.way == PASSWORD and password_is_over(session, self._security, user, now):
            return self._await(pending, Awaited.PASSWORD, PASSWORD_AWAITED)
        for subject in {pending.subject, of_user(user.name)}:
            take_back(session, subject, visit.address)
        session.delete(pending)
        return open_seat(session, user, visit, pending.way, now)

    def _await(self, pending: PendingLogIn, step: Awaited, reason: str) -> tuple[Any, ...]:
        pending.awaited, pending.tries = step, 0
        return (Denied(reason),)

    def begin(self, session: Session, visit: Visit, subject: str, way: str) -> PendingLogIn:
        """A log-in that begins; whatever the same browser had begun ends."""
        now = self._wall_ns()
        session.execute(delete(PendingLogIn).where(PendingLogIn.until_ns <= now))
        challenge = visit.challenge_hash or secrets.token_hex(32)
        if (old := session.get(PendingLogIn, challenge)) is not None:
            session.delete(old)
            session.flush()
        pending = PendingLogIn(
            challenge_hash=challenge,
            awaited=Awaited.NOTHING,
            user_id=None,
            subject=subject,
            way=way,
            place=visit.place,
            code_hash="",
            tries=0,
            until_ns=now + PENDING_NS,
        )
        session.add(pending)
        return pending

    def _pending(self, session: Session, visit: Visit, steps: set[Awaited], refusal: str) -> PendingLogIn:
        pending = session.get(PendingLogIn, visit.challenge_hash)
        if (
            pending is None
            or pending.until_ns <= self._wall_ns()
            or pending.place != visit.place
            or pending.awaited not in steps
        ):
            raise Refused(refusal)
        return pending

    def _user(self, session: Session, pending: PendingLogIn) -> User | None:
        """Whoever is logging in, if he still may."""
        user = session.get(User, pending.user_id) if pending.user_id is not None else None
        return user if user is not None and may_enter(user, pending.place) else None

    def _refuse_locked(self, session: Session, subject: str) -> None:
        if is_locked(session, (subject,), self._wall_ns()):
            raise Refused(Refusal.LOCKED_OUT)

    def _shut_out(
        self, session: Session, subject: str, visit: Visit, user: User | None, *, right: bool
    ) -> Denied | None:
        """From an address that is locked comes in who is right and was in from there before; to all others
        the answer is the same, and their failures count for the subject alone, so that the lock ends."""
        now = self._wall_ns()
        known = is_known_at(session, user, visit.address, now)
        if not is_locked(session, (of_address(visit.address),), now) or (right and known):
            return None
        if not right:
            count_failure(session, (subject,), now)
        return Denied(Refusal.LOCKED_OUT)
