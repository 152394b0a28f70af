"""Structures of a server's own: their definitions are read from it, and decode what it sends.

asyncua makes Python classes of them by running generated code, and keeps them for all servers of the process
by node id. Here a definition is data and belongs to one connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import Primitives, extensionobject_from_binary, unpack_uatype

from drivers.opcua.bounded import MOST_ELEMENTS, Bounded

DEEPEST = 32
"""Structures within structures."""


class Kind(IntEnum):
    """StructureType (Part 3, 8.49)."""

    PLAIN = 0
    OPTIONAL = 1
    UNION = 2
    PLAIN_WITH_SUBTYPES = 3
    UNION_WITH_SUBTYPES = 4


@dataclass(slots=True)
class Field:
    name: str
    type: "ua.VariantType | Definition"
    """A built-in type, or a structure of the server's own that travels without its type id."""
    dimensions: int = 0
    """0 for a single value."""
    is_optional: bool = False


@dataclass(slots=True)
class Definition:
    name: str
    kind: Kind = Kind.PLAIN
    fields: list[Field] = field(default_factory=list)


Definitions = Mapping[ua.NodeId, Definition | None]
"""By the node id of the binary encoding; None where the server does not define it."""


def unknown(value: Any, known: Definitions) -> ua.NodeId | None:
    """The encoding of a structure whose definition is still to be asked for."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, ua.ExtensionObject) and one.Body is not None and one.TypeId not in known:
            return one.TypeId
    return None


def opened(value: Any, known: Definitions) -> Any:
    """The value, or a row of them, with its structures as dictionaries.

    Raises what asyncua or struct raise for a torn one.
    """
    if isinstance(value, list):
        return [opened(one, known) if isinstance(one, ua.ExtensionObject) else one for one in value]
    if isinstance(value, ua.ExtensionObject) and value.Body is not None:
        definition = known.get(value.TypeId)
        if definition is not None:
            return structure(definition, Bounded(value.Body), 0)
    return value


def structure(definition: Definition, data: Bounded, depth: int) -> dict[str, Any]:
    """Part 6, 5.2.6 to 5.2.8."""
    if depth > DEEPEST:
        raise ua.UaError(f"more than {DEEPEST} structures within each other")
    if not definition.fields:
        data.null()
    if definition.kind in (Kind.UNION, Kind.UNION_WITH_SUBTYPES):
        switch = Primitives.UInt32.unpack(data)
        if not 0 < switch <= len(definition.fields):
            return {}
        chosen = definition.fields[switch - 1]
        return {chosen.name: _value(chosen, data, depth)}
    mask = Primitives.UInt32.unpack(data) if definition.kind is Kind.OPTIONAL else 0
    values: dict[str, Any] = {}
    for one in definition.fields:
        if definition.kind is Kind.OPTIONAL and one.is_optional:
            present, mask = mask & 1, mask >> 1
            if not present:
                values[one.name] = None
                continue
        values[one.name] = _value(one, data, depth)
    return values


def _value(one: Field, data: Bounded, depth: int) -> Any:
    if not one.dimensions:
        return _single(one, data, depth)
    if one.dimensions > 1:
        sizes = [Primitives.Int32.unpack(data) for _ in range(_count(data))]
        total = 1
        for size in sizes:
            total *= max(size, 0)
        return _nested([_single(one, data, depth) for _ in range(_limited(total))], sizes[1:])
    return [_single(one, data, depth) for _ in range(_count(data))]


def _single(one: Field, data: Bounded, depth: int) -> Any:
    if isinstance(one.type, Definition):
        return structure(one.type, data, depth + 1)
    if one.type is ua.VariantType.ExtensionObject:
        return extensionobject_from_binary(data)
    return unpack_uatype(one.type, data)


def _nested(flat: list[Any], sizes: list[int]) -> list[Any]:
    for size in reversed(sizes):
        flat = [flat[at : at + size] for at in range(0, len(flat), max(size, 1))]
    return flat


def _count(data: Bounded) -> int:
    return _limited(Primitives.Int32.unpack(data))


def _limited(count: int) -> int:
    if count > MOST_ELEMENTS:
        raise ua.UaError(f"an array of {count} elements, {MOST_ELEMENTS} at most")
    return max(count, 0)
