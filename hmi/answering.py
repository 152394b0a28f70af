"""Answers from outside: the page behind a link in a message, and what providers post about calls.

Nobody has logged in here: a link's token, or a provider's signature, is all that counts, and only the
notifier knows them. Opening a link changes nothing, since mail scanners open links too.
"""

import asyncio
import time
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy import select

from actors.channels.query import QueryFailed
from actors.messages import CommandResult, Issuer, Stage
from actors.said import in_language
from business.duty.queries import team_names
from business.identity.model import User
from business.notifier.channels import twilio_voice
from business.notifier.channels.catalogue import options_of
from business.notifier.channels.twilio_api import KEYS_PATH
from business.notifier.channels.twilio_voice import TwilioVoiceTable
from business.notifier.messages import AnswerByLink, EscalationRow, LinkRead, ProviderCalled, ReadLink
from business.rest.limiting import Limiter, Rates
from business.rest.problems import Refusing
from config.notification import Progress
from config.text import Text
from hmi import words as common
from hmi.door import TTL_S, address_of
from hmi.guard import LINKS
from hmi.plain import read_form
from hmi.progress import STAGES, offered
from hmi.shell import EMPTY
from hmi.view import House
from hmi.words import notify, say
from hmi.words import notify_link as words

A_MINUTE: Final = 60
"""Requests of one address."""
FIELDS: Final = 100
"""Of a provider's form."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_FACT: Final = Markup("<dt>{}</dt><dd>{}</dd>")
_PAGE: Final = Markup(
    '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="robots" content="noindex"><link rel="stylesheet" href="/assets/steward.css">'
    '<link rel="stylesheet" href="/assets/alarms.css"><link rel="stylesheet" href="/assets/notify.css">'
    '</head><body><div class="gate answer"><div class="panel">{}</div></div></body></html>'
)


def answering(house: House) -> APIRouter:
    router = APIRouter()
    limiter = Limiter(Rates(requests=A_MINUTE), time.time)

    @router.get(LINKS + "{token}")
    async def show(request: Request, token: str) -> Response:
        try:
            limiter.request(address_of(request))
            found = await _read(house, token)
        except Refusing:
            return _only(words.TOO_OFTEN, 429)
        except QueryFailed:
            return _only(words.AWAY, 503)
        if found.escalation is None:
            return _only(words.INVALID, 404)
        said = request.query_params.get("said", "")
        recorded = words.RECORDED[Progress(said)] if said in STAGES else None
        return await _page(house, found, found.escalation, recorded)

    @router.post(LINKS + "{token}")
    async def answer(request: Request, token: str) -> Response:
        try:
            limiter.request(address_of(request))
        except Refusing:
            return _only(words.TOO_OFTEN, 429)
        given = (await read_form(request)).get("progress", "")
        if given not in STAGES:
            return _only(words.INVALID, 404)
        body = AnswerByLink(token, Progress(given), address_of(request))
        result = await _told(house, body, address_of(request))
        if result.stage is Stage.REFUSED:
            return _only(words.INVALID, 404)
        if result.stage is not Stage.DONE:
            return _only(words.AWAY, 503)
        return RedirectResponse(f"{request.url.path}?said={given}", 303, headers=_HEADERS)

    @router.post(KEYS_PATH)
    async def keys(request: Request) -> Response:
        try:
            limiter.request(address_of(request))
        except Refusing as refusing:
            return Response(status_code=refusing.status, headers=refusing.headers)
        fields = await read_form(request, FIELDS)
        place = _account_of(house, fields.get("AccountSid", ""))
        if place is None:
            return Response(status_code=404)
        account, public_url = place
        url = f"{public_url}{KEYS_PATH}?{request.url.query}"
        signature = request.headers.get("x-twilio-signature", "")
        result = await _told(house, ProviderCalled(account, url, fields, signature), address_of(request))
        if result.stage is Stage.DONE:
            return Response(result.detail or _SILENCE, media_type="text/xml")
        return Response(status_code=403 if result.stage is Stage.REFUSED else 503)

    return router


_SILENCE: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def _read(house: House, token: str) -> LinkRead:
    """Raises QueryFailed."""
    async for found in house.ports.notifier.ask(ReadLink(token)):
        if isinstance(found, LinkRead):
            return found
    raise QueryFailed("no answer")


async def _told(house: House, body: Any, address: str) -> CommandResult:
    last = CommandResult("", Stage.UNKNOWN, "", None, 0)
    async for result in house.ports.answers.send(body, Issuer("", "", address), TTL_S):
        last = result
    return last


def _account_of(house: House, sid: str) -> tuple[str, str] | None:
    """The account with this SID at Twilio, and the address at which Twilio sees this site."""
    for account in house.live.site.notification.accounts.values():
        if account.enabled and account.kind == twilio_voice.KIND.name:
            options = options_of(account)
            if isinstance(options, TwilioVoiceTable) and options.account == sid:
                return account.id, options.public_url
    return None


# -- the page behind a link


def _only(text: Text, status: int) -> Response:
    """A sentence in both languages: nobody knows yet who reads it."""
    lines = EMPTY.join(Markup('<p lang="{}">{}</p>').format(one, say(one, text)) for one in common.LANGUAGES)
    title = " · ".join(say(one, words.TITLE) for one in common.LANGUAGES)
    return HTMLResponse(str(_PAGE.format("zh-CN", title, lines)), status, headers=_HEADERS)


async def _page(house: House, found: LinkRead, call: EscalationRow, recorded: Text | None) -> Response:
    language = found.language
    team, by = await asyncio.to_thread(_names, house, call)
    title = in_language(call.text, language)
    facts = _facts(house, found, call, team, by)
    done = EMPTY
    if recorded is not None:
        done = Markup('<p class="done" role="status">{}</p>').format(say(language, recorded))
    content = Markup('{}<h1><span class="sym p{}">{}</span> {}</h1><dl class="facts">{}</dl>{}').format(
        done,
        call.priority,
        call.priority,
        title,
        EMPTY.join(_FACT.format(say(language, label), fact) for label, fact in facts),
        _buttons(language, call),
    )
    lang = "zh-CN" if language == "zh" else "en"
    shown = _PAGE.format(lang, f"{say(language, words.TITLE)} · {title}", content)
    return HTMLResponse(str(shown), headers=_HEADERS)


def _facts(
    house: House, found: LinkRead, call: EscalationRow, team: Text | None, by: str
) -> list[tuple[Text, str]]:
    language, site = found.language, house.live.site
    zone = ZoneInfo(site.timezone)
    path = site.zone_path(call.zone) if call.zone in site.zones else ()
    names = [site.zones[one].name.in_language(language) for one in path[1:] or path]
    progress = say(language, notify.PROGRESS[call.progress])
    if call.by:
        progress = say(language, words.BY, progress=progress, name=by, time=_time(call.since_ns, zone))
    facts = [
        (words.WHERE, " ".join((site.name.in_language(language), *names))),
        (words.LEVEL, say(language, common.PRIORITIES.get(call.priority, common.NONE))),
        (words.SINCE, _time(call.opened_ns, zone)),
        (words.TEAM, team.in_language(language) if team is not None else call.team),
        (words.SENT_TO, found.person),
        (words.PROGRESS, progress),
    ]
    return [(label, fact) for label, fact in facts if fact]


def _time(time_ns: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(time_ns / 1e9, zone):%m-%d %H:%M}"


def _names(house: House, call: EscalationRow) -> tuple[Text | None, str]:
    """The team's, and the display name of whoever has answered."""
    with house.seats.authority.open() as session:
        display = session.scalar(select(User.display).where(User.name == call.by))
        return team_names(session).get(call.team), display or call.by


def _buttons(language: str, call: EscalationRow) -> Markup:
    if call.end:
        return Markup('<p class="sub">{}</p>').format(say(language, words.OVER))
    button = Markup('<button name="progress" value="{}" class="{}">{}</button>')
    looks = {Progress.CALLING: "pass"}
    return Markup('<form method="post">{}</form>').format(
        EMPTY.join(
            button.format(one.value, looks.get(one, ""), say(language, words.BUTTONS[one]))
            for one in offered(call.progress)
        )
    )
