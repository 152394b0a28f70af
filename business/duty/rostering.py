"""Rosters and absences as somebody enters them."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business import wording
from business.duty import teams
from business.duty.messages import ChangeRoster, CreateRoster, EnterAbsence, RosterLine
from business.duty.model import REASON_LENGTH, DutyAbsence, Roster, RosterShift, Team
from business.gate import Refused
from config.plans import DayKind
from config.text import Text

LONGEST_CYCLE = 366
"""Days."""
MOST_SHIFTS = 1_000
"""Of one roster."""
LONGEST_ABSENCE_NS = 3 * 366 * 86_400 * 10**9
_NAME = Text("排班名称", "the name of the roster")
_REASON = Text("原因", "the reason")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def create(session: Session, command: CreateRoster) -> Roster:
    team = teams.existing(session, command.team)
    roster = Roster(team_id=team.id)
    _set(session, roster, team, command)
    session.add(roster)
    session.flush()
    return roster


def change(session: Session, command: ChangeRoster) -> Roster:
    roster = _existing(session, command.roster)
    _set(session, roster, teams.existing(session, roster.team_id), command)
    return roster


def remove(session: Session, roster_id: int) -> None:
    session.delete(_existing(session, roster_id))


def enter_absence(session: Session, command: EnterAbsence) -> DutyAbsence:
    user = teams.staff(session, command.user)
    stands_in = teams.staff(session, command.substitute) if command.substitute else None
    if stands_in is user:
        raise Refused(
            said(
                "不能由本人代班；请另选一人", "nobody stands in for himself; choose somebody else, or nobody"
            )
        )
    if not 0 <= command.since_ns < command.until_ns < 2**63:
        raise Refused(
            said(
                "结束时间应晚于开始时间；请更正", "the end has to be after the beginning; correct one of them"
            )
        )
    if command.until_ns - command.since_ns > LONGEST_ABSENCE_NS:
        raise Refused(
            said(
                "一次不当值最长三年；请把此人移出排班",
                "one absence lasts three years at most; take the person off the rosters instead",
            )
        )
    _check_alone(session, user.id, command)
    absence = DutyAbsence(
        user_id=user.id,
        substitute_id=stands_in.id if stands_in else None,
        since_ns=command.since_ns,
        until_ns=command.until_ns,
        reason=wording.note(command.reason, _REASON, REASON_LENGTH),
    )
    session.add(absence)
    session.flush()
    return absence


def remove_absence(session: Session, absence_id: int) -> None:
    absence = session.get(DutyAbsence, absence_id)
    if absence is None:
        raise Refused(
            said(
                f"没有编号为 {absence_id} 的不当值记录；请刷新页面",
                f"there is no absence {absence_id}; reload the page",
            )
        )
    session.delete(absence)


def _check_alone(session: Session, user_id: int, command: EnterAbsence) -> None:
    """One time has one substitute, and whoever stands in is there."""
    overlapping = (DutyAbsence.since_ns < command.until_ns, DutyAbsence.until_ns > command.since_ns)
    if session.scalar(select(DutyAbsence.id).where(DutyAbsence.user_id == user_id, *overlapping)) is not None:
        raise Refused(
            said(
                "此人这段时间已登记不当值；请先删除那一条，或改时间",
                "the person is entered as absent for a part of that time already: remove that, or choose "
                "other times",
            )
        )
    if not command.substitute:
        return
    substitute = teams.staff(session, command.substitute)
    if session.scalar(
        select(DutyAbsence.id).where(DutyAbsence.user_id == substitute.id, *overlapping)
    ) or session.scalar(select(DutyAbsence.id).where(DutyAbsence.substitute_id == user_id, *overlapping)):
        raise Refused(
            said(
                f"这段时间 {substitute.display} 自己不当值，或此人正替别人当值；请另选一人或另改时间",
                f"{substitute.display} is absent in that time, or the person stands in for another then: "
                "choose another substitute or other times",
            )
        )


def _set(session: Session, roster: Roster, team: Team, command: CreateRoster | ChangeRoster) -> None:
    roster.name = wording.name(command.name, _NAME)
    roster.first_day = wording.day(command.first_day)
    roster.last_day = wording.day(command.last_day) if command.last_day else None
    if roster.last_day is not None and roster.last_day < roster.first_day:
        raise Refused(
            said(
                f"最后一天 {roster.last_day} 早于第一天 {roster.first_day}；请更正",
                f"the last day {roster.last_day} is before the first day {roster.first_day}; correct one",
            )
        )
    if not 1 <= command.length <= LONGEST_CYCLE:
        raise Refused(
            said(
                f"循环为 {command.length} 天；应为 1 到 {LONGEST_CYCLE} 天",
                f"the cycle has {command.length} days; give it 1 to {LONGEST_CYCLE}",
            )
        )
    roster.length = command.length
    if not 1 <= len(command.shifts) <= MOST_SHIFTS:
        raise Refused(
            said(
                f"排班有 {len(command.shifts)} 个班；应为 1 到 {MOST_SHIFTS} 个",
                f"the roster has {len(command.shifts)} shifts; give it 1 to {MOST_SHIFTS}",
            )
        )
    roster.shifts = _shifts(session, team, command.length, command.shifts)


def _shifts(session: Session, team: Team, length: int, lines: Sequence[RosterLine]) -> list[RosterShift]:
    found = []
    for number, line in enumerate(lines, 1):
        if not 1 <= line.day <= length:
            raise Refused(
                said(
                    f"第 {number} 个班在循环的第 {line.day} 天；循环只有 {length} 天",
                    f"shift {number} is on day {line.day} of the cycle, which has {length}",
                )
            )
        user = teams.staff(session, line.user)
        if not teams.is_member(session, team, user):
            raise Refused(
                said(
                    f"第 {number} 个班排给{user.display}，但此人不在班组“{team.zh}”中；请先编入班组",
                    f"shift {number} is {user.display}'s, who is not in team {team.en!r}: enlist him first",
                )
            )
        if unknown := [kind for kind in line.days if kind not in set(DayKind)]:
            raise Refused(
                said(
                    f"第 {number} 个班：没有“{unknown[0][:40]}”这种日子；可选 {'、'.join(DayKind)}",
                    f"shift {number}: {unknown[0][:40]!r} is no kind of day; choose of {', '.join(DayKind)}",
                )
            )
        start, end = minutes_of(line.start), minutes_of(line.end)
        if start == 1440 or (start, end) == (0, 0):
            start, end = start % 1440, end or 1440
        found.append(
            RosterShift(
                day=line.day - 1,
                start=start,
                end=end,
                user_id=user.id,
                days=",".join(dict.fromkeys(line.days)),
            )
        )
    return found


def _existing(session: Session, roster_id: int) -> Roster:
    roster = session.get(Roster, roster_id)
    if roster is None:
        raise Refused(
            said(
                f"没有编号为 {roster_id} 的排班；请刷新页面",
                f"there is no roster {roster_id}; reload the page",
            )
        )
    return roster


def minutes_of(text: str) -> int:
    """Of the day; 24:00 is its end. Raises Refused."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Refused(
            said(
                f"“{text[:40]}”不是时刻，请写成 08:00", f"{text[:40]!r} is no time of day; write it as 08:00"
            )
        )
    return int(found[1]) * 60 + int(found[2]) if found[1] else 1440
