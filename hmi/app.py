"""The site as an ASGI app: `web control` and `web office` are this, started twice."""

import asyncio
import contextlib
import copy
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import Client, core, ui
from starlette.requests import Request

from business.access import Authority
from business.identity.model import Place
from business.identity.openid import OpenId
from business.property.entities import ENTITIES
from business.rest import asking
from business.rest.app import mounted, rest
from business.rest.limiting import Limiter, Rates
from config.site import Site
from hmi.alarm_files import alarm_files
from hmi.alarm_reports import alarm_reports
from hmi.answering import answering
from hmi.attachments import attachments
from hmi.badges import badges
from hmi.cameras import cameras
from hmi.feed import Feed, Frames
from hmi.front import front
from hmi.guard import MANIFEST, SESSION, Guard, bind_sockets
from hmi.installable import installable
from hmi.lasting_files import LastingFiles
from hmi.live import Live
from hmi.menu import ENTRY, Entry
from hmi.pages.about import about
from hmi.pages.account import account
from hmi.pages.alarm_database.editing import editing as alarm_editing
from hmi.pages.alarm_database.importing import importing as alarm_importing
from hmi.pages.alarm_database.listing import listing as alarm_database
from hmi.pages.alarm_kpi import alarm_kpi
from hmi.pages.alarm_orders import AlarmOrdersPage
from hmi.pages.alarm_reports import AlarmReportsPage
from hmi.pages.alarms.listing import AlarmList
from hmi.pages.alarms.one import alarm
from hmi.pages.audit import audit
from hmi.pages.backups import backups
from hmi.pages.calendar import calendar
from hmi.pages.configuration.entries import entry_pages
from hmi.pages.configuration.entry_kinds import CLASSES, STATIONS
from hmi.pages.configuration.files import files
from hmi.pages.configuration.notify_kinds import NOTIFY_KINDS
from hmi.pages.configuration.secrets import secrets
from hmi.pages.configuration.settings import modules, settings
from hmi.pages.configuration.versions import versions
from hmi.pages.device import device
from hmi.pages.dictionaries import dictionary_page
from hmi.pages.duplicates import duplicate, duplicates
from hmi.pages.duty import duty
from hmi.pages.find import find
from hmi.pages.help import contents, manual
from hmi.pages.jobs import jobs
from hmi.pages.journal import journal
from hmi.pages.linkage.listing import plans
from hmi.pages.linkage.plan import new, plan
from hmi.pages.linkage.run import run
from hmi.pages.linkage.runs import runs
from hmi.pages.menus import menus
from hmi.pages.missing import broken, forbidden, missing, switched_off
from hmi.pages.modes import Modes
from hmi.pages.notify.accounts import accounts
from hmi.pages.notify.calls import calls
from hmi.pages.notify.log import log
from hmi.pages.notify.message import message
from hmi.pages.notify.policies import policies
from hmi.pages.numbering import numbering
from hmi.pages.organisation import organisation
from hmi.pages.overview import overview
from hmi.pages.printing import printing
from hmi.pages.privacy import erase, privacy, retention
from hmi.pages.property.chart import HouseChart
from hmi.pages.property.generate import generate
from hmi.pages.property.moving import move_in, move_out
from hmi.pages.property.transfer import transfer
from hmi.pages.reach import reach
from hmi.pages.registry.routes import registry_pages
from hmi.pages.reviews import review, reviews, submissions
from hmi.pages.roles import roles
from hmi.pages.scopes import scopes
from hmi.pages.screens import screens
from hmi.pages.security import security
from hmi.pages.service_accounts import service_accounts
from hmi.pages.sessions import sessions
from hmi.pages.stations import stations
from hmi.pages.subsystem import subsystem
from hmi.pages.system import system
from hmi.pages.users import users
from hmi.pages.webhooks import webhooks
from hmi.plain import language_of, theme_of
from hmi.ports import Ports
from hmi.prints import prints
from hmi.seats import Seats, take_down
from hmi.spoken import speech
from hmi.stations import EVERYWHERE
from hmi.ticker import tick
from hmi.transfers import transfers
from hmi.view import House, View
from hmi.words.refusals import refusal

RECONNECT_S = 60.0
"""How long a page outlives its connection; then it is built anew."""
HISTORY_MESSAGES = 200
"""Patches kept for a page that reconnects; after more it reloads."""
PAGE_S = 8.0
"""How long a page may take to gather what it shows."""

Page = Callable[..., Awaitable[None] | None]

_COMMON: dict[str, Page] = {
    "/system": system,
    "/account": account,
    "/sessions": sessions,
    "/users": users,
    "/security": security,
    "/screens": screens,
    "/roles": roles,
    "/scopes": scopes,
    "/linkage": plans,
    "/calendar": calendar,
    "/duty": duty,
    "/reach": reach,
    "/notify/policies": policies,
    "/notify/calls": calls,
    "/notify/messages": log,
    "/notify/messages/{name}": message,
    "/linkage/new": new,
    "/linkage/plan/{name}": plan,
    "/linkage/runs": runs,
    "/linkage/run/{name}": run,
    "/help": contents,
    "/help/{name}": manual,
    "/about": about,
    "/alarm-kpi": alarm_kpi,
    "/alarm-orders": lambda view: AlarmOrdersPage(view).draw(),
    "/alarm-reports": lambda view: AlarmReportsPage(view).draw(),
}
PAGES: dict[Place, dict[str, Page]] = {
    Place.CONTROL: {
        "/": overview,
        "/subsystem/{name}": subsystem,
        "/device/{name}": device,
        "/alarms": lambda view: AlarmList(view).draw(),
        "/alarm/{name}": alarm,
        "/modes": lambda view: Modes(view).draw(),
        "/journal": journal,
        "/stations": stations,
        **_COMMON,
    },
    Place.OFFICE: {
        "/": sessions,
        "/audit": audit,
        "/jobs": jobs,
        "/webhooks": webhooks,
        "/service-accounts": service_accounts,
        "/backups": backups,
        "/alarm-database": alarm_database,
        "/alarm-database/import": alarm_importing,
        "/alarm-database/edit": alarm_editing,
        "/configuration": versions,
        "/configuration/settings": settings,
        "/configuration/modules": modules,
        **entry_pages(CLASSES),
        **entry_pages(STATIONS),
        **{path: page for kind in NOTIFY_KINDS for path, page in entry_pages(kind).items()},
        "/configuration/files": files,
        "/configuration/secrets": secrets,
        "/organisation": organisation,
        "/dictionaries": dictionary_page,
        "/numbering": numbering,
        "/printing": printing,
        "/find": find,
        "/house-chart": lambda view: HouseChart(view, ENTITIES).draw(),
        "/generate-houses": partial(generate, entities=ENTITIES),
        "/transfer": partial(transfer, entities=ENTITIES),
        "/move-in": partial(move_in, entities=ENTITIES),
        "/move-out": partial(move_out, entities=ENTITIES),
        **registry_pages(ENTITIES),
        "/duplicates": duplicates,
        "/duplicates/{name}": duplicate,
        "/retention": retention,
        "/erase/{name}": erase,
        "/privacy": privacy,
        "/reviews": reviews,
        "/reviews/{name}": review,
        "/submissions": submissions,
        "/menus": menus,
        "/notify/accounts": accounts,
        **_COMMON,
    },
}


_NO_PROVIDERS: Mapping[str, OpenId] = MappingProxyType({})


def build(
    place: Place,
    *,
    site: Site,
    frames: Frames,
    ports: Ports,
    authority: Authority,
    clock: Callable[[], float] = time.monotonic,
    wall_ns: Callable[[], int] = time.time_ns,
    https: bool = False,
    providers: Mapping[str, OpenId] = _NO_PROVIDERS,
    outside: Callable[[], AbstractAsyncContextManager[Any]] = contextlib.nullcontext,
) -> FastAPI:
    """The app of one place. One a process: NiceGUI keeps its pages in the module.

    `outside` is entered on the app's loop before anything is asked of `frames` and `ports`, and left last.
    """
    live = Live(site, clock, wall_ns)
    seats = Seats(authority, ports.office, clock)
    house = House(live, ports, seats)

    def reloaded() -> None:
        for view in list(seats.views.values()):
            view.client.run_javascript("window.location.reload()")

    feed = Feed(live, frames, ports, reloaded)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with outside():
            tasks = [
                asyncio.create_task(work, name=name)
                for name, work in (("feed", feed.run()), ("ticker", tick(seats)), ("seats", seats.watch()))
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                for view in list(seats.views.values()):
                    await take_down(view.client)

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.mount("/assets", StaticFiles(directory=Path(__file__).parent / "static"))
    app.include_router(front(house, place, providers, https=https))
    app.include_router(installable(house, place))
    app.include_router(alarm_reports(house))
    if place is Place.CONTROL:
        app.include_router(cameras(house))
        app.include_router(speech(house))
    if place is Place.OFFICE:
        app.include_router(answering(house))
        app.include_router(alarm_files(house))
        app.include_router(transfers(house, ENTITIES))
        app.include_router(attachments(house, ENTITIES))
        app.include_router(prints(house, ENTITIES))
        limiter = Limiter(Rates(site.settings.api_requests, site.settings.api_log_ins), time.time)
        programs = asking.Ports(
            authority, ports.office, refusal, limiter, wall_ns, ports.gate, ports.journal,
            site=lambda: house.live.site, linkage=house.live.linkage_said,
            posts=lambda hook: ports.posts(house.live.site, hook),
        )  # fmt: skip

        def made() -> FastAPI:
            from business.routers import ROUTERS  # with all their shapes, of which pages have no need

            return rest(programs, ROUTERS)

        app.router.routes.append(mounted(made))
    for path, page in PAGES[place].items():
        _register(ENTRY[place, path], page, house)
    ui.add_head_html(_HEAD, shared=True)
    ui.run_with(
        app,
        root=_nowhere(house, place),
        title="Steward",
        dark=None,
        language="zh-CN",
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_S,
        message_history_length=HISTORY_MESSAGES,
        tailwind=False,
        show_welcome_message=False,
        markdown=False,
    )
    core.app.on_page_exception(broken)
    bind_sockets(seats)
    app.add_middleware(LastingFiles)
    app.add_middleware(Guard, seats=seats, place=place.value, https=https)
    return app


_HEAD = (
    '<link rel="stylesheet" href="/assets/steward.css"><link rel="stylesheet" href="/assets/records.css">'
    '<link rel="stylesheet" href="/assets/transfers.css"><link rel="stylesheet" href="/assets/figures.css">'
    '<script src="/assets/steward.js"></script><script src="/assets/records.js"></script>'
    '<script src="/assets/transfers.js"></script><script src="/assets/plan.js"></script>'
    '<link rel="stylesheet" href="/assets/alarms.css"><link rel="stylesheet" href="/assets/cameras.css">'
    '<link rel="stylesheet" href="/assets/notify.css">'
    '<script src="/assets/alarms.js"></script><script src="/assets/cameras.js"></script>'
    f'<link rel="manifest" href="{MANIFEST}" crossorigin="use-credentials">'
    '<script src="/assets/push.js"></script>'
)


def _register(entry: Entry, page: Page, house: House) -> None:
    async def show(request: Request, client: Client, name: str = "") -> None:
        view = await _view(house, request, client, entry)
        if view is None:
            return
        if view.can(entry.permission):
            drawn = page(view, name) if "{name}" in entry.path else page(view)
            if drawn is not None:
                await drawn
        elif off := view.person.packaging.off(entry.permission):
            switched_off(view, off)
        else:
            forbidden(view)
        house.seats.add(view)
        client.on_connect(view.greet)

    ui.page(entry.path, response_timeout=PAGE_S)(show)


def _nowhere(house: House, place: Place) -> Callable[[Request, Client], Awaitable[None]]:
    async def show(request: Request, client: Client) -> None:
        view = await _view(house, request, client, ENTRY[place, "/"])
        if view is None:
            return
        missing(view)
        client.status_code = 404
        house.seats.add(view)
        client.on_connect(view.greet)

    return show


async def _view(house: House, request: Request, client: Client, entry: Entry) -> View | None:
    """The page's view for whoever the door let in; None when the session ended since."""
    person = await house.seats.current(request.scope.get(SESSION, ""))
    if person is None:
        ui.navigate.to("/login")
        return None
    language = language_of(request)
    client.page = copy.copy(client.page)
    client.page.language = "zh-CN" if language == "zh" else "en-US"
    client.page.dark = {"dark": True, "light": False}.get(theme_of(request))
    here, menu, waiting = await asyncio.gather(
        house.seats.here(), house.seats.menu(), badges(house.seats.authority, person)
    )
    view = View(house, client, person, language, entry.at.path(here), here, menu)
    view.badges = waiting
    chosen = request.cookies.get("steward_station", EVERYWHERE)
    view.station = chosen if house.stations.is_known(chosen) else EVERYWHERE
    return view
