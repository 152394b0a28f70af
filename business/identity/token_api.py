"""REST: tokens, service accounts and their keys."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import IDLE_NS, REFRESH_NS, SECOND_NS, Reach, Refusal
from business.access.messages import USERS
from business.identity.api import FirstRole, FirstScope, UserOut, user_of
from business.identity.entry import (
    CODE_AWAITED,
    ENROLMENT_AWAITED,
    PASSWORD_AWAITED,
    WRONG_ENTRY_CODE,
)
from business.identity.entry_messages import GiveCode, Visit
from business.identity.messages import LogIn, LogOut
from business.identity.model import Place, User, UserKind, plain_name
from business.identity.queries import reached
from business.identity.token_messages import (
    CreateServiceAccount,
    CreateServiceKey,
    LogInWithKey,
    RefreshSession,
    RevokeServiceKey,
)
from business.identity.token_model import ServiceKey
from business.identity.tokens import fingerprint, new_token
from business.rest.asking import Outside, Reader, ReadSession, address_of, count, existing, needs, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import CHALLENGE, Refusing, problems, refused
from business.rest.sending import Send, Sender, Stranger
from business.rest.shapes import (
    Moment,
    Name,
    Number,
    PathName,
    Shape,
    example,
    moment,
    moment_or_none,
    nanoseconds,
)
from config.text import Text

router = APIRouter()
_SHOWN_ONCE = Text(
    "这个密钥已经创建并显示过一次，不能再次显示；如已丢失，请吊销后新建",
    "This key was created and shown once; if it was lost, revoke it and create another",
)
_FURTHER = {ENROLMENT_AWAITED: "second-factor-awaited", PASSWORD_AWAITED: "password-awaited"}
"""What a person has to do on the pages before a program can log in for him, by the refusal."""
_ACCESS = "Lt3Sg1mM2pXnXHW0bPpnKqQjg6mJ0rQ3y8oBqUOe5Vw"
_REFRESH = "pNn4gVb7o0ckXb0H9u6bEhv2yqXrQb3cYc0r6d8Jm1A"


class ByPassword(Shape):
    """A person's log-in, and with `code` both its steps for who has a second factor."""

    model_config = example(
        {"grant": "password", "user": "wang", "password": "Correct-Horse-7", "code": "123456"}
    )
    grant: Literal["password"]
    user: Name
    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(max_length=40, description="Of the authenticator, or one from paper")] = ""


class ByKey(Shape):
    """The log-in of a service account."""

    model_config = example({"grant": "key", "key": _ACCESS})
    grant: Literal["key"]
    key: Annotated[str, Field(min_length=1, max_length=200)]


class ByRefresh(Shape):
    """Another pair of tokens for the last refresh token; each is good for one use."""

    model_config = example({"grant": "refresh", "refresh_token": _REFRESH})
    grant: Literal["refresh"]
    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class TokenPair(BaseModel):
    model_config = example(
        {
            "access_token": _ACCESS,
            "token_type": "Bearer",
            "expires_in": 900,
            "refresh_token": _REFRESH,
            "refresh_expires_in": 604800,
        }
    )
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a scheme
    expires_in: int = Field(description="Seconds")
    refresh_token: str
    refresh_expires_in: int = Field(description="Seconds, if it is not used before")


Grant = Annotated[ByPassword | ByKey | ByRefresh, Field(discriminator="grant")]


@router.post("/tokens", tags=["tokens"], summary="获取令牌 · Get a pair of tokens")
async def create_token(grant: Grant, request: Request, ports: Outside, send: Stranger) -> TokenPair:
    """The session appears among the sessions, and ends there like any other."""
    address = address_of(request)
    count(request, ports.limiter.log_in, address)
    access, refresh = new_token(), new_token()
    program = request.headers.get("user-agent", "")[:200]
    hashes = fingerprint(access), fingerprint(refresh)
    match grant:
        case ByPassword():
            visit = Visit(
                hashes[0], fingerprint(new_token()), Place.API.value, address, program, "", hashes[1]
            )
            await _log_in(grant, visit, send)
        case ByKey():
            await send(LogInWithKey(fingerprint(grant.key), *hashes, address, program))
        case ByRefresh():
            await send(RefreshSession(fingerprint(grant.refresh_token), *hashes))
    return TokenPair(
        access_token=access,
        expires_in=IDLE_NS // SECOND_NS,
        refresh_token=refresh,
        refresh_expires_in=REFRESH_NS // SECOND_NS,
    )


async def _log_in(grant: ByPassword, visit: Visit, send: Sender) -> None:
    """Whoever cannot log in learns nothing from it, also not that the password was right (S-04)."""
    first = LogIn(
        grant.user,
        grant.password,
        visit.token_hash,
        visit.place,
        visit.address,
        visit.browser,
        visit.previous,
        visit.challenge_hash,
        visit.refresh_hash,
    )
    try:
        try:
            await send(first)
        except Refusing as why:
            if not grant.code or why.detail not in {CODE_AWAITED, Refusal.LOG_IN_FAILED}:
                raise
            await send(GiveCode(visit, grant.code))
    except Refusing as why:
        if why.detail in _FURTHER:
            raise Refusing(401, str(why.detail), code=_FURTHER[str(why.detail)], headers=CHALLENGE) from why
        if why.detail in {CODE_AWAITED, WRONG_ENTRY_CODE}:
            raise refused(Refusal.LOG_IN_FAILED) from why
        raise


@router.delete("/tokens/current", status_code=204, tags=["tokens"], summary=both(LogOut.label))
async def delete_token(send: Send) -> None:
    """Ends the session: its access token and its refresh token are worth nothing from now on."""
    await send(LogOut())


# --- service accounts --------------------------------------------------------------------------------------


class NewServiceAccount(Shape):
    model_config = example({"user": "erp", "display": "财务系统", "role": "viewer", "scope": 0})
    user: Name
    display: Name
    role: FirstRole = ""
    scope: FirstScope = 0


class NewKey(Shape):
    model_config = example({"name": "生产环境", "expires_at": "2030-01-01T00:00:00Z"})
    name: Name
    expires_at: Moment | None = None


class KeyOut(BaseModel):
    model_config = example(
        {
            "id": 3,
            "name": "生产环境",
            "created_at": "2026-03-01T00:00:00Z",
            "expires_at": "2030-01-01T00:00:00Z",
            "revoked_at": "2027-01-01T00:00:00Z",
        }
    )
    id: int
    name: str
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None


class KeyCreated(KeyOut):
    model_config = example(
        {
            "id": 3,
            "name": "生产环境",
            "created_at": "2026-03-01T00:00:00Z",
            "expires_at": "2030-01-01T00:00:00Z",
            "revoked_at": "2027-01-01T00:00:00Z",
            "key": _ACCESS,
        }
    )
    key: str = Field(description="Shown this once")


@router.post(
    "/service-accounts",
    status_code=201,
    tags=["service accounts"],
    summary=both(CreateServiceAccount.label),
    responses=problems(409),
)
async def create_service_account(
    body: NewServiceAccount, ports: Outside, reader: Reader, send: Send
) -> UserOut:
    await send(CreateServiceAccount(body.user, body.display, body.role, body.scope))
    return await read(ports, lambda session: user_of(session, body.user, reader.reach(USERS)))


@router.get(
    "/service-accounts/{user}/keys",
    tags=["service accounts"],
    summary="列出密钥 · List the keys",
    dependencies=[Depends(needs(USERS))],
    responses=problems(404),
)
def list_service_keys(user: PathName, session: ReadSession, reader: Reader, wanted: Wanted) -> Page[KeyOut]:
    account = existing(_account(session, user, reader.reach(USERS)))
    query = select(ServiceKey).where(ServiceKey.user_id == account.id)
    return page(session, query, [ServiceKey.id], wanted, _key)


@router.post(
    "/service-accounts/{user}/keys",
    status_code=201,
    tags=["service accounts"],
    summary=both(CreateServiceKey.label),
    responses=problems(404, 409),
)
async def create_service_key(user: PathName, body: NewKey, ports: Outside, send: Send) -> KeyCreated:
    """The key itself is in this answer and nowhere else."""
    key = new_token()
    expires_ns = nanoseconds(body.expires_at) if body.expires_at else 0
    answer = await send(CreateServiceKey(user, body.name, fingerprint(key), expires_ns))
    made = await read(ports, lambda session: session.get(ServiceKey, int(answer)))
    if made.key_hash != fingerprint(key):
        raise Refusing(409, _SHOWN_ONCE, code="key-shown-once")
    return KeyCreated(**_key(made).model_dump(), key=key)


@router.delete(
    "/service-accounts/{user}/keys/{key}",
    status_code=204,
    tags=["service accounts"],
    summary=both(RevokeServiceKey.label),
    dependencies=[Depends(needs(USERS))],
    responses=problems(404),
)
async def revoke_service_key(user: PathName, key: Number, ports: Outside, reader: Reader, send: Send) -> None:
    """The sessions that it opened end at once."""
    await read(ports, lambda session: _key_of(session, user, key, reader.reach(USERS)))
    await send(RevokeServiceKey(key))


def _account(session: Session, user: str, reach: Reach) -> User | None:
    which = (User.name == plain_name(user), User.kind == UserKind.SERVICE.value, reached(reach))
    return session.scalar(select(User).where(*which))


def _key_of(session: Session, user: str, key: int, reach: Reach) -> ServiceKey | None:
    account = _account(session, user, reach)
    found = session.get(ServiceKey, key)
    return found if account is not None and found is not None and found.user_id == account.id else None


def _key(key: ServiceKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        name=key.name,
        created_at=moment(key.created_ns),
        expires_at=moment_or_none(key.expires_ns),
        revoked_at=moment_or_none(key.revoked_ns),
    )
