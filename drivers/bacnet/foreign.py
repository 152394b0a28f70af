"""Registration with a BBMD, which passes broadcasts of other subnets on (annex J.5)."""

import asyncio
import contextlib
from collections.abc import Callable

from config.text import Text
from drivers.bacnet import frames
from drivers.bacnet.address import host_and_port
from drivers.bacnet.resolving import resolved
from drivers.errors import LinkError

ANSWER_S = 2.0
RETRY_S = 5.0
RENEWED_AFTER = 0.4
"""Of its time a registration is renewed."""


class ForeignDevice:
    """Registers, and again before half of its time is over; after a failure every few seconds."""

    def __init__(self, bbmd: str, ttl_s: int, send: Callable[[bytes, tuple[str, int]], None]) -> None:
        self.trouble: Text | None = None
        """Why broadcasts do not get through; None while registered."""
        self.address: tuple[str, int] | None = None
        """Of the BBMD; None until it was looked up."""
        self._bbmd = bbmd
        self._ttl_s = ttl_s
        self._send = send
        self._result: asyncio.Future[int] | None = None
        self._forgotten = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait({task})

    def resulted(self, code: int, sender: tuple[str, int]) -> None:
        """A BBMD says how a request went; a refusal that nobody waits for means that it has forgotten us."""
        if sender != self.address:
            return
        if self._result is not None and not self._result.done():
            self._result.set_result(code)
        elif code:
            self._forgotten.set()

    async def _keep(self) -> None:
        while True:
            try:
                await self._register()
                self.trouble = None
                wait_s = self._ttl_s * RENEWED_AFTER
            except LinkError as error:
                self.trouble = error.why
                wait_s = RETRY_S
            self._forgotten.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._forgotten.wait()

    async def _register(self) -> None:
        self._result = asyncio.get_running_loop().create_future()
        try:
            self.address = await resolved(*host_and_port(self._bbmd))
            self._send(frames.register_foreign_device(self._ttl_s), self.address)
            async with asyncio.timeout(ANSWER_S):
                code = await self._result
        except TimeoutError:
            raise LinkError(
                f"BBMD {self._bbmd} 在 {ANSWER_S:g} s 内无应答",
                f"BBMD {self._bbmd} did not answer within {ANSWER_S:g} s",
            ) from None
        finally:
            self._result = None
        if code:
            raise LinkError(
                f"BBMD {self._bbmd} 拒绝外部设备，代码 0x{code:04x}",
                f"BBMD {self._bbmd} refuses foreign devices, code 0x{code:04x}",
            )
