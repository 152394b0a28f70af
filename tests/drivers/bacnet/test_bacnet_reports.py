"""What the device tells by itself or has recorded: changes, events, trend logs; against bacpypes3."""

import math
import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bacpypes3.apdu import ConfirmedEventNotificationRequest, ErrorRejectAbortNack
from bacpypes3.basetypes import TimeStamp
from bacpypes3.pdu import IPv4Address
from bacpypes3.primitivedata import Date as TheirDate
from bacpypes3.primitivedata import ObjectIdentifier
from bacpypes3.primitivedata import Time as TheirTime

from benchmarks.ports import free_port
from config.site import Point
from drivers.bacnet.clock import DeviceClock
from drivers.bacnet.reports import Stamp
from drivers.bacnet.schema import Options, Source
from drivers.bacnet.tags import Date, ObjectId, Time
from drivers.driver import Quality, Scan, Stateful
from tests.drivers.bacnet.bacnet_rig import FIRST_APDU_BYTE, BacnetRig
from tests.drivers.contract import Ailment, Pump
from tests.drivers.plant import point, until, within

RARELY_S = 3600.0
"""A backstop that does not matter here."""
LOG = ObjectId(20, 1)
MINUTE_NS = 60 * 10**9

Make = Callable[..., Any]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    rigs: list[BacnetRig] = []

    async def made(*points: Point, **more: Any) -> BacnetRig:
        rig = BacnetRig(**({"timeout_s": 1.0} | ({"points": points} if points else {}) | more))
        rigs.append(rig)
        await rig.start()
        return rig

    yield made
    for rig in rigs:
        await rig.driver.close()
        await rig.stop()
        await rig.process.close()


def subscriptions(rig: BacnetRig) -> int:
    assert rig.twin.played is not None
    return sum(len(one.cov_subscriptions) for one in rig.twin.played._cov_detections.values())


@pytest.mark.parametrize("cov", ["confirmed", "unconfirmed"])
async def test_a_change_arrives_without_being_polled_for(make: Make, cov: str) -> None:
    rig = await make(options=Options(cov=cov, backstop_s=RARELY_S), period_s=20.0)
    async with Pump(rig.driver) as pump:
        await until(lambda: subscriptions(rig) == 13)
        seen = len(pump.scans)
        rig.twin.put("played", "ai7", 77.0)
        await until(lambda: bool(pump.scans) and rig.read(pump.scans[-1])["ai7"] == 77.0)
        assert len(pump.scans) > seen
        rig.twin.put("played", "mode", 2)
        await until(lambda: rig.read(pump.scans[-1])["mode"] == 2.0)
        played = rig.twin.played.get_object_id((0, 3))
        played.reliability = "noSensor"
        rig.twin.played.tell(played)
        await until(lambda: math.isnan(rig.read(pump.scans[-1])["ai3"]))
        played.reliability = "noFaultDetected"
        rig.twin.played.tell(played)
        await until(lambda: rig.read(pump.scans[-1])["ai3"] == 3.5)
        assert not pump.losses
        await rig.driver.close()
        assert subscriptions(rig) == 0


async def test_a_change_that_overtakes_the_rest_of_a_poll_stays(make: Make) -> None:
    """A poll of several requests shows its first answer last; what was told meanwhile is newer."""
    options = Options(cov="unconfirmed", backstop_s=RARELY_S, max_properties=4)
    rig = await make(options=options, period_s=600.0)
    changed = {f"ai{at}": 100.0 + at for at in range(10)}
    told = answered = 0

    async def hooked(pdu: Any) -> None:
        nonlocal told, answered
        first = bytes(pdu.pduData)[FIRST_APDU_BYTE] >> 4
        if first == 3:
            answered += 1
            if answered == 2:
                await until(lambda: told >= len(changed))
        await mangled(pdu)
        told += first == 1
        if (first, answered) == (3, 1):
            for name, value in changed.items():
                rig.twin.put("played", name, value)

    async with Pump(rig.driver) as pump:
        await until(lambda: subscriptions(rig) == 13)
        mangled = rig.twin.played.wire.indication
        rig.twin.played.wire.indication = hooked
        seen = len(pump.scans)
        rig.driver.hurry()
        await until(lambda: answered > 2)
        await until(lambda: len(pump.scans) > seen)
        rig.twin.put("played", "mode", 2)  # told after all of them
        await until(lambda: rig.read(pump.scans[-1])["mode"] == 2.0)
        shown = rig.read(pump.scans[-1])
        assert {name: shown[name] for name in changed} == changed


async def test_lost_subscriptions_are_made_up_for_by_the_backstop(make: Make) -> None:
    """The device forgets them and says nothing: bacpypes #391, #344."""
    rig = await make(options=Options(cov="unconfirmed", backstop_s=0.5))
    async with Pump(rig.driver) as pump:
        await until(lambda: subscriptions(rig) == 13)
        rig.twin.drop()
        rig.twin.put("played", "ai7", 77.0)
        await until(lambda: rig.read(pump.scans[-1])["ai7"] == 77.0)
        assert not pump.losses


async def test_subscriptions_are_renewed_before_they_end_and_when_the_device_announces_itself(
    make: Make,
) -> None:
    rig = await make(options=Options(cov="confirmed", cov_lifetime_s=10, backstop_s=RARELY_S))
    async with Pump(rig.driver) as pump:
        await until(lambda: subscriptions(rig) == 13)
        (detection, *_) = rig.twin.played._cov_detections.values()
        ends = detection.cov_subscriptions[0].cancel_handle.when()
        await until(lambda: detection.cov_subscriptions[0].cancel_handle.when() > ends + 3.5)
        rig.twin.drop()
        rig.twin.played.i_am(address=_whom(rig))
        await until(lambda: subscriptions(rig) == 13, 3.0)
        assert not pump.losses


async def test_what_refuses_to_tell_its_changes_is_polled(make: Make) -> None:
    rig = await make(options=Options(cov="confirmed", backstop_s=RARELY_S))
    for at in range(5):
        rig.twin.played.get_object_id((0, at))._cov_criteria = None
    async with Pump(rig.driver) as pump:
        await until(lambda: subscriptions(rig) == 8)
        rig.twin.put("played", "ai2", 22.0)
        await until(lambda: rig.read(pump.scans[-1])["ai2"] == 22.0)
        rig.twin.put("played", "ai8", 88.0)
        await until(lambda: rig.read(pump.scans[-1])["ai8"] == 88.0)
        assert not pump.losses


STATE = point("state", Source(object="analog-input,1", property="event-state"))
HIGH = point(
    "high", Source(object="analog-input,1", property="event-state", one_of=("high-limit", "low-limit"))
)


@pytest.mark.parametrize("confirmed", [True, False])
async def test_an_event_arrives_at_once_with_the_time_of_the_device(make: Make, confirmed: bool) -> None:
    """S0-5.d: alarms that a device raises itself are points, 1 while active."""
    options = Options(confirmed_events=confirmed)
    rig = await make(STATE, HIGH, options=options, period_s=20.0, notification_classes=(1,))
    async with Pump(rig.driver) as pump:
        await until(lambda: len(_recipients(rig)) == 1)
        await until(lambda: bool(pump.scans))
        assert rig.read(pump.scans[-1]) == {"state": 0.0, "high": 0.0}
        for state, high in ((3.0, 1.0), (0.0, 0.0), (4.0, 1.0)):
            before_ns = time.time_ns()
            rig.twin.put("played", "state", state)
            await until(lambda: rig.read(pump.scans[-1]) == {"state": state, "high": high}, 10.0)  # noqa: B023
            assert abs(pump.scans[-1].time_ns - before_ns) < 2 * 10**9
        assert not pump.losses
    await rig.driver.close()
    assert not _recipients(rig)


async def test_states_are_known_after_a_restart_though_nothing_is_told_anew(make: Make) -> None:
    rig = await make(STATE, HIGH, notification_classes=(1,))
    rig.twin.put("played", "state", 3)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        assert rig.read(pump.scans[-1]) == {"state": 3.0, "high": 1.0}


async def test_the_entry_in_the_recipient_list_is_made_once(make: Make) -> None:
    rig = await make(STATE, notification_classes=(1,), port=free_port())
    async with Pump(rig.driver):
        await until(lambda: len(_recipients(rig)) == 1)
        await rig.ail(Ailment.HALF_OPEN)
        await until(lambda: rig.bacnet._session is None)
        await rig.heal()
        await until(lambda: rig.bacnet._keeper is not None)
        await rig.bacnet._recipient.enter(rig.bacnet._session)
        assert len(_recipients(rig)) == 1


def trended(scans: list[Scan], rig: BacnetRig) -> list[tuple[int, float, int]]:
    """Seconds, value and quality of the past scans."""
    found = []
    for scan in scans:
        if scan.past:
            columns = rig.decoder.decode([scan.raw])
            found.append((scan.time_ns // 10**9, float(columns.values[0, 0]), int(columns.quality[0, 0])))
    return found


async def test_a_trend_log_is_brought_once_and_goes_on_after_a_restart(make: Make) -> None:
    logged = point("logged", Source(object="analog-input,1", log="trend-log,1"))
    plain = point("plain", Source(object="analog-input,2"))
    rig = await make(logged, plain, options=Options(log_period_s=0.2))
    first_ns = (time.time_ns() // 10**9 - 86_400) * 10**9
    for at in range(100):
        rig.twin.record(LOG, at + 0.25, first_ns + at * MINUTE_NS)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(trended(pump.scans, rig)) >= 100)
        expected = [(first_ns // 10**9 + at * 60, at + 0.25, Quality.GOOD) for at in range(100)]
        assert trended(pump.scans, rig) == expected
        quality = rig.decoder.decode([next(scan for scan in pump.scans if scan.past).raw]).quality
        assert quality[0, 1] == Quality.BAD_NOT_READ
        rig.twin.record(LOG, 7.5, first_ns + 100 * MINUTE_NS)
        await until(lambda: len(trended(pump.scans, rig)) >= 101)
        assert isinstance(rig.bacnet, Stateful)
        state = rig.bacnet.state()
    again = rig.made(rig.connection)
    again.restore(state)
    rig.twin.record(LOG, 8.5, first_ns + 101 * MINUTE_NS)
    async with Pump(again) as pump:
        await until(lambda: len(trended(pump.scans, rig)) >= 1)
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 5)
        assert [value for _, value, _ in trended(pump.scans, rig)] == [8.5]


async def test_a_log_that_was_cleared_is_brought_from_its_beginning(make: Make) -> None:
    rig = await make(point("log", Source(object="trend-log,1")), options=Options(log_period_s=0.2))
    rig.bacnet.restore({"20,1": 5000.0})
    now_ns = time.time_ns()
    for at in range(3):
        rig.twin.record(LOG, at, now_ns - (3 - at) * MINUTE_NS)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(trended(pump.scans, rig)) >= 3)
        await until(lambda: not pump.scans[-1].past)
        assert rig.read(pump.scans[-1])["log"] == 2.0  # a point that is only a log shows its newest record


async def test_a_log_that_has_much_to_tell_is_asked_at_once(make: Make) -> None:
    rig = await make(
        point("log", Source(object="trend-log,1")),
        options=Options(log_period_s=RARELY_S),
        notification_classes=(1,),
    )
    async with Pump(rig.driver) as pump:
        await until(lambda: len(_recipients(rig)) == 1 and len(pump.scans) >= 3)
        rig.twin.record(LOG, 5.5, time.time_ns())
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 3)
        assert not trended(pump.scans, rig)
        ready = ConfirmedEventNotificationRequest(
            processIdentifier=1,
            initiatingDeviceIdentifier=ObjectIdentifier((8, rig.instance)),
            eventObjectIdentifier=ObjectIdentifier(tuple(LOG)),
            timeStamp=TimeStamp(sequenceNumber=1),
            notificationClass=1,
            priority=100,
            eventType="bufferReady",
            notifyType="event",
            ackRequired=False,
            fromState="normal",
            toState="normal",
            destination=_whom(rig),
        )
        await rig.twin.played.request(ready)
        await until(lambda: [value for _, value, _ in trended(pump.scans, rig)] == [5.5])


@pytest.mark.parametrize(("ahead_s", "taken_s"), [(8 * 3600, 0), (-5 * 3600 - 1800, 0), (8 * 3600 + 90, 90)])
async def test_the_zone_of_a_device_is_what_its_clock_is_ahead_of_ours(
    make: Make, ahead_s: int, taken_s: int
) -> None:
    """In whole quarters of an hour; the rest is how wrong it is, and stays in its times."""
    rig = await make()
    shown = datetime.now(UTC) + timedelta(seconds=ahead_s)
    played = rig.twin.played.device_object
    date = TheirDate((shown.year - 1900, shown.month, shown.day, shown.isoweekday()))
    moment = TheirTime((shown.hour, shown.minute, shown.second, 0))
    rig.twin.played.objectIdentifier[played.objectIdentifier] = _Clocked(played, date, moment)
    await within(rig.driver.connect())
    clock = DeviceClock(time.monotonic, time.time_ns)
    await clock.look(rig.bacnet._session)
    stamp = Stamp(Date(shown.year, shown.month, shown.day), Time(shown.hour, shown.minute, shown.second, 0))
    utc_ns = clock.utc_ns(stamp)
    assert utc_ns is not None
    assert abs(utc_ns / 1e9 - time.time() - taken_s) < 5
    assert clock.utc_ns(Stamp(Date(2155, 255, 255), Time(255, 255, 255, 255))) is None


class _Clocked:
    """A device object whose clock is elsewhere: the library's always shows our own."""

    def __init__(self, device: Any, date: Any, moment: Any) -> None:
        self._device = device
        self._shown = {56: date, 57: moment}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)

    async def read_property(self, number: Any, index: Any = None) -> Any:
        return self._shown.get(int(number)) or await self._device.read_property(number, index)


async def test_our_station_answers_as_a_device_of_its_own(make: Make) -> None:
    """Others find it by Who-Is and read who it is; what it does not do it rejects."""
    rig = await make(local_device=4_100_000 + os.getpid() % 90_000)
    await within(rig.driver.connect())
    instance, other, where = rig.connection.local_device, rig.twin.played, _whom(rig)
    (i_am,) = await within(other.who_is(instance, instance, where))
    assert i_am.iAmDeviceIdentifier == (8, instance)
    name = await within(other.read_property(where, f"device,{instance}", "object-name"))
    assert name == f"Steward {instance}"
    with pytest.raises(ErrorRejectAbortNack, match="unknown-object"):
        await within(other.read_property(where, "analog-input,1", "present-value"))
    with pytest.raises(ErrorRejectAbortNack, match="unrecognized-service"):
        await within(other.write_property(where, f"device,{instance}", "object-name", "mine"))


async def test_what_a_log_says_of_itself_is_no_value(make: Make) -> None:
    rig = await make(point("log", Source(object="trend-log,1")), options=Options(log_period_s=0.2))
    log = rig.twin.played.get_object_id(tuple(LOG))
    now_ns = (time.time_ns() // 10**9 - 600) * 10**9
    rig.twin.played.record(log, 1.5, now_ns)
    rig.twin.played.record(log, math.nan, now_ns + MINUTE_NS)
    rig.twin.played.record(log, 0.0, now_ns + 2 * MINUTE_NS, status=[1, 0, 0])
    rig.twin.played.record(log, 0.0, now_ns + 3 * MINUTE_NS, status=[0, 1, 0])
    rig.twin.played.record(log, 2.5, now_ns + 4 * MINUTE_NS)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(trended(pump.scans, rig)) >= 4)
        assert [quality for _, _, quality in trended(pump.scans, rig)] == [
            Quality.GOOD, Quality.BAD_COMM_LOSS, Quality.BAD_STALE, Quality.GOOD,
        ]  # fmt: skip


async def test_a_device_without_its_log_is_read_all_the_same(make: Make) -> None:
    rig = await make(
        point("ai1", Source(object="analog-input,1", log="trend-log,9")), options=Options(log_period_s=0.2)
    )
    rig.twin.played.delete_object(rig.twin.played.get_object_id((20, 9)))
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        assert rig.read(pump.scans[-1])["ai1"] == 1.5
        assert not pump.losses


async def test_writing_to_a_log_or_to_part_of_a_value_is_refused(make: Make) -> None:
    rig = await make(point("log", Source(object="trend-log,1")), HIGH)
    await within(rig.driver.connect())
    for at in range(2):
        with pytest.raises(Exception, match="cannot be written"):
            await rig.driver.write(at, 1.0)


def _recipients(rig: BacnetRig) -> Any:
    assert rig.twin.played is not None
    return rig.twin.played.get_object_id((15, 1)).recipientList


def _whom(rig: BacnetRig) -> Any:
    station = rig.bacnet._station
    assert station is not None
    return IPv4Address(("127.0.0.1", station.own[1]))
