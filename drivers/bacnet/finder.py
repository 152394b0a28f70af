"""Finding devices by their instance and routers by their network (clauses 6.4, 16.10)."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from drivers.bacnet.address import Address
from drivers.bacnet.pace import Gap
from drivers.bacnet.services import IAm
from drivers.errors import LinkError

GAP_S = 0.02
"""Between two broadcasts: after a power cut, all devices are looked for at once."""
ATTEMPTS = 3
OTHERS_S = 0.2
"""So long after the first answer is waited for another device that gives itself the same instance."""

T = TypeVar("T")
Found = tuple[Address, IAm]


class _Wanted(Generic[T]):
    """Who waits for what, by number."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[T]]] = {}

    async def __call__(self, number: int, ask: Callable[[], None], gap: Gap, timeout_s: float) -> T | None:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(number, []).append(answer)
        try:
            for _ in range(ATTEMPTS):
                await gap.passed()
                if not answer.done():
                    ask()
                await asyncio.wait({answer}, timeout=timeout_s)
                if answer.done():
                    return answer.result()
            return None
        finally:
            answer.cancel()
            waiting = self._waiting[number]
            waiting.remove(answer)
            if not waiting:
                del self._waiting[number]

    def found(self, number: int, what: T) -> None:
        for answer in self._waiting.get(number, ()):
            if not answer.done():
                answer.set_result(what)


class Finder:
    """Of one local station. Remembers nothing: what is asked for is asked anew."""

    def __init__(self) -> None:
        self._devices: _Wanted[Found] = _Wanted()
        self._routers: _Wanted[tuple[str, int]] = _Wanted()
        self._gap = Gap(GAP_S)
        self._ears: list[Callable[[Address, IAm], None]] = []
        self._answers: dict[int, dict[object, Address]] = {}
        """By instance that is looked for: the stations that say it is theirs."""

    async def device(self, instance: int, who_is: Callable[[], None], timeout_s: float) -> Found:
        """Where a device is; `who_is` asks for it. Raises LinkError, also where two answer to one instance:
        whoever is read, or written to, would be the one or the other by chance."""
        answers = self._answers.setdefault(instance, {})
        try:
            found = await self._devices(instance, who_is, self._gap, timeout_s)
            if found is not None:
                await asyncio.sleep(OTHERS_S)
        finally:
            self._answers.pop(instance, None)
        if found is None:
            waited_s = ATTEMPTS * timeout_s
            raise LinkError(
                f"{waited_s:g} s 内没有设备 {instance} 应答 Who-Is",
                f"no device {instance} answers Who-Is within {waited_s:g} s",
            )
        if len(answers) > 1:
            where = [address.name for address in answers.values()]
            raise LinkError(
                f"{len(where)} 个设备都自称 {instance}：{'、'.join(one.zh for one in where)}；"
                "请给每个设备各自的实例号，或写明所指设备的 address",
                f"{len(where)} devices say that they are {instance}: {', '.join(one.en for one in where)};"
                " give each an instance of its own, or the address of the one that is meant",
            )
        return found

    async def router(self, network: int, who: Callable[[], None], timeout_s: float) -> tuple[str, int]:
        """The router to a network; `who` asks for it. Raises LinkError."""
        found = await self._routers(network, who, self._gap, timeout_s)
        if found is None:
            waited_s = ATTEMPTS * timeout_s
            raise LinkError(
                f"{waited_s:g} s 内没有通往网络 {network} 的路由器应答；请写明 router",
                f"no router to network {network} answers within {waited_s:g} s; give it as router",
            )
        return found

    @contextmanager
    def hearing(self, ear: Callable[[Address, IAm], None]) -> Iterator[None]:
        """`ear` hears every I-Am meanwhile."""
        self._ears.append(ear)
        try:
            yield
        finally:
            self._ears.remove(ear)

    def announced(self, source: Address, told: IAm) -> None:
        if (answers := self._answers.get(told.instance)) is not None:
            answers[source.station] = source
        self._devices.found(told.instance, (source, told))
        for ear in self._ears:
            ear(source, told)

    def routed(self, source: Address, payload: bytes) -> None:
        """An I-Am-Router-To-Network."""
        for at in range(0, len(payload) - 1, 2):
            self._routers.found(int.from_bytes(payload[at : at + 2], "big"), source[:2])
