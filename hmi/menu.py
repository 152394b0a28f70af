"""Every page by its address: who may open it, where it acts, and where its link stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from business.access import ANYWHERE, OWN, ROOT
from business.access.messages import MANAGE, SCOPES, USERS
from business.access.plant import PROCESSES, WATCH
from business.audit.queries import READ
from business.backup.messages import MANAGE as BACKUPS_MANAGE
from business.dictionaries import messages as dictionaries
from business.identity.model import Place
from business.jobs.messages import MANAGE as JOBS
from business.numbering import messages as numbering
from business.organisation import messages as organisation
from business.printing import messages as printing
from business.property.entities import ENTITIES
from config.site import Text
from hmi import words
from hmi.words import access as access_words
from hmi.words import account
from hmi.words.backup import BACKUPS
from hmi.words.dictionaries import DICTIONARIES
from hmi.words.manual import HELP
from hmi.words.numbering import NUMBERING
from hmi.words.organisation import ORGANISATION
from hmi.words.printing import PRINTING
from hmi.words.property import CHART


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
    """Where in the navigation a page has its link."""

    UPPER = "upper"
    REGISTRY = "registry"
    LOWER = "lower"
    NONE = "none"
    """Other pages lead to it."""


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    label: Text
    permission: str
    at: At
    section: Section
    places: tuple[Place, ...]


_CONTROL, _OFFICE, _BOTH = (Place.CONTROL,), (Place.OFFICE,), (Place.CONTROL, Place.OFFICE)


def _of_registry() -> Iterator[Entry]:
    """The pages that `hmi.pages.registry.routes` makes of each entity."""
    for entity in ENTITIES:
        home, see = f"/{entity.name}", entity.permission("read")
        section = Section.REGISTRY if entity.kind.has_page else Section.NONE
        yield Entry(home, entity.label, see, At.ANYWHERE, section, _OFFICE)
        for path, action in (
            ("new", "write"),
            ("statistics", "read"),
            ("fields", "configure"),
            ("{name}", "read"),
        ):
            place = At.GROUP if action == "configure" else At.ANYWHERE
            yield Entry(
                f"{home}/{path}", entity.label, entity.permission(action), place, Section.NONE, _OFFICE
            )


ENTRIES: tuple[Entry, ...] = (
    Entry("/", words.OVERVIEW, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/alarms", words.ALARMS, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/journal", words.JOURNAL, WATCH, At.HERE, Section.UPPER, _CONTROL),
    Entry("/subsystem/{name}", words.SUBSYSTEM, WATCH, At.HERE, Section.NONE, _CONTROL),
    Entry("/device/{name}", words.DEVICE, WATCH, At.HERE, Section.NONE, _CONTROL),
    Entry("/", words.SESSIONS, OWN, At.ANYWHERE, Section.NONE, _OFFICE),
    Entry("/house-chart", CHART, "house.read", At.ANYWHERE, Section.REGISTRY, _OFFICE),
    *_of_registry(),
    Entry("/system", words.SYSTEM, PROCESSES, At.HERE, Section.LOWER, _BOTH),
    Entry("/account", account.ACCOUNT, OWN, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/sessions", words.SESSIONS, OWN, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/users", words.USERS, USERS, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/security", account.SECURITY, USERS, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/roles", access_words.ROLES, MANAGE, At.GROUP, Section.LOWER, _BOTH),
    Entry("/scopes", access_words.SCOPES, SCOPES, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/audit", words.AUDIT, READ, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/jobs", words.JOBS, JOBS, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/backups", BACKUPS, BACKUPS_MANAGE, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/organisation", ORGANISATION, organisation.READ, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/dictionaries", DICTIONARIES, dictionaries.MANAGE, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/numbering", NUMBERING, numbering.MANAGE, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/printing", PRINTING, printing.MANAGE, At.GROUP, Section.LOWER, _OFFICE),
    Entry("/help", HELP, OWN, At.ANYWHERE, Section.LOWER, _BOTH),
    Entry("/help/{name}", HELP, OWN, At.ANYWHERE, Section.NONE, _BOTH),
    Entry("/about", words.ABOUT, OWN, At.ANYWHERE, Section.LOWER, _BOTH),
)
"""A page that is not here is not served. In the order of the navigation."""

ENTRY: Mapping[tuple[Place, str], Entry] = MappingProxyType(
    {(place, entry.path): entry for entry in ENTRIES for place in entry.places}
)
