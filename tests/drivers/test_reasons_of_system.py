"""What operating system and TLS say of a connection is said in both languages."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from benchmarks.ports import free_port
from drivers.driver import LinkError
from drivers.line_schema import Characters
from drivers.reasons import of_system, unreachable
from drivers.serial_port import open_port
from tests.drivers.plant import within

LIMIT_S = 0.5
DAY = datetime.timedelta(days=1)
DEVICE = "device.test"


async def failed(attempt: Awaitable[object]) -> OSError:
    with pytest.raises(OSError) as raised:
        await within(attempt)
    return raised.value


# -- connections


async def test_a_refused_connection() -> None:
    error = await failed(asyncio.open_connection("127.0.0.1", free_port()))
    assert of_system(error).zh == "连接被拒绝"
    assert of_system(error).en == "connection refused"
    told = unreachable("meter.test:502", error, LIMIT_S)
    assert told.why.zh == "meter.test:502 无法连接：连接被拒绝"
    assert str(told) == "meter.test:502 cannot be reached: connection refused"


async def test_a_connection_that_all_addresses_of_a_host_refuse() -> None:
    """Without a name it goes to the loopback addresses; where there is no IPv6, that one is lacking."""
    error = await failed(asyncio.open_connection(None, free_port()))
    assert of_system(error).zh in ("连接被拒绝", "本机没有该地址")


async def test_a_connection_that_is_not_accepted_in_time() -> None:
    async def wait() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    error = await failed(wait())
    assert of_system(error).zh == "超时"
    told = unreachable("meter.test:502", error, LIMIT_S)
    assert told.why.zh == "meter.test:502 在 0.5 s 内未接受连接"
    assert str(told) == "meter.test:502 did not accept a connection within 0.5 s"


async def test_a_connection_that_the_other_end_resets() -> None:
    ours, theirs = socket.create_server(("127.0.0.1", 0)), socket.socket()
    theirs.connect(ours.getsockname())
    accepted, _ = ours.accept()
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closing resets
    accepted.close()
    with theirs, ours, pytest.raises(ConnectionResetError) as raised:
        theirs.recv(1)
    assert of_system(raised.value).zh == "连接被对方复位"
    assert of_system(raised.value).en == "connection reset by peer"


async def test_an_unknown_host() -> None:
    look_up = asyncio.get_running_loop().getaddrinfo(DEVICE, 502, flags=socket.AI_NUMERICHOST)
    error = await failed(look_up)
    assert of_system(error).zh == "没有该主机名"
    assert of_system(error).en == error.strerror
    assert f"{DEVICE}:502 无法连接：没有该主机名" in unreachable(f"{DEVICE}:502", error, LIMIT_S).why.zh


def test_what_nobody_has_words_for_stands_as_it_is_said() -> None:
    told = of_system(OSError("a text of a library"))
    assert (told.zh, told.en) == ("a text of a library", "a text of a library")
    assert of_system(OSError()).en == "OSError"


# -- TLS


@dataclass(frozen=True)
class Certificate:
    subject: str = DEVICE
    begins: datetime.timedelta = -DAY
    ends: datetime.timedelta = DAY
    signed_by_other: bool = False

    def write(self, folder: Path) -> Path:
        """With its key, as a server loads them."""
        now = datetime.datetime.now(datetime.UTC)
        key, issuer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(self.subject))
            .issuer_name(_named("an issuer" if self.signed_by_other else self.subject))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + self.begins)
            .not_valid_after(now + self.ends)
            .add_extension(x509.SubjectAlternativeName([_alternative(self.subject)]), critical=False)
            .sign(issuer if self.signed_by_other else key, hashes.SHA256())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = folder / "device.pem"
        path.write_bytes(pem + made.public_bytes(Encoding.PEM))
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(subject: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(subject))
    except ValueError:
        return x509.DNSName(subject)


def shake_hands(certificate: Path, name: str, *, trusted: bool) -> None:
    """A client, which believes the certificate if it is `trusted`, and a server that shows it."""
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(certificate)
    here = ssl.create_default_context(cafile=certificate if trusted else None)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = there.wrap_bio(to_server, to_client, server_side=True)
    client = here.wrap_bio(to_client, to_server, server_hostname=name)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize(
    ("certificate", "name", "trusted", "zh", "en"),
    [
        (Certificate(ends=-DAY / 2), DEVICE, True, "证书已过期", "certificate has expired"),
        (Certificate(begins=DAY / 2), DEVICE, True, "证书尚未生效", "certificate is not yet valid"),
        (Certificate(), DEVICE, False, "证书是自签名的", "self-signed certificate"),
        (
            Certificate(signed_by_other=True),
            DEVICE,
            False,
            "证书的颁发者不受信任",
            "unable to get local issuer certificate",
        ),
        (Certificate("other.test"), DEVICE, True, "证书上的主机名不符", "Hostname mismatch"),
        (Certificate("127.0.0.2"), "127.0.0.1", True, "证书上的 IP 地址不符", "IP address mismatch"),
    ],
    ids=["expired", "not yet valid", "self-signed", "unknown issuer", "another host", "another address"],
)
def test_a_certificate_that_is_not_believed(
    certificate: Certificate, name: str, trusted: bool, zh: str, en: str, tmp_path: Path
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        shake_hands(certificate.write(tmp_path), name, trusted=trusted)
    told = of_system(raised.value)
    assert told.zh == zh
    assert en in told.en


def test_a_certificate_that_is_believed(tmp_path: Path) -> None:
    shake_hands(Certificate().write(tmp_path), DEVICE, trusted=True)


def test_a_server_that_does_not_speak_tls() -> None:
    from_server = ssl.MemoryBIO()
    from_server.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    client = ssl.create_default_context().wrap_bio(from_server, ssl.MemoryBIO(), server_hostname=DEVICE)
    with pytest.raises(ssl.SSLError) as raised:
        client.do_handshake()
    assert of_system(raised.value).zh.startswith("TLS 错误：")


# -- serial ports


async def opening(path: Path) -> LinkError:
    with pytest.raises(LinkError) as raised:
        await within(open_port(str(path), Characters(), asyncio.Protocol(), 5.0))
    return raised.value


async def test_a_serial_port_that_is_missing_and_a_folder(tmp_path: Path) -> None:
    error = await opening(tmp_path / "ttyUSB0")
    assert error.why.zh == f"{tmp_path}/ttyUSB0 无法打开：文件或设备不存在"
    assert str(error) == f"{tmp_path}/ttyUSB0 cannot be opened: no such file or directory"
    assert (await opening(tmp_path)).why.zh == f"{tmp_path} 无法打开：是目录而不是文件"


async def test_a_serial_port_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.touch()
    assert (await opening(path)).why.zh == f"{path} 无法打开：不是串口"
