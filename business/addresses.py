"""Where others may make this program send something: a name is looked up, judged, and held to its address."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import httpx

from actors.said import said

Address = IPv4Address | IPv6Address


class Forbidden(Exception):
    """An address that nobody may make this program talk to."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A request's own address: a name may lead elsewhere when it is asked again."""

    url: httpx.URL
    host: str
    """For the header Host."""
    extensions: dict[str, Any]
    """So that the certificate is that of the name."""


async def pinned(url: httpx.URL, refused: Callable[[Address], bool]) -> Pinned:
    """To the first address of its host, if none of them is refused. Raises Forbidden, and OSError for a name
    that leads nowhere."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # no name at all
        raise OSError(str(error)) from error
    addresses = [ip_address(one[4][0]) for one in found]
    for one in addresses:
        plain = getattr(one, "ipv4_mapped", None) or one
        if refused(plain):
            raise Forbidden(
                said(
                    f"不允许推送到 {plain}；请换一个地址",
                    f"nothing is sent to {plain}; choose another address",
                )
            )
    to = url.copy_with(host=str(addresses[0]))
    return Pinned(to, url.netloc.decode(), {"sni_hostname": url.host})


def is_of_this_machine(address: Address) -> bool:
    return address.is_loopback or address.is_unspecified


def is_never_a_receiver(address: Address) -> bool:
    """Of the network of a machine's cloud, or of many machines at once (S-42)."""
    return address.is_link_local or address.is_multicast


def is_not_public(address: Address) -> bool:
    return not address.is_global or is_never_a_receiver(address)
