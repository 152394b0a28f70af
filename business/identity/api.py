"""REST: oneself, and users."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import ROOT, Reach
from business.access.messages import USERS
from business.identity.messages import (
    ChangePassword,
    CreateUser,
    DisableUser,
    EnableUser,
    SetPassword,
)
from business.identity.model import User, UserKind, plain_name
from business.identity.queries import reached
from business.rest.asking import Outside, Reader, ReadSession, existing, needs, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import problems
from business.rest.sending import Send
from business.rest.shapes import MOST_ID, Line, Moment, Name, PathName, Shape, example, moment

router = APIRouter()

Password = Annotated[
    str, Field(min_length=10, max_length=200, description="10 to 200 characters of three kinds")
]
FirstRole = Annotated[
    str, Field(max_length=64, description="`role` of a role; '' for none, which the user may get later")
]
FirstScope = Annotated[
    int, Field(ge=0, le=MOST_ID, description="`id` of the scope where the role holds; 0 for the whole group")
]


# --- oneself -----------------------------------------------------------------------------------------------


class Held(BaseModel):
    model_config = example(
        {"role": "operator", "scope": 3, "own": False, "permissions": ["alarm.acknowledge", "plant.read"]}
    )
    role: str
    scope: int = Field(description="Where it holds, with everything below; 0 for the whole group")
    own: bool = Field(description="Only over what belongs to oneself")
    permissions: list[str]


class Me(BaseModel):
    model_config = example(
        {
            "user": "wang",
            "display": "王工",
            "session": "0123456789abcdef0123456789abcdef",
            "locked": False,
            "grants": [
                {"role": "operator", "scope": 3, "own": False, "permissions": ["alarm.acknowledge"]},
            ],
        }
    )
    user: str
    display: str
    session: str
    locked: bool = Field(description="Tried too often what is not permitted: reads, and writes nothing")
    grants: list[Held] = Field(description="The roles in force now, and what each gives")


class PasswordChange(Shape):
    model_config = example({"old_password": "Correct-Horse-7", "new_password": "Battery-Staple-8"})
    old_password: Annotated[str, Field(max_length=200)]
    new_password: Password


@router.get("/me", tags=["me"], summary="当前用户 · Who I am")
def read_me(reader: Reader) -> Me:
    return Me(
        user=reader.user,
        display=reader.display,
        session=reader.session,
        locked=reader.locked,
        grants=[
            Held(
                role=one.role,
                scope=0 if one.path == ROOT else int(one.path.rstrip("/").rpartition("/")[2]),
                own=one.own,
                permissions=sorted(one.permissions),
            )
            for one in reader.grants
        ],
    )


@router.put("/me/password", status_code=204, tags=["me"], summary=both(ChangePassword.label))
async def change_password(body: PasswordChange, send: Send) -> None:
    """All other sessions end."""
    await send(ChangePassword(body.old_password, body.new_password))


# --- users -------------------------------------------------------------------------------------------------


class UserOut(BaseModel):
    model_config = example(
        {
            "user": "wang",
            "display": "王工",
            "kind": "staff",
            "disabled": False,
            "created_at": "2026-03-01T00:00:00Z",
        }
    )
    user: str
    display: str
    kind: UserKind
    disabled: bool
    created_at: Moment


class NewUser(Shape):
    model_config = example(
        {"user": "wang", "display": "王工", "role": "operator", "scope": 3, "password": "Correct-Horse-7"}
    )
    user: Name
    display: Line
    role: FirstRole = ""
    scope: FirstScope = 0
    password: Password


class NewPassword(Shape):
    model_config = example({"password": "Correct-Horse-7"})
    password: Password


@router.get(
    "/users",
    tags=["users"],
    summary="列出用户 · List users",
    dependencies=[Depends(needs(USERS))],
)
def list_users(
    session: ReadSession,
    reader: Reader,
    wanted: Wanted,
    kind: UserKind | None = None,
    disabled: bool | None = None,  # noqa: FBT001
) -> Page[UserOut]:
    """Those who hold a role within your reach; their roles are `GET /grants`."""
    query = select(User).where(reached(reader.reach(USERS)))
    for column, value in ((User.kind, kind), (User.disabled, disabled)):
        if value is not None:
            query = query.where(column == value)
    return page(session, query, [User.name], wanted, shape)


@router.post(
    "/users", status_code=201, tags=["users"], summary=both(CreateUser.label), responses=problems(409)
)
async def create_user(body: NewUser, ports: Outside, reader: Reader, send: Send) -> UserOut:
    await send(CreateUser(body.user, body.display, body.role, body.password, body.scope))
    return await read(ports, lambda session: user_of(session, body.user, reader.reach(USERS)))


@router.get(
    "/users/{user}",
    tags=["users"],
    summary="查看用户 · Read a user",
    dependencies=[Depends(needs(USERS))],
    responses=problems(404),
)
def read_user(user: PathName, session: ReadSession, reader: Reader) -> UserOut:
    return existing(user_of(session, user, reader.reach(USERS)))


@router.post(
    "/users/{user}/disable",
    tags=["users"],
    summary=both(DisableUser.label),
    responses=problems(404, 409),
)
async def disable_user(user: PathName, ports: Outside, reader: Reader, send: Send) -> UserOut:
    """All sessions of the user end."""
    await send(DisableUser(user))
    return await read(ports, lambda session: user_of(session, user, reader.reach(USERS)))


@router.post("/users/{user}/enable", tags=["users"], summary=both(EnableUser.label), responses=problems(404))
async def enable_user(user: PathName, ports: Outside, reader: Reader, send: Send) -> UserOut:
    await send(EnableUser(user))
    return await read(ports, lambda session: user_of(session, user, reader.reach(USERS)))


@router.put(
    "/users/{user}/password",
    status_code=204,
    tags=["users"],
    summary=both(SetPassword.label),
    responses=problems(404),
)
async def set_password(user: PathName, body: NewPassword, send: Send) -> None:
    """All sessions of the user end."""
    await send(SetPassword(user, body.password))


def user_of(session: Session, name: str, reach: Reach) -> UserOut | None:
    """None for one that is not within the reach."""
    user = session.scalar(select(User).where(User.name == plain_name(name), reached(reach)))
    return None if user is None else shape(user)


def shape(user: User) -> UserOut:
    return UserOut(
        user=user.name,
        display=user.display,
        kind=UserKind(user.kind),
        disabled=user.disabled,
        created_at=moment(user.created_ns),
    )
