"""Who belongs to which department, in which post, from when to when."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from actors.said import said
from business import wording
from business.access import Refusal
from business.gate import Refused
from business.identity.model import User, plain_name
from business.organisation.departments import existing
from business.organisation.messages import AssignMember, ChangeMembership
from business.organisation.model import Department, Membership, Post


def assign(session: Session, command: AssignMember) -> Membership:
    user = session.scalar(select(User).where(User.name == plain_name(command.user)))
    if user is None:
        raise Refused(Refusal.UNKNOWN_USER)
    department = existing(session, command.department)
    _check_enabled(department)
    membership = Membership(user_id=user.id, department_id=department.id)
    _set(session, membership, command)
    session.add(membership)
    session.flush()
    return membership


def change_membership(session: Session, command: ChangeMembership) -> Membership:
    membership = _existing(session, command.membership)
    _set(session, membership, command)
    return membership


def remove_membership(session: Session, membership_id: int) -> Membership:
    membership = _existing(session, membership_id)
    session.delete(membership)
    return membership


def _existing(session: Session, membership_id: int) -> Membership:
    membership = session.get(Membership, membership_id)
    if membership is None:
        raise Refused(
            said(
                f"没有编号为 {membership_id} 的任职记录；请刷新页面",
                f"there is no membership {membership_id}; reload the page",
            )
        )
    return membership


def _set(session: Session, membership: Membership, command: AssignMember | ChangeMembership) -> None:
    since = wording.day(command.since)
    until = wording.day(command.until) if command.until else None
    if until is not None and until < since:
        raise Refused(
            said(
                f"结束日期 {until} 早于开始日期 {since}；请更正",
                f"the last day {until} is before the first day {since}; correct one of them",
            )
        )
    if command.post and command.post != membership.post_id:
        post = session.get(Post, command.post)
        if post is None:
            raise Refused(
                said(
                    f"没有编号为 {command.post} 的岗位；请刷新页面",
                    f"there is no post {command.post}; reload the page",
                )
            )
        _check_enabled(post)
    _check_alone(session, membership, since, until)
    membership.post_id = command.post or None
    membership.since, membership.until = since, until


def _check_alone(session: Session, membership: Membership, since: date, until: date | None) -> None:
    """No day counts twice."""
    same = select(Membership).where(
        Membership.user_id == membership.user_id,
        Membership.department_id == membership.department_id,
        or_(Membership.until.is_(None), Membership.until >= since),
    )
    if until is not None:
        same = same.where(Membership.since <= until)
    with session.no_autoflush:
        other = next((one for one in session.scalars(same) if one is not membership), None)
    if other is not None:
        raise Refused(
            said(
                f"此人在该部门已有 {other.since} 至 {other.until or '今后'} 的任职；请先结束那一条，或改日期",
                f"the person belongs to the department from {other.since} to {other.until or 'further on'} "
                "already; end that first, or choose other days",
            )
        )


def _check_enabled(one: Department | Post) -> None:
    if one.disabled:
        raise Refused(
            said(
                f"“{one.name}”已停用；请先恢复它，或另选一个",
                f"{one.name!r} is disabled; enable it first, or choose another",
            )
        )
