"""How each person is reached: what pages and the notifier read of it; nothing here writes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, undefer

from business.duty.model import TeamMember
from business.duty.queries import plan
from business.identity.model import User, UserKind, plain_name
from business.notifier.directory import Directory, Person
from business.notifier.model import MessagePin, MessageReach, MessageWish
from business.notifier.reach import USUAL, Reach, Wish
from business.push.queries import receivers
from config.calendar import Calendar
from config.hours import Hours
from config.notification import Medium

PERSONAL: Final = tuple(wish.medium for wish in USUAL)
"""The media by which a person is reached."""
LANGUAGE: Final = "zh"
"""Of who has not said otherwise."""
Address = tuple[int, Medium, str]
"""Of a user, by his id."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One person, as he and those who manage see it."""

    user: str
    display: str
    is_staff: bool
    phone: str = field(repr=False)
    """'' for none."""
    email: str = field(repr=False)
    language: str
    reach: Reach
    opted_out: frozenset[str]
    has_pin: bool
    media: frozenset[Medium]
    """By which he has an address."""


def reached(session: Session, name: str) -> Reached | None:
    """None for nobody."""
    query = select(User).options(undefer(User.phone)).where(User.name == plain_name(name))
    user = session.scalar(query)
    if user is None:
        return None
    row = session.get(MessageReach, user.id)
    return Reached(
        user=user.name,
        display=user.display,
        is_staff=user.kind == UserKind.STAFF,
        phone=user.phone or "",
        email=user.email,
        language=row.language if row else LANGUAGE,
        reach=reach_of(row),
        opted_out=_opted_out(row),
        has_pin=session.get(MessagePin, user.id) is not None,
        media=frozenset(_addresses(session, (user,)).get(user.id, {})),
    )


def language_of(session: Session, user: User) -> str:
    """Of messages to somebody."""
    row = session.get(MessageReach, user.id)
    return row.language if row else LANGUAGE


def reach_of(row: MessageReach | None) -> Reach:
    if row is None:
        return Reach()
    rest = (
        Hours(row.rest_start, row.rest_end)
        if row.rest_start is not None and row.rest_end is not None
        else None
    )
    return Reach(tuple(_wish(one) for one in row.wishes), rest)


def directory(session: Session, now_ns: int) -> Directory:
    """Everybody in a team and all staff, disabled or not; of the absences those that are not over."""
    found = plan(session, ZoneInfo("UTC"), Calendar())
    concerned = (User.kind == UserKind.STAFF) | User.id.in_(select(TeamMember.user_id))
    users = session.scalars(
        select(User).options(undefer(User.phone)).where(concerned).order_by(User.name)
    ).all()
    reaches = {
        one.user_id: one
        for one in session.scalars(select(MessageReach).options(selectinload(MessageReach.wishes)))
    }
    pins = {one.user_id: one.pin_hash for one in session.scalars(select(MessagePin))}
    addresses = _addresses(session, users)
    people = {
        user.name: Person(
            user.name,
            user.display,
            row.language if (row := reaches.get(user.id)) else LANGUAGE,
            reach_of(row),
            addresses.get(user.id, {}),
            pins.get(user.id, ""),
            _opted_out(row),
            user.disabled,
        )
        for user in users
    }
    absences = tuple(one for one in found.absences if one.until_ns > now_ns)
    return Directory(people, found.teams, tuple(found.rosters), absences)


def contacts(_session: Session, users: Iterable[User]) -> Iterable[Address]:
    """By the phone and the e-mail address of the account; robots of chat groups call people by number."""
    for user in users:
        if user.phone:
            yield from ((user.id, medium, user.phone) for medium in (Medium.VOICE, Medium.SMS, Medium.CHAT))
        if user.email:
            yield user.id, Medium.EMAIL, user.email


def browsers(session: Session, _users: Iterable[User]) -> Iterable[Address]:
    """Those that people have subscribed to pushed messages."""
    return [(user, Medium.PUSH, body) for user, body in receivers(session)]


ADDRESSES: Final[tuple[Callable[[Session, Iterable[User]], Iterable[Address]], ...]] = (contacts, browsers)
"""Where addresses come from."""


def _addresses(session: Session, users: Iterable[User]) -> Mapping[int, Mapping[Medium, tuple[str, ...]]]:
    found: dict[int, dict[Medium, tuple[str, ...]]] = {}
    for source in ADDRESSES:
        for user, medium, address in source(session, users):
            of_user = found.setdefault(user, {})
            of_user[medium] = (*of_user.get(medium, ()), address)
    return found


def _wish(row: MessageWish) -> Wish:
    priorities = frozenset(int(one) for one in row.priorities.split(",") if one)
    return Wish(Medium(row.medium), priorities, Hours(row.start, row.end))


def _opted_out(row: MessageReach | None) -> frozenset[str]:
    return frozenset(row.opted_out.split(",")) - {""} if row else frozenset()
