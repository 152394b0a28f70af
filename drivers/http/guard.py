"""Where a request may go: no address of the machine's own surroundings, no certificate but the pinned one."""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore

REFUSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # link-local, and the metadata of most clouds
            "100.100.100.200/32",  # the metadata of Alibaba Cloud
            "224.0.0.0/3",
            "::/128",
            "fe80::/10",
            "fd00:ec2::254/128",  # the metadata of Amazon
            "ff00::/8",
        ),
    )
)


class AddressRefused(httpcore.ConnectError):
    """Raised where a name leads to an address that is never asked."""


def check_address(text: str) -> None:
    """Raises AddressRefused."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in REFUSED):
        raise AddressRefused(
            f"{address} is a link-local, metadata or multicast address and is never asked;"
            " give the address of the platform itself"
        )


class Guarded(httpcore.AsyncNetworkBackend):
    """Looks a name up at each connection, checks what it finds, and connects to that and nothing else."""

    def __init__(self, fingerprint: str) -> None:
        self._backend = httpcore.AnyIOBackend()
        self._fingerprint = fingerprint

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} is not known ({error.strerror})") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            check_address(address)
        for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
            try:
                stream = await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not left:
                    raise
            else:
                return _Pinned(stream, self._fingerprint) if self._fingerprint else stream
        raise httpcore.ConnectError(f"the name {host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("sockets of this machine are never asked")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Pinned(httpcore.AsyncNetworkStream):
    """Trusts one certificate, whoever issued it; checked before the first byte of a request."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, fingerprint: str) -> None:
        self._stream = stream
        self._fingerprint = fingerprint

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        shown = stream.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
        found = hashlib.sha256(shown).hexdigest()
        if found != self._fingerprint:
            await stream.aclose()
            raise httpcore.ConnectError(
                f"the server's certificate has the fingerprint {found}, not the pinned one"
            )
        return stream

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def trust(ca: str, fingerprint: str) -> ssl.SSLContext:
    """Raises OSError where the file cannot be used."""
    context = ssl.create_default_context(cafile=ca or None)
    if fingerprint:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
