"""The socket to a broker: found, connected and secured without holding up the loop.

paho would do all of that in a thread that nobody can interrupt, and send the password before anyone could
compare the certificate's fingerprint.
"""

import asyncio
import contextlib
import hashlib
import hmac
import socket
import ssl
from collections.abc import Callable

from drivers.errors import LinkError
from drivers.mqtt.terms import Terms
from drivers.reasons import of_system


async def dialled(terms: Terms) -> socket.socket:
    """Connected and non-blocking; an SSLSocket with TLS. Raises LinkError."""
    limit_s = terms.connect_timeout_s
    try:
        async with asyncio.timeout(limit_s):
            context = await asyncio.to_thread(_context, terms) if terms.tls else None
            plain = await _connected(terms)
            return plain if context is None else await _secured(plain, context, terms)
    except TimeoutError:
        raise LinkError(
            f"{terms.zh} 在 {limit_s:g} s 内未接受连接",
            f"{terms} did not accept a connection within {limit_s:g} s",
        ) from None
    except ssl.SSLError as error:
        why = of_system(error)
        raise LinkError(
            f"{terms.zh} 拒绝 TLS，或不可信任：{why.zh}",
            f"{terms} refuses TLS, or is not to be trusted: {why.en}",
        ) from error
    except (OSError, UnicodeError) as error:  # a host name that is none raises the latter
        why = of_system(error)
        raise LinkError(f"{terms.zh} 无法连接：{why.zh}", f"{terms} cannot be reached: {why.en}") from error


def _context(terms: Terms) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=terms.ca or None)
    if terms.fingerprint:
        context.check_hostname = False
        if not terms.ca:
            context.verify_mode = ssl.CERT_NONE  # the pinned certificate is compared instead
    if terms.certificate:
        context.load_cert_chain(terms.certificate, terms.key or None)
    return context


async def _connected(terms: Terms) -> socket.socket:
    loop = asyncio.get_running_loop()
    failed: OSError | None = None
    for family, type_, protocol, _, address in await loop.getaddrinfo(
        terms.host, terms.port, type=socket.SOCK_STREAM
    ):
        plain = socket.socket(family, type_, protocol)
        try:
            plain.setblocking(False)  # noqa: FBT003
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(plain, address)
        except OSError as error:
            plain.close()
            failed = error
        except BaseException:
            plain.close()
            raise
        else:
            return plain
    raise failed or OSError("the name has no address")


async def _secured(plain: socket.socket, context: ssl.SSLContext, terms: Terms) -> ssl.SSLSocket:
    try:
        secure = context.wrap_socket(plain, server_hostname=terms.host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        loop = asyncio.get_running_loop()
        while True:
            try:
                secure.do_handshake()
            except ssl.SSLWantReadError:
                await _ready(secure, loop.add_reader, loop.remove_reader)
            except ssl.SSLWantWriteError:
                await _ready(secure, loop.add_writer, loop.remove_writer)
            else:
                break
        _compare(secure, terms)
    except BaseException:
        secure.close()
        raise
    return secure


async def _ready(secure: ssl.SSLSocket, watch: Callable[..., None], unwatch: Callable[[int], object]) -> None:
    ready = asyncio.get_running_loop().create_future()
    number = secure.fileno()

    def is_ready() -> None:
        with contextlib.suppress(asyncio.InvalidStateError):
            ready.set_result(None)

    watch(number, is_ready)
    try:
        await ready
    finally:
        unwatch(number)


def _compare(secure: ssl.SSLSocket, terms: Terms) -> None:
    if not terms.fingerprint:
        return
    shown = hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()
    if not hmac.compare_digest(shown, terms.fingerprint):
        raise LinkError(
            f"{terms.zh} 出示的证书指纹为 {shown}，固定的是 {terms.fingerprint}；"
            "代理若已更换证书，请固定新的",
            f"{terms} shows a certificate with the fingerprint {shown}, pinned is {terms.fingerprint}; "
            "pin the new one if the broker was given one",
        )
