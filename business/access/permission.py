"""What a command demands of whoever sends it."""

import dataclasses
from typing import Any, Final

from actors.permissions import PERMISSIONS

EVERYBODY: Final = ""
"""The permission of what needs none: logging in, the first administrator."""
OWN: Final = "own"
"""The permission of what anybody logged in may do to himself."""
ANYWHERE: Final = ""
"""In the place of a scope's path: wherever it may be."""
ROOT: Final = "/"
"""The path of the whole group: a grant there reaches all, and what is nowhere in particular is there."""
READ: Final = ".read"
"""Ends the permissions that only let see; who is idle or locked keeps those."""


def permission_of(command: Any) -> str | None:
    """As the command says itself or the gate says; None when no person may send it.

    A class may leave a part of it to its fields, as in `permission = "{entity}.write"`; a name that comes out
    and that no role can hold is refused to everybody.
    """
    kind = type(command)
    named: object = getattr(kind, "permission", None)
    if not isinstance(named, str):
        return PERMISSIONS.get(kind)
    return named.format_map(fields_of(command)) if "{" in named else named


def fields_of(command: Any) -> dict[str, Any]:
    return {each.name: getattr(command, each.name) for each in dataclasses.fields(command)}
