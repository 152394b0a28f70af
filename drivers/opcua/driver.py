"""OPC UA: one device, which is a share of the nodes and events of a server."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from asyncua import ua

from config.site import Device, PointKind, Template
from config.text import Text
from drivers.driver import (
    Acknowledgement,
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Quality,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.opcua.acknowledging import acknowledge
from drivers.opcua.addresses import (
    ROOT,
    Address,
    AddressError,
    NodeAddress,
    address,
    is_node_id,
    node_address,
)
from drivers.opcua.conditions import Watcher
from drivers.opcua.connection import Connection as Connected
from drivers.opcua.items import Item, NodeItem, NotifierItem, View, Viewer
from drivers.opcua.reading import Attribute, read_attributes
from drivers.opcua.resolving import node_id
from drivers.opcua.schema import Connection, Event, Options, Source
from drivers.opcua.session import Session
from drivers.opcua.status import AWAY, BAD, CODE, MISSING, PERHAPS_OBEYED, WAITING
from drivers.opcua.values import Selector
from drivers.opcua.wire import Refused, status_text
from drivers.opcua.writing import index_range, only, variant, variant_type, write_value
from drivers.paced import PacedDriver
from drivers.readings import ReadingsDecoder
from drivers.samples import Samples

OBJECTS = NodeAddress(85)
SHORTEST_INTERVAL_S = 0.05


class OpcUaDriver(PacedDriver):
    """`connect` waits as long as the server's and the device's back-off say: just call it again."""

    polls = False

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        assert isinstance(device.template.options, Options)
        self._connection = device.connection
        self._options = device.template.options
        points = device.template.points
        self._texts = frozenset(at for at, point in enumerate(points) if point.kind is PointKind.TEXT)
        self._samples = Samples(len(points), self._texts)
        self._viewer = Viewer(self._samples, arrival_time=self._options.arrival_time)
        self._root = node_address(device.connection.root) if device.connection.root else OBJECTS
        self._key = ("opcua", device.connection.endpoint)
        self._backoff = surroundings.shares.backoff(("opcua", device.id))
        self._session: Session | None = None
        self._connected: Connected | None = None
        self._items: list[NodeItem | NotifierItem] = []
        self._watchers: dict[int, Watcher] = {}

    @property
    def missed(self) -> int:
        return super().missed + self._samples.dropped + self._viewer.overflows

    async def connect(self) -> None:
        shares, clock = self.surroundings.shares, self.surroundings.clock
        if self._session is None:
            endpoint, wall_ns, secret = self._key[1], self.surroundings.wall_ns, self.surroundings.secret
            self._session = shares.acquire(self._key, lambda: Session(endpoint, shares, wall_ns, secret))
            self._session.join(self, self.device.template.timeout_s)
        await self._withdraw()
        await asyncio.sleep(self._backoff.delay_s(clock()))
        connected = await self._session.opened()
        self._backoff.started(clock())
        self._lost = None
        self._samples.spoil(Quality.BAD_NOT_READ)
        self._connected = connected
        try:
            await connected.add(max(self._cadence.period_s, SHORTEST_INTERVAL_S), self._monitored(connected))
        except Refused as refused:
            url = self._connection.url
            raise LinkError(f"{url} 应答 {refused.why.zh}", f"{url} says {refused}") from refused
        except AddressError as error:
            raise LinkError(f"{self.device.id} 的地址有误：{error}", f"{self.device.id}: {error}") from error
        await self._first_reports(connected)
        self._prove()
        self._backoff.succeeded()

    async def turn(self) -> Iterable[Scan]:
        self._prove()
        return self._samples.scans(self.surroundings.wall_ns())

    def lost(self, error: LinkError) -> None:
        self._samples.spoil(Quality.BAD_COMM_LOSS)
        super().lost(error)

    async def write(self, point: int, value: Value) -> None:
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        source = self._source(point)
        connected = self._connected
        if source.event is not None:
            raise WriteError(
                f"{name} 跟随事件；不能写入 {value}",
                f"{name} follows events; {value} cannot be written to it",
            )
        if source.field:
            raise WriteError(
                f"{name} 是结构的字段 {source.field}；请写入它自己的节点",
                f"{name} is the field {source.field} of a structure; write a node of its own",
            )
        if connected is None or connected.is_over:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        node = self._node_of(point)
        if node is None:
            raise WriteError(
                f"{name}：服务器没有节点 {source.node}；未写入",
                f"{name}: the server has no node {source.node}; nothing was written",
            )
        where = f"{name} ({source.node}) := {value}"
        try:
            request = ua.WriteRequest()
            request.Parameters.NodesToWrite = [await self._written(connected, node, source, value)]
        except WriteError as error:
            raise WriteError(f"{where}：{error.why.zh}", f"{where}: {error}") from error
        except Refused as refused:
            raise WriteError(
                f"{where}：无法读取其类型，{refused.why.zh}", f"{where}: its type cannot be read, {refused}"
            ) from refused
        if not connected.wire.is_open:
            raise LinkError(f"{where}：未连接；未写入", f"{where}: not connected; nothing was written")
        try:
            answer = await connected.wire.ask(request, ua.WriteResponse)
            status = int(answer.Results[0].value)
        except LinkError as error:
            raise WriteUnknown(f"{where}：{error.why.zh}", f"{where}: {error}") from error
        except IndexError as error:
            raise WriteUnknown(f"{where}：应答没有结果", f"{where}: {error}") from error
        except Refused as refused:
            status = refused.status
        if status & BAD:
            kind = WriteUnknown if status & CODE in PERHAPS_OBEYED else WriteError
            why = status_text(status)
            raise kind(f"{where}：{why.zh}", f"{where}: {why.en}")

    async def acknowledge(self, point: int, told: Acknowledgement) -> bool:
        connected, watcher = self._connected, self._watchers.get(point)
        if connected is None or connected.is_over:
            raise LinkError(
                f"{self.device.id}：未连接；没有确认",
                f"{self.device.id}: not connected; nothing was acknowledged",
            )
        return watcher is not None and await acknowledge(connected, watcher, told)

    async def close(self) -> None:
        session, self._session = self._session, None
        await self._withdraw()
        if session is not None:
            session.leave(self)
            await self.surroundings.shares.release(self._key, session)

    # Inside

    async def _withdraw(self) -> None:
        """Nothing more is wanted of the connection."""
        connected, self._connected = self._connected, None
        items, self._items = self._items, []
        if connected is not None and not connected.is_over:
            with suppress(LinkError, Refused):  # the server forgets them with the session
                await connected.remove(self, items)

    def _source(self, point: int) -> Source:
        source = self.device.template.points[point].source
        assert isinstance(source, Source)
        return source

    def _node_of(self, point: int) -> ua.NodeId | None:
        for item in self._items:
            if isinstance(item, NodeItem) and any(view.column == point for view in item.views):
                return item.node
        return None

    async def _written(
        self, connected: Connected, node: ua.NodeId, source: Source, value: Value
    ) -> ua.WriteValue:
        elements = index_range(source.indices)
        (data_type, status, _), (held, _, _) = await read_attributes(
            connected.wire,
            [Attribute(node, ua.AttributeIds.DataType), Attribute(node, range=elements or None)],
        )
        if status >> 30 or not isinstance(data_type, ua.NodeId):
            raise Refused(status, "the data type")
        kind = variant_type(await connected.types.of(data_type), only(held, source.indices))
        return write_value(node, variant(value, kind), source.indices)

    def _monitored(self, connected: Connected) -> Sequence[NodeItem | NotifierItem]:
        """An item for each node, whichever points show parts of it, and for each notifier."""
        options = self._options
        sampling_ms = options.sampling_s * 1000 if options.sampling_s >= 0 else -1.0
        nodes: dict[Address, NodeItem] = {}
        notifiers: list[NotifierItem] = []
        for column in range(len(self.device.template.points)):
            source = self._source(column)
            is_text = column in self._texts
            if source.event is not None:
                at = address(source.event.notifier, self._connection.root)
                notifier = connected.notifier(at, self._root)
                event = self._resolved(source.event, connected)
                watcher = Watcher(self, self._samples, column, event, source.show, is_text=is_text)
                self._watchers[column] = watcher
                notifier.watch(watcher, self.surroundings.wall_ns())
                if notifier not in notifiers:
                    notifiers.append(notifier)
                continue
            at = address(source.node, self._connection.root)
            item = nodes.get(at)
            if item is None:
                item = nodes[at] = NodeItem(connected.handle(), at, self._root, sampling_ms, options.queue)
            item.views.append(View(self._viewer, column, Selector(source, is_text=is_text)))
        self._items = [*nodes.values(), *notifiers]
        return self._items

    def _resolved(self, event: Event, connected: Connected) -> Event:
        """With its source as events name it: nodes by index."""
        if not (event.source.startswith(ROOT) or is_node_id(event.source)):
            return event
        try:
            named = address(event.source, self._connection.root)
            assert isinstance(named, NodeAddress)
            return event.model_copy(update={"source": node_id(named, connected.namespaces).to_string()})
        except LookupError:
            return event

    async def _first_reports(self, connected: Connected) -> None:
        """Wait until every item has reported, but no longer than a report may take."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + 2 * self._cadence.period_s + 3 * connected.patience_s
        while any(item.status is None or item.status & CODE == WAITING for item in self._items):
            if self._lost is not None:
                raise self._lost
            if connected.is_over or loop.time() > until_s:
                break
            await asyncio.sleep(min(self._cadence.period_s, connected.patience_s) / 10)
        if connected.is_over:
            url = self._connection.url
            raise LinkError(
                f"{self.device.id} 连接时 {url} 断开", f"{url} was lost while {self.device.id} connected"
            )

    def _prove(self) -> None:
        """That the device is there, and not only the server. Raises LinkError."""
        for item in self._items:
            if item.status is not None and item.status & CODE not in MISSING | AWAY:
                return
        if self._items:
            why = self._why()
            raise LinkError(why.zh, why.en)

    def _why(self) -> Text:
        url, device = self._connection.url, self.device.id
        said = next((item.status for item in self._items if item.status is not None), None)
        if said is None:
            return Text(
                f"{url} 没有上报 {device} 的 {len(self._items)} 个节点中的任何一个",
                f"{url} reports none of the {len(self._items)} nodes of {device}",
            )
        why, count = status_text(said), len(self._items)
        if said & CODE in MISSING:
            first = _named(self._items[0])
            return Text(
                f"{url} 没有 {device} 的 {count} 个节点中的任何一个，如 {first}：{why.zh}",
                f"{url} has none of the {count} nodes of {device}, such as {first}: {why.en}",
            )
        return Text(f"{url} 连不到 {device}：{why.zh}", f"{url} does not reach {device}: {why.en}")


def _named(item: Item) -> str:
    if isinstance(item.address, NodeAddress):
        return str(item.address)
    path = "/".join(f"{namespace}:{name}" for namespace, name in item.address.steps)
    return f"{path} from {item.root}"


class OpcUa:
    """The protocol as the composition root knows it."""

    name = "opcua"

    def decoder(self, template: Template) -> Decoder:
        del template  # raw scans carry everything
        return ReadingsDecoder()

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        del decoder
        return OpcUaDriver(device, cadence, surroundings)
