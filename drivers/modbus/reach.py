"""Which way leads to a device: a link over Modbus TCP, or a unit on a line."""

from drivers.errors import OptionsError
from drivers.line import Line, join, leave
from drivers.modbus.link import Link
from drivers.modbus.links import Links
from drivers.modbus.request import Channel
from drivers.modbus.rtu_unit import Debts, RtuUnit
from drivers.modbus.schema import Connection
from drivers.shares import Shares


async def reach(connection: Connection, shares: Shares) -> Channel:
    """The way to the device, with one user more. Raises OptionsError where a line is used otherwise."""
    unit = connection.unit
    if not connection.is_rtu:
        return _links(shares).acquire((connection.host, connection.port), unit, connection.terms)
    try:
        line = await join(shares, connection.line, _asker(unit))
    except OptionsError as error:
        zh = error.why.zh.replace(_asker(unit), f"Modbus 从站 {unit}")  # a line knows its askers by one name
        raise OptionsError(zh, error.why.en) from error
    debts = shares.lasting(("modbus-rtu", str(line)), Debts)
    return shares.acquire(_key(line, unit), lambda: RtuUnit(line, unit, _asker(unit), debts))


async def let_go(channel: Channel, connection: Connection, shares: Shares) -> None:
    """One user less; what is shared closes with its last."""
    if isinstance(channel, Link):
        await _links(shares).release(channel, connection.unit)
    elif isinstance(channel, RtuUnit):
        await shares.release(_key(channel.line, channel.unit), channel)
        await leave(shares, channel.line, _asker(channel.unit))


def _links(shares: Shares) -> Links:
    return shares.lasting("modbus", lambda: Links(shares.clock))


def _key(line: Line, unit: int) -> tuple[str, str, int]:
    return "modbus-rtu", str(line), unit


def _asker(unit: int) -> str:
    return f"Modbus unit {unit}"
