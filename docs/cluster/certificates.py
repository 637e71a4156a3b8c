"""Makes certificates, by which a scheduler, its workers and `autograder grade` know each other.

    python docs/cluster/certificates.py ~/.dask-tls

Whoever has key.pem may run any code on the cluster: copy the folder only to machines that grade.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 365


def main(folder: Path) -> None:
    """Write ca.pem, cert.pem and key.pem. One certificate, signed by itself, is all three."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "autograder cluster")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for file, data in (("ca.pem", pem), ("cert.pem", pem), ("key.pem", secret)):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(folder / file, flags, 0o600), "wb") as stream:
            stream.write(data)
    print(f"{folder}/ca.pem, cert.pem and key.pem, valid for {DAYS} days")


if __name__ == "__main__":
    main(Path(sys.argv[1]).expanduser())
