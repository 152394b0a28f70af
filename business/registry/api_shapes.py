"""The JSON of an entity's records, made from its declaration: what is asked, what is answered, an example."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from business.registry.columns import value_of
from business.registry.declare import Field as Declared
from business.registry.entity import Entity
from business.registry.messages import Raws
from business.registry.record import EXTERNAL_ID_LENGTH, Record
from business.registry.values import CUSTOM
from business.rest.shapes import MOST_ID, Moment, moment, moment_or_none

_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Of several lines, but nothing that a database has no place for."""
LONGEST = 10_000
Custom = dict[
    Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,31}$")],
    Annotated[str, StringConstraints(max_length=LONGEST, pattern=_TEXT)] | int | float | bool | None,
]
_CUSTOM: Any = Field(default_factory=dict, description="自定义字段 · Fields that the site has added, by name")
_EXAMPLES: Mapping[str, Any] = {
    "text": "示例",
    "note": "示例说明",
    "person_name": "张伟",
    "identity_card": "11010119900307803X",
    "phone": "+8613800138000",
    "mobile": "+8613800138000",
    "email": "wang@example.com",
    "url": "https://example.com/",
    "credit_code": "91350100M000100Y43",
    "plate": "粤B12345",
    "house_code": "3-2-501",
    "district": "440305",
    "dictionary": "other",
    "date": "2026-03-01",
    "area": "89.50",
    "decimal": "1.50",
    "percent": "50",
    "integer": 3,
    "money": 123450,
    "boolean": True,
    "reference": 7,
    "files": [],
    "tags": [],
}


@dataclass(frozen=True, slots=True)
class Shapes:
    """The models of one entity."""

    created: type[BaseModel]
    changed: type[BaseModel]
    told: type[BaseModel]


def shapes_of(entity: Entity) -> Shapes:
    """Their names begin with the entity's, as in `HouseNew`."""
    name = "".join(part.title() for part in entity.name.replace("-", "_").split("_"))
    entered = [field for field in entity.fields if not field.derived]
    sample = {field.name: _EXAMPLES.get(field.type.name, "示例") for field in entity.fields}
    given = {field.name: sample[field.name] for field in entered}
    seen = {**sample, **{field.name: _mask(field, sample[field.name]) for field in entity.fields}}
    values = _model(f"{name}NewValues", {one.name: _asked(one, whole=True) for one in entered}, given)
    changes = _model(f"{name}Changes", {one.name: _asked(one, whole=False) for one in entered}, given)
    answer = _model(f"{name}Values", {one.name: _answered(one) for one in entity.fields}, seen, open_=True)
    created = {"values": given, "custom": {}, "scope": 3, "external_id": "ERP-1"}
    told = {
        "id": 12,
        "version": 1,
        "scope": 3,
        "external_id": "ERP-1",
        "created_at": "2026-03-01T00:00:00Z",
        "changed_at": "2026-03-01T00:00:00Z",
        "removed_at": "2026-04-01T00:00:00Z",
        "tags": ["重点"],
        "values": seen,
        "custom": {},
        "masked": [field.name for field in entity.fields if field.masked],
    }
    scope = Annotated[
        int | None,
        Field(ge=1, le=MOST_ID, description="Where it belongs, unless that follows from its other values"),
    ]
    external = Annotated[str, StringConstraints(max_length=EXTERNAL_ID_LENGTH, pattern=_TEXT)]
    return Shapes(
        created=_model(
            f"{name}New",
            {
                "values": (values, ...),
                "custom": (Custom, _CUSTOM),
                "scope": (scope, None),
                "external_id": (external, ""),
            },
            created,
        ),
        changed=_model(
            f"{name}Change",
            {"values": (changes, Field(default_factory=changes)), "custom": (Custom, _CUSTOM)},
            {"values": given, "custom": {}},
        ),
        told=_model(
            f"{name}Record",
            {
                "id": (int, ...),
                "version": (int, Field(description="Also the ETag; `If-Match` asks for it")),
                "scope": (int, ...),
                "external_id": (str | None, ...),
                "created_at": (Moment, ...),
                "changed_at": (Moment, ...),
                "removed_at": (Moment | None, Field(description="Since when it lies in the recycle bin")),
                "tags": (list[str], ...),
                "values": (answer, ...),
                "custom": (dict[str, Any], ...),
                "masked": (list[str], Field(description="Values that are shown in part only")),
            },
            told,
            open_=True,
        ),
    )


def raws(body: Any) -> Raws:
    """What a request gives, as the commands take it."""
    given = body.values.model_dump(exclude_unset=True, mode="json")
    found: Raws = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
    return found | {CUSTOM + name: value for name, value in body.custom.items()}


def told(
    shape: type[BaseModel], fields: Mapping[str, Declared], record: Record, tags: tuple[str, ...]
) -> BaseModel:
    """A record, with what is personal masked."""
    shown = {name: shown_value(field, value_of(record, field)) for name, field in fields.items()}
    custom = {key.removeprefix(CUSTOM): value for key, value in shown.items() if fields[key].custom}
    return shape.model_validate(
        {
            "id": record.id,
            "version": record.version,
            "scope": record.scope_id,
            "external_id": record.external_id,
            "created_at": moment(record.created_ns),
            "changed_at": moment(record.changed_ns),
            "removed_at": moment_or_none(record.removed_ns),
            "tags": list(tags),
            "values": {key: value for key, value in shown.items() if not fields[key].custom},
            "custom": custom,
            "masked": [
                name
                for name, field in fields.items()
                if _hides(field) and value_of(record, field) is not None
            ],
        }
    )


def shown_value(field: Declared, value: Any, *, open_: bool = False) -> Any:
    """As JSON holds it: masked, unless `open_`."""
    if value is not None and _hides(field) and not open_:
        assert field.type.mask is not None
        return field.type.mask(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _hides(field: Declared) -> bool:
    return field.masked and field.type.mask is not None


def _mask(field: Declared, sample: Any) -> Any:
    return field.type.mask(sample) if _hides(field) and field.type.mask is not None else sample


def _kind(field: Declared) -> Any:
    python = field.type.column().python_type
    if python is bool:
        return bool
    if python is int:
        return (
            Annotated[int, Field(ge=1, le=MOST_ID)]
            if field.reference
            else Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
        )
    if issubclass(python, Decimal):
        return Annotated[str, StringConstraints(max_length=40, pattern=r"^-?[0-9]{1,20}(\.[0-9]{1,8})?$")]
    if issubclass(python, datetime.date):
        return datetime.date
    if issubclass(python, tuple | list):
        item = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_TEXT)]
        return Annotated[list[item], Field(max_length=100)]
    most = getattr(field.type.column(), "length", None) or LONGEST
    return Annotated[str, StringConstraints(max_length=most, pattern=_TEXT)]


def _asked(field: Declared, *, whole: bool) -> tuple[Any, Any]:
    needed = whole and field.required
    kind = _kind(field) if field.required else _kind(field) | None
    return (kind, Field(... if needed else None, title=_title(field), description=_said(field)))


def _answered(field: Declared) -> tuple[Any, Any]:
    python = field.type.column().python_type
    plain: Any = python if python in {bool, int} else str
    kind = list[str] if issubclass(python, tuple | list) else plain
    return (kind | None, Field(None, title=_title(field), description=_said(field)))


def _title(field: Declared) -> str:
    return f"{field.label.zh} · {field.label.en}"


def _said(field: Declared) -> str:
    parts = [field.type.label.en]
    if field.dictionary:
        parts = [f"Code of the dictionary {field.dictionary}"]
    elif field.reference:
        parts = [f"Id of a record of {field.reference}"]
    elif field.type.name == "money":
        parts = ["Fen"]
    if field.unit:
        parts.append(f"in {field.unit}")
    if field.masked:
        parts.append("masked until revealed")
    if field.unique:
        parts.append("unique")
    if field.hint is not None:
        parts.append(f"{field.hint.zh} · {field.hint.en}")
    return "; ".join(parts)


def _model(
    name: str, fields: Mapping[str, Any], sample: Mapping[str, Any], *, open_: bool = False
) -> type[BaseModel]:
    config = ConfigDict(extra="ignore" if open_ else "forbid", json_schema_extra={"examples": [dict(sample)]})
    made: type[BaseModel] = create_model(name, __config__=config, **dict(fields))
    return made
