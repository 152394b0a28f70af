"""The profile of lifts by the standard's Lift object, against a lift of bacpypes3 over a real socket."""

from collections.abc import AsyncIterator

import pytest
from bacpypes3.basetypes import DoorStatus, LiftFault, PropertyIdentifier
from bacpypes3.object import LiftObject

from config.profile_catalogue import Catalogue
from config.site import PointKind, Template
from drivers import SCHEMAS
from drivers.bacnet.names import OBJECT_TYPES, PROPERTIES
from drivers.bacnet.schema import Source
from drivers.driver import Quality, Scan
from tests.drivers.bacnet.bacnet_rig import BacnetRig
from tests.drivers.contract import Pump
from tests.drivers.plant import until

LIFT = 7
WITHOUT = ("next-stop", "levelled")
"""What the played lift lacks, as lifts may."""


def profile() -> Template:
    found = Catalogue(SCHEMAS).profile("bacnet-lift", {"lift": LIFT})
    assert found is not None
    assert found.template is not None
    return found.template


TEMPLATE = profile()


class LiftRig(BacnetRig):
    def __init__(self) -> None:
        super().__init__(points=TEMPLATE.points, timeout_s=1.0)

    def shown(self, scan: Scan) -> dict[str, float | str]:
        """What is good, by point; texts as texts."""
        columns = self.decoder.decode([scan.raw])
        texts = {at: rows[0] for at, rows in columns.texts.items()}
        good = [at for at in range(len(TEMPLATE.points)) if columns.quality[0, at] == Quality.GOOD]
        return {TEMPLATE.points[at].id: texts.get(at, float(columns.values[0, at])) for at in good}


@pytest.fixture
async def rig() -> AsyncIterator[LiftRig]:
    rig = LiftRig()
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


SHOWN = {
    "floor": 12.0, "direction": 3.0, "door": 0.0, "passenger-alarm": 0.0, "mode": 1.0, "load": 42.0,
    "drive": 5.0, "decoupled": 0.0,
}  # fmt: skip
FAULTS = ("stopped-outside", "safety-fault", "drive-fault", "door-fault", "power-fault", "control-fault")


async def test_a_lift_is_read_with_its_doors_and_its_list_of_faults(rig: LiftRig) -> None:
    for name, value in SHOWN.items():
        rig.twin.put("played", name, value)
    async with Pump(rig.driver) as pump:
        well = SHOWN | dict.fromkeys(FAULTS, 0.0) | {"fault-signals": ""}
        await until(lambda: bool(pump.scans) and rig.shown(pump.scans[-1]) == well)

        assert rig.twin.played is not None
        lift = rig.twin.played.get_object_id((OBJECT_TYPES["lift"], LIFT))
        lift.faultSignals = LiftObject._elements["faultSignals"]([LiftFault(8), LiftFault(6)])
        lift.carDoorStatus = LiftObject._elements["carDoorStatus"]([DoorStatus(1), DoorStatus(0)])
        lift.passengerAlarm = True
        stuck = well | {
            "stopped-outside": 1.0, "door-fault": 1.0, "fault-signals": "8 6", "door": 1.0,
            "passenger-alarm": 1.0,
        }  # fmt: skip
        await until(lambda: rig.shown(pump.scans[-1]) == stuck)
        assert not pump.losses


async def test_what_a_lift_lacks_is_bad_alone(rig: LiftRig) -> None:
    rig.twin.put("played", "floor", 3.0)
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans) and rig.shown(pump.scans[-1]).get("floor") == 3.0)
        quality = rig.decoder.decode([pump.scans[-1].raw]).quality[0]
        assert {quality[TEMPLATE.index[name]] for name in WITHOUT} == {Quality.BAD_ADDRESS}


async def test_the_twin_plays_one_fault_beside_another(rig: LiftRig) -> None:
    for name, value in (("power-fault", 1.0), ("door-fault", 1.0), ("power-fault", 0.0)):
        rig.twin.put("played", name, value)
        assert rig.twin.value("played", name) == value
    assert [rig.twin.value("played", name) for name in FAULTS] == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    rig.twin.put("played", "door", 1.0)
    assert rig.twin.value("played", "door") == 1.0


def test_the_points_are_properties_of_the_standards_lift() -> None:
    """bacpypes3 is the public source of their numbers and types."""
    required = {int(PropertyIdentifier(name)) for name in LiftObject._required}
    told = set()
    for point in TEMPLATE.points:
        assert isinstance(point.source, Source)
        identifier = PropertyIdentifier(point.source.property)
        assert PROPERTIES[point.source.property] == int(identifier)
        kind = LiftObject._elements[identifier.attr]
        assert (point.source.index is not None) == kind.__name__.startswith("ArrayOf"), point.id
        told.add(int(identifier))
        if not hasattr(kind, "_enum_map") or point.kind is not PointKind.DISCRETE:
            continue
        assert set(point.states) == {number for number in kind._enum_map.values() if number < 64}, point.id
    identity = {PROPERTIES["status-flags"], PROPERTIES["elevator-group"]}
    assert required - told - identity == {
        int(PropertyIdentifier(name)) for name in ("group-id", "installation-id")
    }


def test_every_fault_of_the_standard_is_in_one_of_the_points() -> None:
    sources = [point.source for point in TEMPLATE.points]
    numbers = [one for source in sources if isinstance(source, Source) for one in source.one_of]
    assert sorted(map(int, numbers)) == sorted(set(LiftFault._enum_map.values()))
