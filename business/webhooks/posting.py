"""One attempt: a signed request to a webhook's address, and what came of it."""

import asyncio
from dataclasses import dataclass

import httpx

from actors.said import said
from business.addresses import Address, Forbidden, is_never_a_receiver, is_of_this_machine, pinned

DEADLINE_S = 15.0
"""For the whole of an attempt, from the look-up of the name to the status of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int | None
    """None when none came."""
    trouble: str
    """Why it counts as a failure, said in both languages; '' when it is none."""


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
        to = await pinned(url, self._is_refused)
        sent = {"Host": to.host, "Content-Type": "application/json", **headers}
        async with (
            httpx.AsyncClient(follow_redirects=False, timeout=DEADLINE_S, trust_env=False) as client,
            client.stream(
                "POST", to.url, content=body.encode(), headers=sent, extensions=to.extensions
            ) as answer,
        ):
            return answer.status_code

    def _is_refused(self, address: Address) -> bool:
        local = is_of_this_machine(address) and not self._to_this_machine
        return local or is_never_a_receiver(address)
