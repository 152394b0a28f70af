"""A record on its way into the registry: its values, and other drafts where it refers to records."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from business.demo.words import Words, words
from business.registry.messages import Raw

ORDER = (
    "area",
    "contractor",
    "building",
    "unit",
    "floor",
    "company",
    "person",
    "consent",
    "house",
    "parking_space",
    "ownership",
    "house_state",
    "stay",
    "payer",
    "merchant",
    "vehicle",
    "pet",
    "key",
    "utility_account",
)
"""What stands before another never refers to it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Another record, by the name that its draft was given."""

    entity: str
    name: str


Value = Raw | Ref | date


@dataclass(frozen=True, slots=True)
class Draft:
    entity: str
    name: str
    """Its external id: by it a loading that was interrupted finds what is there."""
    values: dict[str, Raw | Ref]


class Sheet:
    """Collects the drafts of one part of the estate, with dice of its own: each part can be made alone."""

    def __init__(self, name: str, seed: int, number: int, day: date) -> None:
        """`day` is the present, up to which everything happens."""
        self.name = name
        self.number = number
        self.day = day
        self.words: Words = words()
        self.dice = random.Random(f"{seed} {name}")
        self._drafts: dict[str, list[Draft]] = {entity: [] for entity in ORDER}

    def add(self, entity: str, **values: Value) -> Ref:
        held = self._drafts[entity]
        name = f"{self.name}-{len(held) + 1}"
        held.append(Draft(entity, name, {key: _raw(value) for key, value in values.items()}))
        return Ref(entity, name)

    def of(self, ref: Ref) -> Draft:
        """The draft of a record of this sheet."""
        return self._drafts[ref.entity][int(ref.name.rpartition("-")[2]) - 1]

    def count(self, entity: str) -> int:
        return len(self._drafts[entity])

    def serial(self, entity: str, most: int = 10_000) -> int:
        """A number for the next record of that entity that no other sheet gives; `most` are on a sheet."""
        assert self.count(entity) < most, f"{self.name} has {most} of {entity}"
        return self.number * most + self.count(entity)

    def ago(self, fewest: int, most: int) -> date:
        return self.day - timedelta(days=self.dice.randint(fewest, most))

    def __iter__(self) -> Iterator[Draft]:
        for drafts in self._drafts.values():
            yield from drafts


def _raw(value: Value) -> Raw | Ref:
    return value.isoformat() if isinstance(value, date) else value
