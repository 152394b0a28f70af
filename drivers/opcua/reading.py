"""Reads and browses of a few nodes at a time."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncua import ua
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary

from drivers.errors import LinkError
from drivers.opcua.bounded import Bounded
from drivers.opcua.nodes import local, node
from drivers.opcua.notices import Datum, Notice, data_values, notice
from drivers.opcua.parts import in_parts
from drivers.opcua.wire import Refused, Wire


class Attribute(NamedTuple):
    node: ua.NodeId
    id: ua.AttributeIds = ua.AttributeIds.Value
    range: str | None = None
    """Of an array, the elements wanted."""


async def read_attributes(
    wire: Wire, wanted: Sequence[Attribute], timeout_s: float | None = None
) -> list[Datum]:
    """In the order asked for; one request, where the server takes so much at once. Raises LinkError and
    Refused."""
    found: list[Datum] = []

    async def read(part: Sequence[Attribute]) -> int:
        request = ua.ReadRequest()
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.Parameters.NodesToRead = [ua.ReadValueId(one.node, one.id, one.range) for one in part]
        found.extend(read_results(await wire.raw(request, timeout_s), len(part)))
        return len(part)

    await in_parts(wanted, len(wanted), read)
    return found


def read_results(data: Bounded, wanted: int) -> list[Datum]:
    """A ReadResponse from its type id on. Raises LinkError and Refused."""
    try:
        nodeid_from_binary(data)
        status = struct_from_binary(ua.ResponseHeader, data).ServiceResult.value
        found = [] if status >> 30 else data_values(data)
    except Exception as error:
        raise LinkError(
            f"Read：应答无法解读：{error!r}", f"Read: the answer cannot be read: {error!r}"
        ) from error
    if status >> 30:
        raise Refused(status, "Read")
    if len(found) != wanted:
        raise LinkError(
            f"Read：应答了 {len(found)} 个值，询问的是 {wanted} 个",
            f"Read: {len(found)} values were answered, {wanted} were asked for",
        )
    return found


def published(data: Bounded) -> Notice:
    """A PublishResponse from its type id on. Raises LinkError and Refused."""
    try:
        header, found = notice(data)
        status = header.ServiceResult.value
    except Exception as error:
        raise LinkError(
            f"服务器发布的内容无法解读：{error!r}", f"what the server publishes cannot be read: {error!r}"
        ) from error
    if status >> 30:
        raise Refused(status, "Publish")
    return found


async def browse_one(
    wire: Wire, one: ua.NodeId, reference: int, direction: ua.BrowseDirection
) -> ua.NodeId | None:
    """The first node at the other end of such a reference. Raises LinkError and Refused."""
    (found,) = await browse(wire, [one], reference, direction)
    return local(found[0].NodeId) if found else None


async def browse(
    wire: Wire,
    nodes: Sequence[ua.NodeId],
    reference: int = ua.ObjectIds.HierarchicalReferences,
    direction: ua.BrowseDirection = ua.BrowseDirection.Forward,
    most: int = 1000,
) -> list[list[ua.ReferenceDescription]]:
    """What each node refers to, however many requests and answers that takes, up to `most` each."""
    found: list[list[ua.ReferenceDescription]] = []

    async def browsed(part: Sequence[ua.NodeId]) -> int:
        found.extend(await _browse(wire, part, reference, direction, most))
        return len(part)

    await in_parts(nodes, len(nodes), browsed)
    return found


async def _browse(
    wire: Wire, nodes: Sequence[ua.NodeId], reference: int, direction: ua.BrowseDirection, most: int
) -> list[list[ua.ReferenceDescription]]:
    request = ua.BrowseRequest()
    request.Parameters.RequestedMaxReferencesPerNode = most
    request.Parameters.NodesToBrowse = [
        ua.BrowseDescription(
            NodeId=one,
            BrowseDirection=direction,
            ReferenceTypeId=node(reference),
            IncludeSubtypes=True,
            NodeClassMask=0,
            ResultMask=ua.BrowseResultMask.All,
        )
        for one in nodes
    ]
    answer = await wire.ask(request, ua.BrowseResponse)
    found = [list(result.References or ()) for result in answer.Results]
    found += [[] for _ in range(len(nodes) - len(found))]
    more = {at: result.ContinuationPoint for at, result in enumerate(answer.Results)}
    more = {at: point for at, point in more.items() if point}
    while more:
        enough = {at for at in more if len(found[at]) >= most}
        following = ua.BrowseNextRequest()
        following.Parameters.ReleaseContinuationPoints = bool(enough)
        asked = sorted(enough or more)
        following.Parameters.ContinuationPoints = [more[at] for at in asked]
        next_ = await wire.ask(following, ua.BrowseNextResponse)
        for at in asked:
            del more[at]
        if enough:
            continue
        for at, result in zip(asked, next_.Parameters.Results, strict=False):
            found[at] += result.References or ()
            if result.ContinuationPoint and result.References:
                more[at] = result.ContinuationPoint
    return found
