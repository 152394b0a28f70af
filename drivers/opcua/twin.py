"""The simulated twin of an OPC UA server: asyncua's on loopback, filled from the templates of its devices."""

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from typing import Any

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from pydantic import BaseModel

from config.site import Device, Point, PointKind
from drivers.errors import OptionsError
from drivers.opcua.addresses import NodeAddress, PathAddress, address, is_node_id, node_address
from drivers.opcua.events import ACKNOWLEDGE
from drivers.opcua.nodes import node
from drivers.opcua.played import PlayedCondition, Variable
from drivers.opcua.resolving import node_id
from drivers.opcua.schema import Connection, Show, Source
from drivers.twin import Fault, OnWrite, Twin

OBJECTS = NodeAddress(85)
_OWN_NAMESPACES = 2
"""The standard's and the server's."""


class OpcUaTwin:
    """Plays the devices of one server; nothing is secured, so it listens on loopback only."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        self._host, self._port = "127.0.0.1", 0
        self._on_write = on_write
        self._nodes: dict[tuple[NodeAddress, object], Variable] = {}
        self._shown: dict[tuple[str, str], tuple[Variable, int | None] | tuple[PlayedCondition, Show]] = {}
        self._points: dict[tuple[str, str], Point] = {}
        self._conditions: dict[tuple[str, str], PlayedCondition] = {}
        self._faults: dict[str, Fault] = {}
        self._uris: dict[str, int] = {}
        self._highest = _OWN_NAMESPACES - 1
        self._server: Server | None = None
        self._changed: dict[int, Variable | PlayedCondition] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        for device in devices:
            self._add(device)

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        server = Server()
        server.iserver.bind_condition_methods = 100
        await server.init()
        server.set_endpoint(f"opc.tcp://{self._host}:{self._port if port is None else port}/")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        for index in range(_OWN_NAMESPACES, self._highest + 1):
            await server.register_namespace(f"urn:campus-steward:twin:{index}")
        self._uris = {uri: await server.register_namespace(uri) for uri in self._uris}
        for one in self._nodes.values():
            await self._make(server, one)
        for condition in self._conditions.values():
            name = ua.QualifiedName(condition.name, ua.UInt16(1))
            await server.nodes.objects.add_object(condition.id, name)
        server.link_method(server.get_node(node(ACKNOWLEDGE)), self._acknowledged)
        server.subscribe_server_callback(CallbackType.PostWrite, self._written)
        self._changed.clear()
        self._wake.clear()
        await server.start()
        self._server = server
        for condition in self._conditions.values():
            if condition.active or not condition.acknowledged:
                self._note(condition)
        self._task = asyncio.create_task(self._show(server))
        assert server.bserver is not None
        return int(server.bserver.port)

    async def stop(self) -> None:
        if self._server is None or self._task is None:
            return
        server, self._server = self._server, None
        task, self._task = self._task, None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        for transport in list(server.iserver.asyncio_transports):
            transport.abort()
        await server.stop()
        for session in list(server.iserver._external_sessions.values()):
            await session.close_session()  # asyncua keeps what lost its connection until its time is over

    def drop(self) -> None:
        if self._server is not None:
            for transport in list(self._server.iserver.asyncio_transports):
                transport.abort()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._faults[device_id] = fault
        for one in self._nodes.values():
            if one.device == device_id:
                self._note(one)

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        shown, part = self._shown[device_id, point_id]
        point = self._points[device_id, point_id]
        if not raw and not isinstance(value, str):
            value = (value - point.offset) / point.scale
        if isinstance(shown, PlayedCondition):
            assert isinstance(part, Show)
            shown.put(part, value)
        else:
            assert not isinstance(part, Show)
            shown.values[part] = value
        self._note(shown)

    def value(self, device_id: str, point_id: str) -> float | str:
        shown, part = self._shown[device_id, point_id]
        point = self._points[device_id, point_id]
        if isinstance(shown, PlayedCondition):
            assert isinstance(part, Show)
            value = shown.value(part)
        else:
            assert not isinstance(part, Show)
            value = shown.values[part]
        return value if isinstance(value, str) else value * point.scale + point.offset

    def _note(self, changed: Variable | PlayedCondition) -> None:
        if self._server is not None:
            self._changed[id(changed)] = changed
            self._wake.set()

    async def _show(self, server: Server) -> None:
        """Lets clients see what was put."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, {}
            for one in changed.values():
                if isinstance(one, Variable):
                    assert one.id is not None
                    held = one.data_value(self._faults.get(one.device, Fault.NONE))
                    await server.write_attribute_value(one.id, held)
                else:
                    named = (
                        node_id(node_address(one.source), self._uris) if is_node_id(one.source) else node(85)
                    )
                    await server.iserver.subscription_service.trigger_event(one.event(named))

    async def _make(self, server: Server, one: Variable) -> None:
        held = one.data_value(Fault.NONE)
        assert held.Value is not None
        if isinstance(one.address, NodeAddress):
            parent = server.nodes.objects
            one.id = node_id(one.address, self._uris)
            name = ua.QualifiedName(str(one.address.identifier), one.id.NamespaceIndex)
        else:
            parent = await self._rooted(server, one.root)
            *objects, (namespace, last) = [(self._index(space), step) for space, step in one.address.steps]
            for space, step in objects:
                parent = await _child(parent, ua.QualifiedName(step, ua.UInt16(space)))
            one.id = node(str(uuid.uuid4()), 1)
            name = ua.QualifiedName(last, ua.UInt16(namespace))
        made = await parent.add_variable(one.id, name, held.Value.Value, one.kind)
        await made.set_writable()
        await server.write_attribute_value(one.id, held)

    async def _rooted(self, server: Server, root: NodeAddress) -> Any:
        """The object from which the paths of a device go on."""
        id_ = node_id(root, self._uris)
        found = server.get_node(id_)
        try:
            await found.read_browse_name()
        except ua.UaError:
            name = ua.QualifiedName(str(root.identifier), id_.NamespaceIndex)
            return await server.nodes.objects.add_object(id_, name)
        return found

    def _index(self, namespace: int | str) -> int:
        return self._uris[namespace] if isinstance(namespace, str) else namespace

    def _written(self, event: Any, dispatcher: Any) -> None:
        """Called by asyncua after every write, its own included."""
        del dispatcher
        if not event.is_external:
            return
        for wrote, status in zip(event.request_params.NodesToWrite, event.response_params, strict=False):
            if not status.is_good():
                continue
            for one in self._nodes.values():
                if one.id == wrote.NodeId:
                    for point, value in one.take(wrote.Value.Value.Value):
                        scaled = value if isinstance(value, str) else value * point.scale + point.offset
                        self._on_write(one.device, point.id, scaled)

    async def _acknowledged(self, id_: ua.NodeId, event_id: ua.Variant, comment: ua.Variant) -> ua.StatusCode:
        """Called by asyncua when somebody acknowledges a condition."""
        del comment
        condition = next((one for one in self._conditions.values() if one.id == id_), None)
        if condition is None:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadNodeIdInvalid))
        status = condition.acknowledge(event_id.Value)
        if status.is_good():
            self._note(condition)
            for (device, point), (shown, part) in self._shown.items():
                if shown is condition and part is Show.ACKNOWLEDGED:
                    self._on_write(device, point, 1.0)
        return status

    def _add(self, device: Device) -> None:
        connection = device.connection
        assert isinstance(connection, Connection)
        self._host, self._port = connection.host, connection.port
        root = node_address(connection.root) if connection.root else OBJECTS
        self._know(root)
        for point in device.template.points:
            source = point.source
            assert isinstance(source, Source)
            self._points[device.id, point.id] = point
            if source.event is not None:
                key = source.event.source, source.event.condition
                condition = self._conditions.setdefault(key, PlayedCondition(*key))
                self._shown[device.id, point.id] = condition, source.show
                continue
            if source.field or len(source.indices) > 1:
                raise OptionsError(
                    f"{device.id}/{point.id}：模拟设备不支持结构和多维数组；"
                    "请给出没有 field、至多一个 index 的 source",
                    f"{device.id}/{point.id}: the twin plays no structures and no tables; give it a source"
                    " without field, and at most one index",
                )
            at = address(source.node, connection.root)
            self._know(at)
            index = source.indices[0] if source.indices else None
            is_text = point.kind is PointKind.TEXT
            kind = ua.VariantType.Int32 if point.kind is PointKind.DISCRETE else ua.VariantType.Double
            kind = ua.VariantType.String if is_text else kind
            one = self._nodes.setdefault((root, at), Variable(device.id, kind, at, root))
            one.points[index] = point
            one.values[index] = "" if is_text else 0.0
            self._shown[device.id, point.id] = one, index

    def _know(self, at: NodeAddress | PathAddress) -> None:
        """Namespaces that clients will ask for."""
        steps = [(at.namespace, "")] if isinstance(at, NodeAddress) else at.steps
        for namespace, _ in steps:
            if isinstance(namespace, str):
                self._uris[namespace] = 0
            else:
                self._highest = max(self._highest, namespace)


async def _child(parent: Any, name: ua.QualifiedName) -> Any:
    """The object of that name, made where there is none."""
    try:
        return await parent.get_child([name])
    except ua.UaError:
        return await parent.add_object(node(str(uuid.uuid4()), 1), name)


class OpcUaTwins:
    """The twins of OPC UA as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        assert isinstance(connection, Connection)
        return connection.host, connection.port

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return OpcUaTwin(devices, on_write)
