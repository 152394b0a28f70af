"""The second factor of users: an authenticator, and codes on paper for when it is lost (S-06)."""

import re
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.gate import Refused
from business.identity.entry_model import RecoveryCode, TotpDevice
from business.identity.model import User
from business.identity.totp import RECOVERY_CODES, accepted_step, is_secret, new_secret, recovery_fingerprint

WRONG_FIRST_CODE = said(
    "验证码不对；请核对手机时间后输入验证器显示的新验证码",
    "the code is wrong; check the clock of the phone and enter a new code of the authenticator",
)
BAD_OFFER = said(
    "两步验证的密钥无效；请重新开始", "the secret of the second factor is not valid; start again"
)
_HASH = re.compile(r"[0-9a-f]{64}")


class Factors:
    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns
        self._nobody = new_secret()

    def enrolled(self, session: Session, user: User) -> bool:
        return session.get(TotpDevice, user.id) is not None

    def accepts(self, session: Session, user: User | None, code: str) -> bool:
        """Whether the code is right; it is spent then. None stands for nobody, and is never right."""
        device = session.get(TotpDevice, user.id) if user is not None else None
        secret = device.secret if device else self._nobody
        step = accepted_step(secret, code, self._wall_ns(), device.last_counter if device else 0)
        paper = session.scalar(
            select(RecoveryCode).where(
                RecoveryCode.user_id == (device.user_id if device else 0),
                RecoveryCode.code_hash == recovery_fingerprint(code),
                RecoveryCode.used_ns.is_(None),
            )
        )
        if device is not None and step is not None:
            device.last_counter = step
            return True
        if device is not None and paper is not None:
            paper.used_ns = self._wall_ns()
            return True
        return False

    def enrol(self, session: Session, user: User, secret: str, code: str, recovery: Sequence[str]) -> None:
        """Take an authenticator in place of any other, proven by its first code. Raises Refused."""
        if not is_secret(secret):
            raise Refused(BAD_OFFER)
        now = self._wall_ns()
        step = accepted_step(secret, code, now, 0)
        if step is None:
            raise Refused(WRONG_FIRST_CODE)
        self.drop(session, user)
        session.add(TotpDevice(user_id=user.id, secret=secret, last_counter=step, enrolled_ns=now))
        self.renew_recovery(session, user, recovery)

    def renew_recovery(self, session: Session, user: User, recovery: Sequence[str]) -> None:
        """New codes on paper; the old ones are worth nothing from now on. Raises Refused."""
        if len(set(recovery)) != RECOVERY_CODES or not all(map(_HASH.fullmatch, recovery)):
            raise Refused(BAD_OFFER)
        self._drop_recovery(session, user)
        session.add_all(RecoveryCode(user_id=user.id, code_hash=each) for each in recovery)

    def drop(self, session: Session, user: User) -> bool:
        """Whether there was one."""
        self._drop_recovery(session, user)
        device = session.get(TotpDevice, user.id)
        if device is not None:
            session.delete(device)
            session.flush()
        return device is not None

    def _drop_recovery(self, session: Session, user: User) -> None:
        for old in session.scalars(select(RecoveryCode).where(RecoveryCode.user_id == user.id)):
            session.delete(old)
