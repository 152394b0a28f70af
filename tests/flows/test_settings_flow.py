"""The configuration by screen over a running site: S1-4.5 (system configuration), S1-4.10 (packaging)."""

import json
import socket
import time
from collections.abc import Iterator
from itertools import pairwise

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from actors.messages import AlarmState, ApplyConfiguration, Issuer, OperatePoint, SelectPoint, Stage
from benchmarks.browser import chromium
from benchmarks.modbus_farm import Farm
from benchmarks.ports import free_ports
from business.configuration.messages import FileText, SaveConfiguration, SettingEdit
from business.registry.messages import CreateRecord
from config.applied import Event, noted, under_way
from config.editing import as_text
from config.versions import VersionStore
from tests.flows.house import HOT, LEFT, TEMPERATURE, House, calm, eventually, house
from tests.flows.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)
KEPT_S = 90.0
"""Within this every process has come up with a version: some start anew, one after the other."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(farm: Farm) -> Iterator[House]:
    """Of its own: its versions are counted."""
    with house(farm, devices=3) as found:
        yield found.start(module="tests.flows.hasty_steward")


@pytest.fixture(scope="module")
def admin(site: House) -> Issuer:
    return site.administrator()


def store(site: House) -> VersionStore:
    return VersionStore(site.paths.configuration)


def running(site: House) -> int:
    return int(site.paths.running.read_text())


def events(site: House) -> list[tuple[int, Event]]:
    return [(one.version, one.event) for one in noted(site.paths.configuration_log)]


def await_kept(site: House, version: int) -> None:
    def settled() -> Event | None:
        return next(
            (event for one, event in events(site) if one == version and event is not Event.APPLIED), None
        )

    outcome = eventually(settled, KEPT_S, f"the end of the trial of version {version}")
    assert outcome is Event.KEPT, site.log.read_text()[-4000:]
    eventually(lambda: under_way(site.paths.trial) is None, what="the end of the trial, told first")


def submit(page: Page, reason: str) -> None:
    """Check, read the differences, say why, save and put in force."""
    page.click("form[data-form=settings] button.main")
    page.wait_for_selector("form[data-form=save]")
    page.fill("[name=reason]", reason)
    page.click("button[value=apply]")


def test_a_setting_changed_on_the_page_is_followed_and_nothing_is_lost(
    browser: Browser, site: House, admin: Issuer, farm: Farm
) -> None:
    """S1-4.5: the site's name at once; the days of history by a start of the historian alone."""
    farm.set(1, TEMPERATURE, HOT)
    eventually(lambda: "u01/temperature/high" in site.alarms(), what="an alarm")
    event = site.alarms()["u01/temperature/high"].event
    since_ns, pids = time.time_ns(), {name: site.pid(name) for name in site.states()}
    visitor = Visitor(browser, site.office).log_in("chief")
    page = visitor.open("/configuration/settings")
    page.fill("[name='site.name.zh']", "新园区")
    page.fill("[name='settings.history_keep_days']", "500")
    submit(page, "改名")
    await_kept(site, 2)
    assert running(site) == 2
    anew = {name for name, pid in pids.items() if site.pid(name) != pid}
    assert anew == {"historian"}
    expect(page.locator(".brand")).to_contain_text("新园区")
    page = visitor.open("/configuration")
    expect(page.locator("[data-version='2']")).to_contain_text("改名")
    expect(page.locator("[data-version='2']")).to_contain_text("2 处差异")
    expect(page.locator("[data-version='2']")).to_contain_text("所有进程已采用")
    assert site.alarms()["u01/temperature/high"].event == event
    eventually(lambda: site.stored("u00/counter", since_ns) > 20, what="history from before and after")
    counted = site.history("u00/counter", since_ns).time_ns
    assert max(later - earlier for earlier, later in pairwise(counted)) < 5e9
    eventually(lambda: len(site.audited("configuration/2")) == 2, what="both commands in the trail")
    applied, saved = site.audited("configuration/2")
    assert (applied.kind, applied.user) == ("ApplyConfiguration", "chief")
    assert (saved.kind, saved.user, saved.reason) == ("SaveConfiguration", "chief", "改名")
    assert '"新园区"' in str(saved.changes[0].after)
    visitor.close()
    assert visitor.troubles == []
    calm(farm, 3)


def test_the_text_of_an_alarm_is_changed_in_the_site_s_files(
    browser: Browser, site: House, admin: Issuer, farm: Farm
) -> None:
    """The fields go on; only the devices that differ are started anew."""
    documents = store(site).get(running(site)).documents
    text = as_text(documents, "site.toml").replace(
        'kind = "high"\nlimit = 60\ndeadband = 0',
        'text = { zh = "温度过高请停机", en = "Too hot, stop it" }\nkind = "high"\nlimit = 60\ndeadband = 0',
    )
    visitor = Visitor(browser, site.office).log_in("chief")
    page = visitor.open("/configuration/files")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.locator(".q-btn", has_text="检查").click()
    page.wait_for_selector("form[data-form=save]")
    page.fill("[name=reason]", "写明报警内容")
    field = site.pid("field")
    page.click("button[value=apply]")
    await_kept(site, 3)
    assert site.pid("field") == field
    control = Visitor(browser, site.control).log_in("chief")
    farm.set(0, TEMPERATURE, HOT)
    expect(control.open("/alarms").locator('[data-alarm^="u00/temperature/"]')).to_contain_text(
        "温度过高请停机"
    )
    calm(farm, 3)
    visitor.close()
    control.close()


def test_a_module_is_switched_off_and_on_again(browser: Browser, site: House, admin: Issuer) -> None:
    """S1-4.10: no menu, no page; commands refused with the reason; the data stay."""
    site.add_user(site.log_in("warden"), "mona", "manager")
    mona = site.log_in("mona", "office")
    pet = CreateRecord("pet", {"name": "旺财"})
    visitor = Visitor(browser, site.office).log_in("mona")
    expect(visitor.open("/pet").locator("nav.side")).to_contain_text("宠物")
    before = running(site)

    def switch(value: str) -> int:
        newest = store(site).numbers()[-1]
        edit = SettingEdit("settings.modules_off", value)
        saved = site.tell_office(SaveConfiguration(running(site), newest, (edit,), (), "packaging"), admin)
        assert saved.stage is Stage.DONE, saved
        assert site.tell(ApplyConfiguration(newest + 1), admin)[-1].stage is Stage.DONE
        await_kept(site, newest + 1)
        return newest + 1

    switch('["pets", "vehicles"]')
    page = visitor.open("/house")
    expect(page.locator("nav.side")).to_contain_text("房屋")
    expect(page.locator("nav.side")).not_to_contain_text("宠物")
    expect(visitor.open("/pet").locator("h1")).to_contain_text("模块“宠物”已停用")
    refused = site.tell_office(pet, mona)
    assert refused.stage is Stage.REFUSED
    assert "宠物" in refused.detail
    assert "已停用" in refused.detail
    switch("[]")
    expect(visitor.open("/pet").locator("nav.side")).to_contain_text("宠物")
    assert "已停用" not in site.tell_office(pet, mona).detail
    assert running(site) == before + 2
    visitor.close()


SECOND = """
[[subsystem]]
id = "heating"
kind = "hvac"
name = {{ zh = "供热", en = "Heating" }}
field = "east"

[[device]]
id = "e01"
name = {{ zh = "东区机组", en = "East unit" }}
profile = "unit"
subsystem = "heating"
zone = "b"
connection = {{ host = "{host}", port = {port} }}
"""


def test_a_process_comes_and_goes_with_the_first_and_the_last_device_that_needs_it(
    browser: Browser, site: House, admin: Issuer, farm: Farm
) -> None:
    """The other devices are read on; who hears all field processes starts anew."""

    def use(text: str) -> int:
        newest = store(site).numbers()[-1]
        file = FileText("east.toml", text)
        saved = site.tell_office(SaveConfiguration(running(site), newest, (), (file,), "east"), admin)
        assert saved.stage is Stage.DONE, saved
        apply(site, admin, newest + 1)
        await_kept(site, newest + 1)
        return newest + 1

    since_ns, before = time.time_ns(), {name: site.pid(name) for name in site.states()}
    host, port = farm.endpoints[3]
    farm.set(3, TEMPERATURE, 33)
    use(SECOND.format(host=host, port=port))
    assert site.states()["east"]["state"] == "running"
    assert {name for name, pid in before.items() if site.pid(name) != pid} == {
        "web-control", "web-office", "watchdog",
    }  # fmt: skip
    visitor = Visitor(browser, site.control).log_in("chief")
    shown = visitor.open("/device/e01").locator('[data-point="e01/temperature"]').first
    expect(shown).to_contain_text("33")
    expect(shown).to_have_attribute("data-quality", "good")
    farm.set(3, TEMPERATURE, HOT)
    eventually(lambda: "e01/temperature/high" in site.alarms(), what="an alarm of the new process")
    wrote = site.tell(SelectPoint("e01", "setpoint", 21.0), admin)[-1]
    assert wrote.stage is Stage.DONE
    assert isinstance(wrote.value, str)
    assert site.tell(OperatePoint(wrote.value, "e01", "setpoint", 21.0), admin)[-1].stage is Stage.CONFIRMED
    visitor.close()

    east = site.pid("east")
    use("")
    assert "east" not in site.states()
    eventually(lambda: not psutil.pid_exists(east), what="the end of the process")
    eventually(lambda: "e01/temperature/high" not in site.alarms(), what="the end of its alarm")
    assert site.pid("field") == before["field"]
    counted = site.history("u00/counter", since_ns).time_ns
    assert max(later - earlier for earlier, later in pairwise(counted)) < 5e9
    calm(farm, 4)


def save(site: House, admin: Issuer, path: str, value: object, reason: str = "why") -> int:
    """A new version on the one in force; its number."""
    newest = store(site).numbers()[-1]
    edit = SettingEdit(path, json.dumps(value))
    saved = site.tell_office(SaveConfiguration(running(site), newest, (edit,), (), reason), admin)
    assert saved.stage is Stage.DONE, saved
    return newest + 1


def apply(site: House, admin: Issuer, version: int) -> None:
    assert site.tell(ApplyConfiguration(version), admin)[-1].stage is Stage.DONE


def test_a_version_with_which_a_process_does_not_come_up_is_returned_from(
    browser: Browser, site: House, admin: Issuer
) -> None:
    """Somebody takes the port between the check and the use: the pages come back where they were."""
    before = running(site)
    (port,) = free_ports(1)
    version = save(site, admin, "settings.office.port", port)
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", port))
        thief.listen()
        apply(site, admin, version)
        refused = site.tell(ApplyConfiguration(before), admin)[-1]
        assert refused.stage is Stage.REFUSED
        assert "正在试用" in refused.detail
        eventually(lambda: events(site)[-1] == (version, Event.RETURNED), KEPT_S, "the way back")
    assert running(site) == before
    visitor = Visitor(browser, site.office)

    def is_back() -> bool:
        try:
            visitor.log_in("chief")
        except PlaywrightError:
            return False
        return True

    eventually(is_back, KEPT_S, "the pages of the office")
    told = visitor.open("/configuration").locator(f"[data-returned='{version}']")
    expect(told).to_contain_text("web-office")
    expect(told).to_contain_text(f"已自动恢复版本 {before}")
    visitor.close()


def test_the_office_moves_to_another_port(browser: Browser, site: House, admin: Issuer) -> None:
    (port,) = free_ports(1)
    version = save(site, admin, "settings.office.port", port)
    apply(site, admin, version)
    await_kept(site, version)
    visitor = Visitor(browser, f"http://127.0.0.1:{port}").log_in("chief")
    expect(visitor.open("/configuration").locator(f"[data-version='{version}']")).to_contain_text("运行中")
    visitor.close()
    site.office = f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("process", ["core", "office", "web-office"])
def test_a_kill_in_the_middle_of_applying_ends_with_every_process_on_one_version(
    site: House, admin: Issuer, farm: Farm, process: str
) -> None:
    """Whoever dies, what was decided is on the disk; no alarm is lost, none comes twice."""

    def is_high() -> bool:
        alarm = site.alarms().get("u02/temperature/high")
        return alarm is not None and alarm.state is AlarmState.UNACKNOWLEDGED

    farm.set(2, TEMPERATURE, HOT)
    eventually(is_high, what="an alarm")
    event = site.alarms()["u02/temperature/high"].event
    version = save(site, admin, "settings.security.remembered", 6 + len(store(site).numbers()) % 10)
    apply(site, admin, version)
    site.kill(process)
    await_kept(site, version)
    assert running(site) == version
    assert site.alarms()["u02/temperature/high"].event == event
    calm(farm, 3)
    eventually(lambda: not is_high(), what="its return to normal")


def test_a_start_of_the_whole_site_goes_by_the_version_in_force(farm: Farm) -> None:
    """Neither by the newest, which was never used, nor by the files, which are as they were."""
    with house(farm, devices=1) as own:
        admin = own.start().administrator()
        used = save(own, admin, "site.name.zh", "新园区")
        apply(own, admin, used)
        await_kept(own, used)
        save(own, admin, "settings.history_keep_days", 777)
        assert own.interrupt()[0] in LEFT
        own.start()
        assert running(own) == used
        assert any("新园区" in line for line in own.lines)
