"""One connected session: its subscriptions, what is published to it, and whether it still lives.

It is never mended: whatever fails ends it, and the next attempt begins with nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from asyncua import ua

from drivers.driver import Quality
from drivers.errors import LinkError
from drivers.opcua.addresses import Address, NodeAddress
from drivers.opcua.client import Attached
from drivers.opcua.conditions import Conditions
from drivers.opcua.events import refresh_request
from drivers.opcua.items import NodeItem, NotifierItem
from drivers.opcua.nodes import node
from drivers.opcua.notices import Notice
from drivers.opcua.reading import Attribute, published, read_attributes
from drivers.opcua.resolving import NAMESPACE_ARRAY, resolve
from drivers.opcua.status import (
    BAD,
    NO_SUBSCRIPTION,
    REFRESH_IN_PROGRESS,
    REQUEST_TIMEOUT,
    TIMEOUT,
    TOO_MANY_PUBLISH_REQUESTS,
)
from drivers.opcua.subscription import Subscription, limits
from drivers.opcua.types import Types
from drivers.opcua.wire import Refused, status_text
from drivers.reasons import of_system

RECONCILE_S = 30.0
"""How often what should be monitored is compared with what is; sooner after a connection begins."""
FIRST_RECONCILE_S = 1.0
REFRESH_PAUSE_S = 10.0
"""Between two times that all conditions are asked for because events were lost: where a server retains more
than its queue holds, some of the answer are lost again."""
SILENCES = 2
"""So many canary reads without an answer mean that the connection is dead."""
MOST_PUBLISHERS = 8
_STATE = node(ua.ObjectIds.Server_ServerStatus_State)


class Connection:
    def __init__(
        self,
        client: Attached,
        clock: Callable[[], float],
        wall_ns: Callable[[], int],
        lost: Callable[[LinkError], None],
        heard: Callable[[], None],
    ) -> None:
        """`lost` is called once, with the reason; `heard` with every sign that the server publishes."""
        self.client = client
        self.wire = client.wire
        self.types = Types(self.wire)
        self.conditions = Conditions()
        self.namespaces: dict[str, int] = {}
        self.limits: dict[str, int] = {}
        self.patience_s = self.wire.timeout
        self._clock = clock
        self._wall_ns = wall_ns
        self._lost = lost
        self._heard = heard
        self._items: dict[int, NodeItem | NotifierItem] = {}
        """Of all subscriptions, by client handle."""
        self._notifiers: dict[tuple[Address, NodeAddress], NotifierItem] = {}
        self._subscriptions: dict[float, Subscription] = {}
        self._last_handle = 0
        self._acknowledge: list[ua.SubscriptionAcknowledgement] = []
        self._publishers = 0
        self._refused_publishers = False
        self._refresh_at_s = 0.0
        self._refreshing = False
        self._loading: set[ua.NodeId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        self.is_over = False

    async def begin(self) -> None:
        """Raises LinkError and Refused."""
        await self._read_namespaces()
        self.limits = await limits(self.wire)
        self._run(self.client.renew())
        self._run(self._watch())
        self._run(self._reconcile())

    def handle(self) -> int:
        self._last_handle += 1
        return self._last_handle

    def notifier(self, address: Address, root: NodeAddress) -> NotifierItem:
        """The one for events of that node, whoever follows them."""
        item = self._notifiers.get((address, root))
        if item is None:
            item = NotifierItem(self.handle(), address, root, self.conditions)
            self._notifiers[address, root] = item
        return item

    async def add(self, interval_s: float, items: Sequence[NodeItem | NotifierItem]) -> None:
        """Monitor them, at the publishing interval, unless they are. Raises LinkError and Refused."""
        async with self._changing:
            subscription = self._subscriptions.get(interval_s)
            if subscription is None:
                subscription = Subscription(self.wire, interval_s, self._clock)
                subscription.at_once = min(
                    self.limits.get("MaxMonitoredItemsPerCall", subscription.at_once), subscription.at_once
                )
                await subscription.create(self.patience_s)
                self._subscriptions[interval_s] = subscription
                self._publish_enough()
            new = [item for item in items if item.handle not in self._items]
            for item in new:
                self._items[item.handle] = subscription.items[item.handle] = item
            await self._monitor(subscription, new)

    async def remove(self, owner: object, items: Sequence[NodeItem | NotifierItem]) -> None:
        """Forget what only `owner` needs of them. Raises LinkError and Refused."""
        async with self._changing:
            for item in items:
                if isinstance(item, NotifierItem):
                    item.forget(owner)
            items = [item for item in items if isinstance(item, NodeItem) or not item.watchers]
            for item in items:
                self._items.pop(item.handle, None)
                self._notifiers.pop((item.address, item.root), None)
            for subscription in self._subscriptions.values():
                leaving = [item for item in items if item.handle in subscription.items]
                if leaving and not self.is_over:
                    await subscription.drop(leaving)

    def fail(self, error: LinkError) -> None:
        """It is of no use any more."""
        if self.is_over:
            return
        self.is_over = True
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self.wire.abort()
        self._lost(error)

    async def close(self) -> None:
        if not self.is_over:
            self.is_over = True
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.client.leave()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except LinkError as error:
            self.fail(error)
        except (Refused, ua.UaError, OSError, TimeoutError) as error:
            self.fail(_lost_by(error))

    async def _read_namespaces(self) -> None:
        ((uris, status, _),) = await read_attributes(self.wire, [Attribute(NAMESPACE_ARRAY)])
        if status >> 30 or not isinstance(uris, list):
            why = status_text(status)
            raise LinkError(f"服务器不提供命名空间：{why.zh}", f"the server tells no namespaces: {why.en}")
        self.namespaces = {uri: at for at, uri in enumerate(uris) if isinstance(uri, str)}

    async def _monitor(self, subscription: Subscription, items: Sequence[NodeItem | NotifierItem]) -> None:
        at_once = self.limits.get("MaxNodesPerTranslateBrowsePathsToNodeIds", subscription.at_once)
        found = await resolve(self.wire, items, self.namespaces, at_once)
        for at, item in enumerate(items):
            node = found[at]
            if isinstance(node, int):
                item.node = None
                item.failed(node, self._wall_ns())
            else:
                item.node = node
        if await subscription.monitor(items, self._wall_ns()):
            await self._refresh(subscription)

    async def _refresh(self, subscription: Subscription) -> None:
        """Have all retained conditions told. Raises LinkError."""
        try:
            answer = await self.wire.ask(refresh_request(subscription.id), ua.CallResponse)
            status = int(answer.Results[0].StatusCode.value)
        except (Refused, IndexError):
            status = BAD
        if status & BAD and status != REFRESH_IN_PROGRESS:
            for item in subscription.items.values():
                if isinstance(item, NotifierItem):
                    item.known(Quality.UNCERTAIN_STALE, self._wall_ns())

    # What runs as long as the connection

    async def _watch(self) -> None:
        """Ends when the server no longer answers or publishes."""
        silences = 0
        while True:
            await asyncio.sleep(self.patience_s)
            try:
                await read_attributes(self.wire, [Attribute(_STATE)], self.patience_s)
                silences = 0
            except LinkError:
                silences += 1
                if silences >= SILENCES or not self.wire.is_open:
                    raise
                continue
            for subscription in self._subscriptions.values():
                silent_s = self._clock() - subscription.heard_s
                if silent_s > subscription.silence_s:
                    raise LinkError(
                        f"服务器 {silent_s:.1f} s 没有发布任何内容，连存活也没有；"
                        f"约定为 {subscription.silence_s:.1f} s 之内",
                        f"the server has published nothing for {silent_s:.1f} s, not even that it lives;"
                        f" it promised to within {subscription.silence_s:.1f} s",
                    )

    async def _reconcile(self) -> None:
        """Late nodes, and items that the server has lost."""
        pause_s = FIRST_RECONCILE_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RECONCILE_S)
            async with self._changing:
                for subscription in self._subscriptions.values():
                    amiss = await subscription.amiss()
                    if amiss:
                        await self._read_namespaces()
                        await self._monitor(
                            subscription,
                            [item for item in amiss if isinstance(item, NodeItem | NotifierItem)],
                        )

    def _publish_enough(self) -> None:
        """One request waits for each subscription, and one more."""
        wanted = min(len(self._subscriptions) + 1, MOST_PUBLISHERS)
        while self._publishers < wanted and not self._refused_publishers:
            self._publishers += 1
            self._run(self._publish())

    async def _publish(self) -> None:
        try:
            while True:
                request = ua.PublishRequest()
                request.Parameters.SubscriptionAcknowledgements = self._acknowledge
                self._acknowledge = []
                try:
                    found = published(await self.wire.raw(request, 0))
                except Refused as refused:
                    if refused.status in (TIMEOUT, REQUEST_TIMEOUT):
                        continue
                    if refused.status == TOO_MANY_PUBLISH_REQUESTS and self._publishers > 1:
                        self._refused_publishers = True
                        return
                    if refused.status == NO_SUBSCRIPTION and not self._subscriptions:
                        return
                    raise
                self._published(found)
        finally:
            self._publishers -= 1

    def _published(self, found: Notice) -> None:
        if not found.is_empty:
            self._acknowledge.append(ua.SubscriptionAcknowledgement(found.subscription, found.sequence))
        self._heard()
        now_ns = self._wall_ns()
        for subscription in self._subscriptions.values():
            if subscription.id == found.subscription:
                subscription.heard_s = self._clock()
        if found.ended is not None:
            why = status_text(found.ended)
            raise LinkError(f"服务器结束了订阅：{why.zh}", f"the server has ended the subscription: {why.en}")
        items, known = self._items, self.types.known
        for handle, value, status, time_ns in found.data:
            item = items.get(handle)
            if isinstance(item, NodeItem):
                wanted = item.take(value, status, time_ns, now_ns, known)
                if wanted is not None:
                    self._load(wanted)
        for handle, fields in found.events:
            notifier = items.get(handle)
            if isinstance(notifier, NotifierItem) and notifier.hear(fields, now_ns):
                self._run(self._refresh_all())

    async def _refresh_all(self) -> None:
        """Whoever asks while it waits for its time has asked for the same."""
        if self._refreshing:
            return
        self._refreshing = True
        await asyncio.sleep(max(self._refresh_at_s - self._clock(), 0.0))
        self._refreshing = False
        self._refresh_at_s = self._clock() + REFRESH_PAUSE_S
        for subscription in self._subscriptions.values():
            if any(isinstance(item, NotifierItem) for item in subscription.items.values()):
                await self._refresh(subscription)

    def _load(self, encoding: ua.NodeId) -> None:
        """Ask for the definition of a type, once; then show again what waits for it."""
        if encoding not in self._loading:
            self._loading.add(encoding)
            self._run(self._load_and_show(encoding))

    async def _load_and_show(self, encoding: ua.NodeId) -> None:
        await self.types.load(encoding)
        self._loading.discard(encoding)
        for item in list(self._items.values()):
            if isinstance(item, NodeItem) and isinstance(item.value, list | ua.ExtensionObject):
                wanted = item.again(self._wall_ns(), self.types.known)
                if wanted is not None:
                    self._load(wanted)


def _lost_by(error: Exception) -> LinkError:
    match error:
        case Refused():
            return LinkError(f"服务器应答 {error.why.zh}", f"the server says {error}")
        case OSError():
            why = of_system(error)
            return LinkError(why.zh, why.en)
        case _:
            return LinkError(f"通信失败：{error!r}", f"{error!r}")
