"""Every page by its address: who may open it, where it acts, and where its link stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from business.access import ANYWHERE, OWN, ROOT
from business.access.messages import MANAGE, SCOPES, USERS
from business.access.plant import PROCESSES, WATCH
from business.alarm_database import messages as alarm_database
from business.alarm_kpi import messages as alarm_kpi
from business.alarm_orders import messages as alarm_orders
from business.audit.messages import READ
from business.backup.messages import MANAGE as BACKUPS_MANAGE
from business.configuration import messages as configuration
from business.dictionaries import messages as dictionaries
from business.duplicates import messages as duplicates
from business.duty import messages as duty
from business.identity.model import Place
from business.jobs.messages import MANAGE as JOBS
from business.menus import messages as menus
from business.menus.arranging import LOOSE, MENU_PAGE, Heading, ShippedPage
from business.notifier.commands import READ as NOTIFY_READ
from business.numbering import messages as numbering
from business.organisation import messages as organisation
from business.printing import messages as printing
from business.privacy import messages as privacy
from business.property.entities import ENTITIES
from business.reviews import messages as reviews
from business.webhooks.messages import MANAGE as WEBHOOKS
from config.text import Text
from hmi import words
from hmi.words import access as access_words
from hmi.words import account, annunciation, notify_forms, notify_pages, programs
from hmi.words import jobs as job_words
from hmi.words import menus as menu_words
from hmi.words import privacy as privacy_words
from hmi.words import property as property_words
from hmi.words import reviews as review_words
from hmi.words.alarm_database import DATABASE
from hmi.words.alarm_kpi import KPIS
from hmi.words.alarm_orders import ORDERS
from hmi.words.alarm_report import REPORTS
from hmi.words.backup import BACKUPS
from hmi.words.calendar import CALENDAR
from hmi.words.configuration import CONFIGURATION, FILES, MODULES, SECRETS, SETTINGS
from hmi.words.dictionaries import DICTIONARIES
from hmi.words.duplicates import DUPLICATES
from hmi.words.duty import DUTY
from hmi.words.entries import CLASSES, STATIONS
from hmi.words.finding import FIND
from hmi.words.linkage import LINKAGE, PLAN, RUN, RUNS
from hmi.words.manual import HELP
from hmi.words.notify import NOTIFICATION
from hmi.words.numbering import NUMBERING
from hmi.words.organisation import ORGANISATION
from hmi.words.plan_form import NEW
from hmi.words.printing import PRINTING
from hmi.words.property import CHART
from hmi.words.reach import REACH


class At(Enum):
    """Where its permission is needed."""

    HERE = "here"
    """At the project of this site."""
    GROUP = "group"
    ANYWHERE = "anywhere"
    """Somewhere: the page shows what lies within the person's reach."""

    def path(self, here: str) -> str:
        return {At.HERE: here, At.GROUP: ROOT, At.ANYWHERE: ANYWHERE}[self]


class Section(Enum):
    """The section of the navigation in which a page comes; an administrator may arrange it otherwise."""

    UPPER = LOOSE
    """Without a heading, before all others."""
    NOTIFICATION = "notification"
    ESTATE = "estate"
    RESIDENTS = "residents"
    COMPANIES = "companies"
    VEHICLES = "vehicles"
    DATA = "data"
    ACCESS = "access"
    SYSTEM = "system"
    ACCOUNT = "account"
    NONE = "none"
    """Other pages lead to it."""


HEADINGS: tuple[Heading, ...] = tuple(
    Heading(section.value, label)
    for section, label in (
        (Section.NOTIFICATION, NOTIFICATION),
        (Section.ESTATE, menu_words.ESTATE),
        (Section.RESIDENTS, menu_words.RESIDENTS),
        (Section.COMPANIES, menu_words.COMPANIES),
        (Section.VEHICLES, menu_words.VEHICLES),
        (Section.DATA, menu_words.DATA),
        (Section.ACCESS, menu_words.ACCESS),
        (Section.SYSTEM, menu_words.SYSTEM),
        (Section.ACCOUNT, menu_words.ACCOUNT),
    )
)
"""In the order of the navigation."""


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    label: Text
    permission: str
    at: At
    section: Section
    places: tuple[Place, ...]


_CONTROL, _OFFICE, _BOTH = (Place.CONTROL,), (Place.OFFICE,), (Place.CONTROL, Place.OFFICE)


_SECTIONS: Mapping[str, Section] = {
    "person": Section.RESIDENTS,
    "pet": Section.RESIDENTS,
    "company": Section.COMPANIES,
    "merchant": Section.COMPANIES,
    "contractor": Section.COMPANIES,
    "vehicle": Section.VEHICLES,
    "parking_space": Section.VEHICLES,
}
"""Of the entities that are no part of the estate itself."""


def _of_registry() -> Iterator[Entry]:
    """The pages that `hmi.pages.registry.routes` makes of each entity."""
    for entity in ENTITIES:
        home, see = f"/{entity.name}", entity.permission("read")
        section = _SECTIONS.get(entity.name, Section.ESTATE) if entity.kind.has_page else Section.NONE
        yield Entry(home, entity.label, see, At.ANYWHERE, section, _OFFICE)
        for path, action in (
            ("new", "write"),
            ("propose", "submit"),
            ("statistics", "read"),
            ("import", "import"),
            ("export", "export"),
            ("fields", "configure"),
            ("{name}", "read"),
        ):
            place = At.GROUP if action == "configure" else At.ANYWHERE
            yield Entry(
                f"{home}/{path}", entity.label, entity.permission(action), place, Section.NONE, _OFFICE
            )


def _of_configuration() -> Iterator[Entry]:
    """The pages that `hmi.pages.configuration.entries` makes of each kind of entries."""
    for home, label in (
        ("alarm-classes", CLASSES),
        ("stations", STATIONS),
        ("policies", notify_forms.POLICIES),
        ("accounts", notify_forms.ACCOUNTS),
        ("approvals", notify_forms.APPROVALS),
        ("wordings", notify_forms.WORDINGS),
    ):
        for path in (f"/configuration/{home}", f"/configuration/{home}/{{name}}"):
            yield Entry(path, label, configuration.WRITE, At.GROUP, Section.NONE, _OFFICE)


ENTRIES: tuple[Entry, ...] = (
    Entry("/", words.OVERVIEW, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/alarms", words.ALARMS, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/journal", words.JOURNAL, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/alarm-kpi", KPIS, WATCH, At.HERE, Section.UPPER, _BOTH),
    Entry("/alarm-orders", ORDERS, alarm_orders.READ, At.HERE, Section.UPPER, _BOTH),
    Entry("/alarm-reports", REPORTS, alarm_kpi.REPORT, At.HERE, Section.UPPER, _BOTH),
    Entry("/alarm/{name}", words.ALARM, WATCH, At.HERE, Section.NONE, _CONTROL),
    Entry("/modes", annunciation.MODES, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/stations", annunciation.STATIONS, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/linkage", LINKAGE, WATCH, At.HERE, Section.UPPER, _BOTH),
    Entry("/duty", DUTY, duty.READ, At.HERE, Section.UPPER, _BOTH),
    Entry("/notify/calls", notify_pages.CALLS, NOTIFY_READ, At.HERE, Section.NOTIFICATION, _BOTH),
    Entry("/notify/messages", notify_pages.MESSAGES, NOTIFY_READ, At.HERE, Section.NOTIFICATION, _BOTH),
    Entry("/notify/messages/{name}", notify_pages.MESSAGE, NOTIFY_READ, At.HERE, Section.NONE, _BOTH),
    Entry("/notify/policies", notify_pages.POLICIES, NOTIFY_READ, At.HERE, Section.NOTIFICATION, _BOTH),
    Entry("/notify/accounts", notify_pages.ACCOUNTS, NOTIFY_READ, At.HERE, Section.NOTIFICATION, _OFFICE),
    Entry("/calendar", CALENDAR, WATCH, At.HERE, Section.NONE, _BOTH),
    Entry("/linkage/new", NEW, configuration.WRITE, At.HERE, Section.NONE, _BOTH),
    Entry("/linkage/plan/{name}", PLAN, WATCH, At.HERE, Section.NONE, _BOTH),
    Entry("/linkage/runs", RUNS, WATCH, At.HERE, Section.NONE, _BOTH),
    Entry("/linkage/run/{name}", RUN, WATCH, At.HERE, Section.NONE, _BOTH),
    Entry("/subsystem/{name}", words.SUBSYSTEM, WATCH, At.HERE, Section.NONE, _CONTROL),
    Entry("/device/{name}", words.DEVICE, WATCH, At.HERE, Section.NONE, _CONTROL),
    Entry("/", words.SESSIONS, OWN, At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/find", FIND, "house.read", At.ANYWHERE, Section.UPPER, _OFFICE),
    Entry("/house-chart", CHART, "house.read", At.ANYWHERE, Section.ESTATE, _OFFICE),
    Entry("/generate-houses", property_words.GENERATE, "house.write", At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/transfer", property_words.TRANSFER, "house.write", At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/move-in", property_words.MOVE_IN, "house.write", At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/move-out", property_words.MOVE_OUT, "house.write", At.ANYWHERE, Section.NONE, _OFFICE),
    *_of_registry(),
    Entry("/duplicates", DUPLICATES, duplicates.READ, At.ANYWHERE, Section.RESIDENTS, _OFFICE),
    Entry("/duplicates/{name}", DUPLICATES, duplicates.READ, At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/reviews", review_words.REVIEWS, reviews.READ, At.ANYWHERE, Section.RESIDENTS, _OFFICE),
    Entry("/reviews/{name}", review_words.REVIEWS, reviews.READ, At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/submissions", review_words.MINE, OWN, At.ANYWHERE, Section.ACCOUNT, _OFFICE),
    Entry("/retention", privacy_words.RETENTION, privacy.READ, At.ANYWHERE, Section.RESIDENTS, _OFFICE),
    Entry("/erase/{name}", privacy_words.ERASE, privacy.ERASE, At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/privacy", privacy_words.PRIVACY, OWN, At.ANYWHERE, Section.ACCOUNT, _OFFICE),
    Entry("/organisation", ORGANISATION, organisation.READ, At.GROUP, Section.DATA, _OFFICE),
    Entry("/dictionaries", DICTIONARIES, dictionaries.MANAGE, At.GROUP, Section.DATA, _OFFICE),
    Entry("/numbering", NUMBERING, numbering.MANAGE, At.GROUP, Section.DATA, _OFFICE),
    Entry("/printing", PRINTING, printing.MANAGE, At.GROUP, Section.DATA, _OFFICE),
    Entry("/users", words.USERS, USERS, At.ANYWHERE, Section.ACCESS, _BOTH),
    Entry("/roles", access_words.ROLES, MANAGE, At.GROUP, Section.ACCESS, _BOTH),
    Entry("/scopes", access_words.SCOPES, SCOPES, At.ANYWHERE, Section.ACCESS, _BOTH),
    Entry("/screens", account.SCREENS, USERS, At.ANYWHERE, Section.ACCESS, _BOTH),
    Entry("/service-accounts", programs.ACCOUNTS, USERS, At.ANYWHERE, Section.ACCESS, _OFFICE),
    Entry("/security", account.SECURITY, USERS, At.ANYWHERE, Section.ACCESS, _BOTH),
    Entry("/audit", words.AUDIT, READ, At.GROUP, Section.ACCESS, _OFFICE),
    Entry("/system", words.SYSTEM, PROCESSES, At.HERE, Section.SYSTEM, _BOTH),
    Entry("/jobs", job_words.JOBS, JOBS, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/webhooks", programs.WEBHOOKS, WEBHOOKS, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/backups", BACKUPS, BACKUPS_MANAGE, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/alarm-database", DATABASE, alarm_database.READ, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/alarm-database/import", DATABASE, alarm_database.DEFINE, At.GROUP, Section.NONE, _OFFICE),
    Entry("/alarm-database/edit", DATABASE, alarm_database.DEFINE, At.GROUP, Section.NONE, _OFFICE),
    Entry("/configuration", CONFIGURATION, configuration.READ, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/configuration/settings", SETTINGS, configuration.WRITE, At.GROUP, Section.NONE, _OFFICE),
    Entry("/configuration/modules", MODULES, configuration.WRITE, At.GROUP, Section.NONE, _OFFICE),
    *_of_configuration(),
    Entry("/configuration/files", FILES, configuration.WRITE, At.GROUP, Section.NONE, _OFFICE),
    Entry("/configuration/secrets", SECRETS, configuration.WRITE, At.GROUP, Section.NONE, _OFFICE),
    Entry(MENU_PAGE, menu_words.MENU, menus.MANAGE, At.GROUP, Section.SYSTEM, _OFFICE),
    Entry("/account", account.ACCOUNT, OWN, At.ANYWHERE, Section.ACCOUNT, _BOTH),
    Entry("/reach", REACH, OWN, At.HERE, Section.ACCOUNT, _BOTH),
    Entry("/sessions", words.SESSIONS, OWN, At.ANYWHERE, Section.ACCOUNT, _BOTH),
    Entry("/help", HELP, OWN, At.ANYWHERE, Section.ACCOUNT, _BOTH),
    Entry("/help/{name}", HELP, OWN, At.ANYWHERE, Section.NONE, _BOTH),
    Entry("/about", words.ABOUT, OWN, At.ANYWHERE, Section.ACCOUNT, _BOTH),
)
"""A page that is not here is not served. In the order of the navigation."""

ENTRY: Mapping[tuple[Place, str], Entry] = MappingProxyType(
    {(place, entry.path): entry for entry in ENTRIES for place in entry.places}
)


def entry_of(place: Place, path: str) -> Entry | None:
    """The page that answers to a path, which may have a query; None for no page."""
    plain = path.partition("?")[0].partition("#")[0]
    if (place, plain) in ENTRY:
        return ENTRY[place, plain]
    before, _, name = plain.rpartition("/")
    return ENTRY.get((place, f"{before}/{{name}}")) if name else None


def shipped(*places: Place) -> tuple[ShippedPage, ...]:
    """The pages of the places that have a link of their own."""
    found = {
        entry.path: ShippedPage(entry.path, entry.label, entry.section.value)
        for entry in ENTRIES
        if entry.section is not Section.NONE and not set(places).isdisjoint(entry.places)
    }
    return tuple(found.values())
