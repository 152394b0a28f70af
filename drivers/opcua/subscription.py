"""One subscription: what should be monitored, and what the server says is."""

from collections.abc import Callable, Iterable, Sequence

from asyncua import ua

from drivers.opcua.items import Item, NotifierItem
from drivers.opcua.nodes import node
from drivers.opcua.parts import in_parts
from drivers.opcua.reading import Attribute, read_attributes
from drivers.opcua.resolving import batches
from drivers.opcua.status import BAD, MONITORED_ITEM_ID_INVALID
from drivers.opcua.wire import Refused, Wire

AT_ONCE = 1000
"""Items in one request, where the server says no less."""
KEEP_ALIVE_S = 10.0
"""A subscription with nothing to say says so at least this often."""
LIFE_S = 60.0
"""A subscription whose client is gone is given up by the server after so long."""
MUTE_S = 30.0
"""An item that was promised and has not reported by then is asked for anew."""
_GET_MONITORED_ITEMS = node(ua.ObjectIds.Server_GetMonitoredItems)


class Subscription:
    def __init__(self, wire: Wire, interval_s: float, clock: Callable[[], float]) -> None:
        self.wire = wire
        self.interval_s = interval_s
        self.id = 0
        self.items: dict[int, Item] = {}
        """By client handle."""
        self.heard_s = clock()
        self.at_once = AT_ONCE
        self.silence_s = 0.0
        """After so long without a word the server has stopped publishing."""
        self._clock = clock
        self._lists_items = True

    async def create(self, patience_s: float) -> None:
        """Raises LinkError and Refused."""
        keep_alive_s = max(self.interval_s, min(KEEP_ALIVE_S, 2 * patience_s))
        request = ua.CreateSubscriptionRequest()
        request.Parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=self.interval_s * 1000,
            RequestedLifetimeCount=max(3, round(LIFE_S / self.interval_s)),
            RequestedMaxKeepAliveCount=max(1, round(keep_alive_s / self.interval_s)),
            MaxNotificationsPerPublish=0,
            PublishingEnabled=True,
            Priority=0,
        )
        made = (await self.wire.ask(request, ua.CreateSubscriptionResponse)).Parameters
        self.id = int(made.SubscriptionId)
        interval_s = made.RevisedPublishingInterval / 1000
        self.silence_s = interval_s * (made.RevisedMaxKeepAliveCount + 1) + 3 * patience_s
        self.heard_s = self._clock()

    async def monitor(self, items: Iterable[Item], now_ns: int) -> bool:
        """Ask the server to report them; whether an event item is among those that it will.

        What it refuses gets the status that it says. Raises LinkError and Refused.
        """

        async def monitor(part: Sequence[Item]) -> int:
            results = await self._create(part)
            for item, result in zip(part, results, strict=False):
                if (status := int(result.StatusCode.value)) & BAD:
                    item.failed(status, now_ns)
                    continue
                item.id = int(result.MonitoredItemId)
                item.since_s = self._clock()
            return len(results)

        found = [item for item in items if item.node is not None]
        self.at_once = await in_parts(found, self.at_once, monitor)
        return any(isinstance(item, NotifierItem) and item.id is not None for item in found)

    async def drop(self, items: Sequence[Item]) -> None:
        """Let the server forget them. Raises LinkError and Refused."""
        for item in items:
            self.items.pop(item.handle, None)
        await self._delete(items)

    async def amiss(self) -> list[Item]:
        """What should be monitored and is not, or does not report; it is no longer asked for.

        Among them what existed once and was taken away: its item may outlive a node that came back. Raises
        LinkError and Refused.
        """
        held = await self._held()
        now_s = self._clock()
        found: list[Item] = []
        for item in self.items.values():
            is_gone = item.id is None or item.id not in held if held is not None else item.id is None
            is_mute = item.status is None and now_s - item.since_s > MUTE_S
            if is_gone or is_mute or item.is_missing:
                found.append(item)
        await self._delete(found)
        return found

    async def _create(self, batch: Sequence[Item]) -> Sequence[ua.MonitoredItemCreateResult]:
        request = ua.CreateMonitoredItemsRequest()
        request.Parameters.SubscriptionId = self.id
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.Parameters.ItemsToCreate = [
            ua.MonitoredItemCreateRequest(
                ua.ReadValueId(NodeId=item.node, AttributeId=item.attribute),
                ua.MonitoringMode.Reporting,
                item.parameters(),
            )
            for item in batch
        ]
        return (await self.wire.ask(request, ua.CreateMonitoredItemsResponse)).Results

    async def _delete(self, items: Sequence[Item]) -> None:
        known = [item for item in items if item.id is not None]
        for batch in batches(known, self.at_once):
            request = ua.DeleteMonitoredItemsRequest()
            request.Parameters.SubscriptionId = self.id
            request.Parameters.MonitoredItemIds = [item.id for item in batch]
            for item in batch:
                item.id = None
            try:
                await self.wire.ask(request, ua.DeleteMonitoredItemsResponse)
            except Refused as refused:
                if refused.status != MONITORED_ITEM_ID_INVALID:
                    raise

    async def _held(self) -> set[int] | None:
        """The server's own list of what it monitors here; None where it does not tell."""
        if not self._lists_items or not self.items:
            return None
        request = ua.CallRequest()
        request.Parameters.MethodsToCall = [
            ua.CallMethodRequest(
                ObjectId=node(ua.ObjectIds.Server),
                MethodId=_GET_MONITORED_ITEMS,
                InputArguments=[ua.Variant(self.id, ua.VariantType.UInt32)],
            )
        ]
        try:
            (result,) = (await self.wire.ask(request, ua.CallResponse)).Results
            handles, _ = (argument.Value for argument in result.OutputArguments)
            return set(handles)
        except (Refused, TypeError, ValueError):
            self._lists_items = False  # an optional method
            return None


async def limits(wire: Wire) -> dict[str, int]:
    """How much the server takes in one request, by the names of its nodes; what it does not say is absent."""
    names = (
        "MaxMonitoredItemsPerCall",
        "MaxNodesPerTranslateBrowsePathsToNodeIds",
        "MaxNodesPerRead",
        "MaxNodesPerBrowse",
    )
    nodes = [
        node(getattr(ua.ObjectIds, f"Server_ServerCapabilities_OperationLimits_{name}")) for name in names
    ]
    try:
        found = await read_attributes(wire, [Attribute(one) for one in nodes])
    except Refused:
        return {}
    return {
        name: int(value)
        for name, (value, status, _) in zip(names, found, strict=True)
        if not status >> 30 and isinstance(value, int) and value > 0
    }
