"""The demo as it runs: devices of every protocol tell good values, and two persons cut a tenant off."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from actors.messages import Issuer, OperatePoint, PointsRead, ReadPoints, SelectPoint, Stage
from config.site import Device
from tests.flows.demo import SITE, demo_house, field_values
from tests.flows.house import House, eventually

PATIENCE_S = 90.0
PROTOCOLS = {"modbus", "dlt645", "cjt188", "nut", "snmp", "mqtt", "bacnet", "opcua"}
GAPS = {"supply-temp", "boiler-return-temp", "outdoor-temp", "bypass-valve", "pressure", "pump-speed"}
"""Of the boilers: what was recorded has gaps, which read as broken sensors."""
APPLIED = "用户书面申请；户号 B-102"


@dataclass(frozen=True)
class Demo:
    home: House
    chief: Issuer
    other: Issuer


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with demo_house() as home:
        chief = home.administrator()
        home.add_user(home.log_in("warden"), "night-shift", "operator")
        yield Demo(home, chief, home.log_in("night-shift"))


def told(device: Device) -> tuple[str, ...]:
    """The points whose values the device tells; of commands alone nothing can be read."""
    return tuple(
        f"{device.id}/{point.id}"
        for point in device.template.points
        if not point.write_only and not (device.template.model.startswith("boiler") and point.id in GAPS)
    )


def bad(home: House, device: Device) -> list[str]:
    (read,) = home.ask(device.process, ReadPoints(told(device)))
    assert isinstance(read, PointsRead)
    return [one.point for one in read.points if one.quality or one.stale or one.value is None]


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_the_devices_of_a_protocol_tell_good_values(demo: Demo, protocol: str) -> None:
    devices = [one for one in SITE.devices.values() if one.template.driver == protocol]
    assert devices
    whole = f"every device of {protocol} to be good"
    eventually(lambda: not any(bad(demo.home, one) for one in devices), PATIENCE_S, whole)


def test_heavy_protocols_have_processes_of_their_own(demo: Demo) -> None:
    served = {one.template.driver: one.process for one in SITE.devices.values()}
    assert (served["bacnet"], served["opcua"]) == ("field-bacnet", "field-opcua")
    assert {"field", "field-bacnet", "field-opcua"} <= demo.home.states().keys()


def test_a_fresh_air_unit_is_switched_by_bacnet(demo: Demo) -> None:
    selected = demo.home.tell(SelectPoint("pau-b", "mode", 0.0), demo.chief)[-1]
    assert selected.stage == Stage.DONE, selected
    operate = OperatePoint(str(selected.value), "pau-b", "mode", 0.0)
    assert demo.home.tell(operate, demo.chief)[-1].stage == Stage.CONFIRMED
    wanted = {"pau-b/mode": 0, "pau-b/running": 0}
    eventually(lambda: field_values(demo.home, *wanted) == wanted, PATIENCE_S, "the unit to stop")


def test_a_tenant_is_cut_off_by_two_persons_and_by_none_alone(demo: Demo) -> None:
    home = demo.home
    power = "tm-b-102/power"
    eventually(lambda: field_values(home, power)[power] not in (None, 0), PATIENCE_S, "power to be used")
    selected = home.tell(SelectPoint("tm-b-102", "relay", 0.0, APPLIED), demo.chief)[-1]
    assert selected.stage == Stage.DONE, selected
    operate = OperatePoint(str(selected.value), "tm-b-102", "relay", 0.0)
    assert home.tell(operate, demo.chief)[-1].stage == Stage.REFUSED
    assert home.tell(operate, demo.other)[-1].stage == Stage.CONFIRMED
    wanted = {"tm-b-102/relay": 0, power: 0, "tm-b-102/current": 0}
    eventually(lambda: field_values(home, *wanted) == wanted, PATIENCE_S, "the tenant to be cut off")
    assert "campus: tm-b-102/relay 0.0" in home.log.read_text()
