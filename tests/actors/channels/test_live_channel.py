"""The live channel: frames in order, gaps that are seen, a snapshot that says which frames it contains."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from actors.actor import Ref
from actors.channels.live import LIVE, QUEUE_FRAMES, Publish, Publisher, Reshape, Subscriber, TakeSnapshot
from actors.life import ChildFailed
from actors.messages import Beat, DeviceState, Frame, Link, Scans, Snapshot
from actors.newest import LiveMessage, Newest
from tests.actors.field_rig import Told

WITHIN_S = 30.0


def beat(wall_ns: int) -> Beat:
    return Beat("field", 1, 0, wall_ns, 1, {})


def scans(time_ns: int, version: int = 1) -> Scans:
    return Scans(
        version,
        "t",
        np.zeros(1, np.int32),
        np.array([time_ns]),
        np.array([[float(time_ns)]]),
        np.zeros((1, 1), np.uint8),
        (),
    )


class Ends:
    """A publisher, and subscribers to it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.newest = Newest()
        self.newest.shape(1, {"t": (1, 1)})
        self.supervisor = Told()
        self.publisher = self.start()
        self._subscribers: list[Subscriber] = []

    def start(self) -> Ref:
        self.publisher = Publisher.start(
            "publisher", self.supervisor, process="field", endpoint=self.endpoint, newest=self.newest
        )
        return self.publisher

    def send(self, message: LiveMessage, topic: str = "any/") -> None:
        self.publisher.ask(Publish(topic, message), timeout=WITHIN_S)

    def snapshot(self) -> Snapshot:
        found = self.publisher.ask(TakeSnapshot(), timeout=WITHIN_S)
        assert isinstance(found, Snapshot)
        return found

    async def subscribe(self, *topics: str) -> tuple[Subscriber, AsyncIterator[tuple[Frame, LiveMessage]]]:
        """A subscriber whose subscription has arrived, and its frames from then on."""
        subscriber = Subscriber([self.endpoint], [*(topics or ("",)), "probe/"])
        subscriber.open()
        self._subscribers.append(subscriber)
        frames = subscriber.frames()
        waiting = asyncio.ensure_future(anext(frames))
        while not waiting.done():
            self.send(beat(-1), "probe/")
            await asyncio.sleep(0.01)
        return subscriber, self._after_probes(frames)

    @staticmethod
    async def _after_probes(
        frames: AsyncIterator[tuple[Frame, LiveMessage]],
    ) -> AsyncIterator[tuple[Frame, LiveMessage]]:
        async for frame, message in frames:
            if not (isinstance(message, Beat) and message.wall_ns == -1):
                yield frame, message

    def close(self) -> None:
        for subscriber in self._subscribers:
            subscriber.close()
        if self.publisher.is_alive():
            self.publisher.stop(timeout=WITHIN_S)


async def next_of(frames: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(frames), WITHIN_S)


@pytest.fixture
def ends() -> Iterator[Ends]:
    with tempfile.TemporaryDirectory(prefix="st-", dir="/tmp") as folder:
        ends = Ends(f"ipc://{Path(folder)}/live")
        yield ends
        ends.close()


async def test_frames_come_in_order_and_numbered(ends: Ends) -> None:
    _, frames = await ends.subscribe()
    for wall_ns in (1, 2, 3):
        ends.send(beat(wall_ns))
    found = [await next_of(frames) for _ in range(3)]
    assert [message for _, message in found] == [beat(1), beat(2), beat(3)]
    first = found[0][0]
    assert [frame for frame, _ in found] == [
        Frame("field", first.epoch, first.sequence + at) for at in range(3)
    ]


async def test_a_subscriber_hears_only_its_topics_and_sees_what_it_did_not_hear(ends: Ends) -> None:
    _, frames = await ends.subscribe("device/")
    up = DeviceState("d", Link.UP, 1, "", "", "", ())
    ends.send(up, "device/d/")
    ends.send(beat(1), "node/field/")
    ends.send(up, "device/d/")
    (one, _), (other, _) = await next_of(frames), await next_of(frames)
    assert other.sequence == one.sequence + 2


async def test_a_snapshot_says_which_frames_it_contains(ends: Ends) -> None:
    _, frames = await ends.subscribe()
    ends.send(scans(1))
    ends.send(beat(7))
    snapshot = ends.snapshot()
    ends.send(scans(2))
    found = [await next_of(frames) for _ in range(3)]
    assert snapshot.frame == found[1][0]
    bodies = [LIVE.decode(body) for body in snapshot.bodies]
    assert [type(body) for body in bodies] == [Beat, Scans]
    assert bodies[1].time_ns.tolist() == [1]
    assert found[2][0].sequence == snapshot.frame.sequence + 1


async def test_a_slow_subscriber_loses_frames_sees_the_gap_and_is_repaired_by_a_snapshot(ends: Ends) -> None:
    """R-72: the publisher never waits for it."""
    _, frames = await ends.subscribe()
    for wall_ns in range(10 * QUEUE_FRAMES):
        ends.send(beat(wall_ns))
    numbers = [(await next_of(frames))[0].sequence]
    while True:
        try:
            frame, _ = await asyncio.wait_for(anext(frames), 0.3)
        except (TimeoutError, StopAsyncIteration):
            break
        numbers.append(frame.sequence)
    assert numbers == sorted(numbers)
    assert len(numbers) < 10 * QUEUE_FRAMES
    assert LIVE.decode(ends.snapshot().bodies[0]) == beat(10 * QUEUE_FRAMES - 1)


async def test_a_restarted_publisher_has_another_epoch_and_still_knows_what_was_sent(ends: Ends) -> None:
    _, frames = await ends.subscribe()
    ends.send(scans(1))
    before, _ = await next_of(frames)
    ends.publisher.stop(timeout=WITHIN_S)
    ends.start()
    assert len(ends.snapshot().bodies) == 2  # the newest beat, and the scans
    waiting = asyncio.ensure_future(anext(frames))
    while not waiting.done():
        ends.send(beat(5))
        await asyncio.sleep(0.01)
    after, _ = waiting.result()
    assert after.epoch != before.epoch


async def test_a_malformed_frame_is_counted_logged_once_and_passed_over(
    ends: Ends, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber, frames = await ends.subscribe()
    frame = LIVE.encode(Frame("field", "e", 1))
    ends.publisher.stop(timeout=WITHIN_S)
    with zmq.Context() as context, context.socket(zmq.PUB) as liar:
        liar.bind(ends.endpoint)
        caplog.set_level(logging.WARNING, "actors.channels.live")
        waiting = asyncio.ensure_future(anext(frames))
        while not waiting.done():
            liar.send_multipart([b"any/", frame])
            liar.send_multipart([b"any/", frame, b"nonsense"])
            liar.send_multipart([b"any/", b"nonsense", LIVE.encode(beat(1))])
            liar.send_multipart([b"any/", frame, LIVE.encode(beat(1)), b"more"])
            liar.send_multipart([b"any/", frame, LIVE.encode(beat(9))])
            await asyncio.sleep(0.01)
        assert waiting.result()[1] == beat(9)
    assert subscriber.malformed >= 1
    said = [record for record in caplog.records if record.name == "actors.channels.live"]
    assert len(said) == 1


async def test_after_another_configuration_scans_of_the_old_one_are_not_in_the_snapshot(ends: Ends) -> None:
    ends.send(scans(1))
    ends.publisher.ask(Reshape(2, (("t", 1, 1),)), timeout=WITHIN_S)
    ends.send(scans(2, version=1))
    assert ends.snapshot().bodies == ()
    ends.send(scans(3, version=2))
    (body,) = ends.snapshot().bodies
    assert LIVE.decode(body).time_ns.tolist() == [3]


def test_a_publisher_that_cannot_bind_fails_and_says_so(tmp_path: Path) -> None:
    supervisor = Told()
    Publisher.start(
        "publisher", supervisor, process="field", endpoint=f"ipc://{tmp_path}/no/such", newest=Newest()
    )
    assert "No such file" in supervisor.next(ChildFailed).error
