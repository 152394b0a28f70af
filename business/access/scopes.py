"""The tree of scopes: making, renaming, moving, removing."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actors.said import said
from business.access.model import CODE_LENGTH, NAME_LENGTH, Grant, Scope, ScopeKind
from business.gate import Refused
from business.identity.model import count_access_up
from config.text import Text

KINDS = list(ScopeKind)


def find(session: Session, scope_id: int) -> Scope:
    """0 stands for the group. Raises Refused."""
    scope = session.get(Scope, scope_id) if scope_id else group(session)
    if scope is None:
        raise Refused(
            said(
                f"没有编号为 {scope_id} 的范围；请刷新列表", f"there is no scope {scope_id}; reload the list"
            )
        )
    return scope


def group(session: Session) -> Scope | None:
    return session.scalar(select(Scope).where(Scope.parent_id.is_(None)))


def project(session: Session, code: str) -> Scope | None:
    return session.scalar(select(Scope).where(Scope.kind == ScopeKind.PROJECT, Scope.code == code))


def create(session: Session, parent: Scope | None, code: str, name: Text) -> Scope:
    """Below `parent`, of the kind that stands there; without one the group. Raises Refused."""
    kind = _kind_below(parent)
    code = code.strip()
    if not 1 <= len(code) <= CODE_LENGTH:
        raise Refused(
            said(f"编号要有 1 到 {CODE_LENGTH} 个字符", f"a code has 1 to {CODE_LENGTH} characters")
        )
    _check_free(session, parent, kind, code)
    scope = Scope(parent_id=parent.id if parent else None, kind=kind, code=code, path="")
    rename(scope, name)
    session.add(scope)
    session.flush()
    scope.path = f"{parent.path if parent else '/'}{scope.id}/"
    count_access_up(session)
    return scope


def rename(scope: Scope, name: Text) -> None:
    for part in (name.zh, name.en):
        if not 1 <= len(part.strip()) <= NAME_LENGTH:
            raise Refused(
                said(
                    f"中英文名称各要有 1 到 {NAME_LENGTH} 个字",
                    f"each of the names, Chinese and English, has 1 to {NAME_LENGTH} characters",
                )
            )
    scope.name_zh, scope.name_en = name.zh.strip(), name.en.strip()


def move(session: Session, scope: Scope, parent: Scope) -> None:
    """With everything below it. Raises Refused."""
    if scope.parent_id is None or _kind_below(parent) != scope.kind:
        raise Refused(
            said(
                f"“{scope.name_zh}”不能移到“{parent.name_zh}”之下：层级为集团、公司、项目、楼栋",
                f"{scope.name_en!r} cannot move below {parent.name_en!r}: "
                "the order is group, company, project, building",
            )
        )
    if parent.id == scope.parent_id:
        return
    _check_free(session, parent, ScopeKind(scope.kind), scope.code, but=scope.id)
    old, new = scope.path, f"{parent.path}{scope.id}/"
    for one in session.scalars(select(Scope).where(Scope.path.startswith(old, autoescape=True))):
        one.path = new + one.path.removeprefix(old)
    scope.parent_id = parent.id
    count_access_up(session)


def remove(session: Session, scope: Scope) -> None:
    """Raises Refused while something is below it, granted at it, or belongs to it."""
    below = session.scalar(select(Scope.id).where(Scope.parent_id == scope.id).limit(1))
    granted = session.scalar(select(Grant.id).where(Grant.scope_id == scope.id).limit(1))
    not_empty = Refused(
        said(
            f"“{scope.name_zh}”不为空：请先移走或删除其下级、授权与数据",
            f"{scope.name_en!r} is not empty: move or remove what is below it, granted at it and of it first",
        )
    )
    if scope.parent_id is None or below or granted:
        raise not_empty
    session.delete(scope)
    try:
        session.flush()
    except IntegrityError as error:  # another module's rows stand there
        raise not_empty from error
    count_access_up(session)


def _kind_below(parent: Scope | None) -> ScopeKind:
    at = KINDS.index(ScopeKind(parent.kind)) + 1 if parent else 0
    if parent is not None and at == len(KINDS):
        raise Refused(
            said(
                f"“{parent.name_zh}”是楼栋，其下没有范围",
                f"below the building {parent.name_en!r} is no scope",
            )
        )
    return KINDS[at]


def _check_free(session: Session, parent: Scope | None, kind: ScopeKind, code: str, but: int = 0) -> None:
    """A code is free among its siblings; a project's, which a site is found by, in the whole group."""
    query = select(Scope.id).where(Scope.kind == kind, Scope.code == code, Scope.id != but)
    if kind is not ScopeKind.PROJECT:
        query = query.where(Scope.parent_id == (parent.id if parent else None))
    if session.scalar(query):
        raise Refused(
            said(f"编号“{code}”已被使用；请换一个", f"the code {code!r} is taken; choose another one")
        )
