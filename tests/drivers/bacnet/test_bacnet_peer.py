"""Against a device that is neither ours nor bacpypes3's: the older bacpypes, in a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from drivers.bacnet import discovery
from drivers.bacnet.schema import Options, Source
from drivers.driver import Acknowledgement, Scan, WriteError
from tests.drivers.bacnet.bacnet_rig import PERIOD_S, POINTS, SHOWN, BacnetRig, an_instance, text_point
from tests.drivers.contract import Ailment, Pump, comes_back
from tests.drivers.installed import python_packages
from tests.drivers.plant import until, within

REQUIREMENTS = ("bacpypes==0.19.0", "pyasyncore==1.0.4; python_version >= '3.12'")
PROGRAM = Path(__file__).with_name("old_bacpypes.py")
TEXT = text_point("text", Source(object="characterstring-value,1"))


@pytest.fixture(scope="session")
def library() -> Path:
    return python_packages("bacpypes-0.19.0", REQUIREMENTS)


class PeerRig(BacnetRig):
    """The same points, of a device in another process."""

    def __init__(self, library: Path, options: Options | None = None, period_s: float = PERIOD_S) -> None:
        self.place = (
            f"127.61.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}:{20_000 + an_instance() % 20_000}"
        )
        points = (*POINTS, TEXT)
        super().__init__(options=options, points=points, period_s=period_s, timeout_s=0.5, address=self.place)
        self._library = library
        self._peer: subprocess.Popen[str] | None = None

    async def start(self) -> None:
        self._peer = self._launched()
        assert self._peer.stdout is not None
        line = await within(asyncio.to_thread(self._peer.stdout.readline))
        assert line == "listening\n"

    def _launched(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", str(PROGRAM), self.place, str(self.instance)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(self._library)},
        )

    async def stop(self) -> None:
        if self._peer is not None:
            peer, self._peer = self._peer, None
            peer.kill()
            peer.wait()
            assert peer.stdout is not None
            peer.stdout.close()

    async def ail(self, ailment: Ailment) -> None:
        if ailment is Ailment.HALF_OPEN:
            assert self._peer is not None
            self._peer.send_signal(signal.SIGSTOP)
        else:
            await self.stop()

    async def heal(self) -> None:
        if self._peer is None:
            await self.start()
        else:
            self._peer.send_signal(signal.SIGCONT)

    def is_right(self, scan: Scan) -> bool:
        texts = self.decoder.decode([scan.raw]).texts
        read = self.read(scan)
        del read["text"]
        return read == {**SHOWN, "released": 1.0} and texts[len(POINTS)] == ["冷水机组"]


@pytest.fixture
async def rig(library: Path) -> AsyncIterator[PeerRig]:
    rig = PeerRig(library)
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


@pytest.fixture(params=[Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.RESET, Ailment.REBOOT])
def ailment(request: pytest.FixtureRequest) -> Iterator[Ailment]:
    yield request.param


async def test_it_notices_and_comes_back_when_the_other(ailment: Ailment, library: Path) -> None:
    await comes_back(PeerRig(library), ailment)


async def test_writing_and_giving_up_command(rig: PeerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans) and rig.is_right(pump.scans[-1]))
        for name, value in (("command", 33.25), ("lamp", 0.0), ("mode", 2.0)):
            await within(rig.driver.write(rig.template.index[name], value))
            rig.driver.hurry()
            await until(lambda: rig.read(pump.scans[-1])[name] == value)  # noqa: B023
        assert rig.read(pump.scans[-1])["released"] == 0.0
        await within(rig.driver.write(rig.template.index["released"], 1.0))
        rig.driver.hurry()
        await until(lambda: rig.read(pump.scans[-1])["command"] == SHOWN["command"])
        with pytest.raises(WriteError, match="write access denied"):
            await within(rig.driver.write(rig.template.index["ai3"], 1.0))
        assert not pump.losses


@pytest.mark.parametrize("cov", ["confirmed", "unconfirmed"])
async def test_changes_are_told(library: Path, cov: str) -> None:
    rig = PeerRig(library, Options.model_validate({"cov": cov, "backstop_s": 3600}), period_s=20.0)
    await rig.start()
    second = rig.made(rig.connection)
    await within(second.connect())
    async with Pump(rig.driver) as pump:
        await until(lambda: rig.bacnet._subscriptions.covers(rig.decoder.places[10].ref.object))  # type: ignore[attr-defined]
        for value in (30.0, 31.0):
            await within(second.write(rig.template.index["command"], value))
            await until(lambda: rig.read(pump.scans[-1])["command"] == value)  # noqa: B023
        assert not pump.losses
    await second.close()
    await rig.stop()
    await rig.process.close()


async def test_its_objects_are_found(rig: PeerRig) -> None:
    await within(rig.driver.connect())
    station = rig.bacnet._station
    assert station is not None
    (device,) = await discovery.devices(station, wait_s=1.0, at=rig.bacnet.address)
    assert device.instance == rig.instance
    found = {one.source: one async for one in discovery.objects(station, device)}
    assert found["analog-input,3"] == discovery.FoundObject(
        "analog-input,3", "ai3", "", "degrees-celsius", "3.5"
    )
    assert found["characterstring-value,1"].value == "冷水机组"


async def test_each_transition_is_acknowledged_by_its_own_time_stamp(rig: PeerRig) -> None:
    """To-offnormal with a date, to-normal with a number; to-fault waits for nobody."""
    told = Acknowledgement("安娜", "seen")
    await within(rig.driver.connect())
    assert await within(rig.bacnet.acknowledge(rig.template.index["ai3"], told))
    assert not await within(rig.bacnet.acknowledge(rig.template.index["ai3"], told))
    with pytest.raises(
        WriteError, match="analog-input,4: error services: inconsistent parameters"
    ) as refused:
        await within(rig.bacnet.acknowledge(rig.template.index["ai4"], Acknowledgement("bert", "")))
    assert "analog-input,4：错误（服务）：参数互相矛盾" in refused.value.why.zh
    assert not await within(rig.bacnet.acknowledge(rig.template.index["lamp"], told))


async def test_what_the_device_cannot_date_is_not_acknowledged_later(rig: PeerRig) -> None:
    late = Acknowledgement("安娜", "", time.time_ns())
    await within(rig.driver.connect())
    with pytest.raises(WriteError, match="it does not tell when this came about"):
        await within(rig.bacnet.acknowledge(rig.template.index["ai5"], late))
