"""What the commands of the organisation do, each in one transaction."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.gate import Refused
from business.organisation.departments import change, create, existing, move, remove
from business.organisation.membership import assign, change_membership, remove_membership
from business.organisation.messages import (
    AssignMember,
    ChangeDepartment,
    ChangeMembership,
    ChangePost,
    CreateDepartment,
    CreatePost,
    DepartmentChanged,
    DisableDepartment,
    DisablePost,
    EnableDepartment,
    EnablePost,
    MembershipChanged,
    MoveDepartment,
    PostChanged,
    RemoveDepartment,
    RemoveMembership,
    RemovePost,
)
from business.organisation.model import Department, Membership, Post
from config.text import Text

_POST = Text("岗位名称", "the name of the post")
_CERTIFICATES = Text("所需证书", "the certificates")
LONGEST_CERTIFICATES = 500
"""Characters."""


class Organisation:
    """The module of `BusinessActor` that owns departments, posts and memberships."""

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case AssignMember():
                return (MembershipChanged(assign(session, command).id),)
            case ChangeMembership():
                return (MembershipChanged(change_membership(session, command).id),)
            case RemoveMembership():
                return (MembershipChanged(remove_membership(session, command.membership).id),)
            case CreatePost() | ChangePost() | DisablePost() | EnablePost() | RemovePost():
                post = _post(session, command)
                session.flush()
                return (PostChanged(post.id),)
            case _:
                department = _department(session, command)
                session.flush()
                return (DepartmentChanged(department.id),)


def _department(session: Session, command: Any) -> Department:
    if isinstance(command, CreateDepartment):
        return create(session, command.name, command.parent)
    department = existing(session, command.department)
    match command:
        case ChangeDepartment():
            change(session, department, command.name, command.parent)
        case MoveDepartment():
            move(session, department, command.before)
        case DisableDepartment():
            department.disabled = True
        case EnableDepartment():
            department.disabled = False
        case RemoveDepartment():
            remove(session, department)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command of the organisation")
    return department


def _post(session: Session, command: CreatePost | ChangePost | DisablePost | EnablePost | RemovePost) -> Post:
    if isinstance(command, CreatePost):
        post = Post()
        _set(session, post, command)
        session.add(post)
        return post
    found = session.get(Post, command.post)
    if found is None:
        raise Refused(
            said(f"没有编号为 {command.post} 的岗位；请刷新页面", f"there is no post {command.post}")
        )
    match command:
        case ChangePost():
            _set(session, found, command)
        case DisablePost():
            found.disabled = True
        case EnablePost():
            found.disabled = False
        case RemovePost():
            held = select(func.count()).select_from(Membership).where(Membership.post_id == found.id)
            if count := session.scalar(held):
                raise Refused(
                    said(
                        f"岗位“{found.name}”有 {count} 条任职记录，不能删除；请停用它",
                        f"post {found.name!r} stands in {count} memberships and stays; disable it instead",
                    )
                )
            session.delete(found)
    return found


def _set(session: Session, post: Post, command: CreatePost | ChangePost) -> None:
    name = wording.name(command.name, _POST)
    with session.no_autoflush:
        other = session.scalar(select(Post).where(func.lower(Post.name) == name.lower()))
    if other is not None and other is not post:
        raise Refused(
            said(
                f"已有岗位“{other.name}”；请换一个名称",
                f"there is a post {other.name!r} already; choose another name",
            )
        )
    post.name = name
    post.certificates = wording.note(command.certificates, _CERTIFICATES, LONGEST_CERTIFICATES)
