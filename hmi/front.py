"""Log-in, log-out and first start, for people who have no session yet."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from actors.messages import Issuer, Stage
from business.access import Refusal
from business.identity.entry import CODE_AWAITED
from business.identity.messages import CreateFirstAdministrator, LogIn, LogOut
from business.identity.model import Place
from business.identity.openid import OpenId
from hmi import words
from hmi.door import Door, address_of, in_words
from hmi.guard import cookie_of
from hmi.plain import THEMES, field, form, hint, language_of, page, read_form, safe_path
from hmi.sign_on import sign_on
from hmi.stations import EVERYWHERE
from hmi.steps import steps
from hmi.view import House
from hmi.words import refusals, say

YEAR_S = 365 * 86_400
PREFERENCES = {"language": words.LANGUAGES, "theme": THEMES}


def front(house: House, place: Place, providers: Mapping[str, OpenId], *, https: bool) -> APIRouter:
    """The routes that need no session."""
    router = APIRouter()
    door = Door(house, place, https=https)
    seats = house.seats
    router.include_router(steps(door))
    router.include_router(sign_on(door, providers, https=https))

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @router.get("/preference")
    async def prefer(request: Request) -> Response:
        response = RedirectResponse(safe_path(request.query_params.get("back", "/")), 303)
        for name, values in {**PREFERENCES, "station": (EVERYWHERE, *house.live.site.stations)}.items():
            value = request.query_params.get(name)
            if value in values:
                # Not 'strict': who comes back from a provider goes on in the language he left in.
                response.set_cookie(
                    f"steward_{name}", value, max_age=YEAR_S, httponly=True, samesite="lax", secure=https
                )
        return response

    @router.get("/login")
    async def login_form(request: Request) -> Response:
        if not seats.authority.has_users():
            return RedirectResponse("/first-start", 303)
        said = words.LOGGED_OUT if "out" in request.query_params else None
        said = words.ADMINISTRATOR_CREATED if "created" in request.query_params else said
        return await door.log_in_page(request, say(language_of(request), said) if said else "")

    @router.post("/login")
    async def login(request: Request) -> Response:
        given = await read_form(request)
        knock = await door.knock(request, begins=True)
        visit = knock.visit
        body = LogIn(
            user=given.get("user", ""),
            password=given.get("password", ""),
            token_hash=visit.token_hash,
            place=visit.place,
            address=visit.address,
            browser=visit.browser,
            previous=visit.previous,
            challenge_hash=visit.challenge_hash,
        )
        result = await door.ask(knock, body)
        if result.stage is Stage.DONE:
            return await door.let_in(knock)
        failed = result.detail in {Refusal.LOG_IN_FAILED, CODE_AWAITED}
        response = None if failed else door.next_step(knock, result)
        if response is None:
            said = refusals.refusal(language_of(request), Refusal.LOG_IN_FAILED)
            notice = said if failed else in_words(request, result)
            response = await door.log_in_page(request, notice, failed=failed, status=401)
        return door.hold(response, knock)

    @router.post("/logout")
    async def logout(request: Request) -> Response:
        person = await door.person(request)
        if person is not None:
            result = await door.answer(LogOut(), Issuer(person.user, person.session, address_of(request)))
            if result.stage is Stage.REFUSED and person.screen:
                return RedirectResponse("/", 303)
        response = RedirectResponse("/login?out", 303)
        response.delete_cookie(cookie_of(place), httponly=True, samesite="strict", secure=https)
        return response

    @router.get("/first-start")
    async def first_form(request: Request) -> Response:
        if seats.authority.has_users():
            return RedirectResponse("/login", 303)
        return _first_page(house, place, request, "")

    @router.post("/first-start")
    async def first(request: Request) -> Response:
        given = await read_form(request)
        if given.get("password") != given.get("again"):
            said = say(language_of(request), words.PASSWORDS_DIFFER)
            return _first_page(house, place, request, said, given, status=422)
        body = CreateFirstAdministrator(
            code=given.get("code", ""),
            user=given.get("user", ""),
            display=given.get("display", ""),
            password=given.get("password", ""),
            address=address_of(request),
        )
        result = await door.answer(body, Issuer("", "", address_of(request)))
        if result.stage is not Stage.DONE:
            return _first_page(house, place, request, in_words(request, result), given, status=422)
        return RedirectResponse("/login?created", 303)

    return router


def _first_page(
    house: House,
    place: Place,
    request: Request,
    said: str,
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    given = given or {}
    fields = (
        hint(request, words.FIRST_START_HINT)
        + field(request, words.ONE_TIME_CODE, "code", "off", value=given.get("code", ""), autofocus=True)
        + field(request, words.USER_NAME, "user", "username", value=given.get("user", ""))
        + field(request, words.DISPLAY_NAME, "display", "name", value=given.get("display", ""))
        + field(request, words.PASSWORD, "password", "new-password", kind="password")
        + field(request, words.PASSWORD_AGAIN, "again", "new-password", kind="password")
        + hint(request, words.PASSWORD_HINT)
    )
    content = form(request, "/first-start", fields, words.CREATE_ADMINISTRATOR)
    return page(house, place, request, words.FIRST_START, content, said=said, status=status)
