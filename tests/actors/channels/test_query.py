"""Queries: answers of any size in chunks, errors with their reason, and never a hang."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from actors.channels.query import CHUNK_BYTES, QueryFailed, QueryServer
from actors.channels.query_client import BlockingQueryClient, QueryClient
from actors.messages import ReadConfiguration, ReadTree, Scans, Tree
from actors.wire import Codec

CODEC = Codec(ReadTree, Tree, ReadConfiguration, Scans)


def tree(number: int) -> Tree:
    return Tree("core", number, {})


@contextmanager
def serving(place: Path, handlers: Any, failed: Any, **options: Any) -> Iterator[QueryServer]:
    server = QueryServer(f"ipc://{place}/query", CODEC, handlers, on_failure=failed, **options)
    server.start()
    try:
        yield server
    finally:
        assert server.stop(5)


@asynccontextmanager
async def client_of(place: Path) -> AsyncIterator[QueryClient]:
    client = QueryClient(f"ipc://{place}/query", CODEC)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def test_an_answer_is_the_messages_of_its_handler(place: Path, unfailing: Any) -> None:
    def answer(query: ReadTree) -> Iterator[Tree]:
        yield from (tree(at) for at in range(100))

    with serving(place, {ReadTree: answer}, unfailing):
        async with client_of(place) as client:
            assert [each.pid async for each in client.ask(ReadTree())] == list(range(100))
            assert (await client.one(ReadTree())).pid == 0
            answers = await asyncio.gather(*(client.one(ReadTree()) for _ in range(50)))
            assert len(answers) == 50
        blocking = BlockingQueryClient(f"ipc://{place}/query", CODEC)
        assert len(await asyncio.to_thread(lambda: list(blocking.ask(ReadTree())))) == 100
        assert (await asyncio.to_thread(blocking.one, ReadTree())).pid == 0


async def test_a_message_larger_than_a_chunk_arrives_whole(place: Path, unfailing: Any) -> None:
    values = np.arange(700_000, dtype=np.float64).reshape(700, 1000)
    large = Scans(
        1, "t", np.arange(700, dtype=np.int32), np.arange(700), values, np.zeros((700, 1000), np.uint8), ()
    )
    assert len(CODEC.encode(large)) > 5 * CHUNK_BYTES
    with serving(place, {ReadTree: lambda query: [large]}, unfailing):
        async with client_of(place) as client:
            assert np.array_equal((await client.one(ReadTree())).values, values)


async def test_failures_come_back_as_text_and_the_server_goes_on(place: Path, unfailing: Any) -> None:
    def refuse(query: ReadTree) -> Iterator[Tree]:
        raise QueryFailed("no tree today; ask tomorrow")

    def break_(query: ReadConfiguration) -> Iterator[Tree]:
        yield tree(1)
        raise ZeroDivisionError("broken handler")

    with serving(place, {ReadTree: refuse, ReadConfiguration: break_}, unfailing):
        async with client_of(place) as client:
            with pytest.raises(QueryFailed, match="no tree today; ask tomorrow"):
                await client.one(ReadTree())
            answer = client.ask(ReadConfiguration(1))
            assert (await anext(answer)).pid == 1
            with pytest.raises(QueryFailed, match=r"ReadConfiguration failed.*broken handler"):
                await anext(answer)
            with pytest.raises(QueryFailed, match="Tree is not answered here"):
                await client.one(tree(1))


async def test_a_server_that_is_away_or_goes_away_is_an_error_and_not_a_hang(
    place: Path, unfailing: Any
) -> None:
    going_on = threading.Event()

    def half(query: ReadTree) -> Iterator[Tree]:
        yield tree(1)
        going_on.wait(60)

    async with client_of(place) as client:
        with pytest.raises(QueryFailed, match=r"did not answer within 0\.1 s"):
            await client.one(ReadTree(), timeout_s=0.1)
        with serving(place, {ReadTree: half}, unfailing):
            answer = client.ask(ReadTree(), timeout_s=2.0)
            assert (await anext(answer)).pid == 1
            with pytest.raises(QueryFailed, match="did not answer"):
                await anext(answer)
            going_on.set()
        with serving(place, {ReadTree: lambda query: [tree(2)]}, unfailing):
            assert (await answered(client)).pid == 2


async def answered(client: QueryClient) -> Any:
    """A question that is asked while the server before is closing is lost with it, and asked again."""
    async with asyncio.timeout(60):
        while True:
            with suppress(QueryFailed):
                return await client.one(ReadTree(), timeout_s=1.0)


async def test_leaving_an_answer_cancels_its_handler(place: Path, unfailing: Any) -> None:
    ended = threading.Event()

    def endless(query: ReadTree) -> Iterator[Tree]:
        try:
            while True:
                yield Tree("core", 1, "x" * 10_000)
        finally:
            ended.set()

    with serving(place, {ReadTree: endless}, unfailing) as server:
        async with client_of(place) as client:
            async with aclosing(client.ask(ReadTree())) as messages:
                async for _ in messages:
                    break
            assert await asyncio.to_thread(ended.wait, 10)
        assert server.cancelled == 1


async def test_many_small_messages_wait_for_a_slow_taker_and_too_many_bytes_fail(
    place: Path, unfailing: Any
) -> None:
    ended = threading.Event()

    def answer(query: ReadTree | ReadConfiguration) -> Iterator[Tree]:
        ended.clear()
        count, size = (2_000, 10) if isinstance(query, ReadTree) else (160, 1_000_000)
        yield from (Tree("core", at, "x" * size) for at in range(count))
        ended.set()

    with serving(place, {ReadTree: answer, ReadConfiguration: answer}, unfailing):
        async with client_of(place) as client:
            small = client.ask(ReadTree())
            assert (await anext(small)).pid == 0
            assert await asyncio.to_thread(ended.wait, 10)
            assert [each.pid async for each in small] == list(range(1, 2_000))
            large = client.ask(ReadConfiguration(1))
            assert (await anext(large)).pid == 0
            assert await asyncio.to_thread(ended.wait, 10)
            with pytest.raises(QueryFailed, match="faster than it was taken"):
                async for _ in large:
                    pass


def test_a_client_that_takes_nothing_loses_its_answer_and_delays_nobody(place: Path, unfailing: Any) -> None:
    """R-72 for queries."""
    ended = threading.Event()

    def endless(query: ReadTree) -> Iterator[Tree]:
        try:
            while True:
                yield Tree("core", 1, "x" * 500_000)
        finally:
            ended.set()

    def version(query: ReadConfiguration) -> list[Tree]:
        return [tree(query.version)]

    handlers = {ReadTree: endless, ReadConfiguration: version}
    with serving(place, handlers, unfailing, stall_s=0.5) as server, zmq.Context() as context:
        with context.socket(zmq.DEALER) as lazy:
            lazy.linger = 0
            lazy.rcvhwm = 2
            lazy.connect(f"ipc://{place}/query")
            lazy.send_multipart([b"1", CODEC.encode(ReadTree())])
            assert lazy.poll(5_000)
            quick = BlockingQueryClient(f"ipc://{place}/query", CODEC)
            assert [each.pid for each in quick.ask(ReadConfiguration(7))] == [7]
            assert ended.wait(60)
        assert server.cancelled == 1


def test_malformed_queries_are_answered_or_left_and_the_server_goes_on(place: Path, unfailing: Any) -> None:
    with serving(place, {ReadTree: lambda query: [tree(1)]}, unfailing), zmq.Context() as context:
        with context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(f"ipc://{place}/query")
            socket.send_multipart([b"alone"])
            socket.send_multipart([b"7", b"nonsense"])
            assert socket.poll(5_000)
            assert socket.recv_multipart()[:2] == [b"7", b"!"]
        assert BlockingQueryClient(f"ipc://{place}/query", CODEC).one(ReadTree()).pid == 1


def test_more_queries_than_may_wait_are_refused(place: Path, unfailing: Any) -> None:
    going_on = threading.Event()

    def slow(query: ReadTree) -> Iterator[Tree]:
        going_on.wait(60)
        yield tree(1)

    with serving(place, {ReadTree: slow}, unfailing, threads=1, max_waiting=2), zmq.Context() as context:
        with context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(f"ipc://{place}/query")
            for at in range(3):
                socket.send_multipart([b"%d" % at, CODEC.encode(ReadTree())])
            assert socket.poll(5_000)
            name, flag, text = socket.recv_multipart()
            assert (name, flag) == (b"2", b"!")
            assert b"2 queries wait already" in text
        going_on.set()
