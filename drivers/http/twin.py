"""The simulated twin of a platform: a small HTTP server on loopback that lists devices as JSON."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import h11
from pydantic import BaseModel

from config.site import Device
from drivers import plain
from drivers.driver import Value
from drivers.http.schema import Connection, Options, Source
from drivers.http.values import filled, filled_path
from drivers.jsonpath import MISSING, path
from drivers.listener import Listener
from drivers.twin import Fault, OnWrite, Twin

Respond = Callable[[h11.Request, bytes], "tuple[int, Mapping[str, str], bytes] | None"]
"""The answer to a request and its body; None for none at all."""


class HttpTwin:
    """Serves the pages of its devices. A device that fails takes its page with it, or its item of a list."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        """All at one host and port."""
        self._devices = {device.id: device for device in devices}
        self._on_write = on_write
        self._values: dict[str, dict[str, float | str]] = {id_: {} for id_ in self._devices}
        self._faults = dict.fromkeys(self._devices, Fault.NONE)
        server = _connection(next(iter(self._devices.values()))).server
        self._host, self._port = server.host, server.port
        self._listener = Listener()

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        at = self._port if port is None else port
        return await self._listener.start(asyncio.start_server(self._serve, self._host, at))

    async def stop(self) -> None:
        await self._listener.stop()

    def drop(self) -> None:
        self._listener.drop()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._faults[device_id] = fault

    def put(self, device_id: str, point_id: str, value: float | str, *, raw: bool = False) -> None:
        point = self._devices[device_id].template.point(point_id)
        if isinstance(value, float | int) and not raw:
            value = (value - point.offset) / point.scale
        self._values[device_id][point_id] = value

    def value(self, device_id: str, point_id: str) -> float | str:
        point = self._devices[device_id].template.point(point_id)
        shown = self._values[device_id][point_id]
        return shown if isinstance(shown, str) else shown * point.scale + point.offset

    # -- answering

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listener.open.add(writer.transport)
        try:
            with contextlib.suppress(OSError, h11.RemoteProtocolError, asyncio.CancelledError):
                await serve(reader, writer, self._respond)
        finally:
            self._listener.open.discard(writer.transport)
            writer.transport.abort()

    def _respond(self, request: h11.Request, body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
        target = urlsplit(request.target.decode()).path
        if request.method != b"GET":
            return self._written(request.method.decode(), target, body), {}, b""
        behind = [
            device
            for device in self._devices.values()
            if (urlsplit(_connection(device).url).path or "/") == target
        ]
        if not behind:
            return HTTPStatus.NOT_FOUND, {}, b""
        listed = _options(behind[0]).items is not None
        faults = [self._faults[device.id] for device in behind]
        worst = Fault.NONE if listed and Fault.NONE in faults else faults[0]
        match worst:
            case Fault.SILENT:
                return None
            case Fault.BUSY:
                return HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}, b""
            case Fault.FAILED:
                return HTTPStatus.INTERNAL_SERVER_ERROR, {}, b""
            case Fault.NONE:
                pass
        answer = json.dumps(self._document(behind), ensure_ascii=False).encode()
        tag = f'"{hashlib.sha256(answer).hexdigest()[:16]}"'
        if dict(request.headers).get(b"if-none-match", b"").decode() == tag:
            return HTTPStatus.NOT_MODIFIED, {"ETag": tag}, b""
        return HTTPStatus.OK, {"ETag": tag, "Content-Type": "application/json; charset=utf-8"}, answer

    def _document(self, behind: Iterable[Device]) -> object:
        whole: object = MISSING
        items = []
        for device in behind:
            options, item = _options(device), None
            if options.items is not None and self._faults[device.id] is not Fault.NONE:
                continue
            for name, held in _connection(device).match.items():
                item = path(name).put(item, held)
            for point in device.template.points:
                assert isinstance(point.source, Source)
                shown = self._values[device.id].get(point.id)
                words = {number: word for word, number in point.source.map.items()}
                told = words.get(shown, shown) if isinstance(shown, float) else shown
                item = path(point.source.path).put(item, told)
            if options.time is not None:
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                item = path(options.time).put(item, now)
            items.append(item)
            whole = item if options.items is None else path(options.items).put(whole, items)
        return None if whole is MISSING else whole

    def _written(self, method: str, target: str, body: bytes) -> int:
        for device in self._devices.values():
            connection = _connection(device)
            match = {name: plain.text(held) for name, held in connection.match.items()}
            for point in device.template.points:
                assert isinstance(point.source, Source)
                how = point.source.write
                if how is None or how.method != method:
                    continue
                found = _found(filled(how.body, "$value", match), json.loads(body))
                if found is MISSING or not isinstance(found, float | int | str):
                    continue
                value: Value = found if isinstance(found, str) else float(found)
                where = urljoin(connection.url, filled_path(how.path, value, match))
                if urlsplit(where).path != target:
                    continue
                if self._faults[device.id] is not Fault.NONE:
                    return HTTPStatus.SERVICE_UNAVAILABLE
                self._values[device.id][point.id] = value
                self._on_write(device.id, point.id, self.value(device.id, point.id))
                return HTTPStatus.NO_CONTENT
        return HTTPStatus.NOT_FOUND


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, respond: Respond) -> None:
    """Answers request after request on one connection. Raises OSError or RemoteProtocolError at its end."""
    connection = h11.Connection(h11.SERVER)
    request: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            request, body = event, b""
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert request is not None
            answer = respond(request, body)
            if answer is None:
                await reader.read()  # whatever comes, until whoever asked gives up
                return
            status, headers, content = answer
            length = {} if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED) else {
                "Content-Length": str(len(content))
            }  # fmt: skip
            writer.write(connection.send(
                h11.Response(status_code=status, headers=list({**headers, **length}.items()))
            ) or b"")  # fmt: skip
            if content:
                writer.write(connection.send(h11.Data(data=content)) or b"")
            writer.write(connection.send(h11.EndOfMessage()) or b"")
            await writer.drain()
            if connection.our_state is not h11.DONE:
                return
            connection.start_next_cycle()
        else:
            return


def _found(template: object, actual: object) -> object:
    """What stands in a body where its template has `$value`; MISSING where the two do not agree."""
    if template == "$value":
        return actual
    if isinstance(template, dict) and isinstance(actual, dict) and template.keys() == actual.keys():
        found = [_found(inner, actual[key]) for key, inner in template.items()]
    elif isinstance(template, list) and isinstance(actual, list) and len(template) == len(actual):
        found = [_found(inner, other) for inner, other in zip(template, actual, strict=True)]
    else:
        return None if template == actual else MISSING
    if any(one is MISSING for one in found):
        return MISSING
    return next((one for one in found if one is not None), None)


def _connection(device: Device) -> Connection:
    assert isinstance(device.connection, Connection)
    return device.connection


def _options(device: Device) -> Options:
    assert isinstance(device.template.options, Options)
    return device.template.options


class HttpTwins:
    """The twins of platforms as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        assert isinstance(connection, Connection)
        return connection.server.host, connection.server.port

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return HttpTwin(devices, on_write)
