"""Devices that are not beside us: behind a BBMD, behind routers; and finding what is there.

BBMD, router and the devices behind it are bacpypes3's own.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bacpypes3.comm import bind
from bacpypes3.ipv4.bvll import BVLLCodec, Result
from bacpypes3.ipv4.service import BIPBBMD, BIPNormal, UDPMultiplexer
from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
from bacpypes3.pdu import IPv4Address, LocalBroadcast, LocalStation
from bacpypes3.vlan import Network, Node

from drivers.bacnet import discovery
from drivers.bacnet.played import PlayedDevice
from drivers.bacnet.played_objects import made
from drivers.bacnet.played_wire import Wire
from drivers.bacnet.schema import Connection, Source
from drivers.bacnet.tags import ObjectId
from drivers.driver import LinkError
from tests.drivers.bacnet.bacnet_rig import SHOWN, BacnetRig, an_instance
from tests.drivers.contract import Pump
from tests.drivers.plant import point, until, within

NETWORK = 2001
TEMPERATURE = point("temperature", Source(object="analog-input,1"))


def a_host(instance: int) -> str:
    return f"127.62.{instance // 250 % 250}.{instance % 250 + 1}"


class Bbmd:
    """Passes broadcasts of foreign devices on to the loopback network."""

    def __init__(self) -> None:
        self.host = a_host(an_instance())
        self.link: Any = None

    async def start(self) -> None:
        self.wire = Wire()
        self.link = BIPBBMD(IPv4Address(f"{self.host}/8:47808"))
        self.link.bbmdBDT = [self.link.bbmdAddress]
        multiplexer = UDPMultiplexer()
        bind(self.link, BVLLCodec(), multiplexer.annexJ)
        bind(multiplexer, self.wire)
        top = NetworkServiceAccessPoint()
        bind(NetworkServiceElement(), top)
        top.bind(self.link, address=IPv4Address(f"{self.host}:47808"))
        await self.wire.open(self.host, 47808)

    def stop(self) -> None:
        self.wire.close()


@pytest.fixture
async def bbmd() -> AsyncIterator[Bbmd]:
    bbmd = Bbmd()
    await bbmd.start()
    yield bbmd
    bbmd.stop()


async def test_a_foreign_device_finds_what_its_bbmd_reaches(bbmd: Bbmd) -> None:
    rig = BacnetRig(timeout_s=1.0, bbmd=bbmd.host, bbmd_ttl_s=10)
    await rig.start()
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        assert rig.is_right(pump.scans[-1])
        (entry,) = bbmd.link.bbmdFDT
        assert entry.fdTTL == 10
        left = entry.fdRemain
        await until(lambda: bbmd.link.bbmdFDT[0].fdRemain < left)
        await until(lambda: bbmd.link.bbmdFDT[0].fdRemain >= left)  # renewed before half of its time
        station = rig.bacnet._station
        assert station is not None
        bbmd.link.bbmdFDT.clear()  # as after a restart of the BBMD: it refuses the next broadcast
        await bbmd.link.request(Result(code=0x60, destination=IPv4Address(("127.0.0.1", station.own[1]))))
        await until(lambda: len(bbmd.link.bbmdFDT) == 1, 2.0)
    await rig.stop()
    await rig.process.close()


async def test_without_its_bbmd_a_device_is_not_found_and_the_reason_is_told() -> None:
    rig = BacnetRig(timeout_s=1.0, bbmd=f"{a_host(an_instance())}:47808")
    await rig.start()
    with pytest.raises(LinkError, match=r"BBMD .* did not answer"):
        await within(rig.driver.connect())
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


class _Behind(PlayedDevice):
    """A device on a network of its own, which a router joins to the loopback network."""

    def __init__(self, instance: int, network: Any, station: int) -> None:
        super().__init__(instance, f"behind {station}", ("127.0.0.1", 47808))
        self.nsap = NetworkServiceAccessPoint()
        self.nse = NetworkServiceElement()
        bind(self.nse, self.nsap)
        bind(self, self.asap, self.nsap)
        self.nsap.bind(Node(LocalStation(station), network), address=LocalStation(station))
        value = made(ObjectId(0, 1), "temperature", "", "", lambda *_: None)
        value.presentValue = 20.0 + station
        self.add_object(value)


@asynccontextmanager
async def routed(instances: list[int]) -> AsyncIterator[str]:
    """Devices at stations 10, 11, ... behind a router; yields the address of the router."""
    host = a_host(an_instance())
    behind = Network("behind", broadcast_address=LocalBroadcast())
    top = NetworkServiceAccessPoint()
    element = NetworkServiceElement()
    bind(element, top)
    link, multiplexer, wire = BIPNormal(), UDPMultiplexer(), Wire()
    bind(link, BVLLCodec(), multiplexer.annexJ)
    bind(multiplexer, wire)
    top.bind(link, net=1, address=IPv4Address(f"{host}:47808"))
    top.bind(
        Node(LocalStation(1), behind, promiscuous=True, spoofing=True), net=NETWORK, address=LocalStation(1)
    )
    devices = [_Behind(instance, behind, 10 + at) for at, instance in enumerate(instances)]
    await wire.open(host, 47808)
    await asyncio.sleep(0.1)
    yield host
    wire.close()
    for device in devices:
        device.close()


@pytest.mark.parametrize("how", ["by instance", "by mac", "by mac and router"])
async def test_devices_behind_a_router_are_read(how: str) -> None:
    instances = [an_instance(), an_instance()]
    async with routed(instances) as router:
        for at, instance in enumerate(instances):
            where: dict[str, Any] = {
                "by instance": {},
                "by mac": {"address": f"{NETWORK}:{10 + at}"},
                "by mac and router": {"address": f"{NETWORK}:{10 + at}", "router": router},
            }[how]
            rig = BacnetRig(points=(TEMPERATURE,), timeout_s=1.0, device=instance, **where)
            async with Pump(rig.driver) as pump:
                await until(lambda: len(pump.scans) >= 2)
                assert rig.read(pump.scans[-1]) == {"temperature": 30.0 + at}
                assert (rig.bacnet.address.host, rig.bacnet.address.network) == (router, NETWORK)
            await rig.process.close()


async def test_a_network_without_a_router_is_told() -> None:
    rig = BacnetRig(points=(TEMPERATURE,), timeout_s=0.1, address="64000:5")
    with pytest.raises(LinkError, match="no router to network 64000 answers"):
        await within(rig.driver.connect())
    await rig.driver.close()
    await rig.process.close()


async def test_what_is_there_is_found_with_names_units_and_values() -> None:
    rig = BacnetRig()
    await rig.start()
    connection = Connection(device=0, interface="127.0.0.1/8", port=0)
    async with discovery.opened(connection, time.monotonic) as station:
        found = await discovery.devices(station, rig.instance, rig.instance, 1.0)
        assert [device.instance for device in found] == [rig.instance]
        assert not await discovery.devices(station, an_instance(), an_instance() + 1, 0.2)
        objects = {one.source: one async for one in discovery.objects(station, found[0])}
    assert objects["analog-input,3"] == discovery.FoundObject(
        "analog-input,3", "played/ai3", "名", "no-units", str(SHOWN["ai3"])
    )
    assert len(objects) == 14
    await rig.stop()


@pytest.mark.parametrize("segments", [True, False])
async def test_a_long_list_of_objects_is_found_whole(segments: bool) -> None:
    """In segments; or element by element, where the device cannot cut its answers."""
    rig = BacnetRig()
    await rig.start()
    played = rig.twin.played
    assert played is not None
    assert played.device_object is not None
    for at in range(1000, 1400):
        played.add_object(made(ObjectId(0, at), f"more {at}", "", "°C", lambda *_: None))
    if not segments:
        played.device_object.segmentationSupported = "noSegmentation"
    connection = Connection(device=0, interface="127.0.0.1/8", port=0)
    async with discovery.opened(connection, time.monotonic) as station:
        (device,) = await discovery.devices(station, rig.instance, rig.instance, 0.5)
        objects = [one async for one in discovery.objects(station, device)]
    assert len(objects) == 414
    assert objects[-1] == discovery.FoundObject("analog-input,1399", "more 1399", "", "degrees-celsius", "0")
    await rig.stop()
