"""Setting a password: strong enough, and none of the latest ones (S-02)."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.access import Refusal
from business.gate import Refused
from business.identity.entry_model import OldPassword
from business.identity.model import User
from business.identity.passwords import Passwords, weakness


class Keeping:
    """`remembered` passwords, the present one among them, are not used again."""

    def __init__(self, passwords: Passwords, remembered: int, wall_ns: Callable[[], int]) -> None:
        self._passwords = passwords
        self._remembered = remembered
        self._wall_ns = wall_ns

    def set(self, session: Session, user: User, password: str, *, forced: bool) -> None:
        """With `forced` it lets its user in once, to choose another. Raises Refused."""
        if code := weakness(password, user.name):
            raise Refused(Refusal(code))
        old = session.scalars(
            select(OldPassword).where(OldPassword.user_id == user.id).order_by(OldPassword.id.desc())
        ).all()
        latest = [user.password_hash, *(one.password_hash for one in old)][: self._remembered]
        if any(self._passwords.verify(each, password) for each in latest):
            raise Refused(
                said(
                    f"最近用过的 {self._remembered} 个密码不能再用；请换一个新密码",
                    f"the last {self._remembered} passwords are not used again; choose a new one",
                )
            )
        for each in old[max(self._remembered - 2, 0) :]:
            session.delete(each)
        session.add(OldPassword(user_id=user.id, password_hash=user.password_hash))
        user.password_hash = self._passwords.hash(password)
        user.password_set_ns = self._wall_ns()
        user.password_forced = forced
