"""Against Debian's upsd with dummy-ups drivers, with configurations of their own."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, LinkError, Quality, WriteError
from drivers.nut.driver import Nut
from drivers.nut.schema import Connection, Kind, Options, Source
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within

POINTS = (
    point("charge", Source(variable="battery.charge")),
    point("voltage", Source(variable="battery.voltage")),
    point("online", Source(variable="ups.status", flag="OL")),
    point("on-battery", Source(variable="ups.status", flag="OB")),
    point("beeper", Source(variable="ups.beeper.status", equals="enabled")),
    point("model", Source(variable="ups.model", type=Kind.TEXT)),
    point("delay", Source(variable="ups.delay.start")),
    point("absent", Source(variable="input.voltage")),
    point("words", Source(variable="ups.model")),
    point("off", Source(command="load.off")),
    point("mute", Source(command="beeper.mute")),
)
VARIABLES = """ups.status: OL CHRG
ups.model: Smart 1000
battery.charge: 97
battery.voltage: 54.20
ups.delay.start: 10
ups.beeper.status: enabled
"""
EXPECTED = {
    "charge": 97, "voltage": 54.2, "online": 1, "on-battery": 0, "beeper": 1, "model": "Smart 1000",
    "delay": 10, "absent": Quality.BAD_ADDRESS, "words": Quality.BAD_INPUT, "off": Quality.BAD_NOT_READ,
    "mute": Quality.BAD_NOT_READ,
}  # fmt: skip
PASSWORD = "secret-1"


class NutServer:
    """upsd and the drivers of UPSes one and two; everything in one directory."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        state = directory / "state"
        state.mkdir()
        ups = ""
        for name in ("one", "two"):
            (directory / f"{name}.dev").write_text(VARIABLES)
            ups += f"[{name}]\n driver = dummy-ups\n port = {directory}/{name}.dev\n mode = dummy-once\n"
        self._write("ups.conf", ups)
        self._write("upsd.conf", f"LISTEN 127.0.0.1 {self.port}\nMAXAGE 3\n{self._certificate()}")
        self._write("upsd.users", f"[admin]\n password = {PASSWORD}\n actions = SET\n instcmds = ALL\n")

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)
        (self.directory / name).chmod(0o600)

    def _certificate(self) -> str:
        store = self.directory / "store"
        store.mkdir()
        noise = self.directory / "noise"
        noise.write_bytes(os.urandom(64))
        for arguments in (
            ["-N", "--empty-password"],
            [
                "-S",
                "-x",
                "-n",
                "upsd",
                "-s",
                "CN=localhost",
                "-8",
                "localhost",
                "-t",
                "CT,C,C",
                "-z",
                str(noise),
            ],
        ):
            subprocess.run(
                ["/usr/bin/certutil", "-d", str(store), *arguments], check=True, capture_output=True
            )
        shown = subprocess.run(
            ["/usr/bin/certutil", "-d", str(store), "-L", "-n", "upsd", "-a"], check=True, capture_output=True
        )
        (self.directory / "ca.pem").write_bytes(shown.stdout)
        return f'CERTPATH {store}\nCERTIDENT "upsd" ""\n'

    def start(self, *names: str) -> None:
        places = ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH", "NUT_PIDPATH")
        environment = dict(os.environ, **dict.fromkeys(places[1:], str(self.directory / "state")))
        environment[places[0]] = str(self.directory)
        user = pwd.getpwuid(os.getuid()).pw_name
        for name in names or ("one", "two", "upsd"):
            command = ["/lib/nut/dummy-ups", "-a", name, "-u", user, "-D"]
            if name == "upsd":
                command = ["/lib/nut/upsd", "-F", "-u", user]
            self._running[name] = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        if not names:
            self._settle()

    def _settle(self) -> None:
        """upsd answers before its drivers have told it everything."""
        for _ in range(200):
            time.sleep(0.1)
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as asking:
                asking.sendall(b"GET VAR one battery.charge\nGET VAR two battery.charge\nLOGOUT\n")
                said = b""
                while received := asking.recv(4096):
                    said += received
                if said.count(b'battery.charge "97"') == 2:
                    return
        raise TimeoutError("upsd did not start")

    def stop(self, *names: str) -> None:
        for name in names or tuple(self._running):
            process = self._running.pop(name)
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def hang(self, name: str) -> None:
        self._running[name].send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self._running[name].send_signal(signal.SIGCONT)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NutServer]:
    server = NutServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process(secrets={"password": PASSWORD, "other": "wrong"})
    yield process
    await process.close()


def made(server: NutServer, process: Process, **more: str) -> Driver:
    kind = template("nut", POINTS, Options(), period_s=0.1, timeout_s=1.0)
    about = {"host": "127.0.0.1", "port": server.port, "ups": "one", **more}
    reached = device(f"d-{about['ups']}", kind, Connection.model_validate(about))
    return Nut().driver(reached, Cadence(0.1), Nut().decoder(kind), process.surroundings)


def shown(pump: Pump) -> Mapping[str, float | str | Quality]:
    raw = pump.scans[-1].raw
    return {
        one.id: Quality(raw.quality[at]) if raw.quality[at] else raw.texts.get(at, raw.values[at])
        for at, one in enumerate(POINTS)
    }


async def test_every_kind_of_point_is_read(server: NutServer, process: Process) -> None:
    async with Pump(made(server, process)) as pump:
        await until(lambda: bool(pump.scans))
        assert shown(pump) == EXPECTED


@pytest.mark.parametrize(
    "tls", [{"tls": "unverified"}, {"host": "localhost", "tls": "verified", "ca": "ca.pem"}]
)
async def test_a_connection_is_encrypted_where_it_asks_for_it(
    tls: dict[str, str], server: NutServer, process: Process
) -> None:
    if "ca" in tls:
        tls = {**tls, "ca": str(server.directory / tls["ca"])}
    async with Pump(made(server, process, **tls)) as pump:
        await until(lambda: bool(pump.scans))
        assert shown(pump) == EXPECTED


async def test_a_certificate_that_nobody_vouches_for_is_refused(server: NutServer, process: Process) -> None:
    driver = made(server, process, host="localhost", tls="verified")
    with pytest.raises(LinkError, match="certificate") as raised:
        await within(driver.connect())
    assert "证书" in raised.value.why.zh
    await driver.close()


async def test_variables_and_commands_are_written_as_the_user(server: NutServer, process: Process) -> None:
    names = [one.id for one in POINTS]
    driver = made(server, process, user="admin", password="password")
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        await within(driver.write(names.index("delay"), 25))
        await until(lambda: shown(pump)["delay"] == 25)
        await within(driver.write(names.index("model"), 'A "quoted" \\ name'))
        await within(driver.write(names.index("off"), 1))
        with pytest.raises(WriteError, match="d-one/off := 0: writing 0 does nothing") as raised:
            await within(driver.write(names.index("off"), 0))
        assert "d-one/off := 0：写 0 不起作用" in raised.value.why.zh
        with pytest.raises(WriteError, match="CMD-NOT-SUPPORTED") as raised:
            await within(driver.write(names.index("mute"), 1))
        assert "该 UPS 没有此命令" in raised.value.why.zh
        with pytest.raises(WriteError, match="VAR-NOT-SUPPORTED"):
            await within(driver.write(names.index("absent"), 1))
        assert not pump.losses


@pytest.mark.parametrize(
    "who", [{}, {"user": "admin", "password": "other"}, {"user": "nobody", "password": "password"}]
)
async def test_whoever_may_not_write_is_told(
    who: dict[str, str], server: NutServer, process: Process
) -> None:
    driver = made(server, process, **who)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        with pytest.raises(WriteError, match=r"ACCESS-DENIED|USERNAME-REQUIRED"):
            await within(driver.write(6, 25))
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)
        assert not pump.losses


async def test_a_secret_that_is_put_right_is_used_by_the_next_write(
    server: NutServer, process: Process
) -> None:
    driver = made(server, process, user="admin", password="late")
    delay = [one.id for one in POINTS].index("delay")
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        process.secrets["late"] = "wrong"
        with pytest.raises(WriteError, match="ACCESS-DENIED"):
            await within(driver.write(delay, 25))
        process.secrets["late"] = PASSWORD
        await within(driver.write(delay, 25))
        await until(lambda: shown(pump)["delay"] == 25)
        assert not pump.losses


async def test_a_secret_that_comes_late_is_used_by_the_next_write(
    server: NutServer, process: Process
) -> None:
    driver = made(server, process, user="admin", password="late")
    delay = [one.id for one in POINTS].index("delay")
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        with pytest.raises(LinkError, match="late"):
            await within(driver.write(delay, 25))
        process.secrets["late"] = PASSWORD
        await within(driver.write(delay, 25))
        assert not pump.losses


async def test_a_ups_that_is_not_there_is_said_with_those_that_are(
    server: NutServer, process: Process
) -> None:
    async with Pump(made(server, process, ups="three")) as pump:
        await until(lambda: any("it has one, two" in loss for loss in pump.losses))


async def test_a_driver_that_hangs_makes_its_data_stale_and_one_that_is_gone_its_link_down(
    server: NutServer, process: Process
) -> None:
    async with Pump(made(server, process)) as pump, Pump(made(server, process, ups="two")) as other:
        await until(lambda: bool(pump.scans) and bool(other.scans))
        server.hang("one")
        await until(lambda: set(shown(pump).values()) == {Quality.BAD_STALE})
        server.go_on("one")
        await until(lambda: shown(pump) == EXPECTED)
        assert not pump.losses
        server.stop("one")
        await until(lambda: any("DRIVER-NOT-CONNECTED" in loss for loss in pump.losses))
        server.start("one")
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before and shown(pump) == EXPECTED)
        assert shown(other) == EXPECTED
        assert not other.losses


async def test_an_upsd_that_starts_again_is_read_on(server: NutServer, process: Process) -> None:
    async with Pump(made(server, process)) as pump:
        await until(lambda: bool(pump.scans))
        server.stop("upsd")
        await until(lambda: bool(pump.losses))
        server.start("upsd")
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 2 and shown(pump) == EXPECTED)
