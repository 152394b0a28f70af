"""REST: roles, scopes and grants."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from business.access import Reach, within
from business.access.messages import DELEGATE, USERS, CreateScope, GrantRole, RenameScope, WithdrawGrant
from business.access.model import Grant, Role, RolePermission, Scope, ScopeKind
from business.access.person import Person
from business.identity.model import User, plain_name
from business.rest.asking import Outside, Reader, ReadSession, existing, needs, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import problems
from business.rest.sending import Send
from business.rest.shapes import (
    MOST_ID,
    Bilingual,
    Line,
    Moment,
    Name,
    Number,
    Shape,
    example,
    moment_or_none,
    nanoseconds,
)

router = APIRouter()

ScopeId = Annotated[int, Field(ge=0, le=MOST_ID, description="`id` of a scope; 0 for the whole group")]


# --- roles -------------------------------------------------------------------------------------------------


class RoleOut(BaseModel):
    model_config = example(
        {
            "role": "operator",
            "label": {"zh": "值班员", "en": "Control room operator"},
            "permissions": ["alarm.acknowledge", "plant.read"],
        }
    )
    role: str
    label: Bilingual
    permissions: list[str]


@router.get(
    "/roles",
    tags=["roles"],
    summary="列出角色 · List the roles",
    dependencies=[Depends(needs(USERS))],
)
def list_roles(session: ReadSession, wanted: Wanted) -> Page[RoleOut]:
    def shape(role: Role) -> RoleOut:
        given = select(RolePermission.permission).where(RolePermission.role_id == role.id)
        return RoleOut(
            role=role.name,
            label=Bilingual(zh=role.label_zh, en=role.label_en),
            permissions=sorted(session.scalars(given)),
        )

    return page(session, select(Role), [Role.name], wanted, shape)


# --- scopes ------------------------------------------------------------------------------------------------


class ScopeOut(BaseModel):
    model_config = example(
        {
            "id": 3,
            "parent": 2,
            "kind": "project",
            "code": "campus",
            "label": {"zh": "示范园区", "en": "Demonstration campus"},
        }
    )
    id: int
    parent: int | None
    kind: ScopeKind
    code: str
    label: Bilingual


class NewScope(Shape):
    model_config = example({"parent": 3, "code": "b1", "label": {"zh": "一号楼", "en": "Building 1"}})
    parent: ScopeId
    code: Name
    label: Bilingual


class ScopeLabel(Shape):
    model_config = example({"label": {"zh": "一号楼", "en": "Building 1"}})
    label: Bilingual


@router.get("/scopes", tags=["scopes"], summary="列出组织范围 · List the scopes")
def list_scopes(session: ReadSession, reader: Reader, wanted: Wanted) -> Page[ScopeOut]:
    """Those at which you hold a role, and all below them."""
    query = select(Scope).where(within(_seen(reader), Scope.id))
    return page(session, query, [Scope.id], wanted, _scope)


@router.get(
    "/scopes/{scope}", tags=["scopes"], summary="查看组织范围 · Read a scope", responses=problems(404)
)
def read_scope(scope: Number, session: ReadSession, reader: Reader) -> ScopeOut:
    return existing(_scope_of(session, scope, _seen(reader)))


@router.post(
    "/scopes", status_code=201, tags=["scopes"], summary=both(CreateScope.label), responses=problems(404)
)
async def create_scope(body: NewScope, ports: Outside, reader: Reader, send: Send) -> ScopeOut:
    made = await send(CreateScope(body.parent, body.code, body.label.zh, body.label.en))
    return await read(ports, lambda session: _scope_of(session, int(made), _seen(reader)))


@router.put(
    "/scopes/{scope}/label", tags=["scopes"], summary=both(RenameScope.label), responses=problems(404)
)
async def rename_scope(
    scope: Number, body: ScopeLabel, ports: Outside, reader: Reader, send: Send
) -> ScopeOut:
    await read(ports, lambda session: _scope_of(session, scope, _seen(reader)))
    await send(RenameScope(scope, body.label.zh, body.label.en))
    return await read(ports, lambda session: _scope_of(session, scope, _seen(reader)))


def _seen(reader: Person) -> Reach:
    return Reach(tuple(dict.fromkeys(one.path for one in reader.grants if not one.own)))


def _scope_of(session: Session, number: int, reach: Reach) -> ScopeOut | None:
    found = session.scalar(select(Scope).where(Scope.id == number, within(reach, Scope.id)))
    return None if found is None else _scope(found)


def _scope(scope: Scope) -> ScopeOut:
    return ScopeOut(
        id=scope.id,
        parent=scope.parent_id,
        kind=ScopeKind(scope.kind),
        code=scope.code,
        label=Bilingual(zh=scope.name_zh, en=scope.name_en),
    )


# --- grants ------------------------------------------------------------------------------------------------

_GRANT = {
    "user": "wang",
    "role": "operator",
    "scope": 3,
    "own": False,
    "since": "2026-03-01T00:00:00Z",
    "until": "2030-01-01T00:00:00Z",
}


class NewGrant(Shape):
    model_config = example(_GRANT)
    user: Name
    role: Name
    scope: ScopeId = 0
    own: Annotated[bool, Field(description="Only over what belongs to the user himself")] = False
    since: Moment | None = None
    until: Moment | None = None


class GrantOut(BaseModel):
    model_config = example({"id": 5, **_GRANT})
    id: int
    user: str
    role: str
    scope: int
    own: bool
    since: Moment | None
    until: Moment | None


@router.get(
    "/grants",
    tags=["grants"],
    summary="列出授权 · List the grants",
    dependencies=[Depends(needs(USERS))],
)
def list_grants(
    session: ReadSession,
    reader: Reader,
    wanted: Wanted,
    user: Annotated[Line, Query(description="Of this user alone")] = "",
    role: Annotated[Line, Query(description="Of this role alone")] = "",
) -> Page[GrantOut]:
    """Those at scopes within your reach, of persons and programs alike."""
    query = _grants(reader.reach(USERS))
    if user:
        query = query.where(User.name == plain_name(user))
    if role:
        query = query.where(Role.name == role)
    return page(session, query, [Grant.id], wanted, _grant)


@router.post(
    "/grants", status_code=201, tags=["grants"], summary=both(GrantRole.label), responses=problems(404)
)
async def create_grant(body: NewGrant, ports: Outside, reader: Reader, send: Send) -> GrantOut:
    since = nanoseconds(body.since) if body.since else None
    until = nanoseconds(body.until) if body.until else None
    made = await send(GrantRole(body.user, body.role, body.scope, body.own, since, until))
    return await read(ports, lambda session: _grant_of(session, int(made), reader.reach(DELEGATE)))


@router.delete(
    "/grants/{grant}",
    status_code=204,
    tags=["grants"],
    summary=both(WithdrawGrant.label),
    responses=problems(404),
)
async def withdraw_grant(grant: Number, ports: Outside, reader: Reader, send: Send) -> None:
    await read(ports, lambda session: _grant_of(session, grant, reader.reach(DELEGATE)))
    await send(WithdrawGrant(grant))


def _grants(reach: Reach) -> Select[Grant, str, str]:
    query = select(Grant, User.name, Role.name).join(User, User.id == Grant.user_id).join(Role)
    return query.where(within(reach, Grant.scope_id))


def _grant_of(session: Session, number: int, reach: Reach) -> GrantOut | None:
    found = session.execute(_grants(reach).where(Grant.id == number)).one_or_none()
    return None if found is None else _grant(*found)


def _grant(grant: Grant, user: str, role: str) -> GrantOut:
    return GrantOut(
        id=grant.id,
        user=user,
        role=role,
        scope=grant.scope_id,
        own=grant.own,
        since=moment_or_none(grant.since_ns),
        until=moment_or_none(grant.until_ns),
    )
