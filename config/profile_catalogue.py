"""The profiles that a person can choose from: those that come with the program and those of a site."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config.alarms import standard_classes
from config.driver_schema import DriverSchema
from config.entries import Documents, Entry, gather
from config.inherit import Family
from config.load import read, site_files
from config.parameters import Parameters
from config.problems import Problem, Problems, SiteError
from config.profile_schema import CATEGORIES, Category, DescriptionTable
from config.resolve import built_in_profiles, unique_profiles
from config.site import Template
from config.templates import Templates
from config.text import Text
from config.validate import validated

_ORDER = {category: at for at, category in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as somebody meets it who chooses one."""

    family: Family
    description: DescriptionTable
    template: Template | None
    """With its parameters filled in; None for a base, and for one that is wrong."""

    @property
    def name(self) -> Text:
        if self.template is not None:
            return self.template.name
        match self.family.body.get("name"):
            case {"zh": str(zh), "en": str(en)}:
                return Text(zh, en)
            case _:
                return Text(self.family.id, self.family.id)

    @property
    def category(self) -> Category:
        return self.description.category or Category.OTHER

    @property
    def alarms(self) -> int:
        return sum(len(point.rules) for point in self.template.points) if self.template else 0


def documents_of(paths: list[Path]) -> Documents:
    """All files at `paths`, called as they are found from here. Raises SiteError."""
    documents: dict[str, Mapping[str, Any]] = {}
    problems: list[Problem] = []
    for path in paths:
        names = {name: str(file) for name, file in site_files(path).items()}
        try:
            documents |= {names[name]: tables for name, tables in read(path).items()}
        except SiteError as error:
            problems += [replace(one, file=names.get(one.file, one.file)) for one in error.problems]
    if problems:
        raise SiteError(problems)
    return documents


def written_profiles(documents: Documents, problems: Problems) -> dict[str, Entry]:
    """The profiles that the documents define, by id."""
    return unique_profiles(gather(documents, problems)["profile"], problems)


class Catalogue:
    """Built-in profiles and those of a site; its own counts where both have one."""

    def __init__(self, drivers: Mapping[str, DriverSchema], site: Path | None = None) -> None:
        """Raises SiteError for a site that cannot be read."""
        own = written_profiles(documents_of([site]), Problems()) if site is not None else {}
        self.entries: dict[str, Entry] = {**built_in_profiles(), **own}
        self._drivers = drivers

    def all(self) -> list[Profile]:
        """Those that devices can have, by category and id."""
        found = [self.profile(name) for name in self.entries]
        return sorted(
            (one for one in found if one is not None and not one.family.is_base),
            key=lambda one: (_ORDER[one.category], one.family.id),
        )

    def profile(self, name: str, given: Parameters | None = None) -> Profile | None:
        """None where its line of ancestors is broken."""
        return self.examined(name, given, Problems())

    def examined(self, name: str, given: Parameters | None, problems: Problems) -> Profile | None:
        """As `profile`, adding what is wrong to `problems`. Required parameters are 1 unless given."""
        templates = Templates(self.entries, self._drivers, standard_classes(), problems)
        family = templates.family(name)
        if family is None:
            return None
        said = validated(DescriptionTable, family.description, family.place, problems)
        template = None
        if not family.is_base:
            values = {**dict.fromkeys(family.required, "1"), **(given or {})}
            built = templates.get(family, values, family.where, "")
            template = built.template if built is not None else None
        return Profile(family, said or DescriptionTable(), template)
