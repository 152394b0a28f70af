"""Still pictures of cameras over HTTP, asked here: no browser has to reach a camera or log in there."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from actors.said import said
from config.secrets import Secret
from config.site import Picture
from hmi.ports import NoPicture, Still

KINDS = frozenset({"image/jpeg", "image/png", "image/webp", "image/svg+xml"})
MOST_BYTES = 4_000_000
DEADLINE_S = 4.0
KEEP_S = 0.5
"""Whoever asks within this time of somebody else gets the same picture."""
MOST_AT_ONCE = 16


@dataclass(slots=True)
class _Asked:
    answer: asyncio.Task[Still | str]
    since_s: float


class Pictures:
    """Of all cameras of a site; on one loop."""

    def __init__(
        self,
        password: Secret | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._password = password
        self._clock = clock
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._log_ins: dict[Picture, httpx.DigestAuth] = {}
        """Each keeps what its camera has asked for, so that the next picture takes one request."""
        self._asked: dict[Picture, _Asked] = {}
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)

    async def of(self, picture: Picture) -> Still:
        """The picture now. Raises NoPicture."""
        now_s = self._clock()
        self._asked = {
            of: one
            for of, one in self._asked.items()
            if not one.answer.done() or now_s - one.since_s < KEEP_S
        }
        if picture not in self._asked:
            self._asked[picture] = _Asked(asyncio.create_task(self._ask(picture)), now_s)
        answer = await asyncio.shield(self._asked[picture].answer)  # others wait for it too
        if isinstance(answer, str):
            raise NoPicture(answer)
        return answer

    async def close(self) -> None:
        for one in self._asked.values():
            one.answer.cancel()
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _ask(self, picture: Picture) -> Still | str:
        """The picture, or why there is none."""
        try:
            async with self._turn, asyncio.timeout(DEADLINE_S):
                return await self._get(picture)
        except TimeoutError:
            return said(
                f"摄像机 {DEADLINE_S:g} 秒内没有应答", f"the camera did not answer within {DEADLINE_S:g} s"
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            what = f"{type(error).__name__}: {error}"[:200]
            return said(f"摄像机不通：{what}", f"the camera is not reached: {what}")

    async def _get(self, picture: Picture) -> Still | str:
        """Redirects are not followed: a picture comes from the address that was configured, or not at all."""
        if self._client is None:
            self._client = httpx.AsyncClient(
                follow_redirects=False, timeout=DEADLINE_S, trust_env=False, transport=self._transport
            )
        async with self._client.stream("GET", picture.address, auth=self._log_in(picture)) as answer:
            if answer.status_code != httpx.codes.OK:
                return said(
                    f"摄像机应答 HTTP {answer.status_code}", f"the camera answered HTTP {answer.status_code}"
                )
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in KINDS:
                return said(f"摄像机给出的不是图片：{kind}", f"the camera gave no picture but {kind!r}")
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    return said(
                        f"画面超过 {MOST_BYTES // 1_000_000} MB；请在摄像机上调小",
                        f"the picture is over {MOST_BYTES // 1_000_000} MB; make it smaller at the camera",
                    )
            return Still(kind, content)

    def _log_in(self, picture: Picture) -> httpx.DigestAuth | None:
        if not picture.user:
            return None
        if picture not in self._log_ins:
            password = self._password.reveal() if self._password is not None else ""
            self._log_ins[picture] = httpx.DigestAuth(picture.user, password)
        return self._log_ins[picture]
