"""Commands: once, with a time to live, and always with an end."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq

from actors.channels.command import COMMANDS, RESULTS, Command, CommandServer, Envelope, Ledger, Reply
from actors.channels.command_client import BlockingCommandClient, CommandClient
from actors.channels.outbox import Outbox
from actors.messages import CommandResult, Issuer, RetryDevice, Stage, WritePoint
from actors.wire import Codec

BODIES = Codec(WritePoint, RetryDevice)
ISSUER = Issuer("li", "session", "desk 1")


def result(envelope: Envelope, stage: Stage, detail: str = "") -> CommandResult:
    return CommandResult(envelope.id, stage, detail, None, 1)


class Executor:
    """Remembers what it was given and answers with the given stages."""

    def __init__(self, *stages: Stage) -> None:
        self.stages = stages
        self.got: list[Envelope] = []
        self.replies: list[Reply] = []
        self.came = threading.Event()

    def __call__(self, envelope: Envelope, reply: Reply) -> None:
        self.got.append(envelope)
        self.replies.append(reply)
        for stage in self.stages:
            reply(result(envelope, stage))
        self.came.set()


@contextmanager
def serving(place: Path, handle: Executor, failed: Any) -> Iterator[CommandServer]:
    server = CommandServer(f"ipc://{place}/command", BODIES, handle, on_failure=failed)
    server.start()
    try:
        yield server
    finally:
        assert server.stop(5)


@asynccontextmanager
async def client_of(place: Path, **options: Any) -> AsyncIterator[CommandClient]:
    client = CommandClient(f"ipc://{place}/command", BODIES, **options)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def test_the_stages_of_a_command_arrive_in_order_and_end_with_the_final_one(
    place: Path, unfailing: Any
) -> None:
    executor = Executor(Stage.ACCEPTED, Stage.WRITTEN, Stage.CONFIRMED, Stage.FAILED)
    with serving(place, executor, unfailing):
        async with client_of(place) as client:
            stages = [each.stage async for each in client.send(WritePoint("d", "p", 2.5), ISSUER, 5)]
    assert stages == [Stage.ACCEPTED, Stage.WRITTEN, Stage.CONFIRMED]
    assert (executor.got[0].body, executor.got[0].issuer) == (WritePoint("d", "p", 2.5), ISSUER)
    assert not executor.got[0].has_expired(time.monotonic())
    assert executor.got[0].has_expired(time.monotonic() + 5)


async def test_many_commands_under_way_get_their_own_results(place: Path, unfailing: Any) -> None:
    with serving(place, Executor(Stage.DONE), unfailing):
        async with client_of(place) as client:
            results = await asyncio.gather(
                *(client.ask(RetryDevice(str(at)), ISSUER, 5) for at in range(200))
            )
    assert {each.stage for each in results} == {Stage.DONE}
    assert len({each.id for each in results}) == 200


async def test_a_result_from_another_thread_reaches_the_issuer(place: Path, unfailing: Any) -> None:
    executor = Executor()
    with serving(place, executor, unfailing):
        async with client_of(place) as client:
            asking = asyncio.create_task(client.ask(RetryDevice("d"), ISSUER, 5))
            assert await asyncio.to_thread(executor.came.wait, 5)
            await asyncio.to_thread(lambda: executor.replies[0](result(executor.got[0], Stage.DONE)))
            assert (await asking).stage is Stage.DONE


async def test_without_a_final_result_the_command_ends_unknown(place: Path, unfailing: Any) -> None:
    with serving(place, Executor(Stage.ACCEPTED), unfailing):
        async with client_of(place) as client:
            stages = [each.stage async for each in client.send(RetryDevice("d"), ISSUER, 5, wait_s=0.2)]
    assert stages == [Stage.ACCEPTED, Stage.UNKNOWN]


async def test_a_command_to_a_server_that_is_away_is_not_sent_and_not_sent_later(
    place: Path, unfailing: Any
) -> None:
    executor = Executor(Stage.DONE)
    async with client_of(place) as client:
        failed = await client.ask(RetryDevice("too early"), ISSUER, 0.2)
        assert failed.stage is Stage.FAILED
        assert "not sent" in failed.detail
        with serving(place, executor, unfailing):
            assert (await client.ask(RetryDevice("in time"), ISSUER, 5)).stage is Stage.DONE
    assert [envelope.body.device for envelope in executor.got] == ["in time"]


async def test_the_same_id_is_executed_once_and_answered_with_what_is_known(
    place: Path, unfailing: Any
) -> None:
    executor = Executor(Stage.ACCEPTED, Stage.DONE)
    with serving(place, executor, unfailing):
        async with client_of(place, ids=lambda: "one") as first:
            assert (await first.ask(RetryDevice("d"), ISSUER, 5)).stage is Stage.DONE
        async with client_of(place, ids=lambda: "one") as second:
            stages = [each.stage async for each in second.send(RetryDevice("d"), ISSUER, 5)]
    assert stages == [Stage.ACCEPTED, Stage.DONE]
    assert len(executor.got) == 1


def ask_raw(place: Path, *frames: bytes) -> CommandResult:
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(f"ipc://{place}/command")
        socket.send_multipart(frames)
        assert socket.poll(5_000)
        answer: CommandResult = RESULTS.decode(socket.recv_multipart()[1])
        return answer


@pytest.mark.parametrize(
    ("ttl_s", "age_s", "body", "reason"),
    [
        (5.0, 11.0, BODIES.encode(RetryDevice("d")), "old"),
        (0.0, 0.0, BODIES.encode(RetryDevice("d")), "time to live of 0.0 s"),
        (9e9, 0.0, BODIES.encode(RetryDevice("d")), "time to live"),
        (5.0, 0.0, b"nonsense", "not msgpack"),
    ],
)
def test_an_expired_or_malformed_command_is_refused_with_the_reason(
    place: Path, unfailing: Any, ttl_s: float, age_s: float, body: bytes, reason: str
) -> None:
    executor = Executor(Stage.DONE)
    command = Command("id", ISSUER, ttl_s, time.time_ns() - int(age_s * 1e9), body)
    with serving(place, executor, unfailing):
        refused = ask_raw(place, b"id", COMMANDS.encode(command))
        assert (refused.id, refused.stage) == ("id", Stage.REFUSED)
        assert reason in refused.detail
        assert ask_raw(place, b"other", COMMANDS.encode(command)).stage is Stage.REFUSED
        assert ask_raw(place, b"\xff", b"\xff").stage is Stage.REFUSED
        assert ask_raw(place, b"alone").stage is Stage.REFUSED
    assert not executor.got


def test_the_blocking_client_hears_all_stages(place: Path, unfailing: Any) -> None:
    client = BlockingCommandClient(f"ipc://{place}/command", BODIES)
    assert client.ask(RetryDevice("d"), ISSUER, 0.1).stage is Stage.FAILED
    with serving(place, Executor(Stage.ACCEPTED, Stage.DONE), unfailing):
        stages = [each.stage for each in client.send(RetryDevice("d"), ISSUER, 5)]
        assert stages == [Stage.ACCEPTED, Stage.DONE]
    with serving(place, Executor(Stage.ACCEPTED), unfailing):
        assert client.ask(RetryDevice("d"), ISSUER, 5, wait_s=0.2).stage is Stage.UNKNOWN


def test_a_restart_between_seen_and_result_leaves_the_command_interrupted_and_unrepeated(
    place: Path, unfailing: Any
) -> None:
    """At most once across a restart (hot-path 2.11)."""

    def outbox() -> Outbox:
        opened = Outbox(place / "o.db", commit_every_s=0, on_failure=unfailing)
        opened.start()
        return opened

    before = outbox()
    ledger: Ledger = before
    assert ledger.mark_seen("write 1")
    assert before.stop(5)
    after = outbox()
    ledger = after
    assert ledger.interrupted() == ("write 1",)
    assert not ledger.mark_seen("write 1")
    assert after.stop(5)
