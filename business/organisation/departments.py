"""The tree of departments: creating, moving and removing, with the paths that tell what stands below what."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.said import said
from business import wording
from business.gate import Refused
from business.organisation.model import Department, Membership
from config.text import Text

DEEPEST = 10
"""Levels of the deepest tree."""
_NAME = Text("部门名称", "the name of the department")


def create(session: Session, name: str, parent: int) -> Department:
    """The last of its siblings."""
    above = existing(session, parent) if parent else None
    department = Department(parent_id=above.id if above else None, path="", position=0)
    _rename(session, department, name)
    department.position = _next_position(session, department)
    session.add(department)
    session.flush()  # draws the id, which its path ends with
    department.path = _path(above, department)
    _check_depth(department.name, department.path)
    return department


def change(session: Session, department: Department, name: str, parent: int) -> None:
    """Rename it, and hang it with everything below it under another department."""
    if parent != (department.parent_id or 0):
        _hang(session, department, parent)
    _rename(session, department, name)


def move(session: Session, department: Department, before: int) -> None:
    siblings = [one for one in _below(session, department.parent_id) if one is not department]
    at = next((place for place, one in enumerate(siblings) if one.id == before), len(siblings))
    if before and at == len(siblings):
        raise Refused(
            said(
                f"编号为 {before} 的部门与“{department.name}”不同级；请刷新页面",
                f"department {before} is no sibling of {department.name!r}; reload the page",
            )
        )
    siblings.insert(at, department)
    for position, one in enumerate(siblings):
        one.position = position


def remove(session: Session, department: Department) -> None:
    if below := len(_below(session, department.id)):
        raise Refused(
            said(
                f"部门“{department.name}”下面还有 {below} 个部门；请先删除或移走它们",
                f"department {department.name!r} has {below} departments below it; remove or move them first",
            )
        )
    of_it = select(func.count()).select_from(Membership).where(Membership.department_id == department.id)
    if members := session.scalar(of_it):
        raise Refused(
            said(
                f"部门“{department.name}”有 {members} 条任职记录，不能删除；请停用它",
                f"department {department.name!r} stands in {members} memberships and stays; disable it",
            )
        )
    session.delete(department)


def existing(session: Session, department_id: int) -> Department:
    department = session.get(Department, department_id)
    if department is None:
        raise Refused(
            said(
                f"没有编号为 {department_id} 的部门；请刷新页面",
                f"there is no department {department_id}; reload the page",
            )
        )
    return department


def _below(session: Session, parent_id: int | None) -> Sequence[Department]:
    return session.scalars(
        select(Department)
        .where(Department.parent_id.is_(None) if parent_id is None else Department.parent_id == parent_id)
        .order_by(Department.position, Department.id)
    ).all()


def _rename(session: Session, department: Department, name: str) -> None:
    name = wording.name(name, _NAME)
    for one in _below(session, department.parent_id):
        if one is not department and one.name.casefold() == name.casefold():
            raise Refused(
                said(
                    f"同一上级下已有部门“{one.name}”；请换一个名称",
                    f"there is a department {one.name!r} beside it already; choose another name",
                )
            )
    department.name = name


def _hang(session: Session, department: Department, parent: int) -> None:
    above = existing(session, parent) if parent else None
    if above is not None and above.path.startswith(department.path):
        raise Refused(
            said(
                f"部门“{department.name}”不能放在自己或自己的下级之下；请另选上级",
                f"department {department.name!r} cannot stand below itself; choose another one above it",
            )
        )
    old = department.path
    tree = session.scalars(select(Department).where(Department.path.startswith(old, autoescape=True))).all()
    department.parent_id = above.id if above else None
    department.position = _next_position(session, department)
    new = _path(above, department)
    for one in tree:
        one.path = new + one.path.removeprefix(old)
        _check_depth(one.name, one.path)


def _next_position(session: Session, department: Department) -> int:
    with session.no_autoflush:
        others = [one.position for one in _below(session, department.parent_id) if one is not department]
    return max(others, default=-1) + 1


def _path(above: Department | None, department: Department) -> str:
    return f"{above.path if above else '/'}{department.id}/"


def _check_depth(name: str, path: str) -> None:
    if (depth := path.count("/") - 1) > DEEPEST:
        raise Refused(
            said(
                f"部门“{name}”将处于第 {depth} 层，最多 {DEEPEST} 层；请放高一些",
                f"department {name!r} would stand at level {depth}, at most {DEEPEST}; place it higher",
            )
        )
