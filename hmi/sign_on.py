"""Logging in through another system: the way there, and the way back."""

import logging
from collections.abc import Mapping
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from actors.messages import Stage
from business.identity.external_messages import LogInByProvider
from business.identity.openid import Keys, OpenId, ProviderError
from business.identity.tokens import new_token
from hmi.door import STEPS, Door, in_words, query_of
from hmi.plain import language_of, link, safe_path
from hmi.words import account as said
from hmi.words import say

logger = logging.getLogger(__name__)

PATH = "/login/oidc"
AWAY_S = 600
"""How long somebody may stay at the provider."""


def sign_on(door: Door, providers: Mapping[str, OpenId], *, https: bool) -> APIRouter:
    router = APIRouter(prefix=PATH)

    def cookie(name: str) -> str:
        return f"steward_oidc_{door.place.value}_{name}"

    def back(request: Request, name: str) -> str:
        scheme = "https" if https else request.url.scheme
        return f"{scheme}://{request.url.netloc}{PATH}/{name}/back"

    @router.get("/{name}")
    async def leave(request: Request, name: str) -> Response:
        openid = providers.get(name)
        if openid is None:
            return _failed(door, request, say(language_of(request), said.NO_PROVIDER), 404)
        held = new_token()
        try:
            address = await openid.address(back(request, name), Keys.of(held))
        except ProviderError as error:
            return _away(door, request, openid, error)
        response = RedirectResponse(address, 303)
        goal = safe_path(request.query_params.get("next", "/"))
        # Not 'strict': it must come back with the browser, which another site sends here.
        response.set_cookie(
            cookie(name),
            f"{held}|{quote(goal, safe='')}",
            max_age=AWAY_S,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=https,
        )
        return response

    @router.get("/{name}/back")
    async def come_back(request: Request, name: str) -> Response:
        openid, query = providers.get(name), request.query_params
        if openid is None:
            return _failed(door, request, say(language_of(request), said.NO_PROVIDER), 404)
        held, _, goal = request.cookies.get(cookie(name), "").partition("|")
        keys = Keys.of(held)
        issuer = query.get("iss", openid.provider.issuer)  # RFC 9207: whose answer it is
        if not held or not keys.returned(query.get("state", "")) or issuer != openid.provider.issuer:
            response = _failed(door, request, say(language_of(request), said.LOG_IN_ENDED), 400)
        elif "code" not in query:
            logger.warning("%s let nobody in: %.200s", name, query.get("error", "no code"))
            response = _failed(door, request, say(language_of(request), said.NOT_VOUCHED_FOR), 401)
        else:
            response = await _enter(door, request, openid, keys, back(request, name), unquote(goal))
        response.delete_cookie(cookie(name), path=PATH, httponly=True, samesite="lax", secure=https)
        return response

    return router


async def _enter(door: Door, request: Request, openid: OpenId, keys: Keys, back: str, goal: str) -> Response:
    try:
        claims = await openid.identify(request.query_params["code"], back, keys)
    except ProviderError as error:
        return _away(door, request, openid, error)
    knock = await door.knock(request, begins=True)
    body = LogInByProvider(knock.visit, openid.provider.id, claims.subject, claims.name, claims.email)
    result = await door.ask(knock, body)
    if result.stage is Stage.DONE:
        response = _onwards(door, request, safe_path(goal))
        door.hand_over(response, knock)
        return response
    if result.detail in STEPS:
        step = f"/login/{STEPS[result.detail]}?next={quote(safe_path(goal))}"
        return door.hold(_onwards(door, request, step), knock)
    return _failed(door, request, in_words(request, result), 401)


def _onwards(door: Door, request: Request, path: str) -> Response:
    """By a page of this site: on a redirect that began at another one no browser sends a strict cookie."""
    head = Markup('<meta http-equiv="refresh" content="0;url={}">').format(path)
    ways = Markup('<div class="ways">{}</div>').format(link(request, path, said.CONTINUE))
    return door.page(request, ways, said=say(language_of(request), said.VOUCHED_FOR), head=head)


def _away(door: Door, request: Request, openid: OpenId, error: ProviderError) -> Response:
    logger.warning("single sign-on at %s: %s", openid.provider.id, error)
    name = openid.provider.name.in_language(language_of(request))
    return _failed(door, request, say(language_of(request), said.PROVIDER_AWAY, provider=name), 502)


def _failed(door: Door, request: Request, notice: str, status: int) -> Response:
    ways = Markup('<div class="ways">{}</div>').format(
        link(request, f"/login?{query_of(request)}", said.LOG_IN_ANEW)
    )
    return door.page(request, ways, said=notice, status=status)
