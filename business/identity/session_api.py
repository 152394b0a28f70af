"""REST: sessions, of pages and of programs."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from business.access.messages import USERS
from business.identity.messages import EndSession, ReleaseSession
from business.identity.model import User, UserSession, plain_name
from business.identity.queries import every_session, session_row
from business.rest.asking import Outside, Reader, ReadSession
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import problems
from business.rest.sending import Send
from business.rest.shapes import Line, Moment, example, moment

router = APIRouter(prefix="/sessions", tags=["sessions"])

SessionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a session")]


class SessionOut(BaseModel):
    model_config = example(
        {
            "id": "0123456789abcdef0123456789abcdef",
            "user": "wang",
            "place": "api",
            "way": "key",
            "address": "10.0.0.7",
            "program": "curl/8.5.0",
            "created_at": "2026-03-01T00:00:00Z",
            "seen_at": "2026-03-01T00:10:00Z",
            "locked": False,
            "current": True,
        }
    )
    id: str
    user: str
    place: str
    way: str = Field(description="How its user came in: password, phone, key ...")
    address: str
    program: str
    created_at: Moment
    seen_at: Moment
    locked: bool
    current: bool = Field(description="The one that asks")


@router.get("", summary="列出登录 · List the sessions")
def list_sessions(
    session: ReadSession, reader: Reader, ports: Outside, wanted: Wanted, user: Line = ""
) -> Page[SessionOut]:
    """One's own, and with `user.manage` those of the users within its reach."""

    def shape(seat: UserSession, name: str) -> SessionOut:
        row = session_row(seat, name)
        return SessionOut(
            id=row.id,
            user=row.user,
            place=row.place,
            way=row.way,
            address=row.address,
            program=row.browser,
            created_at=moment(row.created_ns),
            seen_at=moment(row.seen_ns),
            locked=row.locked,
            current=row.id == reader.session,
        )

    query = every_session(reader.user, ports.wall_ns(), reader.reach(USERS))
    if user:
        query = query.where(User.name == plain_name(user))
    return page(session, query, [UserSession.created_ns, UserSession.id], wanted, shape, newest_first=True)


@router.delete(
    "/{session}",
    status_code=204,
    summary=both(EndSession.label),
    responses=problems(404),
)
async def end_session(session: SessionId, send: Send) -> None:
    """One of one's own; with `user.manage` over its user, another's."""
    await send(EndSession(session))


@router.post(
    "/{session}/release",
    status_code=204,
    summary=both(ReleaseSession.label),
    responses=problems(404, 409),
)
async def release_session(session: SessionId, send: Send) -> None:
    """Let a session that was locked for overreaching write again."""
    await send(ReleaseSession(session))
