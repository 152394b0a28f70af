"""The steps of a log-in after the first, and the one that begins with a phone."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from actors.messages import Stage
from business.identity.entry_messages import EnrolAtLogIn, GiveCode, RenewPassword, RequestPhoneCode
from business.identity.screen_messages import RegisterScreen
from business.identity.totp import new_recovery_codes, new_secret, recovery_fingerprint
from hmi import words
from hmi.door import STEPS, Door, Knock, in_words, query_of
from hmi.plain import field, form, hint, language_of, link, read_form, safe_path
from hmi.second_factor import offer, recovery_list
from hmi.words import account as said
from hmi.words import say

KEPT_S = 400 * 86_400
"""How long a browser keeps the key of a registered screen: no browser keeps one longer."""


def steps(door: Door) -> APIRouter:
    router = APIRouter(prefix="/login")

    def back(request: Request) -> Markup:
        return Markup('<div class="ways">{}</div>').format(
            link(request, f"/login?{query_of(request)}", said.LOG_IN_ANEW)
        )

    @router.get("/code")
    async def code_form(request: Request) -> Response:
        content = hint(request, said.CODE_HINT) + door.code_form(request) + back(request)
        return door.page(request, content)

    @router.post("/code")
    async def give_code(request: Request) -> Response:
        given = await read_form(request)
        knock = await door.knock(request)
        result = await door.ask(knock, GiveCode(knock.visit, given.get("code", "")))
        if result.stage is Stage.DONE:
            return await door.let_in(knock)
        if response := door.next_step(knock, result):
            return response
        content = door.code_form(request) + back(request)
        return door.page(request, content, said=in_words(request, result), status=401)

    @router.get("/phone")
    async def phone_form(request: Request) -> Response:
        return _phone_page(door, request, "", back(request))

    @router.post("/phone")
    async def request_code(request: Request) -> Response:
        given = await read_form(request)
        knock = await door.knock(request, begins=True)
        result = await door.ask(knock, RequestPhoneCode(knock.visit, given.get("phone", "")))
        if result.stage is not Stage.DONE:
            return _phone_page(door, request, in_words(request, result), back(request), status=422)
        content = door.code_form(request) + back(request)
        sent = say(language_of(request), said.CODE_SENT)
        return door.hold(door.page(request, content, said=sent), knock)

    @router.get("/password")
    async def password_form(request: Request) -> Response:
        return _password_page(door, request, "", back(request))

    @router.post("/password")
    async def renew(request: Request) -> Response:
        given = await read_form(request)
        if given.get("password") != given.get("again"):
            differ = say(language_of(request), words.PASSWORDS_DIFFER)
            return _password_page(door, request, differ, back(request), status=422)
        knock = await door.knock(request)
        result = await door.ask(knock, RenewPassword(knock.visit, given.get("password", "")))
        if result.stage is Stage.DONE:
            return await door.let_in(knock)
        return _password_page(door, request, in_words(request, result), back(request), status=422)

    @router.get("/enrol")
    async def enrol_form(request: Request) -> Response:
        return _enrol_page(door, request, new_secret(), "", back(request))

    @router.post("/enrol")
    async def enrol(request: Request) -> Response:
        given = await read_form(request)
        knock = await door.knock(request)
        secret, paper = given.get("secret", ""), new_recovery_codes()
        hashes = tuple(map(recovery_fingerprint, paper))
        result = await door.ask(knock, EnrolAtLogIn(knock.visit, secret, given.get("code", ""), hashes))
        if result.stage is Stage.DONE or result.detail in STEPS:
            return _paper_page(door, knock, paper, goes_on=STEPS.get(result.detail))
        return _enrol_page(door, request, secret, in_words(request, result), back(request), status=422)

    @router.get("/screen")
    async def screen_form(request: Request) -> Response:
        return _screen_page(door, request, "", back(request))

    @router.post("/screen")
    async def register(request: Request) -> Response:
        given = await read_form(request)
        knock = await door.knock(request, begins=True)
        result = await door.ask(knock, RegisterScreen(knock.visit, given.get("code", "")))
        if result.stage is not Stage.DONE:
            return _screen_page(door, request, in_words(request, result), back(request), status=401)
        response = RedirectResponse("/", 303)
        door.hand_over(response, knock, KEPT_S)
        return response

    return router


def _screen_page(door: Door, request: Request, trouble: str, back: Markup, *, status: int = 200) -> Response:
    entry = field(request, said.SCREEN_CODE, "code", "off", autofocus=True)
    content = hint(request, said.SCREEN_HINT) + form(request, "/login/screen", entry, said.REGISTER) + back
    return door.page(request, content, said=trouble, status=status)


def _phone_page(door: Door, request: Request, trouble: str, back: Markup, *, status: int = 200) -> Response:
    entry = field(request, said.PHONE, "phone", "tel", kind="tel", autofocus=True)
    content = form(request, f"/login/phone?{query_of(request)}", entry, said.SEND_CODE) + back
    return door.page(request, content, said=trouble, status=status)


def _password_page(
    door: Door, request: Request, trouble: str, back: Markup, *, status: int = 200
) -> Response:
    fields = (
        hint(request, said.PASSWORD_IS_OVER)
        + field(request, words.NEW_PASSWORD, "password", "new-password", kind="password", autofocus=True)
        + field(request, words.PASSWORD_AGAIN, "again", "new-password", kind="password")
        + hint(request, words.PASSWORD_HINT)
    )
    content = form(request, f"/login/password?{query_of(request)}", fields, words.CHANGE_PASSWORD) + back
    return door.page(request, content, said=trouble, status=status)


def _enrol_page(
    door: Door, request: Request, secret: str, trouble: str, back: Markup, *, status: int = 200
) -> Response:
    language = language_of(request)
    fields = (
        hint(request, said.ENROLMENT_DEMANDED)
        + offer(language, secret, "", door.house.live.site.name.in_language(language))
        + Markup('<input type="hidden" name="secret" value="{}">').format(secret)
        + field(request, said.CODE, "code", "one-time-code", autofocus=True)
    )
    content = form(request, f"/login/enrol?{query_of(request)}", fields, said.ENROL) + back
    return door.page(request, content, said=trouble, status=status)


def _paper_page(door: Door, knock: Knock, paper: tuple[str, ...], *, goes_on: str | None) -> Response:
    request = knock.request
    goal = safe_path(request.query_params.get("next", "/"))
    path = f"/login/{goes_on}?{query_of(request)}" if goes_on else goal
    content = recovery_list(language_of(request), paper) + Markup('<div class="ways">{}</div>').format(
        link(request, path, said.CONTINUE)
    )
    response = door.page(request, content)
    if goes_on is None:
        door.hand_over(response, knock)
    return response
