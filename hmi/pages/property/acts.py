"""The guided acts that the page of a record offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.site import Text


@dataclass(frozen=True, slots=True)
class Act:
    label: Text
    path: str
    """With the record's `id`."""
    permission: str


_ACTS: Mapping[str, tuple[Act, ...]] = {}


def acts_of(entity: str) -> tuple[Act, ...]:
    return _ACTS.get(entity, ())
