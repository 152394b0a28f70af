"""Looks into pydantic models: which types may stand where a key leads."""

import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Annotation = Any


@cache
def leaves(annotation: Annotation) -> tuple[Annotation, ...]:
    """The types that a value of `annotation` may have, without unions and metadata around them."""
    return tuple(_leaves(annotation))


def _leaves(annotation: Annotation) -> Iterator[Annotation]:
    origin: Annotation = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for one in get_args(annotation):
            yield from _leaves(one)
    else:
        yield annotation


@cache
def step(annotation: Annotation, key: str | int) -> Annotation:
    """The annotation of what `key` leads to inside a value of `annotation`; Any where nothing is known."""
    for leaf in leaves(annotation):
        if (field := field_of(leaf, key)) is not None:
            return field.annotation
        origin, arguments = get_origin(leaf), get_args(leaf)
        if not (isinstance(origin, type) and arguments):
            continue
        if issubclass(origin, Mapping):
            return arguments[1]
        if issubclass(origin, Sequence):
            return arguments[0]
    return Any


@cache
def fields_of(annotation: Annotation) -> Mapping[str, str]:
    """Key -> description, of the models that may stand at `annotation`."""
    return {
        field.alias or name: field.description or ""
        for leaf in leaves(annotation)
        if (model := _model(leaf)) is not None
        for name, field in model.model_fields.items()
    }


@cache
def field_of(annotation: Annotation, key: str | int) -> FieldInfo | None:
    """The field that `key` names in a model that may stand at `annotation`."""
    for leaf in leaves(annotation):
        if (model := _model(leaf)) is not None:
            for name, field in model.model_fields.items():
                if key in (name, field.alias):
                    return field
    return None


@cache
def kept(annotation: Annotation, key: str | int) -> Mapping[str, str]:
    """The names in braces that stay as they are in the text that `key` names: its reader fills them later.

    A field says so by `json_schema_extra={"keeps": [...]}`.
    """
    field = field_of(annotation, key)
    extra = field.json_schema_extra if field is not None else None
    names = extra.get("keeps") if isinstance(extra, dict) else None
    return {str(name): f"{{{name}}}" for name in names} if isinstance(names, list) else {}


@cache
def is_closed(annotation: Annotation) -> bool:
    """Whether only the keys of `fields_of` may stand there."""
    models = [_model(leaf) for leaf in leaves(annotation)]
    return bool(models) and all(model and model.model_config.get("extra") == "forbid" for model in models)


@cache
def wants_number(annotation: Annotation) -> bool:
    """Whether a text at `annotation` can only be meant as the expression of a number."""
    if annotation is int or annotation is float or annotation is str:
        return annotation is not str
    types_ = [leaf for leaf in leaves(annotation) if leaf is not type(None)]
    return any(leaf in (int, float) for leaf in types_) and not any(
        leaf is Any or (isinstance(leaf, type) and issubclass(leaf, str)) for leaf in types_
    )


@cache
def wants_text(annotation: Annotation) -> bool:
    return all(
        leaf is type(None) or (isinstance(leaf, type) and issubclass(leaf, str))
        for leaf in leaves(annotation)
    )


def _model(leaf: Annotation) -> type[BaseModel] | None:
    return leaf if isinstance(leaf, type) and issubclass(leaf, BaseModel) else None
