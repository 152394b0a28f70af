"""Feeding the live store: subscribe first, repair gaps, follow the configuration."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.messages import AlarmChanged, ConfigurationAnnounced, Frame, Snapshot
from actors.newest import LiveMessage
from config.site import Site
from hmi import feed
from hmi.feed import Feed
from hmi.live import Live
from hmi.ports import Ports
from tests.hmi.campus import alarm, campus

DEADLINE_S = 30.0


class Core:
    """A publisher: sends frames, answers snapshots, and can be made to fail."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[Frame, LiveMessage]] = asyncio.Queue()
        self.said: list[LiveMessage] = []
        self.order: list[str] = []
        self.failures = 0
        self.asked = asyncio.Event()

    def open(self) -> None:
        self.order.append("subscribed")

    def close(self) -> None:
        self.order.append("closed")

    async def frames(self) -> AsyncIterator[tuple[Frame, LiveMessage]]:
        while True:
            yield await self.queue.get()

    def say(self, message: LiveMessage, *, lost: bool = False) -> None:
        self.said.append(message)
        if not lost:
            self.queue.put_nowait((Frame("core", "e", len(self.said)), message))

    async def ask(self, _query: Any) -> AsyncIterator[Any]:
        self.order.append("asked")
        self.asked.set()
        if self.failures:
            self.failures -= 1
            raise QueryFailed("core did not answer within 5 s; ask again")
        frame = Frame("core", "e", len(self.said))
        for message in self.said:  # in several chunks
            yield Snapshot(frame, (LIVE.encode(message),))
        if not self.said:
            yield Snapshot(frame, ())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110  # a condition of ours, without an event
            await asyncio.sleep(0.005)


class Fed:
    def __init__(self, core: Core) -> None:
        self.live = Live(campus(), asyncio.get_running_loop().time, lambda: 10**18)
        self.reloads = 0

        async def configuration(version: int) -> Site:
            return replace(campus(), version=version)

        nothing: Any = None
        ports = Ports(
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            {},
            {"core": core},
            nothing,
            nothing,
            nothing,
            configuration,
            nothing,
            nothing,
            nothing,
            nothing,
        )
        self.task = asyncio.create_task(Feed(self.live, core, ports, self._reload).run())

    def _reload(self) -> None:
        self.reloads += 1

    def devices(self) -> list[str]:
        return sorted(one.device for one in self.live.alarms())

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def core(monkeypatch: pytest.MonkeyPatch) -> Core:
    monkeypatch.setattr(feed, "RETRY_S", 0.01)
    return Core()


@pytest.fixture
async def fed(core: Core) -> AsyncIterator[Fed]:
    fed = Fed(core)
    yield fed
    await fed.stop()
    assert core.order[-1] == "closed"


async def test_it_subscribes_before_it_asks(core: Core, fed: Fed) -> None:
    await core.asked.wait()
    assert core.order[:2] == ["subscribed", "asked"]


async def test_what_was_said_before_comes_with_the_snapshot_in_chunks(core: Core, fed: Fed) -> None:
    for device in ("hvac-1", "hvac-2"):
        core.say(AlarmChanged(alarm(device)), lost=True)
    core.say(AlarmChanged(alarm("hvac-3")))
    await until(lambda: fed.devices() == ["hvac-1", "hvac-2", "hvac-3"])


async def test_a_lost_frame_is_repaired(core: Core, fed: Fed) -> None:
    core.say(AlarmChanged(alarm("hvac-1")))
    await until(lambda: fed.devices() == ["hvac-1"])
    core.say(AlarmChanged(alarm("hvac-2")), lost=True)
    core.say(AlarmChanged(alarm("hvac-3")))
    await until(lambda: fed.devices() == ["hvac-1", "hvac-2", "hvac-3"])


async def test_it_asks_on_until_it_is_answered(core: Core, fed: Fed) -> None:
    core.failures = 3
    core.say(AlarmChanged(alarm("hvac-1")), lost=True)
    core.say(AlarmChanged(alarm("hvac-2")))
    await until(lambda: fed.devices() == ["hvac-1", "hvac-2"])
    assert core.order.count("asked") >= 4


async def test_another_configuration_is_fetched_and_the_pages_are_told(core: Core, fed: Fed) -> None:
    core.say(ConfigurationAnnounced(2))
    await until(lambda: fed.reloads == 1)
    assert fed.live.site.version == 2
