"""`steward profile`: which device profiles there are, what one of them says, and what is wrong with some."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.load import located
from config.parameters import Parameters, Value
from config.problems import Problem, Problems, SiteError
from config.profile_catalogue import Catalogue, Profile, documents_of, written_profiles
from config.profile_check import check_profiles
from config.profile_schema import CATEGORIES
from config.resolve import PROFILES, built_in_profiles
from config.text import Text
from drivers import SCHEMAS
from supervisor.profile_page import page
from supervisor.tabular_text import table

Say = Callable[[str], None]

_HEADS = (
    Text("编号", "ID"),
    Text("名称", "Name"),
    Text("类别", "Category"),
    Text("厂家", "Manufacturer"),
    Text("驱动", "Driver"),
    Text("点数", "Points"),
    Text("报警", "Alarms"),
)


def reader_language(asked: str = "") -> str:
    """'zh' or 'en': as asked, else as the terminal speaks."""
    spoken = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "zh" if (asked or spoken).lower().startswith("zh") else "en"


def show_list(site: Path | None, category: str, language: str, say: Say, *, as_json: bool) -> int:
    try:
        found = Catalogue(SCHEMAS, site).all()
    except SiteError as error:
        return _refused(error.problems, language, say)
    if category and category not in list(CATEGORIES):
        known = ", ".join(CATEGORIES)
        text = Text(
            f"没有类别 {category}；可用：{known}", f"there is no category {category!r}; known: {known}"
        )
        say(text.in_language(language))
        return 1
    chosen = [one for one in found if not category or one.category == category]
    if as_json:
        say(json.dumps([_as_json(one) for one in chosen], ensure_ascii=False, indent=2))
        return 0
    rows = [
        (
            one.family.id,
            one.name.in_language(language),
            CATEGORIES[one.category].in_language(language),
            maker.text().in_language(language) if (maker := one.description.manufacturer) else "",
            str(one.family.body.get("driver", "")),
            str(len(one.template.points)) if one.template else "?",
            str(one.alarms) if one.template else "?",
        )
        for one in chosen
    ]
    width = shutil.get_terminal_size((10_000, 0)).columns
    for line in table([head.in_language(language) for head in _HEADS], rows, width, shrinking=(2, 3, 1)):
        say(line)
    say(Text(f"{len(rows)} 个模板", f"{len(rows)} profiles").in_language(language))
    return 0


def show_one(name: str, site: Path | None, given: Iterable[str], language: str, say: Say) -> int:
    problems = Problems()
    try:
        catalogue = Catalogue(SCHEMAS, site)
        values = _parameters(given)
    except SiteError as error:
        return _refused(error.problems, language, say)
    except ValueError as error:
        say(Text(f"{error} 不是 名称=值", f"{str(error)!r} is not name=value").in_language(language))
        return 1
    if name not in catalogue.entries:
        hint = problems.did_you_mean(name, catalogue.entries)
        text = Text(f"没有模板 {name}。{hint}", f"there is no profile {name!r}. {hint}")
        say(text.in_language(language))
        return 1
    profile = catalogue.examined(name, values, problems)
    if profile is None or len(problems):
        return _refused(problems.all(), language, say)
    for line in page(profile, values, language):
        say(line)
    return 0


def check(paths: list[Path], given: Iterable[str], language: str, say: Say) -> int:
    """Exit code 1 where anything is wrong; each problem with file, line, value and way out."""
    problems = Problems()
    try:
        documents = documents_of(paths or [PROFILES])
        entries = written_profiles(documents, problems)
        known = built_in_profiles() if paths else {}
        check_profiles(entries, known, SCHEMAS, problems, _parameters(given))
    except SiteError as error:
        return _refused(error.problems, language, say)
    except ValueError as error:
        say(Text(f"{error} 不是 名称=值", f"{str(error)!r} is not name=value").in_language(language))
        return 1
    if len(problems):
        return _refused(tuple(located(problems.all(), Path())), language, say)
    count = len(entries)
    say(Text(f"{count} 个模板，没有问题", f"{count} profiles, no problems").in_language(language))
    return 0


def _parameters(given: Iterable[str]) -> Parameters:
    """Raises ValueError with what is no `name=value`."""
    values: dict[str, Value] = {}
    for one in given:
        name, separator, text = one.partition("=")
        if not separator or not name:
            raise ValueError(one)
        values[name] = _value(text)
    return values


def _value(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _refused(problems: Iterable[Problem], language: str, say: Say) -> int:
    found = list(problems)
    for problem in found:
        if language == "zh" and problem.zh:
            problem = replace(problem, message=problem.zh, suggestion="")
            say(str(problem).removesuffix("."))
        else:
            say(str(problem))
    count = len(found)
    say(Text(f"{count} 个问题", f"{count} problem{'' if count == 1 else 's'}").in_language(language))
    return 1


def _as_json(one: Profile) -> dict[str, Any]:
    maker = one.description.manufacturer
    return {
        "id": one.family.id,
        "name": {"zh": one.name.zh, "en": one.name.en},
        "category": one.category.value,
        "manufacturer": {"zh": maker.zh, "en": maker.en} if maker else None,
        "products": one.description.products,
        "symbol": one.description.symbol.value if one.description.symbol else None,
        "driver": one.family.body.get("driver"),
        "points": len(one.template.points) if one.template else None,
        "alarms": one.alarms if one.template else None,
        "source": [source.model_dump() for source in one.description.source],
        "file": one.family.where.file,
    }
