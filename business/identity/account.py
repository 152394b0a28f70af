"""How somebody logs in, set by himself or by an administrator."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import Refusal
from business.access.granting import check_above, giver, home_of
from business.fields.field_type import FieldError
from business.fields.phone import mobile
from business.fields.sealed import equals
from business.gate import Denied, Refused
from business.identity.account_messages import (
    ContactSet,
    DisableSecondFactor,
    EnrolSecondFactor,
    RenewRecoveryCodes,
    ResetSecondFactor,
    SecondFactorSet,
    SetContact,
    SetUserKind,
    UnlockAddress,
    Unlocked,
    UnlockUser,
    UserKindSet,
)
from business.identity.factors import Factors
from business.identity.lockout import count_failure, forget, is_locked, of_address, of_user
from business.identity.model import User, UserKind, UserSession, count_access_up, plain_name
from business.identity.passwords import MAX_LENGTH, Passwords
from business.identity.phone_codes import subject_of
from business.identity.policy import demands_second_factor
from business.identity.seating import end_seats
from config.settings import Security

LONGEST_EMAIL = 254
NO_SECOND_FACTOR = said("没有启用两步验证", "there is no second factor")


class Account:
    def __init__(
        self,
        passwords: Passwords,
        factors: Factors,
        security: Security,
        wall_ns: Callable[[], int],
    ) -> None:
        self._passwords = passwords
        self._factors = factors
        self._security = security
        self._wall_ns = wall_ns
        self.handlers: dict[type, Callable[[Session, Issuer, Any], tuple[Any, ...]]] = {
            EnrolSecondFactor: self._enrol,
            RenewRecoveryCodes: self._renew_codes,
            DisableSecondFactor: self._disable,
            ResetSecondFactor: self._reset,
            SetContact: self._set_contact,
            SetUserKind: self._set_kind,
            UnlockUser: self._unlock_user,
            UnlockAddress: self._unlock_address,
        }

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """As of `Identity`."""
        match command:
            case ResetSecondFactor() | SetContact() | SetUserKind():
                return (home_of(session, user_named(session, command.user).id),)
            case UnlockUser():  # failures are counted for names that are nobody's, too
                user = _find(session, command.user)
                return (home_of(session, user.id),) if user is not None else ()
            case _:
                return ()

    def own_password(self, session: Session, user: User, password: str) -> Denied | None:
        """Why this is not the user's password; None when it is. Raises Refused for one who is locked out."""
        now, subjects = self._wall_ns(), (of_user(user.name),)
        if is_locked(session, subjects, now):
            raise Refused(Refusal.LOCKED_OUT)
        if self._passwords.verify(user.password_hash, password[:MAX_LENGTH]):
            return None
        count_failure(session, subjects, now)
        return Denied(Refusal.WRONG_PASSWORD)

    def _below(self, session: Session, issuer: Issuer, name: str) -> User:
        """Somebody whose account the issuer may take over, for this is what it comes to. Raises Refused."""
        user = user_named(session, name)
        check_above(session, giver(session, issuer, self._wall_ns()), user)
        return user

    def _enrol(self, session: Session, issuer: Issuer, command: EnrolSecondFactor) -> tuple[Any, ...]:
        user = user_named(session, issuer.user)
        if denied := self.own_password(session, user, command.password):
            return (denied,)
        self._factors.enrol(session, user, command.secret, command.code, command.recovery_hashes)
        others = end_seats(
            session, self._wall_ns(), UserSession.user_id == user.id, UserSession.id != issuer.session
        )
        return (SecondFactorSet(user.name, enrolled=True), *others)

    def _renew_codes(self, session: Session, issuer: Issuer, command: RenewRecoveryCodes) -> tuple[Any, ...]:
        user = user_named(session, issuer.user)
        if denied := self.own_password(session, user, command.password):
            return (denied,)
        if not self._factors.enrolled(session, user):
            raise Refused(NO_SECOND_FACTOR)
        self._factors.renew_recovery(session, user, command.recovery_hashes)
        return (SecondFactorSet(user.name, enrolled=True),)

    def _disable(self, session: Session, issuer: Issuer, command: DisableSecondFactor) -> tuple[Any, ...]:
        user = user_named(session, issuer.user)
        if denied := self.own_password(session, user, command.password):
            return (denied,)
        if demands_second_factor(session, self._security, user, issuer.station, self._wall_ns()):
            raise Refused(
                said(
                    "本园区要求您使用两步验证，不能停用；更换手机请重新启用",
                    "this site demands a second factor of you; to change the phone, enrol the new one",
                )
            )
        if not self._factors.drop(session, user):
            raise Refused(NO_SECOND_FACTOR)
        return (SecondFactorSet(user.name, enrolled=False),)

    def _reset(self, session: Session, issuer: Issuer, command: ResetSecondFactor) -> tuple[Any, ...]:
        user = self._below(session, issuer, command.user)
        if not self._factors.drop(session, user):
            raise Refused(NO_SECOND_FACTOR)
        ended = end_seats(session, self._wall_ns(), UserSession.user_id == user.id)
        return (SecondFactorSet(user.name, enrolled=False), *ended)

    def _set_contact(self, session: Session, issuer: Issuer, command: SetContact) -> tuple[Any, ...]:
        user, email = self._below(session, issuer, command.user), command.email.strip()
        if email and (len(email) > LONGEST_EMAIL or email.count("@") != 1 or not all(email.split("@"))):
            raise Refused(said("这不是有效的邮箱地址", "this is no e-mail address"))
        if command.phone is not None:
            self._set_phone(session, user, command.phone.strip())
        user.email = email
        return (ContactSet(user.name),)

    def _set_phone(self, session: Session, user: User, phone: str) -> None:
        try:
            number = mobile().parse(phone) if phone else None
        except FieldError as error:
            raise Refused(str(error)) from error
        other = session.scalar(select(User).where(equals(session, User.phone, number))) if number else None
        if other is not None and other.id != user.id:
            raise Refused(
                said(
                    f"这个手机号已属于用户 {other.name}；一个号码只能登录一个账号",
                    f"this number is {other.name}'s already; one number logs in to one account",
                )
            )
        user.phone = number

    def _set_kind(self, session: Session, issuer: Issuer, command: SetUserKind) -> tuple[Any, ...]:
        user = self._below(session, issuer, command.user)
        if command.kind not in set(UserKind):
            raise Refused(
                said(
                    f"没有账号类别“{command.kind}”；可用：{', '.join(UserKind)}",
                    f"there is no kind of account {command.kind!r}; there are {', '.join(UserKind)}",
                )
            )
        user.kind = UserKind(command.kind).value
        count_access_up(session)
        ended = end_seats(session, self._wall_ns(), UserSession.user_id == user.id)
        return (UserKindSet(user.name, user.kind), *ended)

    def _unlock_user(self, session: Session, _issuer: Issuer, command: UnlockUser) -> tuple[Any, ...]:
        user = _find(session, command.user)
        subjects = [of_user(plain_name(command.user))]
        if user is not None and user.phone:
            subjects.append(subject_of(session, user.phone))
        return self._unlock(session, subjects)

    def _unlock_address(self, session: Session, _issuer: Issuer, command: UnlockAddress) -> tuple[Any, ...]:
        return self._unlock(session, [of_address(command.address)])

    def _unlock(self, session: Session, subjects: list[str]) -> tuple[Any, ...]:
        if not forget(session, subjects):
            raise Refused(said("没有失败记录，无须解锁", "there are no failures to forget"))
        return (Unlocked(subjects[0]),)


def user_named(session: Session, name: str) -> User:
    """Raises Refused."""
    user = _find(session, name)
    if user is None:
        raise Refused(Refusal.UNKNOWN_USER)
    return user


def _find(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == plain_name(name)))
