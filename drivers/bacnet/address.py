"""Where a BACnet device is, as seen from our own network. Pure."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from config.text import Text
from drivers.strict import is_host_name

PORT = 47808
LAST_NETWORK = 65534
EVERYWHERE = 65535
"""The network number that means all networks."""

_STATION = re.compile(r"(?P<host>[^:\s]+)(:(?P<port>\d+))?")
_ROUTED = re.compile(r"(?P<network>\d+):(?P<mac>\S+)")
_IP = re.compile(r"(\d+)\.(\d+)\.(\d+)\.(\d+)(:\d+)?")


class Address(NamedTuple):
    """`host` and `port` are where datagrams go: the device itself, or the router to its network."""

    host: str
    port: int
    network: int = 0
    """0 is our own."""
    mac: bytes = b""

    @property
    def station(self) -> tuple[str, int] | tuple[int, bytes]:
        """What stays the same whichever router leads there."""
        return (self.network, self.mac) if self.network else (self.host, self.port)

    @property
    def name(self) -> Text:
        where = f"{self.host}:{self.port}"
        if not self.network:
            return Text(where, where)
        far = f"{self.network}:0x{self.mac.hex()}"
        return Text(f"{far} 经 {where}", f"{far} via {where}")

    def __str__(self) -> str:
        return self.name.en


@dataclass(frozen=True, slots=True)
class Place:
    """An address as a site file writes it: `host[:port]` or `network:mac`."""

    host: str = ""
    port: int = PORT
    network: int = 0
    mac: bytes = b""


def place(text: str) -> Place:
    """Raises ValueError, which says what is allowed.

    `mac` is a number (MS/TP: `2001:12`), an address with its port (`2001:10.1.2.3:47808`) or hexadecimal
    digits (`2001:0x0a0b0c`).
    """
    if found := _ROUTED.fullmatch(text):
        if found["network"] == "0" or int(found["network"]) > LAST_NETWORK:
            raise ValueError(f"network {found['network']} of {text!r} is not within 1 to {LAST_NETWORK}")
        return Place(network=int(found["network"]), mac=_mac(text, found["mac"]))
    return Place(*host_and_port(text))


def host_and_port(text: str) -> tuple[str, int]:
    """Of `host[:port]`. Raises ValueError."""
    found = _STATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no address; write host, host:port or network:mac")
    port = int(found["port"] or PORT)
    if not 0 < port <= 65535:
        raise ValueError(f"port {port} of {text!r} is not within 1 to 65535")
    return is_host_name(found["host"]), port


def _mac(text: str, mac: str) -> bytes:
    try:
        if mac.startswith("0x"):
            return bytes.fromhex(mac[2:])
        if mac.isdecimal() and int(mac) <= 255:
            return bytes([int(mac)])
        if _IP.fullmatch(mac):
            return ip_mac(*host_and_port(mac))
    except ValueError:
        pass
    raise ValueError(
        f"{mac!r} of {text!r} is no mac; write a number up to 255, host:port or 0x and hex digits"
    )


def ip_mac(host: str, port: int) -> bytes:
    """Raises ValueError for what is no IPv4 address."""
    return bytes(int(part) for part in host.split(".")) + port.to_bytes(2, "big")


def of_ip_mac(mac: bytes) -> tuple[str, int]:
    return ".".join(str(byte) for byte in mac[:4]), int.from_bytes(mac[4:6], "big")
