"""Log-in, log-out and first start: plain forms, without a socket, for people who have no session yet."""

from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.datastructures import Headers

from actors.messages import CommandResult, Issuer, Stage
from business.access import Refusal
from business.identity.messages import CreateFirstAdministrator, LogIn, LogOut
from business.identity.model import Place
from business.identity.tokens import fingerprint, new_token
from config.site import Text
from hmi import words
from hmi.guard import cookie_of, cookies
from hmi.shell import EMPTY, preference
from hmi.view import House
from hmi.words import say

FORM_BYTES = 8_192
TTL_S = 10.0
YEAR_S = 365 * 86_400
PREFERENCES = {"language": words.LANGUAGES, "theme": ("auto", "light", "dark")}


def language_of(request: Request) -> str:
    """As chosen on this browser; Chinese until then."""
    chosen = request.cookies.get("steward_language", "")
    return chosen if chosen in words.LANGUAGES else "zh"


def theme_of(request: Request) -> str:
    chosen = request.cookies.get("steward_theme", "")
    return chosen if chosen in PREFERENCES["theme"] else "auto"


def safe_path(path: str) -> str:
    """A path of this very site; anything else leads home."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else "/"


def front(house: House, place: Place, *, https: bool) -> APIRouter:
    """The routes that need no session."""
    router = APIRouter()
    seats, office = house.seats, house.ports.office

    async def answer(body: LogIn | CreateFirstAdministrator | LogOut, issuer: Issuer) -> CommandResult:
        last = CommandResult("", Stage.UNKNOWN, "", None, 0)
        async for result in office.send(body, issuer, TTL_S):
            last = result
        return last

    def address(request: Request) -> str:
        return request.client.host if request.client else ""

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @router.get("/preference")
    async def prefer(request: Request) -> Response:
        response = RedirectResponse(safe_path(request.query_params.get("back", "/")), 303)
        for name, values in PREFERENCES.items():
            value = request.query_params.get(name, "")
            if value in values:
                response.set_cookie(
                    f"steward_{name}", value, max_age=YEAR_S, httponly=True, samesite="strict", secure=https
                )
        return response

    @router.get("/login")
    async def login_form(request: Request) -> Response:
        if not seats.authority.has_users():
            return RedirectResponse("/first-start", 303)
        said = words.LOGGED_OUT if "out" in request.query_params else None
        said = words.ADMINISTRATOR_CREATED if "created" in request.query_params else said
        return _log_in_page(house, place, request, say(language_of(request), said) if said else "")

    @router.post("/login")
    async def login(request: Request) -> Response:
        form = await _form(request)
        token = new_token()
        mine = await seats.bearer(cookies(Headers(scope=request.scope)).get(cookie_of(place), ""))
        body = LogIn(
            user=form.get("user", ""),
            password=form.get("password", ""),
            token_hash=fingerprint(token),
            place=place.value,
            address=address(request),
            browser=request.headers.get("user-agent", "")[:200],
            previous=mine.session if mine else "",
        )
        result = await answer(body, Issuer("", "", address(request)))
        if result.stage is not Stage.DONE:
            return _log_in_page(house, place, request, _said(request, result), status=401)
        response = RedirectResponse(safe_path(request.query_params.get("next", "/")), 303)
        response.set_cookie(cookie_of(place), token, httponly=True, samesite="strict", secure=https)
        return response

    @router.post("/logout")
    async def logout(request: Request) -> Response:
        person = await seats.bearer(cookies(Headers(scope=request.scope)).get(cookie_of(place), ""))
        if person is not None:
            await answer(LogOut(), Issuer(person.user, person.session, address(request)))
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
        form = await _form(request)
        if form.get("password") != form.get("again"):
            said = say(language_of(request), words.PASSWORDS_DIFFER)
            return _first_page(house, place, request, said, form, status=422)
        body = CreateFirstAdministrator(
            code=form.get("code", ""),
            user=form.get("user", ""),
            display=form.get("display", ""),
            password=form.get("password", ""),
            address=address(request),
        )
        result = await answer(body, Issuer("", "", address(request)))
        if result.stage is not Stage.DONE:
            return _first_page(house, place, request, _said(request, result), form, status=422)
        return RedirectResponse("/login?created", 303)

    return router


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form; empty when it is too large or not one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _said(request: Request, result: CommandResult) -> str:
    language = language_of(request)
    if result.stage is Stage.UNKNOWN or result.stage is Stage.FAILED:
        return say(language, words.NO_ANSWER)
    return words.refusal(language, result.detail or Refusal.NOT_PERMITTED)


def _log_in_page(house: House, place: Place, request: Request, said: str, status: int = 200) -> Response:
    goal = safe_path(request.query_params.get("next", "/"))
    fields = _field(request, words.USER_NAME, "user", "username", autofocus=True) + _field(
        request, words.PASSWORD, "password", "current-password", kind="password"
    )
    return _page(
        house, place, request, words.LOG_IN, f"/login?next={quote(goal)}", said, fields, words.LOG_IN, status
    )


def _first_page(
    house: House,
    place: Place,
    request: Request,
    said: str,
    form: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    form = form or {}
    hint = Markup('<p class="sub">{}</p>')
    language = language_of(request)
    fields = (
        hint.format(say(language, words.FIRST_START_HINT))
        + _field(request, words.ONE_TIME_CODE, "code", "off", value=form.get("code", ""), autofocus=True)
        + _field(request, words.USER_NAME, "user", "username", value=form.get("user", ""))
        + _field(request, words.DISPLAY_NAME, "display", "name", value=form.get("display", ""))
        + _field(request, words.PASSWORD, "password", "new-password", kind="password")
        + _field(request, words.PASSWORD_AGAIN, "again", "new-password", kind="password")
        + hint.format(say(language, words.PASSWORD_HINT))
    )
    return _page(
        house,
        place,
        request,
        words.FIRST_START,
        "/first-start",
        said,
        fields,
        words.CREATE_ADMINISTRATOR,
        status,
    )


def _field(
    request: Request,
    text: Text,
    name: str,
    autocomplete: str,
    *,
    kind: str = "text",
    value: str = "",
    autofocus: bool = False,
) -> Markup:
    return Markup(
        '<label class="field">{}'
        '<input name="{}" type="{}" autocomplete="{}" value="{}" maxlength="200"{}></label>'
    ).format(
        say(language_of(request), text),
        name,
        kind,
        autocomplete,
        value,
        Markup(" autofocus") if autofocus else EMPTY,
    )


def _page(
    house: House,
    place: Place,
    request: Request,
    title: Text,
    action: str,
    said: str,
    fields: Markup,
    button: Text,
    status: int,
) -> Response:
    language = language_of(request)
    content = Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} · {site}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/assets/steward.css"></head><body class="{theme}">'
        '<script src="/assets/theme.js"></script><div class="gate"><form method="post" action="{action}">'
        '<div><h1>{steward}</h1><p class="sub">{site} · {place}</p></div>{said}{fields}<button>{button}'
        "</button>"
        '<footer><a href="{switch}">{other}</a></footer></form></div></body></html>'
    ).format(
        lang="zh-CN" if language == "zh" else "en",
        title=say(language, title),
        site=house.live.site.name.in_language(language),
        theme={"dark": "body--dark", "light": "body--light", "auto": ""}[theme_of(request)],
        action=action,
        steward=say(language, words.STEWARD),
        place=say(language, words.PLACES[place]),
        said=Markup('<p class="notice" role="alert">{}</p>').format(said) if said else EMPTY,
        fields=fields,
        button=say(language, button),
        switch=preference(request.url.path, "language", "en" if language == "zh" else "zh"),
        other=say(language, words.SWITCH_LANGUAGE),
    )
    return HTMLResponse(str(content), status, headers={"Cache-Control": "no-store"})
