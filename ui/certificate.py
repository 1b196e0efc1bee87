"""A certificate for one start of the page in the network: made here, known to nobody, gone with the program."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import ipaddress
import secrets
import ssl
from dataclasses import dataclass, field
from pathlib import Path

LIFETIME = dt.timedelta(days=7)
SLOW_CLOCK = dt.timedelta(hours=24)
"""How far a phone's clock may be behind ours."""
NAME = "Stylize"
"""Both subject and issuer: nothing of the machine or its owner."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """`context` speaks TLS 1.3 with it; `fingerprint` is SHA-256 of the certificate as browsers show it, "AB:CD:…"."""

    context: ssl.SSLContext = field(repr=False)
    fingerprint: str


def make_certificate(host: str, folder: Path) -> Certificate:
    """A fresh, self-signed one (X.509, RFC 5280; EC P-256) for the IPv4 address `host`.

    OpenSSL reads certificates from files only: it lies in `folder` for a moment, the key enciphered with a password that
    was never anywhere else.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLOW_CLOCK)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    password = secrets.token_bytes(32).hex().encode()
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    file = folder / f"{secrets.token_hex(8)}.pem"
    try:
        file.touch(0o600, exist_ok=False)
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + sealed)
        context.load_cert_chain(file, password=password)
    finally:
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
    digest = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
    return Certificate(context=context, fingerprint=digest.hex(":").upper())
