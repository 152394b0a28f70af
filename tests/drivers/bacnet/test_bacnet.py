"""The BACnet driver over real sockets against bacpypes3: the contract, and what is BACnet's own."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest

from drivers.bacnet.schema import Options, Source
from drivers.bacnet.twin import BacnetTwin
from drivers.driver import LinkError, Quality, WriteError, WriteUnknown
from drivers.twin import Fault
from tests.drivers.bacnet.bacnet_rig import FIRST_APDU_BYTE, POINTS, SHOWN, BacnetRig, framed, text_point
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
)
from tests.drivers.plant import point, until, within


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(BacnetRig(), ailment)


@pytest.mark.parametrize("ailment", [Ailment.HALF_OPEN, Ailment.RESET, Ailment.REBOOT, Ailment.SLOW])
async def test_a_device_that_tells_its_changes_is_missed_as_soon(ailment: Ailment) -> None:
    """Nothing but a sign of life is read of it: silence and half of a life are noticed all the same."""
    await comes_back(BacnetRig(options=Options(cov="confirmed")), ailment)


async def test_a_dead_device_does_not_hold_up_another_behind_the_same_socket() -> None:
    await keeps_pace_beside_a_dead_neighbour(BacnetRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_device() -> None:
    await comes_back_after_an_hour(lambda process: BacnetRig(process=process))


@pytest.fixture
async def rig() -> AsyncIterator[BacnetRig]:
    rig = BacnetRig(timeout_s=1.0)
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


async def test_a_point_that_the_device_lacks_is_bad_alone() -> None:
    """Objects and properties that do not exist, an element of what is no array: BAD_ADDRESS, and no more."""
    lacking = (
        point("no-object", Source(object="analog-input,4000")),
        point("no-property", Source(object="analog-input,1", property="setpoint")),
        point("no-array", Source(object="analog-input,1", index=3)),
    )
    rig = BacnetRig(points=(point("ai1", Source(object="analog-input,1")), *lacking))
    rig.twin._layouts["played"].places = rig.twin._layouts["played"].places[:1]
    await rig.start()
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        assert columns.quality[0].tolist() == [Quality.GOOD, *[Quality.BAD_ADDRESS] * 3]
        assert columns.values[0, 0] == SHOWN["ai1"]
        assert not pump.losses
    await rig.stop()
    await rig.process.close()


@pytest.mark.parametrize("most", [60, 1])
async def test_a_value_that_cannot_be_read_is_bad_alone(most: int) -> None:
    """A firmware that encodes one property badly has not lost its device."""
    points = (*POINTS[:3], text_point("text", Source(object="analog-input,1", property="description")))
    rig = BacnetRig(points=points, options=Options(max_properties=most))
    good, broken, empty = b"\x44" + struct.pack(">f", 1.5), b"\x43abc", b"\x70"

    async def breaking(pdu: Any) -> None:
        data = bytes(pdu.pduData)
        data = data.replace(good, broken).replace(b"\x74\x00abc", empty)
        pdu.pduData = bytearray(framed(data[4:]))
        await sent(pdu)

    await rig.start()
    try:
        assert rig.twin.played is not None
        rig.twin.put("played", "text", "abc")
        wire = rig.twin.played.wire
        sent, wire.indication = wire.indication, breaking  # type: ignore[method-assign]
        async with Pump(rig.driver) as pump:
            await until(lambda: len(pump.scans) >= 2)
            columns = rig.decoder.decode([pump.scans[-1].raw])
            assert columns.quality[0].tolist() == [0, Quality.BAD_INPUT, 0, 0]
            assert columns.texts[3] == [""]
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_what_is_lacking_is_not_asked_for_with_every_scan(rig: BacnetRig) -> None:
    assert rig.twin.played is not None
    for at in range(5):
        rig.twin.played.delete_object(rig.twin.played.get_object_id((0, at)))
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.sent.clear()
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 3)
        assert b"\x5e\x91\x01" not in b"".join(rig.sent)  # an error of class object
        assert math.isnan(rig.read(pump.scans[-1])["ai0"])
        assert rig.read(pump.scans[-1])["ai9"] == SHOWN["ai9"]


@pytest.mark.parametrize(
    ("flags", "quality"),
    [
        ({"outOfService": True}, Quality.UNCERTAIN_IN_TEST),
        ({"reliability": "unreliableOther"}, Quality.BAD_SENSOR_FAULT),
        ({"reliability": "overRange"}, Quality.BAD_OUT_OF_RANGE),
        ({"reliability": "communicationFailure"}, Quality.BAD_COMM_LOSS),
        ({"eventState": "highLimit"}, Quality.GOOD),
    ],
)
async def test_status_flags_and_reliability_become_quality(
    rig: BacnetRig, flags: dict[str, object], quality: Quality
) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        assert rig.twin.played is not None
        played = rig.twin.played.get_object_id((0, 3))
        for name, value in flags.items():
            setattr(played, name, value)
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 3)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        assert columns.quality[0, 3] == quality
        assert math.isnan(columns.values[0, 3]) == quality.is_bad
        assert columns.quality[0, 2] == Quality.GOOD


async def test_a_device_without_readpropertymultiple_is_read_one_by_one(rig: BacnetRig) -> None:
    """VOLTTRON #3096: such a device rejects the service, whatever it says that it supports."""
    assert rig.twin.played is not None
    asked = _refusing(rig, "do_ReadPropertyMultipleRequest", 9, abort=False)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        assert rig.is_right(pump.scans[-1])
        assert not pump.losses
    assert len(asked) == 1


@pytest.mark.parametrize("reason", [1, 4, 11])
async def test_what_does_not_fit_one_answer_is_asked_for_in_smaller_batches(
    rig: BacnetRig, reason: int
) -> None:
    """Buffer overflow, segmentation not supported, APDU too long."""
    asked = _refusing(rig, "do_ReadPropertyMultipleRequest", reason, most=3)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        learnt = len(asked)
        await until(lambda: len(pump.scans) >= 5)
        assert rig.is_right(pump.scans[-1])
        assert not pump.losses
    assert len(asked) == learnt <= 6


async def test_a_device_whose_answers_were_lost_is_asked_for_as_much_again_later() -> None:
    """A network that loses two datagrams once a day must not make every poll of the next years longer."""
    rig = BacnetRig(period_s=0.02)
    lost = 0

    async def losing(pdu: Any) -> None:
        nonlocal lost
        if bytes(pdu.pduData)[FIRST_APDU_BYTE] >> 4 == 3 and lost < 2:
            lost += 1
        else:
            await mangled(pdu)

    def together() -> bool:
        """Whether the last poll took one request."""
        return len(rig.sent) >= 2 and {len(sent) for sent in rig.sent[-2:]} == {whole}

    await rig.start()
    try:
        async with Pump(rig.driver) as pump:
            await until(lambda: len(pump.scans) >= 5)
            assert rig.twin.played is not None
            wire = rig.twin.played.wire
            whole, mangled, wire.indication = max(map(len, rig.sent)), wire.indication, losing  # type: ignore[method-assign]
            await until(lambda: lost == 2)
            await until(lambda: not together())
            await until(together)
            assert rig.is_right(pump.scans[-1])
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_a_device_of_few_bytes_is_asked_for_little(rig: BacnetRig) -> None:
    assert rig.twin.played is not None
    assert rig.twin.played.device_object is not None
    rig.twin.played.device_object.maxApduLengthAccepted = 128
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        assert rig.is_right(pump.scans[-1])
    assert max(len(answer) for answer in rig.sent) <= 128 + 10


async def test_another_device_at_the_address_is_not_taken_for_it(rig: BacnetRig) -> None:
    host, port = rig.twin._host, rig.twin._port
    wrong = rig.made(rig.connection.model_copy(update={"device": 4194000, "address": f"{host}:{port}"}))
    with pytest.raises(LinkError, match="is another device than 4194000"):
        await within(wrong.connect())
    await wrong.close()


async def test_two_devices_of_one_instance_are_told_and_neither_is_taken(rig: BacnetRig) -> None:
    """Values and writes would go to the one or the other, as their answers happen to arrive."""
    double = BacnetTwin([rig.device], lambda *_: None)
    await double.start(host="127.62.{}.{}".format(*divmod(rig.instance % 60_000, 250)))
    try:
        with pytest.raises(
            LinkError, match=rf"2 devices say that they are {rig.instance}: .*127\.62\."
        ) as told:
            await within(rig.driver.connect())
        assert "give each an instance of its own" in str(told.value)
    finally:
        await double.stop()
    await within(rig.driver.connect())
    await rig.driver.close()


async def test_every_kind_of_object_is_written_at_its_priority_and_read_back(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        for name, value in (("command", 33.25), ("lamp", 0.0), ("mode", 2.0)):
            await within(rig.driver.write(rig.template.index[name], value))
            rig.driver.hurry()
            await until(lambda: rig.read(pump.scans[-1])[name] == value)  # noqa: B023
            assert ("played", name, value) in rig.heard
        assert rig.twin.played is not None
        slots = rig.twin.played.get_object_id((2, 1)).priorityArray
        assert [at + 1 for at in range(16) if slots[at].null is None] == [8]


@pytest.mark.parametrize(
    ("name", "value"), [("released", 1.0), ("command", math.nan), ("command", "relinquish")]
)
async def test_command_is_given_up(rig: BacnetRig, name: str, value: float | str) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        await within(rig.driver.write(rig.template.index["command"], 30.0))
        rig.driver.hurry()
        await until(lambda: rig.read(pump.scans[-1])["command"] == 30.0)
        assert rig.read(pump.scans[-1])["released"] == 0.0
        await within(rig.driver.write(rig.template.index[name], value))
        rig.driver.hurry()
        await until(lambda: rig.read(pump.scans[-1])["command"] == SHOWN["command"])
        assert rig.read(pump.scans[-1])["released"] == 1.0


async def test_a_write_that_the_device_refuses_says_what_and_why(rig: BacnetRig) -> None:
    await within(rig.driver.connect())
    rig.twin.misbehave("played", Fault.FAILED)
    with pytest.raises(
        WriteError, match=r"played/command \(analog-value,1 present-value\) := 7.*operational"
    ):
        await within(rig.driver.write(rig.template.index["command"], 7))
    with pytest.raises(WriteError, match=r"2\.5 is no whole number"):
        await within(rig.driver.write(rig.template.index["mode"], 2.5))
    await rig.driver.close()
    with pytest.raises(LinkError, match="nothing was written"):
        await rig.driver.write(rig.template.index["command"], 7)


async def test_every_write_is_sent_once_though_none_is_answered(rig: BacnetRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    await within(rig.driver.connect())
    rig.mood = Ailment.WRONG_ID
    for value in (1.0, 2.0):
        with pytest.raises(WriteUnknown, match="whether the write took effect is unknown"):
            await within(rig.driver.write(rig.template.index["command"], value))
    assert rig.heard == [("played", "command", 1.0), ("played", "command", 2.0)]


async def test_reading_and_reconnecting_never_writes(rig: BacnetRig) -> None:
    await reads_connects_and_connects_anew(rig, Ailment.HALF_OPEN)
    assert not rig.heard


async def test_late_answers_are_not_taken_for_others() -> None:
    """Every answer comes after its question was given up, while the next ones are asked."""
    rig = BacnetRig(timeout_s=0.3)
    await rig.start()
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.mood = Ailment.SLOW
        await until(lambda: bool(pump.losses))
        for at in range(10):
            rig.twin.put("played", f"ai{at}", 100.0 + at)
        rig.mood = None
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 10)
        for scan in pump.scans[seen:]:
            assert [rig.read(scan)[f"ai{at}"] for at in range(10)] == [100.0 + at for at in range(10)]
    await rig.stop()
    await rig.process.close()


async def test_garbage_in_the_socket_is_counted_and_nothing_more(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        station = rig.bacnet._station
        assert station is not None
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        for junk in (
            b"",
            b"\x81",
            b"\x81\x0a\x00\x05\x01",
            b"\xff" * 1400,
            b"\x81\x0a\x00\x08\x01\x00\x70\x00",
        ):
            transport.sendto(junk, station.own)
        seen = len(pump.scans)
        await until(lambda: station.skipped >= 4 and len(pump.scans) >= seen + 3)
        assert not pump.losses
        transport.close()


async def test_devices_share_one_socket_until_the_last_lets_go(rig: BacnetRig) -> None:
    second = rig.made(rig.connection)
    await within(asyncio.gather(rig.driver.connect(), second.connect()))
    assert rig.bacnet._station is second._station is not None
    station = second._station
    await rig.driver.close()
    await rig.driver.close()
    assert station._transports
    await second.write(rig.template.index["command"], 5.0)
    await second.close()
    assert not station._transports


async def test_a_cancelled_connect_leaves_nothing_behind(rig: BacnetRig) -> None:
    rig.twin.misbehave("played", Fault.SILENT)
    task = asyncio.create_task(rig.driver.connect())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    station = rig.bacnet._station
    assert station is not None
    await rig.driver.close()
    assert not station._transports
    assert not station.exchange._open
    assert not station._listeners


async def test_a_connect_that_is_cancelled_while_it_lets_go_of_the_last_link_ends(rig: BacnetRig) -> None:
    await within(rig.driver.connect())
    scans = rig.driver.scans()
    await within(anext(scans))  # from now on its subscriptions are looked after
    again = asyncio.create_task(rig.driver.connect())
    await asyncio.sleep(0)
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await within(again)
    await scans.aclose()  # type: ignore[attr-defined]
    await rig.driver.close()


async def test_nothing_is_polled_while_it_is_not_allowed_and_that_is_counted(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.process.polls = False
        missed, seen = rig.bacnet.missed, len(pump.scans)
        await until(lambda: rig.bacnet.missed >= missed + 3)
        assert len(pump.scans) <= seen + 1
        rig.process.polls = True
        await until(lambda: len(pump.scans) >= seen + 3)
        assert not pump.losses


async def test_a_port_in_use_is_told_with_the_way_out(rig: BacnetRig) -> None:
    await within(rig.driver.connect())
    assert rig.bacnet._station is not None
    port = rig.bacnet._station.own[1]
    other = rig.made(rig.connection.model_copy(update={"port": port}))
    with pytest.raises(LinkError, match="choose another port"):
        await within(other.connect())
    await other.close()


def _refusing(rig: BacnetRig, service: str, reason: int, *, most: int = 0, abort: bool = True) -> list[int]:
    """The device refuses a service that asks for more than `most` objects; how many each such asked for."""
    from bacpypes3.apdu import AbortPDU, RejectPDU

    played, asked = rig.twin.played, []
    assert played is not None
    real = getattr(played, service)

    async def refusing(apdu: object) -> None:
        count = len(apdu.listOfReadAccessSpecs)  # type: ignore[attr-defined]
        if count <= most:
            await real(apdu)
            return
        asked.append(count)
        kind = AbortPDU if abort else RejectPDU
        await played.response(kind(reason=reason, context=apdu, **({"srv": True} if abort else {})))

    setattr(played, service, refusing)
    return asked
