"""What the tests of the client share: a hostile server, certificates that nobody trusts, a session."""

from __future__ import annotations

import datetime
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import settings

from tests.client.fixed_values import NOW, QUICK
from tests.client.hostile_server import HostileServer, Reply
from tests.simulator.running_simulator import simulator, simulator_process
from zoom.client import ZoomClient
from zoom.transport import new_session

# Hypothesis keeps what it learned with the other caches.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[2] / ".cache" / "hypothesis"))
# No deadline for a single example: the machine may be busy with other tests.
settings.register_profile("zoom_telehealth", deadline=None)
settings.load_profile("zoom_telehealth")

__all__ = ["simulator", "simulator_process"]


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session() as session:
        yield session


@pytest.fixture
def serve() -> Iterator[Callable[..., HostileServer]]:
    """Start a hostile server with these replies."""
    servers: list[HostileServer] = []

    def start(*replies: Reply, tls: ssl.SSLContext | None = None) -> HostileServer:
        servers.append(HostileServer(list(replies), tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def client_of(session: requests.Session) -> Callable[[HostileServer], ZoomClient]:
    """A client of a hostile server, impatient, at a fixed time."""
    return lambda server: ZoomClient(session, server.url, "an-access-token", timeout=QUICK, clock=lambda: NOW)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + built.public_bytes(serialization.Encoding.PEM)
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(pem)
    return path
