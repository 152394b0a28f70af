"""A whole site whose business stands on a PostgreSQL server, which may go and come back."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from actors.messages import HangTag, RemoveTag, Stage
from benchmarks.browser import chromium
from benchmarks.modbus_farm import Farm
from business.access import Refusal
from business.access.authority import LOOK_S
from business.access.messages import GrantRole
from tests.business.postgresql import Server, running_server
from tests.flows.house import CALM, HOT, ROOT, TEMPERATURE, House, house
from tests.flows.visitor import Visitor


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        server.create("steward")
        yield server


@pytest.fixture
def home(farm: Farm, server: Server) -> Iterator[House]:
    with house(farm, devices=1, database=server.url("steward")) as home:
        home.paths.create()
        secret = home.paths.secrets / "database-password"
        secret.touch(mode=0o600)
        secret.write_text(server.password)
        yield home


def verify(home: House) -> "subprocess.CompletedProcess[str]":
    command = ["audit", "verify", str(home.site), "--run", str(home.paths.root)]
    return subprocess.run(
        [sys.executable, "-m", "supervisor.cli", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_alarms_are_acknowledged_while_the_server_is_away(home: House, server: Server, farm: Farm) -> None:
    """S-32, SR 2.10: by who was there last, on a page that stands; nothing else is carried out."""
    home.start()
    home.administrator()
    home.add_user(home.log_in("warden"), "olga", "operator")
    with chromium() as browser:
        visitor = Visitor(browser, home.control).log_in("olga")
        page = visitor.open("/alarms")
        row = page.locator('[data-alarm^="u00/temperature/"]')

        def acknowledge() -> None:
            farm.set(0, TEMPERATURE, HOT)
            expect(row).to_have_class(re.compile(r"\bunacknowledged\b"))
            row.locator("[data-act=ack]").click()
            page.locator(".q-dialog .q-btn", has_text="确认").click()
            expect(row).to_have_class(re.compile(r"\backnowledged\b"))
            farm.set(0, TEMPERATURE, CALM)
            expect(row).to_have_count(0)

        acknowledge()
        server.stop()
        acknowledge()
        server.start()
        visitor.close()
        assert visitor.troubles == []
    given = [row.user for row in home.journal("u00") if row.user]
    assert given == ["olga", "olga"]


def test_a_server_that_goes_and_comes_back_stops_commands_only(home: House, server: Server) -> None:
    """S-32: nothing is carried out unrecorded, no process ends, and nobody restarts anything."""
    home.start()
    assert not home.paths.business.exists()
    home.administrator()
    warden = home.log_in("warden")
    home.add_user(warden, "olga", "operator")
    olga = home.log_in("olga")
    assert home.tell(HangTag("u00", "repair"), olga)[-1].stage is Stage.DONE
    pids = {name: state["pid"] for name, state in home.states().items()}

    server.stop()
    time.sleep(2 * LOOK_S)  # so long what was read of a server is believed
    for told in (
        home.tell(RemoveTag("u00"), olga)[-1],
        home.tell_office(GrantRole("olga", "viewer"), warden),
    ):
        assert (told.stage, told.detail) == (Stage.REFUSED, Refusal.NOT_RECORDED)
    assert verify(home).returncode == 1
    assert home.journal() is not None

    server.start()
    assert home.tell(RemoveTag("u00"), olga)[-1].stage is Stage.DONE
    home.add_user(warden, "vera", "viewer")
    assert {name: state["pid"] for name, state in home.states().items()} == pids
    said = verify(home)
    assert (said.returncode, "an unbroken chain" in said.stdout) == (0, True)
    assert server.password not in home.log.read_text() + "".join(home.lines) + said.stdout + said.stderr
