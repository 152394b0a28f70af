"""Who asks: the ends that the routes use, and the person behind a bearer token."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from actors.channels.query import QueryFailed
from actors.messages import CommandResult, Issuer, LinkageState
from business.access import ANYWHERE, Authority, Person, Refusal
from business.identity.messages import NoteOverreach
from business.identity.model import Place
from business.rest.limiting import Limiter
from business.rest.problems import BUSY_S, Refusing, refused
from config.site import Site
from config.text import Text

T = TypeVar("T")

TTL_S = 10.0
RATE_HEADERS = "steward.rate"
"""Key of the ASGI scope: headers that tell how often the reader may still ask."""


_AWAY = Text("实时服务没有应答；请稍后重试", "The core process does not answer; try again later")
_MISSING = Text("没有这个对象，或您无权查看", "There is no such thing, or it is not yours to see")


class Commands(Protocol):
    """Carries commands to `office`, as `actors.channels.command_client.CommandClient` does."""

    def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, name: str = ""
    ) -> AsyncIterator[CommandResult]:
        """The results as they come, the last one final; `name` is the command's id where it has one."""


class Queries(Protocol):
    """Carries queries to `core`, as `actors.channels.query_client.QueryClient` does."""

    def ask(self, query: Any) -> AsyncIterator[Any]:
        """The messages of the answer. Raises QueryFailed, also when nobody answers in time."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the routes need of the world outside."""

    authority: Authority
    office: Commands
    words: Callable[[str, str], str]
    """A refusal in a language ('zh' or 'en'): of its code, or of a text said in both."""
    limiter: Limiter
    wall_ns: Callable[[], int]
    gate: Commands
    """`core`: commands to the plant and to alarms."""
    core: Queries
    site: Callable[[], Site]
    """The configuration in force."""
    linkage: Callable[[], LinkageState | None]
    """What linkage says of itself; None when nothing is heard of it."""
    posts: Callable[[str], Sequence[Commands]] = lambda _hook: ()
    """The field processes whose devices take what is posted to an inbound webhook of that name."""


async def ports_of(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


Outside = Annotated[Ports, Depends(ports_of)]


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


_BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="`access_token` of `POST /tokens`; 15 minutes"
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def reader_of(request: Request, ports: Outside, bearer: Bearer) -> Person:
    """Who holds the access token now; a cookie is never looked at, so that no browser acts for its user."""
    token = bearer.credentials if bearer is not None else ""
    person = await asyncio.to_thread(ports.authority.bearer, token) if token else None
    if person is None or person.place is not Place.API:
        count(request, ports.limiter.request, f"address:{address_of(request)}")
        raise refused(Refusal.NOT_LOGGED_IN)
    count(request, ports.limiter.request, f"session:{person.session}")
    return person


def count(request: Request, hit: Callable[[str], dict[str, str]], who: str) -> None:
    """Count a request against a limit; the answer will tell how much is left. Raises Refusing."""
    request.scope[RATE_HEADERS] = hit(who)


Reader = Annotated[Person, Depends(reader_of)]
"""Whoever asks, logged in."""


async def issuer_of(request: Request, reader: Reader) -> Issuer:
    return Issuer(reader.user, reader.session, address_of(request))


Asking = Annotated[Issuer, Depends(issuer_of)]


def needs(permission: str, scope: str = ANYWHERE) -> Callable[..., Awaitable[Person]]:
    """A dependency: the reader, who has this permission there, such as ROOT for what is the whole group's.

    An attempt without it is recorded and counted.
    """

    async def permitted(ports: Outside, reader: Reader, issuer: Asking) -> Person:
        why = reader.refusal(permission, scope)
        if why is not None:
            if why is Refusal.NOT_PERMITTED:
                async for _ in ports.office.send(NoteOverreach(permission), issuer, TTL_S):
                    pass
            raise refused(why)
        return reader

    return permitted


def needs_here(permission: str) -> Callable[..., Awaitable[Person]]:
    """As `needs`, at this site: for its plant."""

    async def permitted(ports: Outside, reader: Reader, issuer: Asking) -> Person:
        here = await asyncio.to_thread(ports.authority.here)
        return await needs(permission, here)(ports, reader, issuer)

    return permitted


def session_of(ports: Outside) -> Iterator[Session]:
    with ports.authority.open() as session:
        yield session


ReadSession = Annotated[Session, Depends(session_of)]
"""A session for query functions; it cannot write."""


def existing(thing: T | None) -> T:
    """Raises Refusing when there is none, or none that the reader may see."""
    if thing is None:
        raise Refusing(404, _MISSING)
    return thing


async def read(ports: Ports, query: Callable[[Session], T | None]) -> T:
    """What a query function finds, for a route that has to wait for other things too. Raises Refusing."""

    def look() -> T | None:
        with ports.authority.open() as session:
            return query(session)

    return existing(await asyncio.to_thread(look))


async def asked_of_core(ports: Ports, query: Any) -> list[Any]:
    """The messages of the answer. Raises Refusing when nobody answers."""
    try:
        return [chunk async for chunk in ports.core.ask(query)]
    except QueryFailed as error:
        raise Refusing(503, _AWAY, headers={"Retry-After": str(BUSY_S)}) from error
