"""A server that is not ours: node-opcua, installed once into a cache folder, in a process of its own;
and a device of it that is read."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks.ports import free_port
from config.site import Point
from drivers.driver import Cadence, Quality
from drivers.opcua.certificates import Made, fingerprint, self_signed
from drivers.opcua.driver import OpcUa, OpcUaDriver
from drivers.opcua.schema import Connection, Options
from tests.drivers.contract import Pump
from tests.drivers.installed import node_modules
from tests.drivers.plant import Process, device, template, until

VERSION = "2.157.0"
"""The last ones need a newer Node.js than Debian has."""
SERVER = Path(__file__).with_name("node_opcua_server.js")
PLANT = "urn:peer:plant"
PASSWORD = "correct horse"
PATIENCE_S = 60.0


def written(folder: Path, name: str, made: Made) -> tuple[Path, Path]:
    """Certificate and key as PEM files."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(x509.load_der_x509_certificate(made.certificate).public_bytes(Encoding.PEM))
    key.write_bytes(made.private_key)
    return certificate, key


class Peer:
    """`with Peer(folder) as peer: peer.tell(set="level", value=90)`."""

    def __init__(
        self,
        folder: Path,
        *,
        policies: Sequence[str] = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"),
        modes: Sequence[str] = ("Sign", "SignAndEncrypt"),
        anonymous: bool = False,
        namespaces: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        self.made = self_signed("peer", "urn:peer:server", ["127.0.0.1", "localhost"], server=True)
        certificate, key = written(folder, "server", self.made)
        self.certificate = certificate
        self.port = port or free_port()
        self._log = folder / "peer.log"
        self._told = {
            "modules": str(node_modules("node-opcua", VERSION)),
            "folder": str(folder),
            "port": self.port,
            "certificate": str(certificate),
            "key": str(key),
            "policies": list(policies),
            "modes": list(modes),
            "anonymous": anonymous,
            "namespaces": list(namespaces),
        }

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["node", str(SERVER), json.dumps(self._told)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
            )
        self._answers = b""
        while not self._answer().startswith("ready"):
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with self._process:
            pass

    def tell(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        answer = self._answer()
        assert answer == "done", answer

    def _answer(self) -> str:
        assert self._process.stdout is not None
        until_s = time.monotonic() + PATIENCE_S
        while b"\n" not in self._answers:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([self._process.stdout], [], [], left_s)[0]:
                raise TimeoutError(f"node-opcua did not answer within {PATIENCE_S:g} s")
            more = os.read(self._process.stdout.fileno(), 65536)
            if not more:
                raise ConnectionError(f"node-opcua ended: {self._log.read_text()[-1000:]}")
            self._answers += more
        line, _, self._answers = self._answers.partition(b"\n")
        text = line.decode()
        return text if text.startswith(("ready", "done", "error")) else self._answer()


def connection(peer: Peer, trust: dict[str, str], **more: str) -> Connection:
    told = {
        "url": peer.url,
        "server_certificate": fingerprint(peer.made.certificate),
        "user": "steward",
        "password": "peer-password",
        "root": f"nsu={PLANT};s=AHU1",
        **trust,
        **more,
    }
    return Connection.model_validate({name: value for name, value in told.items() if value})


class Reader:
    """A device of the peer, its driver under way."""

    def __init__(self, reached: Connection, points: tuple[Point, ...], process: Process) -> None:
        self.points = points
        made = template("opcua", points, Options(), period_s=0.1, timeout_s=3.0)
        self.decoder = OpcUa().decoder(made)
        driver = OpcUa().driver(
            device("ahu-1", made, reached), Cadence(0.1), self.decoder, process.surroundings
        )
        assert isinstance(driver, OpcUaDriver)
        self.driver = driver
        self.pump = Pump(driver)

    async def __aenter__(self) -> "Reader":
        await self.pump.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pump.__aexit__()
        await self.driver.close()

    def now(self) -> dict[str, Any]:
        """Values of the latest scan, the quality where it is not good."""
        if not self.pump.scans:
            return {}
        columns = self.decoder.decode([self.pump.scans[-1].raw])
        shown: dict[str, Any] = {}
        for at, one in enumerate(self.points):
            quality = Quality(int(columns.quality[0, at]))
            text = columns.texts[at][0] if at in columns.texts else float(columns.values[0, at])
            shown[one.id] = text if quality.is_good else quality
        return shown

    async def shows(self, **expected: Any) -> None:
        def holds() -> bool:
            now = self.now()
            return all(now.get(name.replace("_", "-")) == value for name, value in expected.items())

        try:
            await until(holds)
        except TimeoutError:
            raise AssertionError(f"{self.now()} is not {expected}; {self.pump.losses[-3:]}") from None
