"""`steward` as somebody types it, and the first start of a site without users."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.browser import chromium
from benchmarks.modbus_farm import Farm
from benchmarks.ports import free_ports
from tests.flows.house import PASSWORD, ROOT, House, house, write_site
from tests.flows.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)


def steward(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "supervisor.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", [("127.0.0.1", 1502)], free_ports(2))


def test_check_counts_what_a_right_site_has(site: Path) -> None:
    said = steward("check", str(site))
    assert said.returncode == 0
    assert "1 devices, 4 points, no problems" in said.stdout


def test_check_says_everything_that_is_wrong_at_once(site: Path) -> None:
    file = site / "site.toml"
    right = file.read_text("utf-8")
    wrong = right.replace('zone = "b"', 'zone = "nowhere"').replace('unit = "kW"', 'unti = "kW"')
    file.write_text(wrong.replace("high = 40", "high = 4"), "utf-8")
    said = steward("check", str(site))
    assert said.returncode == 1
    for hint in ("nowhere", "unti", "site.toml"):
        assert hint in said.stderr
    assert len([line for line in said.stderr.splitlines() if "site.toml" in line]) >= 3
    assert "Traceback" not in said.stderr


def test_run_refuses_a_wrong_site_before_anything_starts(site: Path, tmp_path: Path) -> None:
    file = site / "site.toml"
    file.write_text(file.read_text("utf-8").replace('zone = "b"', 'zone = "nowhere"'), "utf-8")
    said = steward("run", str(site), "--run", str(tmp_path / "run"))
    assert said.returncode == 1
    assert "nowhere" in said.stderr
    assert not (tmp_path / "run").exists()


def test_schema_is_the_json_schema_of_the_files() -> None:
    said = steward("schema")
    assert said.returncode == 0
    schema = json.loads(said.stdout)
    assert {"site", "zone", "device"} <= schema["properties"].keys()


def test_status_says_that_nothing_runs(site: Path, tmp_path: Path) -> None:
    said = steward("status", str(site), "--run", str(tmp_path / "run"))
    assert said.returncode == 1
    assert "nothing runs" in said.stderr


def test_status_shows_processes_and_their_trees(home: House) -> None:
    said = steward("status", str(home.site), "--run", str(home.paths.root))
    assert said.returncode == 0
    for name in ("historian", "core", "field", "office", "web-control", "web-office", "watchdog"):
        assert re.search(rf"^{name} +running +pid {home.pid(name)} ", said.stdout, re.MULTILINE)
    for actor in ("publisher", "journal", "zone/b", "gate", "subsystem/hvac", "u11", "identity"):
        assert re.search(rf"^ +{actor} +running +restarts 0 ", said.stdout, re.MULTILINE), actor


def test_status_as_json_holds_the_same(home: House) -> None:
    said = steward("status", str(home.site), "--run", str(home.paths.root), "--json")
    states = json.loads(said.stdout)
    children = {child["name"] for child in states["core"]["tree"]["children"]}
    assert children == {"publisher", "journal", "zones", "board", "gate", "linkage"}


def test_a_first_start_without_users_asks_for_an_administrator_with_the_code(farm: Farm) -> None:
    """S-01: nobody has a password before, and the code is shown on the terminal only."""
    with house(farm, devices=1) as home:
        home.start()
        assert home.code not in home.log.read_text()
        with chromium() as browser:
            visitor = Visitor(browser, home.office)
            page = visitor.page
            page.goto(home.office + "/")
            for code, said in (("guess", "一次性代码不对"), (home.code, "安全管理员已创建")):
                page.fill("[name=code]", code)
                page.fill("[name=user]", "chief")
                page.fill("[name=display]", "主管")
                page.fill("[name=password]", PASSWORD)
                page.fill("[name=again]", PASSWORD)
                page.click(".gate button")
                expect(page.locator("[role=alert]")).to_contain_text(said)
            visitor.log_in("chief")
            expect(page.locator("h1")).to_be_visible()
            visitor.close()
            assert visitor.troubles == []
