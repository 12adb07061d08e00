"""The HTTP session towards Zoom: what it refuses, whoever asks.

* TLS 1.2 at least, and certificates checked against the bundle that `requests` uses. `verify=False`, a changed
  `session.verify` and environment variables (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE) change nothing.
* https only, but for http to a loopback host (see `addresses`).
* No proxy: neither the environment's nor the session's is used, since a proxy would be one more party that sees where
  we go. A network that lets nothing out but through a proxy needs a direct way to *.zoom.us.
* No `.netrc` (it would replace the bearer token), no cookies (they would tie one provider's calls to another's).
* No redirects: Zoom's API sends none, and a token must not follow one.
* No retries: whether a call may be repeated is known by the caller alone.

`requests` does not promise that a session may be shared among threads: make one for each.
"""

from __future__ import annotations

import functools
import math
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.retry import Retry

from .addresses import is_secure


@dataclass(frozen=True)
class Timeouts:
    """How long a call may take, in seconds.

    :ivar connect: for the connection and its TLS handshake
    :ivar read: for each silence while the answer is awaited and read
    :ivar total: for the whole call with its repetition, if it may be repeated
    :ivar hurried: a person waits
    :ivar ends_at: when all that is asked with these must be over, on :func:`time.monotonic`'s scale
    """

    connect: float
    read: float
    total: float
    hurried: bool = False
    ends_at: float = math.inf

    def altogether(self, seconds: float) -> Timeouts:
        """The same for several calls that share so many seconds, from now on."""
        return replace(self, ends_at=time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds until all must be over."""
        return self.ends_at - time.monotonic()


# Zoom answers in well under a second; its own gateway gives up after 30 s.
BACKGROUND = Timeouts(connect=5.0, read=30.0, total=45.0)
# A person waits for a page.
CLICK = Timeouts(connect=2.0, read=4.0, total=5.0, hurried=True)


class InsecureAddress(requests.RequestException):
    """A URL that is neither https nor http on a loopback host; nothing was sent. The URL is not quoted."""

    def __init__(self) -> None:
        super().__init__("Only https addresses are called (and http on a loopback host).")


class _StrictAdapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(max_retries=Retry(0, read=False, redirect=False))

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # requests would load the bundle into the context again for each connection; ours has it already.
        conn.cert_reqs = "CERT_REQUIRED"

    def send(  # type: ignore[override, unused-ignore]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        if not is_secure(request.url or ""):
            raise InsecureAddress
        if timeout is None:
            timeout = (BACKGROUND.connect, BACKGROUND.read)
        return super().send(request, stream=stream, timeout=timeout, verify=True, cert=None, proxies=None)


class _TlsAdapter(_StrictAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_tls_context(DEFAULT_CA_BUNDLE_PATH))


class _StrictSession(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("https://", _TlsAdapter())
        self.mount("http://", _StrictAdapter())

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        return {"verify": True, "proxies": {}, "stream": bool(stream), "cert": None}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        fixed: dict[str, Any] = {"verify": True, "cert": None, "proxies": {}, "allow_redirects": False}
        return super().send(request, **{**kwargs, **fixed})


def new_session(headers: Mapping[str, str] | None = None) -> requests.Session:
    """A session for one thread. Nothing that a caller sets on it later loosens what the module's first lines promise.

    :param headers: more headers for every request, such as a `User-Agent`
    """
    session = _StrictSession()
    # Without these two Zoom has been seen to answer errors in XML.
    session.headers.update({"Accept": "application/json", "User-Agent": "zoom_telehealth", **(headers or {})})
    return session


@functools.cache
def _tls_context(certificate_bundle: str) -> ssl.SSLContext:
    """One context for all sessions of the process: reading the bundle is slow."""
    # Not create_default_context(): that one reads SSL_CERT_FILE and SSL_CERT_DIR from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certificate_bundle)
    return context
