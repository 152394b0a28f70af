"""`steward certificate`: what Steward shows to OPC UA servers, and what such a server shows of itself."""

import asyncio
import os
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError

from config.text import Text
from drivers.driver import LinkError
from drivers.opcua.certificates import (
    CertificateError,
    application_uri,
    certificate_file,
    fingerprint,
    self_signed,
)
from drivers.opcua.client import certificate_of, offers, told
from drivers.opcua.schema import Endpoint, Security
from supervisor.refused import Refused

Say = Callable[[str], None]

PATIENCE_S = 10.0
FOR_OWNER, FOR_ALL = 0o600, 0o644
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_COMPARE = Text(
    "任何人都可能冒充服务器应答：先与服务器自身显示的指纹核对，一致后再写入连接",
    "anybody could answer in the server's place: compare the fingerprint with what the server itself displays"
    " and write it into the connection only if it is the same",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What `steward certificate make` is told."""

    certificate: Path
    private_key: Path
    uri: str
    """Empty: after this host."""
    name: str
    hosts: Sequence[str]
    days: int
    replace: bool


def make(wish: Wish, language: str, say: Say) -> int:
    """A new key and its certificate, signed by itself; the exit code."""
    host = socket.gethostname().lower()
    uri = wish.uri or f"urn:{host}:campus-steward"
    try:
        if not _URI.fullmatch(uri):
            raise Refused(
                f"{uri!r} 不是 URI；请写成 urn:{host}:campus-steward 的样子，不含空格",
                f"{uri!r} is no URI; write it like urn:{host}:campus-steward, without spaces",
            )
        if wish.certificate.absolute() == wish.private_key.absolute():
            raise Refused(
                f"{wish.certificate} 不能既是证书又是私钥；请写两个文件",
                f"{wish.certificate} cannot be both certificate and private key; name two files",
            )
        for file in (wish.certificate, wish.private_key):
            if file.exists() and not wish.replace:
                raise _there_is(file)
        try:
            made = self_signed(wish.name, uri, wish.hosts or [host], days=wish.days)
        except ValueError as error:
            raise Refused(
                f"不能生成这样的证书：{error}", f"there can be no such certificate: {error}"
            ) from error
        _write(wish.private_key, made.private_key, FOR_OWNER, replace=wish.replace)
        certificate = x509.load_der_x509_certificate(made.certificate)
        _write(wish.certificate, _encoded(certificate, wish.certificate), FOR_ALL, replace=wish.replace)
    except Refused as refused:
        say(refused.why.in_language(language))
        return 1
    for line in _page(certificate):
        say(line)
    say(f'certificate = "{wish.certificate.absolute()}"')
    say(f'private_key = "{wish.private_key.absolute()}"')
    then = Text(
        "把这两行写入设备的 connection，并让服务器信任此证书；"
        "私钥只有所有者可读，所有者须是运行 Steward 的用户",
        "write these two lines into the connection of the device, and let the server trust the certificate;"
        " only its owner can read the key: that must be the user that runs Steward",
    )
    say(then.in_language(language))
    return 0


def show(where: str, save: Path | None, language: str, say: Say, *, replace: bool) -> int:
    """The certificates of a server, or that of a file, and how they are pinned; the exit code."""
    try:
        shown = _offered(where) if where.startswith("opc.tcp:") else {certificate_file(where): []}
        if save is not None:
            if len(shown) > 1:
                raise Refused(
                    f"{where} 有 {len(shown)} 个证书；不能存为文件，请固定其中一个指纹",
                    f"{where} shows {len(shown)} certificates; save none, and pin a fingerprint",
                )
            for certificate in shown:
                _write(save, _encoded(certificate, save), FOR_ALL, replace=replace)
    except Refused as refused:
        say(refused.why.in_language(language))
        return 1
    except (LinkError, CertificateError) as error:
        say(Text(f"读取证书失败：{error.why.zh}", error.why.en).in_language(language))
        return 1
    for certificate, ways in shown.items():
        for line in _page(certificate):
            say(line)
        if ways:
            say(f"offered: {', '.join(ways)}")
        pin = save.absolute() if save is not None else fingerprint(certificate.public_bytes(Encoding.DER))
        say(f'server_certificate = "{pin}"')
    if where.startswith("opc.tcp:"):
        say(_COMPARE.in_language(language))
    return 0


def _offered(url: str) -> dict[x509.Certificate, list[str]]:
    """The certificates of the server, each with the policies and modes for which it is shown."""
    try:
        endpoint = Endpoint(url=url, security=Security.NONE)
    except ValidationError as error:
        why = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        raise Refused(f"{url} 不能用：{why}", why) from None
    shown: dict[x509.Certificate, list[str]] = {}
    found = asyncio.run(offers(endpoint, PATIENCE_S))
    for offer in found:
        if der := certificate_of(offer):
            try:
                certificate = x509.load_der_x509_certificate(der)
            except ValueError as error:
                raise Refused(
                    f"{url} 的证书无法读取：{error}",
                    f"{url} shows a certificate that cannot be read: {error}",
                ) from error
            ways = shown.setdefault(certificate, [])
            ways += [told(offer)] * (told(offer) not in ways)
    if not shown:
        offered = ", ".join(sorted({told(offer) for offer in found})) or "nothing"
        raise Refused(
            f"{url} 没有证书，只提供 {offered}；请让服务器启用一种安全策略，"
            '或写 security = "none"，即信任在该地址应答的任何人',
            f"{url} shows no certificate, it offers {offered}; let it offer a policy,"
            ' or write security = "none" and trust everybody who answers there',
        )
    return shown


def _page(certificate: x509.Certificate) -> list[str]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    now = datetime.now(UTC)
    note = ", expired" if now > ends else ", not yet valid" if now < begins else ""
    return [
        f"subject: {certificate.subject.rfc4514_string()}",
        f"application URI: {application_uri(certificate) or 'none'}",
        f"valid: {begins:%Y-%m-%d} to {ends:%Y-%m-%d}{note}",
        f"fingerprint: {fingerprint(certificate.public_bytes(Encoding.DER))}",
    ]


def _encoded(certificate: x509.Certificate, file: Path) -> bytes:
    return certificate.public_bytes(Encoding.DER if file.suffix == ".der" else Encoding.PEM)


def _write(file: Path, content: bytes, mode: int, *, replace: bool) -> None:
    """Whole or not at all, and never open to more than `mode` says."""
    try:
        with NamedTemporaryFile(dir=file.parent, suffix=".draft", delete=False) as draft:
            draft.write(content)
            draft.flush()
            os.fchmod(draft.fileno(), mode)
            os.fsync(draft.fileno())
        try:
            if replace:
                Path(draft.name).replace(file)
            else:
                os.link(draft.name, file)
        finally:
            Path(draft.name).unlink(missing_ok=True)
    except FileExistsError:
        raise _there_is(file) from None
    except OSError as error:
        raise Refused(
            f"{file} 无法写入：{error.strerror}", f"{file} cannot be written: {error.strerror}"
        ) from error


def _there_is(file: Path) -> Refused:
    return Refused(
        f"{file} 已存在；请写另一个文件，或加 --replace",
        f"{file} is there already; name another file, or say --replace",
    )
