"""The guided acts that the page of a record offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.text import Text
from hmi.words import privacy as privacy_words
from hmi.words import property as words


@dataclass(frozen=True, slots=True)
class Act:
    label: Text
    path: str
    """With the record's `id`."""
    permission: str


_ACTS: Mapping[str, tuple[Act, ...]] = {
    "building": (
        Act(words.GENERATE, "/generate-houses?building={id}", "house.write"),
        Act(words.CHART, "/house-chart?building={id}", "house.read"),
    ),
    "person": (Act(privacy_words.ERASE, "/erase/{id}", "privacy.erase"),),
    "house": (
        Act(words.MOVE_IN, "/move-in?house={id}", "house.write"),
        Act(words.MOVE_OUT, "/move-out?house={id}", "house.write"),
        Act(words.TRANSFER, "/transfer?house={id}", "house.write"),
    ),
}


def acts_of(entity: str) -> tuple[Act, ...]:
    return _ACTS.get(entity, ())
