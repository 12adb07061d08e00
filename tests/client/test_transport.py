"""What the session refuses, whoever asks for it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.client.hostile_server import HostileServer, json_reply, reply
from zoom import transport
from zoom.transport import InsecureAddress, new_session

Serve = Callable[..., HostileServer]


def tls_server(certificate: Path, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = version
    context.maximum_version = version
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the certificate stood in the bundle of `requests`."""
    monkeypatch.setattr(transport, "DEFAULT_CA_BUNDLE_PATH", str(certificate))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_trusted_server_with_tls_1_2_or_newer_is_spoken_to(
    serve: Serve, certificate: Path, version: ssl.TLSVersion
) -> None:
    server = serve(json_reply(200, {}), tls=tls_server(certificate, version))

    assert new_session().get(server.url).status_code == 200


@pytest.mark.usefixtures("trusted")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_trusted_server_that_knows_no_more_than_tls_1_1_is_refused(serve: Serve, certificate: Path) -> None:
    server = serve(json_reply(200, {}), tls=tls_server(certificate, ssl.TLSVersion.TLSv1_1))

    with pytest.raises(requests.exceptions.SSLError):
        new_session().get(server.url)
    assert server.requests == []

    # The server does speak TLS 1.1 to whoever allows it: so it was the version that stood in the way.
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.minimum_version = ssl.TLSVersion.TLSv1_1
    lax.set_ciphers("ALL:@SECLEVEL=0")
    lax.load_verify_locations(certificate)
    with (
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        lax.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.version() == "TLSv1.1"


@pytest.mark.usefixtures("trusted")
def test_a_trusted_certificate_of_another_name_is_refused(serve: Serve, certificate: Path) -> None:
    server = serve(json_reply(200, {}), tls=tls_server(certificate, ssl.TLSVersion.TLSv1_3))

    # ValueError: with urllib3 1.26 a bare IP address is refused before the handshake.
    with pytest.raises((requests.exceptions.SSLError, ValueError)):
        new_session().get(f"https://127.0.0.1:{server.port}")
    assert server.requests == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_self_signed_server_is_refused_whatever_the_environment_and_the_caller_say(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server = serve(json_reply(200, {}), tls=tls_server(certificate, ssl.TLSVersion.TLSv1_3))
    monkeypatch.setenv(variable, str(certificate))
    session = new_session()

    def prepared() -> requests.PreparedRequest:
        return session.prepare_request(requests.Request("GET", server.url))

    attempts: list[Callable[[], object]] = [
        lambda: session.get(server.url),
        lambda: session.get(server.url, verify=False),
        lambda: session.get(server.url, verify=str(certificate)),
        lambda: session.send(prepared()),
        lambda: session.send(prepared(), verify=False),
        lambda: session.get_adapter(server.url).send(prepared(), verify=False),
    ]
    for attempt in attempts:
        with pytest.raises(requests.exceptions.SSLError):
            attempt()
    session.verify = False
    session.trust_env = True
    with pytest.raises(requests.exceptions.SSLError):
        session.get(server.url)
    assert server.requests == []


def test_without_our_session_that_server_would_be_believed(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: `requests` itself gives in."""
    server = serve(json_reply(200, {}), tls=tls_server(certificate, ssl.TLSVersion.TLSv1_3))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    assert requests.get(server.url, timeout=5).status_code == 200


@pytest.mark.parametrize("url", ["http://zoom.us/v2/users/me", "http://192.0.2.1/", "http://localhost.evil.example/"])
def test_plain_http_to_another_host_is_refused_before_any_connection(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    with pytest.raises(InsecureAddress) as caught:
        session.get(url)
    assert url not in str(caught.value)


def test_other_schemes_are_not_known(session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get("file:///etc/hostname")


def test_a_redirect_is_an_answer_and_is_not_followed(session: requests.Session, serve: Serve) -> None:
    elsewhere = serve(json_reply(200, {}))
    server = serve(reply(302, Location=elsewhere.url))

    assert session.get(server.url, allow_redirects=True).status_code == 302
    assert elsewhere.connections == 0


def test_a_failed_call_is_not_repeated(session: requests.Session, serve: Serve) -> None:
    server = serve(lambda connection: None)

    with pytest.raises(requests.ConnectionError):
        session.get(server.url)
    assert server.connections == 1


def test_no_proxy_is_used(session: requests.Session, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(json_reply(200, {})), serve(json_reply(200, {}))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    session.proxies = {"http": proxy.url}

    session.get(server.url, proxies={"http": proxy.url})

    assert (len(server.requests), proxy.connections) == (1, 0)


def test_a_netrc_does_not_replace_the_bearer_token(
    session: requests.Session, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(json_reply(200, {}))

    session.get(server.url, headers={"Authorization": "Bearer ours"})

    assert server.requests[0].headers["authorization"] == "Bearer ours"


def test_cookies_are_not_kept(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, {}, Set_Cookie="who=dana; Path=/"))

    session.get(server.url)
    session.get(server.url)

    assert "cookie" not in server.requests[1].headers


def test_json_is_asked_for(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, {}))

    session.get(server.url)

    assert server.requests[0].headers["accept"] == "application/json"
