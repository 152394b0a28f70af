"""What is HTTP's own: validators, access, limits, redirects, pace, addresses, writes."""

import asyncio
import base64
import gzip
import hashlib
import http.server
import json
import os
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

from drivers.driver import Cadence, LinkError, Quality, WriteError, WriteUnknown
from drivers.http.driver import Http
from drivers.http.schema import Connection, Options, Source
from tests.drivers.contract import Pump, writes_left_unknown
from tests.drivers.http.http_rig import (
    ITEM,
    OPTIONS,
    PERIOD_S,
    POINTS,
    BadServer,
    ServerRig,
    TwinRig,
    is_right,
)
from tests.drivers.plant import Process, device, point, template, until, within

KEY = "Geheim-4711"


@pytest.fixture
async def rig() -> AsyncIterator[ServerRig]:
    rig = ServerRig()
    rig.process.secrets["platform-key"] = KEY
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def said(driver: Any) -> str:
    """Why it cannot be reached."""
    with pytest.raises(LinkError) as caught:
        await within(driver.connect())
    await driver.close()
    return str(caught.value)


@contextmanager
def python_server(directory: Path) -> Iterator[int]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def send_response(self, code: int, message: str | None = None) -> None:
            seen.append(code)
            super().send_response(code, message)

    seen: list[int] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(directory)))
    server.seen = seen  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
        assert 304 in seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def starlette_server(directory: Path) -> Iterator[int]:
    seen: list[int] = []
    files = StaticFiles(directory=directory)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(message["status"])
            await send(message)

        await Starlette(routes=[])(scope, receive, send) if scope["type"] != "http" else await files(
            scope, receive, noted
        )

    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1]
        assert 304 in seen
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize("serve", [python_server, starlette_server])
async def test_an_answer_that_has_not_changed_is_not_sent_again(tmp_path: Path, serve: Any) -> None:
    """Servers that are not ours: validators by time, and by entity tag."""
    page = tmp_path / "list.json"
    page.write_text(json.dumps({"data": {"list": [ITEM]}}, ensure_ascii=False), "utf-8")
    process = Process()
    made = template("http", POINTS, OPTIONS, period_s=PERIOD_S, timeout_s=2)
    decoder = Http().decoder(made)
    with serve(tmp_path) as port:
        connection = Connection(url=f"http://127.0.0.1:{port}/list.json", match={"id": "ahu-1"})
        driver = Http().driver(
            device("a", made, connection), Cadence(PERIOD_S), decoder, process.surroundings
        )
        async with Pump(driver) as pump:
            await until(lambda: len(pump.scans) >= 4)
            assert all(is_right(decoder, scan) for scan in pump.scans)
            changed = {**ITEM, "attrs": [{"temp": 30}]}
            page.write_text(json.dumps({"data": {"list": [changed]}}), "utf-8")
            later = page.stat().st_mtime + 5
            os.utime(page, (later, later))
            await until(lambda: pump.scans[-1].raw.values[0] == 30)
            assert not pump.losses
    await process.close()


@pytest.mark.parametrize(
    ("access", "header", "held"),
    [
        ({"auth": "bearer"}, "authorization", f"Bearer {KEY}"),
        (
            {"auth": "basic", "user": "甲"},
            "authorization",
            "Basic " + base64.b64encode(f"甲:{KEY}".encode()).decode(),
        ),
        ({"auth": "header", "name": "X-API-Key"}, "x-api-key", KEY),
    ],
)
async def test_it_says_who_asks(rig: ServerRig, access: dict[str, Any], header: str, held: str) -> None:
    async with Pump(rig.of(secret="platform-key", **access)) as pump:
        await until(lambda: bool(pump.scans))
    assert rig.server.requests[0][2][header] == held


async def test_a_key_in_the_query_is_sent_and_never_told(rig: ServerRig) -> None:
    driver = rig.of(at="/list?page=1", auth="query", name="key", secret="platform-key")
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        assert rig.server.requests[0][1] == f"/list?page=1&key={KEY}"
        await rig.server.stop()
        await until(lambda: bool(pump.losses))
        assert KEY not in pump.losses[0]
        assert "page=1" not in pump.losses[0]


async def test_digest_answers_the_challenge(rig: ServerRig) -> None:
    challenge = 'Digest realm="park", nonce="abc", qop="auth", algorithm=SHA-256'

    def respond(request: Any, body: bytes) -> Any:
        answer = dict(request.headers).get(b"authorization", b"").decode()
        first = hashlib.sha256(f"u:park:{KEY}".encode()).hexdigest()
        second = hashlib.sha256(b"GET:/list").hexdigest()
        told = dict(part.strip().split("=", 1) for part in answer.removeprefix("Digest ").split(",") if part)
        middle = f"abc:{told.get('nc')}:{told.get('cnonce', '').strip(chr(34))}:auth"
        right = hashlib.sha256(f"{first}:{middle}:{second}".encode()).hexdigest()
        if told.get("response", "").strip('"') != right:
            return 401, {"WWW-Authenticate": challenge}, b""
        return real(request, body)

    real, rig.server._respond = rig.server._respond, respond  # type: ignore[method-assign]
    driver = rig.of(auth="digest", user="u", secret="platform-key")
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        assert not pump.losses
    rig.process.secrets["platform-key"] = "wrong"
    again = rig.of(auth="digest", user="u", secret="platform-key")
    assert "401 Unauthorized" in await said(again)


def certificate(name: str) -> tuple[bytes, bytes, str]:
    """A self-signed certificate and its key, PEM, and its fingerprint."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    made = made.not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signed.public_bytes(pem), private, signed.fingerprint(hashes.SHA256()).hex(":")


async def test_tls_trusts_its_own_file_or_one_pinned_certificate(tmp_path: Path) -> None:
    shown, key, fingerprint = certificate("platform.test")
    (tmp_path / "chain.pem").write_bytes(shown + key)
    (tmp_path / "ca.pem").write_bytes(shown)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "chain.pem")
    rig = ServerRig()
    await rig.start()
    tls = BadServer(context)
    await tls.start()
    url = f"https://platform.test:{tls.port}/list"
    try:
        trusted: list[dict[str, Any]] = [
            {"ca": str(tmp_path / "ca.pem")},
            {"fingerprint": f"sha256:{fingerprint}"},
        ]
        for given in trusted:
            async with Pump(rig.of(url=url, **given)) as pump:
                await until(lambda: len(pump.scans) >= 2)
        asked = len(tls.requests)
        assert "CERTIFICATE_VERIFY_FAILED" in await said(rig.of(url=url))
        assert "not the pinned one" in await said(rig.of(url=url, fingerprint="0" * 64))
        other = url.replace("platform.test", "127.0.0.1")
        assert "CERTIFICATE_VERIFY_FAILED" in await said(rig.of(url=other, ca=str(tmp_path / "ca.pem")))
        assert "cannot be read" in await said(rig.of(url=url, ca=str(tmp_path / "none.pem")))
        assert len(tls.requests) == asked  # nothing was sent before the certificate was right
    finally:
        await tls.stop()
        await rig.stop()
        await rig.process.close()


async def test_a_redirect_is_refused_and_followed_only_within_the_server(rig: ServerRig) -> None:
    def respond(request: Any, body: bytes) -> Any:
        led_to = {b"/list": "/new", b"/far": "http://127.0.0.1:9/list?key=1", b"/round": "/round"}
        if led := led_to.get(request.target):
            return 302, {"Location": led}, b""
        return real(request, body)

    real, rig.server._respond = rig.server._respond, respond  # type: ignore[method-assign]
    assert "leads to /new (302); give that address, or set redirects" in await said(rig.of())
    follows = OPTIONS.model_copy(update={"redirects": True})
    async with Pump(rig.of(options=follows)) as pump:
        await until(lambda: bool(pump.scans))
        assert not pump.losses
    far = await said(rig.of(options=follows, at="/far"))
    assert "http://127.0.0.1:9/list, another server" in far
    assert "key=1" not in far
    assert "leads on and on" in await said(rig.of(options=follows, at="/round"))


@pytest.mark.parametrize("nowhere", ["http://[", "javascript:alert(1)", "http://a:b/"])
async def test_a_redirect_to_what_is_no_address_is_an_answer_like_another(
    rig: ServerRig, nowhere: str
) -> None:
    rig.server.status, rig.server.headers = 302, {"Location": nowhere}
    assert await said(rig.of())
    assert await said(rig.of(options=OPTIONS.model_copy(update={"redirects": True})))
    rig.server.status, rig.server.headers = 200, {"Content-Type": "application/json"}
    driver = rig.of()
    await within(driver.connect())
    rig.server.status = 302
    rig.server.write_headers = {"Location": nowhere}
    with pytest.raises(WriteError):
        await within(driver.write(0, 21.0))
    assert len(rig.server.requests) == 4
    await driver.close()


async def test_a_validator_that_cannot_be_sent_back_is_not(rig: ServerRig) -> None:
    body = json.dumps({"data": {"list": [ITEM]}}).encode()
    head = f'HTTP/1.1 200 OK\r\nETag: "版本"\r\nContent-Length: {len(body)}\r\n\r\n'

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head.encode() + body)
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Pump(rig.of(url=f"http://platform.test:{port}/list")) as pump:
            await pump.goes_on(3)
            assert not pump.losses


async def test_errors_without_words_of_their_own_are_told_in_words(rig: ServerRig) -> None:
    """What is reset, or never answered, comes from the library as the bare name of a class."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if asked.startswith(b"GET /reset"):
            lingering = struct.pack("ii", 1, 0)  # closed with RST
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
            writer.transport.abort()
        else:
            await reader.read()
            writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for page, why in (
            ("reset", "the connection broke off without an answer"),
            ("silent", "no answer within its time-out"),
        ):
            driver = rig.of(url=f"http://platform.test:{port}/{page}")
            assert (await said(driver)).endswith(f"/{page}: {why}")
            await driver.close()


async def test_a_server_that_gives_a_cookie_with_each_answer_is_asked_with_few(rig: ServerRig) -> None:
    def respond(request: Any, body: bytes) -> Any:
        answer = real(request, body)
        assert answer is not None
        status, headers, content = answer
        return status, {**headers, "Set-Cookie": f"session-{len(rig.server.requests)}=1"}, content

    real, rig.server._respond = rig.server._respond, respond  # type: ignore[method-assign]
    async with Pump(rig.of()) as pump:
        await pump.goes_on(120)
    most = max(headers.get("cookie", "").count("=") for _, _, headers, _ in rig.server.requests)
    assert 1 < most < 60


@pytest.mark.parametrize(
    "large", [b"[" + b"1," * 2**20 + b"1]", gzip.compress(b" " * 2**26, mtime=0), zlib.compress(b" " * 2**26)]
)
async def test_a_body_is_never_more_than_its_limit_also_unpacked(rig: ServerRig, large: bytes) -> None:
    packed = {b"\x1f": "gzip", b"\x78": "deflate"}.get(large[:1])
    rig.server.content = large
    if packed:
        rig.server.headers = {"Content-Type": "application/json", "Content-Encoding": packed}
    assert "more than 1048576 bytes; raise body_limit" in await said(rig.of())


@pytest.mark.parametrize("pack", ["gzip", "deflate", None])
async def test_a_body_may_be_packed_and_be_gb18030(rig: ServerRig, pack: str | None) -> None:
    body = json.dumps({"data": {"list": [ITEM]}}, ensure_ascii=False).encode("gb18030")
    rig.server.headers = {"Content-Type": "application/json;charset=GBK"}
    if pack:
        rig.server.headers = {"Content-Type": "text/plain", "Content-Encoding": pack}
        body = gzip.compress(body) if pack == "gzip" else zlib.compress(body)
    rig.server.content = body
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        assert rig.is_right(pump.scans[0])


@pytest.mark.parametrize(
    ("content", "headers", "why"),
    [
        (b"<html>", {"Content-Type": "text/html"}, "it is text/html, not JSON"),
        (b"{", {}, "it is no JSON"),
        (b"[" * 100_000, {}, "nested too deep"),
        (b"abc", {"Content-Encoding": "br"}, "packed as 'br'"),
        (gzip.compress(b"[1]", mtime=0)[:-9], {"Content-Encoding": "gzip"}, "in the middle"),
        (b"{}", {"Content-Type": "application/json; charset=klingon"}, "charset 'klingon' is unknown"),
        (b"{}", {}, "has no list at data.list"),
        (b'{"data": {"list": [{"id": 7}]}}', {}, "has no item with id = ahu-1"),
    ],
)
async def test_what_cannot_be_understood_says_why(
    rig: ServerRig, content: bytes, headers: dict[str, str], why: str
) -> None:
    rig.server.content, rig.server.headers = content, headers
    assert why in await said(rig.driver)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.1.1]", "[fd00:ec2::254]", "100.100.100.200", "0.0.0.0"],
)
async def test_link_local_and_metadata_addresses_are_never_asked(rig: ServerRig, host: str) -> None:
    """15 of the security list: also where a harmless name leads there."""
    assert "is never asked" in await said(rig.of(url=f"http://{host}/latest"))
    rig.hosts["platform.test"] = host.strip("[]")
    assert "is never asked" in await said(rig.of())


async def test_two_hundred_sensors_of_one_answer_cost_one_request_a_period(rig: ServerRig) -> None:
    rig.server.document = {
        "data": {"list": [{**ITEM, "id": at, "attrs": [{"temp": at}]} for at in range(200)]}
    }
    options = OPTIONS.model_copy(update={"body_limit": 65536})
    pumps = [Pump(rig.of(f"s-{at}", options, match={"id": at})) for at in range(200)]
    try:
        for pump in pumps:
            await pump.__aenter__()
        await until(lambda: all(len(pump.scans) >= 5 for pump in pumps))
        scans = sum(len(pump.scans) for pump in pumps)
        assert [pump.scans[-1].raw.values[0] for pump in pumps] == list(range(200))
        assert len(rig.server.requests) < scans / 20
        assert len(rig.server.open) <= 10
        assert not any(pump.losses for pump in pumps)
    finally:
        for pump in pumps:
            await pump.__aexit__()


async def test_a_server_that_asks_to_be_left_alone_is(rig: ServerRig) -> None:
    rig.server.status, rig.server.headers, rig.server.content = 429, {"Retry-After": "2"}, b""
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.losses) >= 2)
        assert "429 Too Many Requests" in pump.losses[0]
        assert "asked not to be asked for 2 s more" in pump.losses[1]
        assert len(rig.server.requests) == 1
        rig.server.status, rig.server.content = 200, None
        rig.server.headers = {}
        await until(lambda: bool(pump.scans))
        assert len(rig.server.requests) >= 2


async def test_requests_keep_their_distance(rig: ServerRig) -> None:
    options = OPTIONS.model_copy(update={"min_interval_s": 0.4})
    began = asyncio.get_running_loop().time()
    async with Pump(rig.of(options=options)) as pump:
        await until(lambda: len(rig.server.requests) >= 4)
        assert not pump.losses
    assert asyncio.get_running_loop().time() - began >= 3 * 0.4 - 0.05


async def test_a_value_that_is_not_there_spoils_its_own_point_only(rig: ServerRig) -> None:
    rig.server.document = {"data": {"list": [{"id": "ahu-1", "mode": "?", "name": None}]}}
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        raw = pump.scans[-1].raw
        assert raw.quality == [Quality.BAD_ADDRESS, Quality.BAD_OUT_OF_RANGE, Quality.GOOD]
        assert not pump.losses


async def test_values_have_their_own_time_and_go_stale(rig: ServerRig) -> None:
    now = datetime.now(UTC)
    rig.server.document = {"v": 5, "t": (now - timedelta(seconds=3)).isoformat()}
    options = Options(time="t", stale_s=60)
    points = (point("v", Source(path="v")),)
    async with Pump(rig.of(options=options, points=points)) as pump:
        await until(lambda: len(pump.scans) >= 3)
        assert abs(pump.scans[0].time_ns / 1e9 - now.timestamp() + 3) < 0.01
        assert pump.scans[1].time_ns > pump.scans[0].time_ns
        rig.server.document = {"v": 5, "t": (now - timedelta(minutes=3)).isoformat()}
        await until(lambda: pump.scans[-1].raw.quality == [Quality.UNCERTAIN_STALE])
        assert abs(pump.scans[-1].time_ns / 1e9 - datetime.now(UTC).timestamp()) < 5


async def test_every_write_is_sent_once_though_a_fifth_are_not_answered(rig: ServerRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.server.silent_writes = {at for at in range(1, 21) if at % 5 == 0}
    assert await writes_left_unknown(rig.driver, map(float, range(1, 21))) == 4
    sent = [request for request in rig.server.requests if request[0] == "PUT"]
    assert [json.loads(request[3]) for request in sent] == [
        {"id": "ahu-1", "v": [value]} for value in range(1, 21)
    ]
    assert {request[1] for request in sent} == {"/devices/ahu-1/setpoint"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, WriteError), (403, WriteError), (409, WriteError), (302, WriteError), (503, WriteError),
     (500, WriteUnknown), (504, WriteUnknown)],
)  # fmt: skip
async def test_a_write_that_is_refused_says_so(rig: ServerRig, status: int, kind: type[WriteError]) -> None:
    await within(rig.driver.connect())
    rig.server.status = status
    with pytest.raises(WriteError, match=f"a/temp := 7.*answers {status}") as caught:
        await within(rig.driver.write(0, 7))
    assert type(caught.value) is kind
    assert len([request for request in rig.server.requests if request[0] == "PUT"]) == 1
    with pytest.raises(WriteError, match="cannot be written"):
        await rig.driver.write(1, 7)
    await rig.server.stop()
    with pytest.raises(LinkError, match="nothing was written"):
        await within(rig.driver.write(0, 7))
    await rig.driver.close()
    with pytest.raises(LinkError, match="not connected"):
        await rig.driver.write(0, 7)


async def test_the_twin_hears_what_is_written() -> None:
    rig = TwinRig()
    await rig.start()
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        await within(rig.driver.write(0, 25.5))
        assert rig.heard == [("a", "temp", 25.5)]
        await until(lambda: pump.scans[-1].raw.values[0] == 25.5)
        assert rig.twin.value("a", "temp") == 25.5
        rig.twin.drop()
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before + 2)
    await rig.stop()
    await rig.process.close()
