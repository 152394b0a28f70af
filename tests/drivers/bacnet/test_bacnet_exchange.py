"""Questions under way: whose answer counts, answers in segments, invoke ids."""

import asyncio
from collections.abc import Awaitable

import pytest

from drivers.bacnet import apdu
from drivers.bacnet.address import Address
from drivers.bacnet.apdu import Kind, Pdu
from drivers.bacnet.exchange import INVOKE_IDS, Exchange, InvokeIds, Silence
from drivers.errors import LinkError
from tests.drivers.plant import until, within

HERE, THERE = Address("10.0.0.7", 47808), Address("10.0.0.8", 47808)
READ = 12


class Line:
    """What the exchange sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Address]] = []
        self.exchange = Exchange(lambda told, to: self.sent.append((told, to)))
        self.ids = InvokeIds()

    async def asked(self, timeout_s: float = 30.0) -> "asyncio.Task[Pdu]":
        before = len(self.sent)
        task = asyncio.create_task(self.exchange.ask(HERE, self.ids, READ, b"\x0c", timeout_s))
        await until(lambda: len(self.sent) > before)
        return task

    @property
    def invoke(self) -> int:
        return self.sent[-1][0][2]


def ack(invoke: int, payload: bytes = b"yes", service: int = READ) -> Pdu:
    return Pdu(Kind.COMPLEX_ACK, invoke, service, payload)


def segment(invoke: int, sequence: int, payload: bytes, *, more: bool, window: int = 2) -> Pdu:
    return apdu.parsed(bytes([0x38 | 4 * more, invoke, sequence, window, READ]) + payload)


async def _done(answer: Awaitable[Pdu]) -> Pdu:
    return await within(answer)


async def test_an_answer_counts_only_from_whom_was_asked_to_what_was_asked() -> None:
    line = Line()
    task = await line.asked()
    invoke = line.invoke
    line.exchange.received(THERE, ack(invoke))
    line.exchange.received(HERE._replace(network=5, mac=b"\7"), ack(invoke))
    line.exchange.received(HERE, ack(invoke + 1 & 255))
    line.exchange.received(HERE, ack(invoke, service=14))
    line.exchange.received(HERE, Pdu(Kind.SIMPLE_ACK, invoke, 15))
    await asyncio.sleep(0)
    assert not task.done()
    line.exchange.received(HERE, ack(invoke))
    line.exchange.received(HERE, ack(invoke, b"again"))
    assert (await _done(task)).payload == b"yes"
    line.exchange.received(HERE, ack(invoke, b"late"))
    assert not line.exchange._open


async def test_an_answer_in_segments_is_put_together_in_order() -> None:
    line = Line()
    task = await line.asked()
    invoke, hear = line.invoke, line.exchange.received
    hear(HERE, segment(invoke, 0, b"a", more=True))
    assert line.sent[-1][0] == bytes([0x40, invoke, 0, 2])
    hear(HERE, segment(invoke, 1, b"b", more=True))
    assert line.sent[-1][0] == bytes([0x40, invoke, 0, 2])  # nothing yet: two make a window
    hear(HERE, segment(invoke, 3, b"d", more=True))  # one was lost
    assert line.sent[-1][0] == bytes([0x42, invoke, 1, 2])
    hear(HERE, segment(invoke, 2, b"c", more=True))
    assert line.sent[-1][0] == bytes([0x40, invoke, 2, 2])
    hear(HERE, segment(invoke, 2, b"c", more=True))  # doubled
    hear(HERE, segment(invoke, 3, b"d", more=False))
    assert line.sent[-1][0] == bytes([0x40, invoke, 3, 2])
    assert (await _done(task)).payload == b"abcd"


async def test_segments_without_end_are_refused() -> None:
    line = Line()
    task = await line.asked()
    invoke = line.invoke
    for at in range(65):
        line.exchange.received(HERE, segment(invoke, at, bytes(1000), more=True))
    with pytest.raises(LinkError, match="more than 64 segments"):
        await _done(task)
    assert line.sent[-1][0] == bytes([0x70, invoke, 1])


async def test_every_segment_extends_the_patience() -> None:
    line = Line()
    task = await line.asked(0.4)
    for at in range(4):
        await asyncio.sleep(0.2)
        line.exchange.received(HERE, segment(line.sent[0][0][2], at, b"x", more=at < 3))
    assert (await _done(task)).payload == b"xxxx"


async def test_silence_is_told_and_its_invoke_id_rests() -> None:
    line = Line()
    task = await line.asked(0.05)
    silent = line.invoke
    with pytest.raises(Silence, match=r"did not answer within 0\.05 s"):
        await _done(task)
    used = []
    for _ in range(INVOKE_IDS + 10):
        task = await line.asked()
        used.append(line.invoke)
        line.exchange.received(HERE, ack(line.invoke))
        await _done(task)
    assert silent not in used
    assert len(set(used)) == INVOKE_IDS - 1


async def test_an_unreachable_network_is_told_at_once() -> None:
    line = Line()
    far = HERE._replace(network=2001, mac=b"\x0c")
    task = asyncio.create_task(line.exchange.ask(far, line.ids, READ, b"", 30.0))
    await until(lambda: bool(line.sent))
    line.exchange.unreachable(2002, HERE[:2])
    line.exchange.unreachable(2001, THERE[:2])
    await asyncio.sleep(0)
    assert not task.done()
    line.exchange.unreachable(2001, HERE[:2])
    with pytest.raises(LinkError, match="network 2001 cannot be reached"):
        await _done(task)
