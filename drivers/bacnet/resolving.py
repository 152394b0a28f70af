"""Host names, looked up anew at every attempt."""

import asyncio
import socket

from drivers.errors import LinkError
from drivers.reasons import of_system

LOOK_UP_S = 5.0


async def resolved(host: str, port: int) -> tuple[str, int]:
    """The IPv4 address and the port. Raises LinkError."""
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
    except TimeoutError:
        raise LinkError(
            f"{host} 在 {LOOK_UP_S:g} s 内未解析出地址",
            f"{host}: no address was found within {LOOK_UP_S:g} s",
        ) from None
    except OSError as error:
        why = of_system(error)
        raise LinkError(f"{host}：{why.zh}", f"{host} has no address: {why.en}") from error
    address = found[0][4]
    return str(address[0]), port


def own_address(bound: str, peer: str) -> str:
    """What a peer sees as our address, where the socket is bound to all of them."""
    if bound != "0.0.0.0":  # noqa: S104 - nothing is bound here
        return bound
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((peer, 9))  # sends nothing
        return str(probe.getsockname()[0])
