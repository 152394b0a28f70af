"""Walks the address space of a server: what could become points, for whoever writes a profile."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from drivers.opcua.addresses import NodeAddress, node_address
from drivers.opcua.client import Attached
from drivers.opcua.nodes import local, node
from drivers.opcua.reading import Attribute, browse, read_attributes
from drivers.opcua.resolving import NAMESPACE_ARRAY, batches, node_id
from drivers.opcua.wire import Wire

AT_ONCE = 100
"""Nodes in one request."""
OBJECTS = "i=85"
_WRITABLE = 2
"""The bit of UserAccessLevel that says CurrentWrite."""
_UNIT, _RANGE = "EngineeringUnits", "EURange"


@dataclass(frozen=True, slots=True)
class Found:
    """One node below the start."""

    node: str
    """As a source names it, with its namespace by URI: the index may be another after a restart."""
    path: str
    """Browse path from the start, as a source names it."""
    name: str
    """DisplayName."""
    depth: int
    is_variable: bool
    type: str = ""
    """Of a variable: the name of its data type, [] after it for an array."""
    is_writable: bool = False
    """By the user of this session."""
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class _Place:
    node: ua.NodeId
    path: str
    depth: int
    reference: ua.ReferenceDescription


async def walk(
    client: Attached, start: str = OBJECTS, *, depth: int = 10, count: int = 10_000
) -> AsyncIterator[Found]:
    """Objects and variables below `start`, level by level, each once, at most `count` of them.

    Raises LinkError, Refused, and AddressError or UnknownNamespaceError for a start that is none.
    """
    wire = client.wire
    ((uris, _, _),) = await read_attributes(wire, [Attribute(NAMESPACE_ARRAY)])
    names = [uri if isinstance(uri, str) else "" for uri in uris or ()]
    first = node_id(node_address(start), {uri: at for at, uri in enumerate(names)})
    seen, level, told = {first}, [_Place(first, "", 0, ua.ReferenceDescription())], 0
    types: dict[ua.NodeId, str] = {}
    while level:
        below: list[_Place] = []
        for batch in batches(level, AT_ONCE):
            children = await _children(wire, batch, seen)
            for some in batches(children, AT_ONCE):
                for found in await _described(wire, some, names, types):
                    if told >= count:
                        return
                    told += 1
                    yield found
            below += [child for child in children if child.depth < depth]
        level = below


async def _children(wire: Wire, places: Sequence[_Place], seen: set[ua.NodeId]) -> list[_Place]:
    """Objects and variables; properties tell of their parents and are no children."""
    found: list[_Place] = []
    answers = await browse(wire, [place.node for place in places])
    for place, references in zip(places, answers, strict=True):
        for reference in references:
            child = local(reference.NodeId)
            is_property = reference.ReferenceTypeId == node(ua.ObjectIds.HasProperty)
            kind = reference.NodeClass
            if is_property or child in seen or kind not in (ua.NodeClass.Object, ua.NodeClass.Variable):
                continue
            seen.add(child)
            step = _step(reference.BrowseName)
            path = f"{place.path}/{step}" if place.path else step
            found.append(_Place(child, path, place.depth + 1, reference))
    return found


async def _described(
    wire: Wire, places: Sequence[_Place], uris: Sequence[str], types: dict[ua.NodeId, str]
) -> list[Found]:
    variables = [place.node for place in places if place.reference.NodeClass is ua.NodeClass.Variable]
    facts = await _facts(wire, variables, types)
    return [
        Found(
            node=_address(place.node, uris),
            path=place.path,
            name=place.reference.DisplayName.Text or "",
            depth=place.depth,
            is_variable=place.node in facts,
            **facts.get(place.node, {}),
        )
        for place in places
    ]


async def _facts(
    wire: Wire, variables: Sequence[ua.NodeId], types: dict[ua.NodeId, str]
) -> dict[ua.NodeId, dict[str, Any]]:
    if not variables:
        return {}
    wanted = (ua.AttributeIds.DataType, ua.AttributeIds.ValueRank, ua.AttributeIds.UserAccessLevel)
    read = await read_attributes(wire, [Attribute(one, id_) for one in variables for id_ in wanted])
    data_types = [value if isinstance(value, ua.NodeId) else ua.NodeId() for value, _, _ in read[::3]]
    await _name_types(wire, data_types, types)
    properties = await _properties(wire, variables)
    return {
        one: {
            "type": types.get(data_type, "") + "[]" * (isinstance(rank[0], int) and rank[0] >= 0),
            "is_writable": isinstance(access[0], int) and bool(access[0] & _WRITABLE),
            **told,
        }
        for one, data_type, rank, access, told in zip(
            variables, data_types, read[1::3], read[2::3], properties, strict=True
        )
    }


async def _name_types(wire: Wire, wanted: Iterable[ua.NodeId], types: dict[ua.NodeId, str]) -> None:
    new = sorted({one for one in wanted if one not in types}, key=str)
    if new:
        names = await read_attributes(wire, [Attribute(one, ua.AttributeIds.BrowseName) for one in new])
        for one, (name, _, _) in zip(new, names, strict=True):
            types[one] = (name.Name or "") if isinstance(name, ua.QualifiedName) else ""


async def _properties(wire: Wire, variables: Sequence[ua.NodeId]) -> list[dict[str, Any]]:
    """Unit and range of each, where it has them."""
    answers = await browse(wire, variables, ua.ObjectIds.HasProperty)
    places = [
        (at, reference)
        for at, references in enumerate(answers)
        for reference in references
        if reference.BrowseName.Name in (_UNIT, _RANGE)
    ]
    told: list[dict[str, Any]] = [{} for _ in variables]
    for batch in batches(places, AT_ONCE):
        values = await read_attributes(wire, [Attribute(local(reference.NodeId)) for _, reference in batch])
        for (at, _), (value, _, _) in zip(batch, values, strict=True):
            if isinstance(value, ua.EUInformation):
                told[at]["unit"] = value.DisplayName.Text or ""
            elif isinstance(value, ua.Range):
                told[at] |= {"low": float(value.Low), "high": float(value.High)}
    return told


def _address(one: ua.NodeId, uris: Sequence[str]) -> str:
    identifier: Any = one.Identifier
    index = int(one.NamespaceIndex)
    named = index and index < len(uris) and ";" not in uris[index]
    return str(NodeAddress(identifier, uris[index] if named else index))


def _step(name: ua.QualifiedName) -> str:
    text = "".join(f"&{letter}" if letter in "&/" else letter for letter in name.Name or "")
    return f"{name.NamespaceIndex}:{text}"
