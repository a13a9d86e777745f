"""Certificates for servers on 127.0.0.1: a good one, an expired one, another host's, a self-signed one."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def certificates(folder: Path) -> dict[str, ssl.SSLContext]:
    """Make an authority and what it signed; the authority is trusted by this process alone."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    root = ec.generate_private_key(ec.SECP256R1())

    def sign(
        host: str, issuer: str, signer: ec.EllipticCurvePrivateKey, key: Any, end: datetime, authority: bool
    ) -> Any:
        builder = x509.CertificateBuilder(name(issuer), name(host), key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=9)).not_valid_after(end)
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(signer, hashes.SHA256())

    later = now + timedelta(days=9)
    authority = sign("root.example", "root.example", root, root, later, True)
    (folder / "root.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    wanted = {
        "good": ("localhost", later),
        "expired": ("localhost", now - timedelta(days=1)),
        "other": ("other.example", later),
        "self": ("localhost", later),
    }
    made: dict[str, ssl.SSLContext] = {}
    for kind, (host, end) in wanted.items():
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signer = (host, key) if kind == "self" else ("root.example", root)
        file = folder / f"{kind}.pem"
        file.write_bytes(
            sign(host, issuer, signer, key, end, False).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        made[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[kind].load_cert_chain(file)
    return made
