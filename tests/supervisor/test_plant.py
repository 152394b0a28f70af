"""The part of the tree that one configuration makes: sweeps, subsystems, devices, and devices set aside."""

from collections.abc import Iterator

import pytest

from actors.actor import Ref
from actors.address import Address
from actors.matrices import Matrices
from actors.messages import (
    ConditionChanged,
    ConditionsRead,
    DeviceState,
    HangTag,
    Link,
    Scans,
    SubsystemState,
)
from actors.write import Order
from config.rules import DEVICE_FAULT
from config.site import Device, Template
from drivers.cadence import Ticks
from drivers.driver import Cadence, Decoder, Driver, Quality, Scan, Surroundings
from drivers.shares import Shares
from supervisor.plant import STATE, SWEEPS, Plant
from supervisor.spec import Retry
from supervisor.supervisor import Supervisor
from supervisor.tree import tree
from tests.actors.field_rig import FakeDecoder, FakeDriver, Rig, Told, eventually
from tests.actors.small_site import point, rule, site

SITE = site(point("temperature", rule("high")), devices=("a", "b", "c"))


class FakeProtocol:
    """Devices named in `broken` have a driver that cannot even be made."""

    name = "modbus"

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.broken: set[str] = set()
        self.drivers: dict[str, FakeDriver] = {}
        self.made: list[str] = []

    def decoder(self, template: Template) -> Decoder:
        return FakeDecoder(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        self.made.append(device.id)
        if device.id in self.broken:
            raise ValueError("a defect of the driver")
        self.drivers[device.id] = FakeDriver(self._rig.loop)
        return self.drivers[device.id]


class Grown:
    def __init__(self, rig: Rig, *broken: str) -> None:
        self.rig = rig
        self.protocol = FakeProtocol(rig)
        self.protocol.broken = set(broken)
        self.plant = Plant(
            SITE,
            "field-1",
            protocols={"modbus": self.protocol},
            surroundings=self._surroundings,
            dispatcher=rig.dispatcher,
            outlets=rig.outlets,
        )
        self.life = Told()
        self.root: Ref = rig.started(
            Supervisor.start("field-1", self.life, self.plant.children(), intensity=3, period_s=60.0)
        )
        eventually(lambda: self.plant.subsystem("hvac") and all(map(self.plant.device, SITE.devices)))

    def _surroundings(self, matrices: Matrices) -> Surroundings:
        rig = self.rig
        return Surroundings(
            shares=Shares(rig.outlets.clock),
            ticks=Ticks(rig.outlets.clock),
            plant=matrices,
            may_poll=lambda: True,
            clock=rig.outlets.clock,
            wall_ns=rig.wall_ns,
        )

    def wait_link(self, device: str, link: Link) -> None:
        while (state := self.rig.live.next(DeviceState)).device != device or state.link is not link:
            pass

    def wait_fault(self, *, active: bool) -> ConditionChanged:
        while (change := self.rig.conditions.next(ConditionChanged)).rule != DEVICE_FAULT:
            pass
        assert change.active is active
        return change


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig(is_live=True) as rig:
        yield rig


def test_the_tree_has_sweeps_and_subsystems_with_their_devices(rig: Rig) -> None:
    grown = Grown(rig)
    eventually(lambda: len(grown.protocol.drivers) == 3)
    found = {node.name: node for node in tree(Address("field-1", grown.root)).children}
    assert [child.name for child in found[SWEEPS].children] == ["field-1/ahu@1"]
    assert [child.name for child in found["subsystem/hvac"].children] == [STATE, "a", "b", "c"]


def test_a_scan_goes_from_the_driver_to_screens_matrix_and_conditions(rig: Rig) -> None:
    grown = Grown(rig)
    grown.wait_link("b", Link.UP)
    grown.protocol.drivers["b"].give(Scan(5, (40.0,)))
    scans = rig.live.next(Scans)
    assert (scans.table, scans.rows.tolist()) == ("field-1/ahu@1", [1])
    reading = grown.plant.matrices.reading("b", "temperature")
    assert reading is not None
    assert reading.value == 40.0
    assert rig.conditions.next(ConditionChanged).device == "b"
    assert rig.conditions.next(ConditionsRead).device == "b"


def test_an_order_reaches_the_device(rig: Rig) -> None:
    grown = Grown(rig)
    grown.wait_link("a", Link.UP)
    replies = Told()
    address = grown.plant.device("a")
    assert address is not None
    order = Order("1", "olga", rig.outlets.clock() + 5, HangTag("a", "belt"), replies.put)
    eventually(lambda: address.tell(order))  # an actor may speak before its supervisor has its address
    assert replies.next(object)
    assert grown.plant.device("nowhere") is None
    assert grown.plant.subsystem("nowhere") is None


def test_a_device_that_keeps_failing_is_set_aside_with_an_alarm_and_leaves_the_others(rig: Rig) -> None:
    grown = Grown(rig, "b")
    grown.wait_link("b", Link.FAULTED)
    fault = grown.wait_fault(active=True)
    assert (fault.device, fault.point) == ("b", "")
    assert f"b//{DEVICE_FAULT}" in rig.recall
    while rig.live.next(SubsystemState).faulted != 1:
        pass
    grown.protocol.drivers["c"].give(Scan(5, (20.0,)))
    assert rig.live.next(Scans).rows.tolist() == [2]
    assert grown.root.is_alive()


def test_a_scan_that_breaks_the_sweep_fails_its_own_device_only(rig: Rig) -> None:
    grown = Grown(rig)
    grown.wait_link("c", Link.UP)
    eventually(lambda: len(grown.protocol.drivers) == 3)
    made = len(grown.protocol.made)
    grown.protocol.drivers["a"].give(Scan(5, ArithmeticError("a defect")))
    grown.protocol.drivers["c"].give(Scan(5, (20.0,)))
    assert rig.live.next(Scans).rows.tolist() == [2]
    eventually(lambda: grown.protocol.made[made:] == ["a"])


def test_a_mended_device_is_tried_again_on_request_and_the_alarm_ends(rig: Rig) -> None:
    grown = Grown(rig, "b")
    grown.wait_fault(active=True)
    grown.protocol.broken.clear()
    supervisor = grown.plant.supervisor("hvac")
    assert supervisor is not None
    eventually(lambda: supervisor.tell(Retry("b")))
    grown.wait_link("b", Link.UP)
    grown.protocol.drivers["b"].give(Scan(5, (20.0,)))
    rig.live.next(Scans)
    reading = grown.plant.matrices.reading("b", "temperature")
    assert reading is not None
    assert reading.quality == Quality.GOOD
