"""Every permission there is.

A module says `PERMISSIONS` (their labels), `DEFAULTS` (the default roles that get them) and, for what belongs
to one of the administrators' duties, `DUTIES`; it is named here.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from business.access import messages as access
from business.access import plant
from business.access.model import Duty
from business.access.permission import EVERYBODY, OWN
from business.alarm_database import messages as alarm_database
from business.alarm_kpi import messages as alarm_kpi
from business.alarm_orders import messages as alarm_orders
from business.audit import messages as audit
from business.backup import messages as backup
from business.configuration import messages as configuration
from business.dictionaries import messages as dictionaries
from business.duplicates import messages as duplicates
from business.duty import messages as duty
from business.identity import messages as identity
from business.jobs import messages as jobs
from business.menus import messages as menus
from business.notifier import commands as notifier
from business.numbering import messages as numbering
from business.organisation import messages as organisation
from business.printing import messages as printing
from business.privacy import messages as privacy
from business.property import permissions as property_
from business.reviews import messages as reviews
from business.simulations import messages as simulations
from business.webhooks import messages as webhooks
from config.text import Text

_MODULES: tuple[ModuleType, ...] = (
    plant,
    identity,
    access,
    audit,
    jobs,
    dictionaries,
    numbering,
    organisation,
    printing,
    menus,
    backup,
    configuration,
    property_,
    webhooks,
    reviews,
    duplicates,
    privacy,
    alarm_kpi,
    alarm_database,
    alarm_orders,
    simulations,
    duty,
    notifier,
)


def _gathered(name: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for module in _MODULES:
        for permission, value in getattr(module, name, {}).items():
            if permission in found or permission in {EVERYBODY, OWN}:
                raise ValueError(f"{module.__name__}.{name} says {permission!r} a second time")
            found[permission] = value
    return MappingProxyType(found)


PERMISSIONS: Mapping[str, Text] = _gathered("PERMISSIONS")
"""By name, with its label. Whatever is not here nobody can hold."""
DEFAULTS: Mapping[str, frozenset[str]] = _gathered("DEFAULTS")
"""The default roles that begin with each permission."""
DUTIES: Mapping[str, Duty] = _gathered("DUTIES")


def duties_of(permissions: Iterable[str]) -> frozenset[Duty]:
    """The administrators' duties that the permissions belong to."""
    return frozenset(DUTIES[one] for one in permissions if one in DUTIES)
