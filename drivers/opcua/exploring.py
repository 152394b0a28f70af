"""The nodes of an OPC UA server, for `steward discover opcua`."""

from collections.abc import AsyncIterator

from pydantic import Field

from drivers.driver import LinkError, Surroundings
from drivers.exploring import Row
from drivers.opcua.addresses import AddressError, UnknownNamespaceError
from drivers.opcua.browsing import OBJECTS, walk
from drivers.opcua.client import attached
from drivers.opcua.schema import Endpoint
from drivers.opcua.wire import Refused


class Where(Endpoint):
    start: str = Field(default=OBJECTS, description="Node from which to go down.")
    depth: int = Field(default=10, ge=1, le=100)
    count: int = Field(default=10_000, ge=1, le=1_000_000, description="At most so many nodes.")
    timeout_s: float = Field(default=10.0, gt=0, le=120)


class OpcUaExplorer:
    where = Where

    async def explore(self, where: Where, surroundings: Surroundings) -> AsyncIterator[Row]:
        async with attached(where, where.timeout_s, surroundings.secret) as client:
            try:
                async for one in walk(client, where.start, depth=where.depth, count=where.count):
                    span = "" if one.low is None else f"{one.low:g}..{one.high:g}"
                    yield {
                        "node": one.node, "path": one.path, "name": one.name, "type": one.type,
                        "writable": "yes" if one.is_writable else "", "unit": one.unit, "range": span,
                    }  # fmt: skip
            except (AddressError, UnknownNamespaceError, Refused) as error:
                why = error.why.zh if isinstance(error, Refused) else str(error)
                raise LinkError(f"{where.start} 无法浏览：{why}", f"{where.start}: {error}") from error
