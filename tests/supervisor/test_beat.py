"""A process without actors beats too."""

import asyncio
import os

import pytest

from actors.channels.live import Subscriber
from actors.messages import Beat
from actors.paths import RunPaths
from supervisor import beat as beat_module
from supervisor.beat import Heart

WITHIN_S = 30.0


async def test_the_heart_beats_with_its_figures_numbered(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat_module, "BEAT_S", 0.05)
    figures = iter(range(1000))
    subscriber = Subscriber([paths.live("web")], ["node/web/"])
    subscriber.open()
    heart = Heart("web", paths, lambda: {"beats": float(next(figures))}, 3)
    heart.start()
    frames = subscriber.frames()
    (first, one), (second, other) = [await asyncio.wait_for(anext(frames), WITHIN_S) for _ in range(2)]
    assert heart.stop(WITHIN_S)
    subscriber.close()
    assert isinstance(one, Beat)
    assert isinstance(other, Beat)
    assert (one.process, one.pid, one.version) == ("web", os.getpid(), 3)
    assert (second.epoch, second.sequence) == (first.epoch, first.sequence + 1)
    assert other.rates["beats"] == one.rates["beats"] + 1
    assert other.wall_ns > one.wall_ns
    assert one.started_ns == other.started_ns
