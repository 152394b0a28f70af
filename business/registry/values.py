"""From what a person or a file gives to canonical values: every problem at once, each at its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actors.said import in_language, said
from business.fields.field_type import FieldError
from business.registry.declare import Field
from business.registry.messages import Raw
from config.text import Text

CUSTOM = "custom."
"""Before the name of a field that the site has added, wherever both kinds meet."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    field: str
    label: Text
    reason: str
    """`said` in both languages."""


Known = Callable[[Field, Any], str | None]
"""Whether a dictionary has the code, or an entity the record: None, or why not."""


@dataclass(frozen=True, slots=True)
class Read:
    values: Mapping[str, Any]
    problems: tuple[FieldProblem, ...]


def read(fields: Mapping[str, Field], raws: Mapping[str, Raw], *, whole: bool, known: Known) -> Read:
    """Parse what is given. `whole` also asks for what is required and not given, as a new record does."""
    values: dict[str, Any] = {}
    problems = [
        FieldProblem(name, Text(name, name), said(f"没有“{name}”这个字段", f"there is no field {name!r}"))
        for name in raws
        if name not in fields
    ]
    for name, field in fields.items():
        if name not in raws:
            if whole and field.required and not field.derived:
                problems.append(_missing(name, field))
            continue
        if field.derived:
            reason = said("由系统填写，不能修改", "the program fills it in; it cannot be set")
            problems.append(FieldProblem(name, field.label, reason))
        elif is_blank(raws[name]):
            values[name] = None
            if field.required:
                problems.append(_missing(name, field))
        else:
            try:
                values[name] = field.type.parse(raws[name])
            except FieldError as error:
                problems.append(FieldProblem(name, field.label, str(error)))
            else:
                if (reason_not := known(field, values[name])) is not None:
                    problems.append(FieldProblem(name, field.label, reason_not))
    return Read(values, tuple(problems))


def is_blank(raw: object) -> bool:
    return raw is None or raw == () or (isinstance(raw, str) and not raw.strip())


def told(problems: tuple[FieldProblem, ...]) -> str:
    """All problems in one explanation."""
    return said(
        "；".join(f"{one.label.zh}：{in_language(one.reason, 'zh')}" for one in problems),
        "; ".join(f"{one.label.en}: {in_language(one.reason, 'en')}" for one in problems),
    )


def _missing(name: str, field: Field) -> FieldProblem:
    return FieldProblem(name, field.label, said("必填", "it is required"))
