"""Debian's snmpd and its senders of traps: an agent that is not ours, with a configuration of its own."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from benchmarks.ports import free_port

AUTH, PRIV = "authpass1", "privpass1"
USERS = {
    # user: (Steward's auth and priv, net-snmp's)
    "md5-none": ("md5", "none", "MD5", ""),
    "md5-des": ("md5", "des", "MD5", "DES"),
    "sha-aes": ("sha", "aes128", "SHA", "AES"),
    "sha224-none": ("sha224", "none", "SHA-224", ""),
    "sha256-aes192": ("sha256", "aes192", "SHA-256", "AES-192"),
    "sha384-aes": ("sha384", "aes128", "SHA-384", "AES"),
    "sha512-aes256": ("sha512", "aes256", "SHA-512", "AES-256"),
    "md5-aes256": ("md5", "aes256", "MD5", "AES-256"),
    "sha-aes256-cisco": ("sha", "aes256-cisco", "SHA", "AES-256-C"),
    "sha-aes192-cisco": ("sha", "aes192-cisco", "SHA", "AES-192-C"),
    "none-none": ("none", "none", "", ""),
}
BASE = "1.3.6.1.4.1.32473"
UPS = "1.3.6.1.2.1.33.1"
PASSED = """#!/bin/sh
# net-snmp asks: -g OID, -n OID or -s OID TYPE VALUE
[ "$1" = -g ] || exit 0
echo "$2"
case "$2" in
  *.9.1.0) echo counter64; echo 18446744073709551615 ;;
  *.9.2.0) echo opaque; echo 9F 78 04 41 BC 00 00 ;;
  *.9.3.0) echo ipaddress; echo 10.0.8.21 ;;
  *) echo NONE ;;
esac
"""
OVERRIDES = (
    (f"{BASE}.1.0", "integer", "-5"),
    (f"{BASE}.2.0", "uinteger", "4294967295"),
    (f"{BASE}.3.0", "counter", "4000000000"),
    (f"{BASE}.4.0", "timeticks", "360000"),
    (f"{BASE}.5.0", "octet_str", '" 21.5 "'),
    (f"{BASE}.6.0", "object_id", f"{UPS}.6.3.3"),
    (f"{BASE}.8.0", "octet_str", '"0100"'),
)
WRITABLE = ((f"{BASE}.20.0", "integer", "1"), (f"{BASE}.21.0", "octet_str", '"old"'))


class NetSnmp:
    """`start` may be called again after `stop`: then the engine has booted once more."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.lines: list[str] = []
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        (directory / "state").mkdir(exist_ok=True)
        passed = directory / "passed"
        passed.write_text(PASSED)
        passed.chmod(0o755)
        lines = [f"agentaddress udp:127.0.0.1:{self.port}", "rocommunity public", "rwcommunity private"]
        for user, (_, _, auth, priv) in USERS.items():
            keys = f'{auth} "{AUTH}" {priv} "{PRIV}"' if priv else f'{auth} "{AUTH}"' if auth else ""
            lines += [f"createUser {user} {keys}", f"rwuser {user} {'auth' if auth else 'noauth'}"]
        lines += [f"override {oid} {type_} {value}" for oid, type_, value in OVERRIDES]
        lines += [f"override -rw {oid} {type_} {value}" for oid, type_, value in WRITABLE]
        lines += [f"pass {BASE}.9 {passed}"]
        self.lines = lines

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(self._directory / "state")}

    def start(self) -> None:
        configuration = self._directory / "snmpd.conf"
        configuration.write_text("\n".join(self.lines) + "\n")
        self._process = subprocess.Popen(
            ["/usr/sbin/snmpd", "-f", "-LE", "3", "-C", "-c", str(configuration)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        asked = ["/usr/bin/snmpget", "-v2c", "-c", "public", "-t", "0.3", "-r", "0", f"127.0.0.1:{self.port}"]
        for _ in range(100):
            if not subprocess.run(
                [*asked, "1.3.6.1.2.1.1.3.0"], env=self.environment, capture_output=True, check=False
            ).returncode:
                return
            time.sleep(0.1)
        raise TimeoutError("snmpd did not start")

    def stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()

    async def send(self, *arguments: str) -> int:
        """Run `snmptrap` with these arguments; its exit code."""
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/snmptrap", *arguments, env=self.environment, stderr=subprocess.DEVNULL
        )
        return await process.wait()


def credentials(user: str) -> list[str]:
    """Of a user, for net-snmp's command line."""
    _, _, auth, priv = USERS[user]
    level = "authPriv" if priv else "authNoPriv" if auth else "noAuthNoPriv"
    found = ["-v3", "-l", level, "-u", user]
    if auth:
        found += ["-a", auth, "-A", AUTH]
    if priv:
        found += ["-x", priv, "-X", PRIV]
    return found
