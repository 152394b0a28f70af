"""How somebody is to be reached, as he or somebody else enters it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from sqlalchemy.orm import Session

from actors.said import said
from business.duty.rostering import minutes_of
from business.gate import Refused
from business.identity.model import User
from business.identity.passwords import Passwords
from business.notifier.commands import ReachLines, WishLine
from business.notifier.model import MessagePin, MessageReach, MessageWish
from business.notifier.people import PERSONAL
from business.notifier.reach import AT_LEAST, CRITICAL
from config.hours import Hours
from config.notify_events import EVENTS, LANGUAGES

PRIORITIES: Final = (1, 2, 3, 4)
OPTIONAL: Final = tuple(one.id for one in EVENTS.values() if one.optional)
SHORTEST_PIN, LONGEST_PIN = 4, 8
_STEPS: Final = ({1, -9}, {-1, 9})
"""From one digit to the next: counting up or down, 0 after 9 too."""


def set_reach(session: Session, user: User, lines: ReachLines) -> None:
    """Raises Refused; nothing is then written."""
    wishes, rest = _wishes(lines.wishes), _rest(lines)
    if lines.language not in LANGUAGES:
        raise Refused(
            said(
                f"没有“{lines.language[:20]}”这种语言；可选 {'、'.join(LANGUAGES)}",
                f"there is no language {lines.language[:20]!r}; choose of {', '.join(LANGUAGES)}",
            )
        )
    if unknown := [one for one in lines.opted_out if one not in OPTIONAL]:
        raise Refused(
            said(
                f"“{unknown[0][:40]}”不能退订；可退订的有 {'、'.join(OPTIONAL)}",
                f"nobody can opt out of {unknown[0][:40]!r}; it is possible of {', '.join(OPTIONAL)}",
            )
        )
    row = session.get(MessageReach, user.id)
    if row is None:
        row = MessageReach(user_id=user.id)
        session.add(row)
    row.language = lines.language
    row.rest_start, row.rest_end = (rest.start, rest.end) if rest else (None, None)
    row.opted_out = ",".join(sorted(set(lines.opted_out)))
    kept = {one.medium: one for one in row.wishes}
    row.wishes = [_put(kept.get(medium), medium, *wish) for medium, wish in wishes.items()]


def set_pin(session: Session, user: User, pin: str, passwords: Passwords) -> None:
    """'' takes it away. Raises Refused."""
    row = session.get(MessagePin, user.id)
    if not pin:
        if row is not None:
            session.delete(row)
        return
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise Refused(
            said(
                f"应答密码应为 {SHORTEST_PIN} 到 {LONGEST_PIN} 位数字",
                f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits and nothing else",
            )
        )
    if is_trivial(pin):
        raise Refused(
            said(
                "应答密码太容易猜到；请勿用重复或连续的数字，如 0000、1212、1234",
                "the PIN is easily guessed; use none that repeats or counts, such as 0000, 1212, 1234",
            )
        )
    if row is None:
        row = MessagePin(user_id=user.id)
        session.add(row)
    row.pin_hash = passwords.hash(pin)


def is_trivial(pin: str) -> bool:
    """Whether it repeats a part of itself, or counts."""
    length = len(pin)
    repeats = any(
        pin == pin[:part] * (length // part) for part in range(1, length // 2 + 1) if length % part == 0
    )
    steps = {int(then) - int(one) for one, then in pairwise(pin)}
    return repeats or any(steps <= wanted for wanted in _STEPS)


def _wishes(lines: Sequence[WishLine]) -> dict[str, tuple[str, Hours]]:
    """Priorities and hours by medium, in the order in which media are shown."""
    found: dict[str, tuple[str, Hours]] = {}
    for line in lines:
        if line.medium not in PERSONAL or line.medium in found:
            raise Refused(
                said(
                    f"“{line.medium[:20]}”不是提醒渠道，或出现两次；可选 {'、'.join(PERSONAL)}",
                    f"{line.medium[:20]!r} is no medium, or comes twice; choose of {', '.join(PERSONAL)}",
                )
            )
        if unknown := set(line.priorities) - set(PRIORITIES):
            raise Refused(
                said(
                    f"没有级别 {min(unknown)}；级别是 1（紧急）到 4（低）",
                    f"there is no priority {min(unknown)}; they are 1 (critical) to 4 (low)",
                )
            )
        priorities = ",".join(str(one) for one in sorted(set(line.priorities)))
        found[line.medium] = priorities, _hours(line.start, line.end)
    for medium in AT_LEAST:
        if str(CRITICAL) not in found.get(medium, ("",))[0].split(","):
            raise Refused(
                said(
                    "紧急报警总会打电话并发短信，任何时间都不能关闭；请保留这两项",
                    "what is critical always comes by call and SMS, at any hour, and that cannot be switched "
                    "off; leave priority 1 in both",
                )
            )
    return {medium: found[medium] for medium in PERSONAL if medium in found}


def _rest(lines: ReachLines) -> Hours | None:
    if not lines.rest_start and not lines.rest_end:
        return None
    if not (lines.rest_start and lines.rest_end):
        raise Refused(
            said(
                "免打扰要有开始和结束时刻；不用时都留空",
                "a rest has a beginning and an end; for none give neither",
            )
        )
    return _hours(lines.rest_start, lines.rest_end)


def _hours(start: str, end: str) -> Hours:
    """Midnight is 00:00 at a beginning and 24:00 at an end. Raises Refused."""
    return Hours(minutes_of(start) % 1440, minutes_of(end) or 1440)


def _put(row: MessageWish | None, medium: str, priorities: str, hours: Hours) -> MessageWish:
    row = row or MessageWish(medium=medium)
    row.priorities, row.start, row.end = priorities, hours.start, hours.end
    return row
