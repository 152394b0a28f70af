"""What the demo estate is named after, read from `config/demo/estate/words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

import config

WORDS = Path(config.__file__).parent / "demo" / "estate" / "words.toml"


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceWords(_Read):
    estate: str
    towers: tuple[str, ...]
    """Names of buildings of flats."""
    offices: tuple[str, ...]
    """Names of office towers."""
    address: str
    suppliers: Mapping[str, str]
    """By utility."""


class PeopleWords(_Read):
    surnames: Mapping[str, int]
    """With the weight of each."""
    male: tuple[str, ...]
    female: tuple[str, ...]


class FirmWords(_Read):
    marks: tuple[str, ...]
    trades: tuple[str, ...]


class CarWords(_Read):
    fuel: Mapping[str, tuple[str, ...]]
    """Models by brand."""
    electric: Mapping[str, tuple[str, ...]]


class PetWords(_Read):
    names: tuple[str, ...]
    dog: tuple[str, ...]
    cat: tuple[str, ...]
    colours: tuple[str, ...]


class PostWords(_Read):
    name: str
    role: str
    """'' for who has no business in the program."""
    count: int
    certificates: str = ""


class DepartmentWords(_Read):
    name: str
    posts: tuple[PostWords, ...]


class TeamNameWords(_Read):
    zh: str
    en: str


class TeamPostWords(_Read):
    members: str
    leader: str


class CrewWords(_Read):
    """Whoever of the members' post is in the team."""

    first: int
    """Holders of the post before them, who are in another team."""
    count: int
    pattern: str


class TeamWords(_Read):
    id: str
    name: TeamNameWords
    posts: TeamPostWords
    crew: CrewWords
    phone: str = ""


class Words(_Read):
    place: PlaceWords
    people: PeopleWords
    firms: FirmWords
    shops: Mapping[str, tuple[str, ...]]
    """Names by trade."""
    contractors: Mapping[str, tuple[str, ...]]
    """Names by kind."""
    cars: CarWords
    pets: PetWords
    department: tuple[DepartmentWords, ...]
    team: tuple[TeamWords, ...]


@cache
def words() -> Words:
    return Words.model_validate(tomllib.loads(WORDS.read_text("utf-8")))
