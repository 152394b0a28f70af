"""One way to a server: channel, session and identity, with nobody trusted who is not pinned."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from asyncua import Client, ua
from asyncua.client.ua_client import UaClient
from asyncua.crypto import security_policies
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from config.secrets import Secret, SecretError
from config.text import Text
from drivers.errors import LinkError
from drivers.opcua.certificates import (
    CertificateError,
    application_uri,
    certificate_file,
    fingerprint,
    key_file,
    private_key,
)
from drivers.opcua.schema import Endpoint, Mode, Security
from drivers.opcua.wire import Refused, Wire, status_text
from drivers.reasons import of_system

SESSION_S = 60.0
"""A session that nobody closed leaves its place on the server after so long; small ones have five places."""
CHANNEL_S = 3600.0
APPLICATION_URI = "urn:campus-steward:client"

_POLICIES: dict[Security, Any] = {
    Security.BASIC256_SHA256: security_policies.SecurityPolicyBasic256Sha256,
    Security.AES128_SHA256_RSA_OAEP: security_policies.SecurityPolicyAes128Sha256RsaOaep,
    Security.AES256_SHA256_RSA_PSS: security_policies.SecurityPolicyAes256Sha256RsaPss,
}
_MODES = {
    Mode.SIGN: ua.MessageSecurityMode.Sign,
    Mode.SIGN_AND_ENCRYPT: ua.MessageSecurityMode.SignAndEncrypt,
}

Secrets = Callable[[str], Secret]


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What this side shows; read anew for each connection, so that what was renewed is used."""

    certificate: x509.Certificate | None
    key: rsa.RSAPrivateKey | None
    user_certificate: x509.Certificate | None
    user_key: rsa.RSAPrivateKey | None
    password: Secret | None
    server_certificate: bytes
    """DER of the pinned file, empty where none is."""


class _Wires(UaClient):
    """asyncua's client over our socket."""

    def _make_protocol(self) -> Wire:
        wire = Wire(self._timeout, self.security_policy)
        wire.on_connection_lost = self._on_transport_lost
        self.protocol = wire
        return wire


class Attached(Client):
    """One connection, never used again once it is lost (asyncua issue 1660)."""

    def __init__(self, endpoint: Endpoint, timeout_s: float) -> None:
        super().__init__(endpoint.url, timeout_s)
        self.uaclient = _Wires(timeout_s)
        self.name = self.description = "Steward"
        self.product_uri = "urn:campus-steward"
        self.application_uri = APPLICATION_URI
        self.session_timeout = int(SESSION_S * 1000)
        self.secure_channel_timeout = int(CHANNEL_S * 1000)

    @property
    def wire(self) -> Wire:
        wire = self.uaclient.protocol
        assert isinstance(wire, Wire)
        return wire

    async def reach(self, endpoint: Endpoint) -> None:
        """Socket, hello and channel."""
        await self.uaclient.connect_socket(endpoint.host, endpoint.port)
        await self.send_hello()
        await self.open_secure_channel()

    async def renew(self) -> None:
        """Keep the channel's keys fresh: after three quarters of their life (Part 4, 5.5.2)."""
        while True:
            await asyncio.sleep(self.secure_channel_timeout * 0.75e-3)
            await self.open_secure_channel(renew=True)
            self.uaclient.revolve_security_token()

    async def leave(self) -> None:
        """Close session and channel where the server still listens, and drop the socket."""
        wire = self.uaclient.protocol
        if isinstance(wire, Wire) and wire.is_open:
            with suppress(Exception):
                await wire.ask(ua.CloseSessionRequest(DeleteSubscriptions=True), ua.CloseSessionResponse)
            with suppress(Exception):
                await wire.close_secure_channel()
                await asyncio.sleep(0)
            wire.finish()
        self.uaclient.disconnect_socket()


@asynccontextmanager
async def attached(endpoint: Endpoint, timeout_s: float, secret: Secrets) -> AsyncIterator[Attached]:
    """A session for as long as the block lasts. Raises LinkError."""
    client = await attach(endpoint, timeout_s, secret)
    try:
        yield client
    finally:
        await client.leave()


async def attach(endpoint: Endpoint, timeout_s: float, secret: Secrets) -> Attached:
    """Raises LinkError, which says what to do about a certificate that is not the pinned one."""
    identity = await asyncio.to_thread(_identity, endpoint, secret)
    client = Attached(endpoint, timeout_s)
    if endpoint.security is not Security.NONE:
        assert identity.certificate is not None
        seen = await _certificate_offered(endpoint, timeout_s)
        _check_pin(endpoint, identity, seen)
        policy = _POLICIES[endpoint.security]
        client.security_policy = policy(
            x509.load_der_x509_certificate(seen), identity.certificate, identity.key, _MODES[endpoint.mode]
        )
        client.uaclient.set_security(client.security_policy)
        client.application_uri = application_uri(identity.certificate) or APPLICATION_URI
    client.user_certificate, client.user_private_key = identity.user_certificate, identity.user_key
    try:
        with _failing(endpoint, client):
            await client.reach(endpoint)
            created = await client.create_session()
            if endpoint.security is Security.NONE and endpoint.server_certificate:
                _check_pin(endpoint, identity, created.ServerCertificate or b"")
            _check_password(endpoint, client)
            password = identity.password.reveal() if identity.password is not None else None
            await client.activate_session(endpoint.user or None, password, identity.user_certificate)
    except LinkError:
        await client.leave()  # or the refused would use up the server's sessions
        raise
    except BaseException:
        client.uaclient.disconnect_socket()
        raise
    return client


async def offers(endpoint: Endpoint, timeout_s: float) -> list[ua.EndpointDescription]:
    """How the server may be reached, asked without security: anybody could answer. Raises LinkError."""
    client = Attached(endpoint, timeout_s)
    try:
        with _failing(endpoint, client):
            await client.reach(endpoint)
            return list(await client.get_endpoints() or ())
    finally:
        client.uaclient.disconnect_socket()


def certificate_of(offer: ua.EndpointDescription) -> bytes:
    """The server's own, of a chain of them (DER); empty where it shows none."""
    return _first(offer.ServerCertificate or b"")


def told(offer: ua.EndpointDescription) -> str:
    """Policy and mode, as servers show them."""
    policy = (offer.SecurityPolicyUri or "").rpartition("#")[2]
    return f"{policy} ({offer.SecurityMode.name.rstrip('_')})"


async def _certificate_offered(endpoint: Endpoint, timeout_s: float) -> bytes:
    """What the server shows for this policy and mode. Anybody could answer: it is compared with the pin."""
    policy, mode = _POLICIES[endpoint.security].URI, _MODES[endpoint.mode]
    found = await offers(endpoint, timeout_s)
    for offer in found:
        if offer.SecurityPolicyUri == policy and offer.SecurityMode == mode and offer.ServerCertificate:
            return certificate_of(offer)
    offered = ", ".join(sorted({told(offer) for offer in found})) or "nothing"
    raise LinkError(
        f"{endpoint.url} 不提供 {endpoint.security.value} 与 {endpoint.mode.value}，它提供 {offered}；"
        "请从中选择 security 与 mode，或让服务器提供",
        f"{endpoint.url} does not offer {endpoint.security.value} with {endpoint.mode.value}, it offers"
        f" {offered}; choose one of these as security and mode, or let the server offer it",
    )


def _first(chain: bytes) -> bytes:
    if len(chain) > 4 and chain[1] == 0x82:
        return chain[: 4 + int.from_bytes(chain[2:4], "big")]
    return chain


def _check_pin(endpoint: Endpoint, identity: Identity, seen: bytes) -> None:
    shown = fingerprint(_first(seen)) if seen else "none"
    if identity.server_certificate:
        expected = fingerprint(identity.server_certificate)
    else:
        expected = "sha256:" + bytes.fromhex(endpoint.fingerprint).hex(":").upper()
    if not endpoint.server_certificate:
        raise LinkError(
            f"{endpoint.url}：没有固定服务器证书。它出示的是 {shown}；请与服务器自身显示的比对，"
            f'相同则写入 server_certificate = "{shown}"',
            f"{endpoint.url}: no server certificate is pinned. It shows {shown}; compare that with what the"
            f' server itself displays, and if it is the same write server_certificate = "{shown}"',
        )
    if shown != expected:
        raise LinkError(
            f"{endpoint.url} 被拒绝：其证书为 {shown}，应为 {expected}。应答的是"
            "另一台服务器，或其证书已更换：请与服务器自身显示的比对，相同才写入 server_certificate",
            f"{endpoint.url} was refused: its certificate is {shown}, expected is {expected}. Whoever answers"
            " there is another server, or its certificate was renewed: compare it with what the server itself"
            " displays, and only if it is the same write it as server_certificate",
        )


def _check_password(endpoint: Endpoint, client: Attached) -> None:
    """A password travels encrypted, by the channel or by itself, or not at all."""
    if not endpoint.user:
        return
    policy = client.server_policy(ua.UserTokenType.UserName).SecurityPolicyUri
    in_clear = not policy or policy == security_policies.SecurityPolicyNone.URI
    if in_clear and client.security_policy.Mode != ua.MessageSecurityMode.SignAndEncrypt:
        raise LinkError(
            f"{endpoint.url} 将以明文接收 {endpoint.user} 的口令；请选择带策略的 "
            'mode = "sign-and-encrypt"，或让服务器要求加密的口令',
            f"{endpoint.url} would take the password of {endpoint.user} in the clear; choose"
            ' mode = "sign-and-encrypt" with a policy, or let the server ask for encrypted passwords',
        )


class _failing:  # noqa: N801 - reads as a word where it is used
    """Whatever fails within is a LinkError that names the server."""

    def __init__(self, endpoint: Endpoint, client: Attached) -> None:
        self._endpoint = endpoint
        self._client = client

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, LinkError) or not isinstance(error, Exception):
            return
        url = self._endpoint.url
        match error:
            case Refused():
                raise LinkError(
                    f"{url} 拒绝会话：{error.why.zh}", f"{url} refuses the session: {error}"
                ) from error
            case ua.UaStatusCodeError():
                why = status_text(error.code)
                raise LinkError(f"{url} 拒绝会话：{why.zh}", f"{url} refuses the session: {error}") from error
            case TimeoutError():
                limit_s = self._client.uaclient._timeout
                raise LinkError(
                    f"{url} 在 {limit_s:g} s 内无应答", f"{url} did not answer within {limit_s:g} s"
                ) from None
            case ConnectionError() if (wire := self._client.uaclient.protocol) is not None:
                assert isinstance(wire, Wire)
                told = wire.told
                raise LinkError(
                    f"{url} 无法连接：{told.zh}", f"{url} cannot be reached: {told.en}"
                ) from error
            case OSError():
                why = of_system(error)
                raise LinkError(f"{url} 无法连接：{why.zh}", f"{url} cannot be reached: {why.en}") from error
            case _:
                raise LinkError(
                    f"{url} 的应答无法解读或不可信任：{error!r}",
                    f"{url} answers what cannot be read or trusted: {error!r}",
                ) from error


def _identity(endpoint: Endpoint, secret: Secrets) -> Identity:
    """Raises LinkError for a file or secret that is not there."""
    try:
        pinned = endpoint.server_certificate
        pinned_file = pinned if pinned and not endpoint.fingerprint else ""
        return Identity(
            certificate_file(endpoint.certificate) if endpoint.certificate else None,
            _key(endpoint.private_key, endpoint.private_key_secret, secret),
            certificate_file(endpoint.user_certificate) if endpoint.user_certificate else None,
            _key(endpoint.user_private_key, endpoint.user_private_key_secret, secret),
            secret(endpoint.password) if endpoint.password else None,
            certificate_file(pinned_file).public_bytes(Encoding.DER) if pinned_file else b"",
        )
    except (CertificateError, SecretError) as error:
        raise LinkError(f"{endpoint.url}：{error.why.zh}", f"{endpoint.url}: {error}") from error


def _key(path: str, name: str, secret: Secrets) -> rsa.RSAPrivateKey | None:
    if path:
        return key_file(path)
    if name:
        return private_key(secret(name).reveal().encode(), Text(f"密钥 {name}", f"the secret {name}"))
    return None
