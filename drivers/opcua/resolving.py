"""Node ids and browse paths to the nodes of a server as it runs now."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from asyncua import ua

from drivers.opcua.addresses import (
    Namespaces,
    NodeAddress,
    PathAddress,
    UnknownNamespaceError,
    namespace_index,
)
from drivers.opcua.nodes import local, node
from drivers.opcua.parts import in_parts
from drivers.opcua.status import NO_MATCH, NODE_ID_UNKNOWN
from drivers.opcua.wire import Wire

NAMESPACE_ARRAY = node(ua.ObjectIds.Server_NamespaceArray)
AT_ONCE = 500
"""Paths in one request, where the server says no less."""

T = TypeVar("T")


class Addressed(Protocol):
    address: NodeAddress | PathAddress
    root: NodeAddress


def node_id(address: NodeAddress, namespaces: Namespaces) -> ua.NodeId:
    """Raises UnknownNamespaceError."""
    return node(address.identifier, address.index(namespaces))


def batches(things: Iterable[T], size: int) -> Iterable[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


async def resolve(
    wire: Wire, wanted: Sequence[Addressed], namespaces: Namespaces, at_once: int = AT_ONCE
) -> Mapping[int, ua.NodeId | int]:
    """By place in `wanted`: the node, or the bad status that says why there is none.

    Raises LinkError; Refused where the server cannot walk paths.
    """
    found: dict[int, ua.NodeId | int] = {}
    walks: list[tuple[int, ua.BrowsePath]] = []
    for at, one in enumerate(wanted):
        try:
            if isinstance(one.address, NodeAddress):
                found[at] = node_id(one.address, namespaces)
            else:
                walks.append((at, _walk(node_id(one.root, namespaces), one.address, namespaces)))
        except UnknownNamespaceError:
            found[at] = NODE_ID_UNKNOWN

    async def walk(part: Sequence[tuple[int, ua.BrowsePath]]) -> int:
        request = ua.TranslateBrowsePathsToNodeIdsRequest()
        request.Parameters.BrowsePaths = [path for _, path in part]
        answer = await wire.ask(request, ua.TranslateBrowsePathsToNodeIdsResponse)
        for (at, _), result in zip(part, answer.Results, strict=False):
            found[at] = _end(result)
        return len(answer.Results)

    await in_parts(walks, at_once, walk)
    for at, _ in walks:
        found.setdefault(at, NO_MATCH)
    return found


def _walk(start: ua.NodeId, path: PathAddress, namespaces: Namespaces) -> ua.BrowsePath:
    elements = [
        ua.RelativePathElement(
            ReferenceTypeId=node(ua.ObjectIds.HierarchicalReferences),
            IsInverse=False,  # type: ignore[arg-type]
            IncludeSubtypes=True,  # type: ignore[arg-type]
            TargetName=ua.QualifiedName(name, namespace_index(namespace, namespaces)),
        )
        for namespace, name in path.steps
    ]
    return ua.BrowsePath(start, ua.RelativePath(Elements=elements))


def _end(result: ua.BrowsePathResult) -> ua.NodeId | int:
    if result.StatusCode.value >> 31:
        return int(result.StatusCode.value)
    for target in result.Targets or ():
        if target.RemainingPathIndex == 2**32 - 1:
            node = target.TargetId
            return local(node)
    return NO_MATCH
