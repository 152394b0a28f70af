"""`steward certificate` makes what servers of others accept, and shows what to pin."""

import asyncio
import shutil
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from asyncua import Server, ua
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from drivers.driver import LinkError
from drivers.opcua.certificates import application_uri, certificate_file, fingerprint, key_file, self_signed
from drivers.opcua.client import attached
from drivers.opcua.schema import Endpoint
from supervisor.cli import app
from tests.drivers.opcua.opcua_peer import PASSWORD, Peer, written
from tests.drivers.plant import Process

DAY_S = 86_400
POLICIES = [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt, ua.SecurityPolicyType.NoSecurity]


def steward(*arguments: object, language: str = "en") -> Result:
    return CliRunner().invoke(app, ["certificate", *map(str, arguments), "--language", language])


async def asked(*arguments: object) -> Result:
    """On a thread of its own, as the command has its own loop."""
    return await asyncio.to_thread(steward, *arguments)


def made(folder: Path, *more: object) -> dict[str, str]:
    """Certificate and key made by the command, as a connection names them."""
    result = steward("make", "--certificate", folder / "own.pem", "--private-key", folder / "own.key", *more)
    assert result.exit_code == 0, result.output
    return lines(result, "certificate", "private_key")


def lines(result: Result, *names: str) -> dict[str, str]:
    """What the command says to write into the connection."""
    said = (line.partition(" = ") for line in result.output.splitlines())
    return {name: value.strip('"') for name, _, value in said if name in names}


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("opcua")) as peer:
        yield peer


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process(secrets={"peer-password": PASSWORD})
    yield process
    await process.close()


async def session(endpoint: Endpoint, process: Process) -> None:
    async with attached(endpoint, 3.0, process.surroundings.secret) as client:
        assert client.wire.is_open


async def test_node_opcua_takes_what_was_made_and_is_pinned_by_what_is_shown(
    tmp_path: Path, peer: Peer, process: Process
) -> None:
    shown = await asked("show", peer.url)
    pin = lines(shown, "server_certificate")
    assert pin == {"server_certificate": fingerprint(peer.made.certificate)}
    assert "Aes256_Sha256_RsaPss (SignAndEncrypt)" in shown.output
    assert "application URI: urn:peer:server" in shown.output
    assert "compare the fingerprint with what the server itself displays" in shown.output
    told = {"url": peer.url, "user": "steward", "password": "peer-password", **made(tmp_path), **pin}
    await session(Endpoint.model_validate(told), process)


async def test_a_saved_certificate_is_a_pin_too(tmp_path: Path, peer: Peer, process: Process) -> None:
    file = tmp_path / "server.der"
    saved = await asked("show", peer.url, "--save", file)
    assert file.read_bytes() == peer.made.certificate
    assert lines(saved, "server_certificate") == {"server_certificate": str(file)}
    told = {"url": peer.url, "user": "steward", "password": "peer-password", **made(tmp_path)}
    await session(Endpoint.model_validate({**told, "server_certificate": str(file)}), process)
    again = await asked("show", peer.url, "--save", file)
    assert (again.exit_code, f"{file} is there already" in again.output) == (1, True)


@asynccontextmanager
async def strict_server(folder: Path, trusted: Path) -> AsyncIterator[Endpoint]:
    """asyncua's, which lets nobody in whose certificate it does not have, or that is not as it should be."""
    certificate, key = written(folder, "strict", self_signed("strict", "urn:strict", server=True))
    store = TrustStore([trusted], [])
    await store.load()
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/strict")
    server.set_security_policy(POLICIES)
    await server.load_certificate(str(certificate))
    await server.load_private_key(str(key), format="pem")
    server.set_certificate_validator(
        CertificateValidator(
            CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT, store
        )
    )
    async with server:
        assert server.bserver is not None
        port = server.bserver.port
        yield Endpoint.model_construct(url=f"opc.tcp://127.0.0.1:{port}/strict")


async def test_asyncua_trusts_what_was_made_by_its_uri_usages_and_time(
    tmp_path: Path, process: Process
) -> None:
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    own = made(tmp_path, "--uri", "urn:north-park:steward", "--days", 30)
    shutil.copy(own["certificate"], trusted)
    async with strict_server(tmp_path, trusted) as server:
        told = {"url": server.url, "server_certificate": str(tmp_path / "strict.pem")}
        await session(Endpoint.model_validate({**told, **own}), process)
        (tmp_path / "other").mkdir()
        stranger = made(tmp_path / "other", "--uri", "urn:north-park:steward")
        with pytest.raises(LinkError, match="refuses the session"):
            await session(Endpoint.model_validate({**told, **stranger}), process)


def test_it_is_as_it_was_asked_for(tmp_path: Path) -> None:
    own = made(
        tmp_path, "--uri", "urn:x:y", "--name", "North", "--host", "10.0.0.2", "--host", "bms", "--days", 30
    )
    certificate = certificate_file(own["certificate"])
    assert application_uri(certificate) == "urn:x:y"
    assert certificate.subject.rfc4514_string() == "CN=North"
    assert 29 * DAY_S < certificate.not_valid_after_utc.timestamp() - time.time() <= 30 * DAY_S
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["bms"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.2"]
    assert key_file(own["private_key"]).public_key() == certificate.public_key()
    modes = [stat.S_IMODE(Path(own[name]).stat().st_mode) for name in ("certificate", "private_key")]
    assert modes == [0o644, 0o600]
    shown = steward("show", own["certificate"])
    assert fingerprint(certificate.public_bytes(Encoding.DER)) in shown.output
    assert "subject: CN=North" in shown.output


def test_a_certificate_whose_time_is_over_is_shown_as_such(tmp_path: Path) -> None:
    file, _ = written(tmp_path, "old", self_signed("old", "urn:old", days=0))
    assert ", expired" in steward("show", file).output


def test_no_file_is_overwritten_unasked(tmp_path: Path) -> None:
    own = made(tmp_path)
    before = [Path(file).read_bytes() for file in own.values()]
    for gone in own.values():
        kept = Path(gone).read_bytes()
        Path(gone).unlink()
        refused = steward("make", "--certificate", own["certificate"], "--private-key", own["private_key"])
        assert (
            refused.exit_code,
            "is there already; name another file, or say --replace" in refused.output,
        ) == (
            1,
            True,
        )
        assert not Path(gone).exists()
        Path(gone).write_bytes(kept)
    assert [Path(file).read_bytes() for file in own.values()] == before
    made(tmp_path, "--replace")
    after = [Path(file).read_bytes() for file in own.values()]
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert stat.S_IMODE((tmp_path / "own.key").stat().st_mode) == 0o600
    assert {file.name for file in tmp_path.iterdir()} == {"own.pem", "own.key"}


@pytest.mark.parametrize(
    ("arguments", "reason", "in_chinese"),
    [
        (["make", "--uri", "no uri"], "'no uri' is no URI; write it like urn:", "不是 URI；请写成"),
        (["make", "--host", "园区"], "there can be no such certificate", "不能生成这样的证书"),
        (
            ["make", "--certificate", "steward.key"],
            "cannot be both certificate and private key",
            "不能既是证书又是私钥",
        ),
        (
            ["make", "--private-key", "nowhere/steward.key"],
            "nowhere/steward.key cannot be written",
            "nowhere/steward.key 无法写入",
        ),
        (
            ["show", "opc.tcp://127.0.0.1:1"],
            "opc.tcp://127.0.0.1:1 cannot be reached",
            "读取证书失败：opc.tcp://127.0.0.1:1",
        ),
        (["show", "opc.tcp://127.0.0.1:x"], "has no valid port", "opc.tcp://127.0.0.1:x 不能用："),
        (
            ["show", "no.pem"],
            "the certificate no.pem cannot be read: No such file",
            "读取证书失败：证书 no.pem 无法读取：文件或设备不存在",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], reason: str, in_chinese: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for language, told in (("en", reason), ("zh", in_chinese)):
        refused = steward(*arguments, language=language)
        assert refused.exit_code == 1
        assert told in refused.output
        assert len(refused.output.splitlines()) == 1
    assert not list(tmp_path.iterdir())


async def test_a_server_without_certificates_is_said(tmp_path: Path) -> None:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/open")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    async with server:
        assert server.bserver is not None
        said = await asked("show", f"opc.tcp://127.0.0.1:{server.bserver.port}/open")
    assert said.exit_code == 1
    assert (
        'shows no certificate, it offers None (None); let it offer a policy, or write security = "none"'
        in said.output
    )
