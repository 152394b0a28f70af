"""Application certificates (Part 6, 6.2.2): made, loaded, and told apart by their fingerprints."""

import datetime
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.text import Explained, Text
from drivers.reasons import of_system

KEY_BITS = 2048
YEARS = 10
"""A plant is not visited every year to change certificates; whoever must, gives less."""


class Made(NamedTuple):
    """A new certificate (DER) and its private key (PEM, not encrypted: keep it from others)."""

    certificate: bytes
    private_key: bytes


class CertificateError(Explained):
    """Raised when a file or text holds no certificate or key; says which."""


def self_signed(
    name: str,
    application_uri: str,
    hosts: Sequence[str] = (),
    *,
    server: bool = False,
    days: int = 365 * YEARS,
) -> Made:
    """For a client, or with `server` for both. `application_uri`: as the application itself says it."""
    key = rsa.generate_private_key(65537, KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(application_uri)]
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH] + [ExtendedKeyUsageOID.SERVER_AUTH] * server
    now = datetime.datetime.now(datetime.UTC)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    serial = x509.random_serial_number()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - datetime.timedelta(days=1))  # a controller's clock may be behind
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(own, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier(own.digest, [x509.DirectoryName(subject)], serial), critical=False
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=True,
                data_encipherment=True,
                key_agreement=False,
                key_cert_sign=True,  # it signs itself
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Made(
        certificate.public_bytes(serialization.Encoding.DER),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, as a connection names it: sha256:AB:CD:..."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    return "sha256:" + digest.finalize().hex(":").upper()


def certificate_file(path: str) -> x509.Certificate:
    """PEM or DER. Raises CertificateError."""
    content = _read(path, Text("证书", "certificate"))
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise CertificateError(
            f"文件 {path} 中没有证书；须为 X.509（PEM 或 DER）",
            f"the file {path} holds no certificate; it must be X.509, PEM or DER",
        ) from error


def key_file(path: str) -> rsa.RSAPrivateKey:
    """PEM or DER. Raises CertificateError."""
    content = _read(path, Text("私钥", "private key"))
    return private_key(content, Text(f"文件 {path}", f"the file {path}"))


def private_key(content: bytes, place: Text) -> rsa.RSAPrivateKey:
    """Raises CertificateError, which says `place` and never the key."""
    try:
        if b"-----BEGIN" in content:
            key = serialization.load_pem_private_key(content, None)
        else:
            key = serialization.load_der_private_key(content, None)
    except (ValueError, TypeError):
        raise CertificateError(
            f"{place.zh} 中没有私钥；须为 PEM 或 DER，且未加密",
            f"{place.en} holds no private key; it must be PEM or DER, and not encrypted",
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CertificateError(
            f"{place.zh} 中的密钥不是 RSA；OPC UA 的安全策略需要 RSA",
            f"{place.en} holds a key that is not RSA; OPC UA's policies need RSA",
        )
    return key


def application_uri(certificate: x509.Certificate) -> str:
    """The URI in its alternative names, '' for none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), "")


def _read(path: str, what: Text) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CertificateError(
            f"{what.zh} {path} 无法读取：{of_system(error).zh}",
            f"the {what.en} {path} cannot be read: {error.strerror}",
        ) from error
