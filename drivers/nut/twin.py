"""The simulated twin of Network UPS Tools: an upsd on loopback with the UPSes of one host and port."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import BaseModel

from config.site import Device
from drivers.driver import Value
from drivers.listener import Listener
from drivers.nut.line import Malformed, line, words
from drivers.nut.points import readings
from drivers.nut.schema import Connection, Kind, Source
from drivers.twin import Fault, OnWrite, Twin


@dataclass(slots=True)
class _Ups:
    device: Device
    name: str
    variables: dict[str, str] = field(default_factory=dict)
    fault: Fault = Fault.NONE


class NutTwin:
    """Knows every variable and command that the templates name; obeys whoever asks."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite) -> None:
        self._on_write = on_write
        self._host, self._port = "127.0.0.1", 0
        self._upses: dict[str, _Ups] = {}
        self._listener = Listener()
        for device in devices:
            assert isinstance(device.connection, Connection)
            self._host, self._port = device.connection.host, device.connection.port
            self._upses[device.id] = _Ups(device, device.connection.ups)
            for point in device.template.points:
                assert isinstance(point.source, Source)
                self.put(device.id, point.id, "" if point.source.type is Kind.TEXT else 0.0, raw=True)

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        at = self._port if port is None else port
        return await self._listener.start(asyncio.start_server(self._serve, self._host, at))

    async def stop(self) -> None:
        await self._listener.stop()

    def drop(self) -> None:
        self._listener.drop()

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._upses[device_id].fault = fault

    def put(self, device_id: str, point_id: str, value: Value, *, raw: bool = False) -> None:
        ups = self._upses[device_id]
        point = ups.device.template.point(point_id)
        source = point.source
        assert isinstance(source, Source)
        if source.variable is None:
            return
        if not raw and not isinstance(value, str):
            value = (value - point.offset) / point.scale
        held = ups.variables.get(source.variable, "")
        if source.flag:
            flags = [flag for flag in held.split() if flag != source.flag]
            held = " ".join([*flags, source.flag] if value else flags)
        elif source.equals:
            held = source.equals if value else f"not-{source.equals}"
        else:
            held = value if isinstance(value, str) else f"{value:.12g}"
        ups.variables[source.variable] = held

    def value(self, device_id: str, point_id: str) -> Value:
        ups = self._upses[device_id]
        point = ups.device.template.point(point_id)
        found = readings([point.source], ups.variables)
        return found.texts[0] if found.texts else found.values[0] * point.scale + point.offset

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listener.open.add(writer.transport)
        try:
            while received := await reader.readline():
                answer = self._answer(received.decode("utf-8", "replace").rstrip("\r\n"))
                if answer is not None:
                    writer.write(answer)
                    await writer.drain()
        except (OSError, ValueError):
            pass  # it hung up, or speaks something else
        finally:
            self._listener.open.discard(writer.transport)
            writer.close()

    def _answer(self, asked: str) -> bytes | None:
        try:
            said = words(asked)
        except Malformed:
            return line("ERR", "INVALID-ARGUMENT")
        match said:
            case ["USERNAME" | "PASSWORD", _]:
                return line("OK")
            case ["LIST", "UPS"]:
                return _list(["UPS"], ([ups.name, "Twin"] for ups in self._upses.values()))
            case ["LIST", "VAR", name] | ["SET", "VAR", name, _, _] | ["INSTCMD", name, _, *_]:
                return self._of(name, said)
            case _:
                return line("ERR", "UNKNOWN-COMMAND")

    def _of(self, name: str, said: list[str]) -> bytes | None:
        ups = next((ups for ups in self._upses.values() if ups.name == name), None)
        if ups is None:
            return line("ERR", "UNKNOWN-UPS")
        match ups.fault:
            case Fault.SILENT:
                return None
            case Fault.BUSY:
                return line("ERR", "DATA-STALE")
            case Fault.FAILED:
                return line("ERR", "DRIVER-NOT-CONNECTED")
            case Fault.NONE:
                pass
        match said:
            case ["LIST", *_]:
                return _list(["VAR", name], (list(one) for one in ups.variables.items()))
            case ["SET", _, _, variable, value]:
                return self._set(ups, variable, value)
            case [_, _, command, *parameter]:
                return self._do(ups, command, parameter[0] if parameter else None)
            case _:
                return line("ERR", "INVALID-ARGUMENT")

    def _set(self, ups: _Ups, variable: str, value: str) -> bytes:
        if variable not in ups.variables:
            return line("ERR", "VAR-NOT-SUPPORTED")
        ups.variables[variable] = value
        for point in ups.device.template.points:
            source = point.source
            assert isinstance(source, Source)
            if source.variable == variable and not source.flag and not source.equals:
                self._on_write(ups.device.id, point.id, self.value(ups.device.id, point.id))
        return line("OK")

    def _do(self, ups: _Ups, command: str, parameter: str | None) -> bytes:
        for point in ups.device.template.points:
            source = point.source
            assert isinstance(source, Source)
            if command not in (source.command, source.off):
                continue
            value = float(command == source.command) if parameter is None else float(parameter)
            if source.variable is not None:
                self.put(ups.device.id, point.id, value, raw=True)
            self._on_write(ups.device.id, point.id, value * point.scale + point.offset)
            return line("OK")
        return line("ERR", "CMD-NOT-SUPPORTED")


def _list(what: list[str], rows: Iterable[list[str]]) -> bytes:
    body = b"".join(_quoted(*what, *row) for row in rows)
    return line("BEGIN", "LIST", *what) + body + line("END", "LIST", *what)


def _quoted(*said: str) -> bytes:
    """upsd quotes the last word of a row in any case."""
    last = said[-1].replace("\\", "\\\\").replace('"', '\\"')
    return line(*said[:-1])[:-1] + f' "{last}"\n'.encode()


class NutTwins:
    """The twins of Network UPS Tools as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        assert isinstance(connection, Connection)
        return connection.host, connection.port

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return NutTwin(devices, on_write)
