"""Plain forms, without a socket, for people who have no session yet."""

from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from business.identity.model import Place
from config.text import Text
from hmi import words
from hmi.shell import EMPTY, preference
from hmi.view import House
from hmi.words import say

FORM_BYTES = 8_192
THEMES = ("auto", "light", "dark")
_HINT = Markup('<p class="sub">{}</p>')


def language_of(request: Request) -> str:
    """As chosen on this browser; Chinese until then."""
    chosen = request.cookies.get("steward_language", "")
    return chosen if chosen in words.LANGUAGES else "zh"


def theme_of(request: Request) -> str:
    chosen = request.cookies.get("steward_theme", "")
    return chosen if chosen in THEMES else "auto"


def safe_path(path: str) -> str:
    """A path of this very site; anything else leads home."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else "/"


async def read_form(request: Request, most: int = 20) -> dict[str, str]:
    """The fields of a small form, at most so many; empty when it is too large or not one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def field(
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


def hint(request: Request, text: Text, **values: object) -> Markup:
    return _HINT.format(say(language_of(request), text, **values))


def form(request: Request, action: str, fields: Markup, button: Text) -> Markup:
    return Markup('<form method="post" action="{}">{}<button>{}</button></form>').format(
        action, fields, say(language_of(request), button)
    )


def link(request: Request, path: str, text: Text, **values: object) -> Markup:
    return Markup('<a href="{}">{}</a>').format(path, say(language_of(request), text, **values))


def page(
    house: House,
    place: Place,
    request: Request,
    title: Text,
    content: Markup,
    *,
    said: str = "",
    status: int = 200,
    head: Markup = EMPTY,
) -> Response:
    """One panel in the middle: what is said, then `content`, then the other language."""
    language = language_of(request)
    whole = Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} · {site}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
        '<link rel="stylesheet" href="/assets/steward.css"></head><body class="{theme}">'
        '<script src="/assets/theme.js"></script><div class="gate"><div class="panel">'
        '<div><h1>{steward}</h1><p class="sub">{site} · {place}</p></div>{said}{content}'
        '<footer><a href="{switch}">{other}</a></footer></div></div></body></html>'
    ).format(
        lang="zh-CN" if language == "zh" else "en",
        title=say(language, title),
        head=head,
        site=house.live.site.name.in_language(language),
        theme={"dark": "body--dark", "light": "body--light", "auto": ""}[theme_of(request)],
        steward=say(language, words.STEWARD),
        place=say(language, words.PLACES[place]),
        said=Markup('<p class="notice" role="alert">{}</p>').format(said) if said else EMPTY,
        content=content,
        switch=preference(request.url.path, "language", "en" if language == "zh" else "zh"),
        other=say(language, words.SWITCH_LANGUAGE),
    )
    return HTMLResponse(str(whole), status, headers={"Cache-Control": "no-store"})
