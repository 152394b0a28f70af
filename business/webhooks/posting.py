"""One attempt: a signed request to a webhook's address, and what came of it."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from actors.said import said

DEADLINE_S = 15.0
"""For the whole of an attempt, from the look-up of the name to the status of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int | None
    """None when none came."""
    trouble: str
    """Why it counts as a failure, said in both languages; '' when it is none."""


class Forbidden(Exception):
    """An address that nobody may make this program talk to."""


class Poster:
    """Sends. Not to this machine itself and the networks of its cloud, unless the site allows it (S-42)."""

    def __init__(self, *, to_this_machine: bool = False) -> None:
        self._to_this_machine = to_this_machine

    async def post(self, url: str, headers: dict[str, str], body: str) -> Answer:
        """Redirects are not followed, and only the status of the answer is read."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                status = await self._post(httpx.URL(url), headers, body)
        except TimeoutError:
            return Answer(
                None, said(f"{DEADLINE_S:g} 秒内没有应答", f"there was no answer within {DEADLINE_S:g} s")
            )
        except Forbidden as why:
            return Answer(None, str(why))
        except (httpx.HTTPError, OSError, ValueError) as error:
            what = f"{type(error).__name__}: {error}"[:200]
            return Answer(None, said(f"无法送达：{what}", f"it could not be delivered: {what}"))
        if 200 <= status < 300:
            return Answer(status, "")
        return Answer(status, said(f"对方应答 HTTP {status}", f"it was answered with HTTP {status}"))

    async def _post(self, url: httpx.URL, headers: dict[str, str], body: str) -> int:
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(one[4][0]) for one in found]
        for one in addresses:
            self._check(one)
        # To the address that was checked: a name may lead elsewhere when it is asked again.
        pinned = url.copy_with(host=str(addresses[0]))
        sent = {"Host": url.netloc.decode(), "Content-Type": "application/json", **headers}
        async with (
            httpx.AsyncClient(follow_redirects=False, timeout=DEADLINE_S, trust_env=False) as client,
            client.stream(
                "POST", pinned, content=body.encode(), headers=sent, extensions={"sni_hostname": url.host}
            ) as answer,
        ):
            return answer.status_code

    def _check(self, address: IPv4Address | IPv6Address) -> None:
        plain = getattr(address, "ipv4_mapped", None) or address
        local = plain.is_loopback or plain.is_unspecified
        if plain.is_link_local or plain.is_multicast or (local and not self._to_this_machine):
            raise Forbidden(
                said(
                    f"不允许推送到 {plain}；请换一个地址",
                    f"nothing is sent to {plain}; choose another address",
                )
            )
