"""The profiles of the Chinese meter protocols: they build a site, and all their points come from a meter."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from config.load import load_site
from config.problems import SiteError
from config.site import Device, HistoryPolicy, PointKind, Verify
from drivers import DRIVERS, SCHEMAS
from drivers.driver import Cadence, Quality
from drivers.twins import TWINS
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, until
from tests.drivers.small_site import small_site

ELECTRICITY = ("dlt645-2007-3p", "dlt645-2007-1p", "dlt645-1997")
OTHERS = ("cjt188-water", "cjt188-heat", "cjt188-gas")
DEVICE = """
[[device]]
id = "{profile}"
name = {{ zh = "表", en = "Meter" }}
profile = "{profile}"
subsystem = "s"
zone = "z"
connection = {{ host = "127.0.0.1", port = {port}, address = "{address}", turnaround_s = 0 }}
"""


def devices(folder: Path, port: int) -> dict[str, Device]:
    """One of each profile; DL/T 645 on one line, CJ/T 188 on another."""
    made = [
        DEVICE.format(profile=one, port=port, address=f"20231100000{at}")
        for at, one in enumerate(ELECTRICITY)
    ]
    made += [
        DEVICE.format(profile=one, port=port + 1, address=f"7833000000000{at}")
        for at, one in enumerate(OTHERS)
    ]
    return dict(small_site(folder, *made).devices)


def test_the_profiles_build_a_site_and_speak_both_languages(tmp_path: Path) -> None:
    """C27, C28, M17: power, water, gas and heat of each tenant; prepayment and valves."""
    for device in devices(tmp_path, 20000).values():
        for point in device.template.points:
            assert point.name.zh
            assert point.name.en
            assert point.kind is not PointKind.ANALOGUE or point.low < point.high
            for rule in point.rules:
                said = rule.text, rule.cause, rule.consequence, rule.action
                assert all(text is not None and text.zh and text.en for text in said), (device.id, point.id)
                assert rule.response_s > 0


def test_what_cuts_a_supply_is_confirmed_by_what_the_meter_shows(tmp_path: Path) -> None:
    made = devices(tmp_path, 20000)
    for device, cuts in (("dlt645-2007-1p", "relay"), *((other, "valve") for other in OTHERS)):
        template = made[device].template
        write = template.points[template.index[cuts]].write
        assert write is not None
        assert write.verify is Verify.READ_BACK


@pytest.mark.parametrize("profiles", [ELECTRICITY[:2], ELECTRICITY[2:], OTHERS])
async def test_every_point_of_a_profile_comes_from_a_meter(tmp_path: Path, profiles: Iterable[str]) -> None:
    found = devices(tmp_path, 20000)
    protocol = TWINS[found[next(iter(profiles))].template.driver]
    twin = protocol.twin([found[profile] for profile in profiles], lambda *_: None)
    port = await twin.start(free_port())  # type: ignore[call-arg]
    assert isinstance(port, int)
    if protocol is TWINS["cjt188"]:
        port -= 1
    there = devices(tmp_path, port)
    process = Process()
    for profile in profiles:
        device = there[profile]
        kind = DRIVERS[device.template.driver]
        decoder = kind.decoder(device.template)
        driver = kind.driver(device, Cadence(60), decoder, process.surroundings)
        async with Pump(driver) as pump:
            await until(lambda pump=pump: bool(pump.scans or pump.losses))  # type: ignore[misc]
        assert not pump.losses
        quality = decoder.decode([pump.scans[0].raw]).quality[0]
        bad = {
            point.id: Quality(reason)
            for point, reason in zip(device.template.points, quality, strict=True)
            if reason
        }
        commands = {point.id for point in device.template.points if point.write_only}
        assert commands <= {"keep", "clock-set"}
        assert commands <= bad.keys() <= commands | {"latest-trip", "demand-max-time"}
    await twin.stop()
    await process.close()


def test_nothing_waits_for_a_value_of_a_point_that_is_only_written(tmp_path: Path) -> None:
    profile = """
[profile.kept]
extends = "dlt645-2007-1p"
[[profile.kept.point]]
id = "keep"
history = "change"
write = {{ verify = "{verify}" }}
rule = [{rule}]
"""
    rule = """{ name = "off", kind = "state", limit = 0, alarm_class = "process",
        text = { zh = "保电解除", en = "Supply not kept" } }"""
    device = DEVICE.format(profile="kept", port=20000, address="202311000001")
    made = small_site(tmp_path, profile.format(verify="none", rule=""), device).devices["kept"]
    keep = made.template.points[made.template.index["keep"]]
    assert keep.write_only
    assert keep.history is HistoryPolicy.NONE
    with pytest.raises(SiteError) as raised:
        small_site(tmp_path, profile.format(verify="read-back", rule=rule.replace("\n", "")), device)
    said = str(raised.value)
    assert (
        "point 'keep' is only written, the device tells nothing of it: there is nothing to read back" in said
    )
    assert "Use verify = 'none', or 'feedback'" in said
    assert "rule 'off' has nothing to judge" in said


def test_an_address_is_had_by_one_meter_of_a_line(tmp_path: Path) -> None:
    devices(tmp_path, 20000)
    file = tmp_path / "site.toml"
    made = file.read_text("utf-8").replace("202311000001", "202311000000")
    file.write_text(made, "utf-8")
    with pytest.raises(SiteError) as raised:
        load_site(file, SCHEMAS)
    said = str(raised.value)
    assert "202311000000 on 127.0.0.1:20000 is device 'dlt645-2007-3p' already" in said
    assert "an address of its own" in said
    file.write_text(made.replace("port = 20000", "port = 20001", 1), "utf-8")
    assert load_site(file, SCHEMAS).devices  # the same address on two lines is two meters
