"""The way in, step by step: which form comes next, and the cookies that hold the steps together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from actors.messages import CommandResult, Issuer, Stage
from business.access import Person, Refusal
from business.identity.account_queries import password_warning, second_factors_in_use
from business.identity.entry import CODE_AWAITED, ENROLMENT_AWAITED, PASSWORD_AWAITED
from business.identity.entry_messages import Visit
from business.identity.model import Place
from business.identity.tokens import fingerprint, new_token
from hmi import words
from hmi.guard import cookie_of, cookies
from hmi.plain import field, form, language_of, link, page, safe_path
from hmi.shell import EMPTY
from hmi.view import House
from hmi.words import account as said
from hmi.words import refusals, say

T = TypeVar("T")

TTL_S = 10.0
STEP_S = 600
"""How long a browser holds on to a log-in that is half done."""
STEPS = {CODE_AWAITED: "code", ENROLMENT_AWAITED: "enrol", PASSWORD_AWAITED: "password"}
"""Where the next step of a log-in is asked for, by the refusal of the one before."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One request of a browser on its way in."""

    request: Request
    visit: Visit
    token: str
    """Of the session that may open."""
    step: str
    """Of the log-in that is half done."""


class Door:
    """The door of one place."""

    def __init__(self, house: House, place: Place, *, https: bool) -> None:
        self.house = house
        self.place = place
        self._https = https
        self._step_cookie = f"steward_step_{place.value}"

    async def answer(self, body: Any, issuer: Issuer) -> CommandResult:
        last = CommandResult("", Stage.UNKNOWN, "", None, 0)
        async for result in self.house.ports.office.send(body, issuer, TTL_S):
            last = result
        return last

    async def ask(self, knock: Knock, body: Any) -> CommandResult:
        return await self.answer(body, Issuer("", "", address_of(knock.request)))

    async def person(self, request: Request) -> Person | None:
        """Who holds the session of this browser, if any."""
        token = cookies(Headers(scope=request.scope)).get(cookie_of(self.place), "")
        return await self.house.seats.bearer(token)

    async def knock(self, request: Request, *, begins: bool = False) -> Knock:
        """With `begins` a log-in starts; without, the one goes on to which the browser holds the cookie."""
        mine = await self.person(request)
        token = new_token()
        step = new_token() if begins else request.cookies.get(self._step_cookie, "")
        visit = Visit(
            token_hash=fingerprint(token),
            challenge_hash=fingerprint(step),
            place=self.place.value,
            address=address_of(request),
            browser=request.headers.get("user-agent", "")[:200],
            previous=mine.session if mine else "",
        )
        return Knock(request, visit, token, step)

    async def let_in(self, knock: Knock) -> Response:
        """The session is open: its cookie, and on to where its person wanted to go."""
        goal = safe_path(knock.request.query_params.get("next", "/"))
        days = await self.read(
            lambda session: password_warning(
                session,
                self.house.live.site.settings.security,
                knock.visit.token_hash,
                self.house.live.wall_ns(),
            )
        )
        response: Response = RedirectResponse(goal, 303)
        if days is not None:
            notice = say(language_of(knock.request), said.PASSWORD_ENDS_SOON, days=days)
            ways = link(knock.request, "/account", words.CHANGE_PASSWORD) + link(
                knock.request, goal, said.CONTINUE
            )
            content = Markup('<div class="ways">{}</div>').format(ways)
            response = self.page(knock.request, content, said=notice)
        self.hand_over(response, knock)
        return response

    def hand_over(self, response: Response, knock: Knock, keep_s: int | None = None) -> None:
        """The key of the session that has opened; without `keep_s` it goes when the browser is closed."""
        response.set_cookie(
            cookie_of(self.place),
            knock.token,
            max_age=keep_s,
            httponly=True,
            samesite="strict",
            secure=self._https,
        )
        response.delete_cookie(self._step_cookie, httponly=True, samesite="strict", secure=self._https)

    def hold(self, response: Response, knock: Knock) -> Response:
        """Let the browser come back with the next step."""
        response.set_cookie(
            self._step_cookie,
            knock.step,
            max_age=STEP_S,
            httponly=True,
            samesite="strict",
            secure=self._https,
        )
        return response

    def next_step(self, knock: Knock, result: CommandResult) -> Response | None:
        """The form that the site demands next; None when it demands nothing more."""
        path = STEPS.get(result.detail)
        return RedirectResponse(f"/login/{path}?{query_of(knock.request)}", 303) if path else None

    async def log_in_page(
        self, request: Request, notice: str, *, failed: bool = False, status: int = 200
    ) -> Response:
        """With `failed` one answer for all: a wrong password, an unknown name, a code that is awaited."""
        content = form(
            request,
            f"/login?{query_of(request)}",
            field(request, words.USER_NAME, "user", "username", autofocus=not failed)
            + field(request, words.PASSWORD, "password", "current-password", kind="password"),
            words.LOG_IN,
        )
        if failed and await self.read(second_factors_in_use):
            notice = say(language_of(request), said.NOT_IN_YET)
            content = self.code_form(request) + Markup("<hr>") + content
        ways = link(request, f"/login/phone?{query_of(request)}", said.LOG_IN_BY_PHONE)
        if self.place is Place.CONTROL:
            ways += link(request, "/login/screen", said.REGISTER_SCREEN)
        for provider in self.house.live.site.settings.security.providers:
            name = provider.name.in_language(language_of(request))
            path = f"/login/oidc/{provider.id}?{query_of(request)}"
            ways += link(request, path, said.LOG_IN_BY_PROVIDER, provider=name)
        content += Markup('<div class="ways">{}</div>').format(ways)
        return self.page(request, content, said=notice, status=status)

    def code_form(self, request: Request) -> Markup:
        entry = field(request, said.CODE, "code", "one-time-code", autofocus=True)
        return form(request, f"/login/code?{query_of(request)}", entry, words.LOG_IN)

    def page(
        self, request: Request, content: Markup, *, said: str = "", status: int = 200, head: Markup = EMPTY
    ) -> Response:
        return page(
            self.house, self.place, request, words.LOG_IN, content, said=said, status=status, head=head
        )

    async def read(self, query: Callable[[Session], T]) -> T:
        def work() -> T:
            with self.house.seats.authority.open() as session:
                return query(session)

        return await asyncio.to_thread(work)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def query_of(request: Request) -> str:
    return f"next={quote(safe_path(request.query_params.get('next', '/')))}"


def in_words(request: Request, result: CommandResult) -> str:
    language = language_of(request)
    if result.stage is Stage.UNKNOWN or result.stage is Stage.FAILED:
        return say(language, words.NO_ANSWER)
    return refusals.refusal(language, result.detail or Refusal.NOT_PERMITTED)
