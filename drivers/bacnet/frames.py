"""What travels in a datagram around an APDU: the BACnet/IP and the network header. Pure.

ANSI/ASHRAE 135, annex J and clause 6.2.
"""

from enum import IntEnum
from typing import NamedTuple

from drivers.bacnet.address import EVERYWHERE, Address, of_ip_mac
from drivers.bacnet.tags import Malformed

TYPE = 0x81
VERSION = 1
HOPS = 255
EXPECTING_REPLY = 4
"""The control bit of confirmed requests, whose APDU type is 0."""


class Function(IntEnum):
    """Of BACnet/IP."""

    RESULT = 0
    FORWARDED = 4
    REGISTER_FOREIGN_DEVICE = 5
    DISTRIBUTE_BROADCAST = 9
    UNICAST = 10
    BROADCAST = 11


class Network(IntEnum):
    """Messages of the network layer that mean something to a client."""

    WHO_IS_ROUTER = 0
    I_AM_ROUTER = 1
    REJECT = 3


class Packet(NamedTuple):
    source: Address
    message: int
    """Of the network layer; -1 where `payload` is an APDU."""
    payload: bytes


class Result(NamedTuple):
    """What a BBMD says to a request; 0 is success."""

    code: int


def unwrapped(datagram: bytes, sender: tuple[str, int]) -> Packet | Result | None:
    """What a datagram brings; None for what is not meant for us. Raises Malformed."""
    if len(datagram) < 4 or datagram[0] != TYPE or int.from_bytes(datagram[2:4], "big") != len(datagram):
        raise Malformed("no BACnet/IP datagram")
    match datagram[1]:
        case Function.UNICAST | Function.BROADCAST | Function.DISTRIBUTE_BROADCAST:
            return _packet(datagram[4:], sender)
        case Function.FORWARDED if len(datagram) >= 10:
            return _packet(datagram[10:], of_ip_mac(datagram[4:10]))
        case Function.RESULT if len(datagram) == 6:
            return Result(int.from_bytes(datagram[4:6], "big"))
        case _:
            return None


def _packet(npdu: bytes, sender: tuple[str, int]) -> Packet | None:
    if len(npdu) < 3 or npdu[0] != VERSION:
        raise Malformed("no BACnet network header")
    control, at = npdu[1], 2
    meant_for = EVERYWHERE
    if control & 0x20:
        meant_for, _, at = _station(npdu, at)
    network, mac = 0, b""
    if control & 0x08:
        network, mac, at = _station(npdu, at)
    if control & 0x20:
        at += 1
    if len(npdu) <= at:
        raise Malformed("an empty network packet")
    if meant_for != EVERYWHERE:
        return None
    source = Address(*sender, network, mac)
    if control & 0x80:
        return Packet(source, npdu[at], npdu[at + 1 :])
    return Packet(source, -1, npdu[at:])


def _station(npdu: bytes, at: int) -> tuple[int, bytes, int]:
    end = at + 3 + (npdu[at + 2] if len(npdu) > at + 2 else 0)
    if len(npdu) <= end:
        raise Malformed("the network header ends too early")
    return int.from_bytes(npdu[at : at + 2], "big"), npdu[at + 3 : end], end


def unicast(apdu: bytes, to: Address) -> bytes:
    control = 0 if apdu[0] >> 4 else EXPECTING_REPLY
    if to.network:
        far = to.network.to_bytes(2, "big") + bytes([len(to.mac)]) + to.mac + bytes([HOPS])
        return _framed(Function.UNICAST, bytes([VERSION, control | 0x20]) + far + apdu)
    return _framed(Function.UNICAST, bytes([VERSION, control]) + apdu)


def broadcast(apdu: bytes, *, by_bbmd: bool, network: int = EVERYWHERE) -> bytes:
    """To all stations of one network or of all, by whoever hears it; or for a BBMD to spread."""
    header = bytes([VERSION, 0x20]) + network.to_bytes(2, "big") + bytes([0, HOPS])
    return _framed(Function.DISTRIBUTE_BROADCAST if by_bbmd else Function.BROADCAST, header + apdu)


def who_is_router(network: int, *, by_bbmd: bool) -> bytes:
    function = Function.DISTRIBUTE_BROADCAST if by_bbmd else Function.BROADCAST
    return _framed(function, bytes([VERSION, 0x80, Network.WHO_IS_ROUTER]) + network.to_bytes(2, "big"))


def register_foreign_device(ttl_s: int) -> bytes:
    return _framed(Function.REGISTER_FOREIGN_DEVICE, ttl_s.to_bytes(2, "big"))


def _framed(function: Function, content: bytes) -> bytes:
    return bytes([TYPE, function]) + (len(content) + 4).to_bytes(2, "big") + content
