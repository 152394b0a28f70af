"""Debian's mosquitto: a broker, and clients, that are not ours."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.ports import free_ports
from tests.drivers.plant import until

BROKER = shutil.which("mosquitto", path=f"/usr/sbin:{os.environ['PATH']}") or "mosquitto"
PEM = serialization.Encoding.PEM


class Mosquitto:
    """One broker on a port of its own; `lines` are of its configuration file."""

    def __init__(self, folder: Path, *lines: str) -> None:
        (self.port,) = free_ports(1)
        self._folder = folder
        self._lines = lines
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    def at(cls, port: int) -> "Mosquitto":
        """Only their clients, for a broker of ours."""
        found = cls(Path())
        found.port = port
        return found

    async def start(self) -> None:
        config = self._folder / "mosquitto.conf"
        # As root it would become another user, who may not read what tests write.
        lines = [f"listener {self.port} 127.0.0.1", "user root", *self._lines]
        config.write_text("\n".join(lines) + "\n", "utf-8")
        self._process = await asyncio.create_subprocess_exec(
            BROKER, "-c", str(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await until(self._listens)

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def freeze(self, *, frozen: bool) -> None:
        """As a machine that hangs: connections stay, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(19 if frozen else 18)  # SIGSTOP, SIGCONT

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def publish(self, topic: str, payload: str | bytes, *more: str) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        process = await asyncio.create_subprocess_exec(
            "mosquitto_pub", "-p", str(self.port), "-t", topic, "-s", *more, stdin=subprocess.PIPE
        )
        await process.communicate(data)
        assert process.returncode == 0

    @contextlib.asynccontextmanager
    async def heard(self, topic: str, *more: str) -> AsyncIterator[list[str]]:
        """What a subscriber of theirs hears meanwhile: "topic payload retained qos" each."""
        process = await asyncio.create_subprocess_exec(
            "mosquitto_sub", "-p", str(self.port), "-t", topic, "-t", "ready/#", "-q", "2",
            "-F", "%t %p %r %q", *more, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        stream, lines = process.stdout, []
        listening = asyncio.Event()

        async def read() -> None:
            async for line in stream:
                text = line.decode().rstrip("\n")
                if text.startswith("ready/"):
                    listening.set()
                else:
                    lines.append(text)

        reading = asyncio.create_task(read())
        while not listening.is_set():
            await self.publish("ready/now", "x", *more)
            await asyncio.sleep(0.02)
        try:
            yield lines
        finally:
            process.terminate()
            await process.wait()
            await reading


def passwords(folder: Path, user: str, password: str) -> str:
    """A password file with one user; the line of the configuration that names it."""
    file = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(file), user, password], check=True)
    return f"password_file {file}"


def certificates(folder: Path) -> dict[str, str]:
    """Files ca, server and client (certificate with key), and the fingerprint of the server's."""
    now = datetime.now(UTC)

    def certificate(
        name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, ca: bool
    ) -> x509.Certificate:
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, "Campus CA")
        )
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if not ca:
            address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
            made = made.add_extension(address, critical=False)
        return made.sign(by, hashes.SHA256())

    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("Campus CA", "server", "client")}
    found = {}
    for name, key in keys.items():
        is_ca = name == "Campus CA"
        made = certificate(name, key, keys["Campus CA"], ca=is_ca)
        file = folder / ("ca.pem" if is_ca else f"{name}.pem")
        private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(made.public_bytes(PEM) + (b"" if is_ca else private))
        found[file.stem] = str(file)
        if name == "server":
            found["fingerprint"] = made.fingerprint(hashes.SHA256()).hex(":")
    return found
