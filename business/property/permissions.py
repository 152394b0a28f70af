"""The permissions of the entities, and the default roles that begin with them."""

from collections.abc import Mapping

from business.access.roles import (
    ALWAYS_OWN,
    COMPANY_CLERK,
    GUARD,
    MANAGING,
    OFFICE_STAFF,
    RESIDENTS,
    STEWARD,
    SYSTEM,
)
from business.property.entities import ENTITIES
from config.text import Text

_KEEPING = MANAGING | {STEWARD}
"""Who keeps the register."""
_ACTIONS: Mapping[str, frozenset[str]] = {
    "read": OFFICE_STAFF | RESIDENTS | {GUARD, COMPANY_CLERK},
    "write": _KEEPING,
    "remove": MANAGING,
    "import": _KEEPING,
    "export": _KEEPING,
    "unmask": _KEEPING,
    "configure": frozenset({SYSTEM}),
    "submit": frozenset(),
}
_SUBMITTED = ("person", "consent", "vehicle", "pet", "company", "merchant")
"""What residents and clerks may propose about what is their own."""

PERMISSIONS: Mapping[str, Text] = {
    name: label for entity in ENTITIES for name, label in entity.permissions().items()
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    **{entity.permission(action): roles for entity in ENTITIES for action, roles in _ACTIONS.items()},
    "person.unmask": _KEEPING | RESIDENTS,  # one's own numbers
    **{f"{name}.submit": ALWAYS_OWN for name in _SUBMITTED},
}
