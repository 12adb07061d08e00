"""Where Zoom is. The addresses come from odoo.conf alone, never from a database field.

Everything is https, with one named exception: http towards a loopback host (127.0.0.0/8, ::1, localhost), so that a
Zoom simulator on the same machine can stand in. Whoever may write odoo.conf may use it; nothing that comes over the
network can.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

ZOOM_URL = "https://zoom.us"
API_URL = "https://api.zoom.us"

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])"
# An origin and nothing else: no user, path, query or fragment, in which another address could hide.
_ORIGIN = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST})(?P<port>:[0-9]{{1,5}})?/?", re.ASCII)
_ZOOMS_OWN = re.compile(rf"https://(?:{_LABEL}\.)+(?:zoom\.us|zoomgov\.com)", re.ASCII)


class BadAddress(Exception):
    """An address in odoo.conf that may not be used. The message names the setting, not its value."""

    def __init__(self, setting: str) -> None:
        super().__init__(
            f"{setting} in odoo.conf must read https://host or https://host:port, with nothing behind it"
            " (http is allowed for a loopback address such as http://127.0.0.1:8095 alone)."
        )


@dataclass(frozen=True)
class ZoomAddresses:
    """Zoom's two origins, without a slash at the end.

    :ivar zoom_url: OAuth and Zoom's pages
    :ivar api_url: the REST API, without `/v2`
    """

    zoom_url: str = ZOOM_URL
    api_url: str = API_URL

    @classmethod
    def parse(cls, zoom_url: str | None = None, api_url: str | None = None) -> ZoomAddresses:
        """Read the two settings of odoo.conf; an empty one means Zoom's own address.

        :raises BadAddress: neither https nor http on a loopback host, or more than an origin
        """
        return cls(
            zoom_url=_origin(zoom_url or ZOOM_URL, "zoom_telehealth_zoom_url"),
            api_url=_origin(api_url or API_URL, "zoom_telehealth_api_url"),
        )

    def is_acceptable_api_url(self, offered: str) -> bool:
        """Whether a token answer's `api_url` may be used: https on *.zoom.us or *.zoomgov.com, or what is configured.

        The access token is sent there, so nothing else is believed.
        """
        origin = offered.strip().lower().removesuffix("/")
        return origin == self.api_url or _ZOOMS_OWN.fullmatch(origin) is not None

    def accepted_api_url(self, offered: str | None) -> str:
        """The API's origin for a connection: what Zoom's token answer offered, if acceptable, else the configured one.

        Ask :meth:`is_acceptable_api_url` to learn whether an offer was refused.
        """
        if offered and self.is_acceptable_api_url(offered):
            return offered.strip().lower().removesuffix("/")
        return self.api_url


def is_secure(url: str) -> bool:
    """Whether a URL may be called at all: https, or http on a loopback host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address (without brackets) is this machine's own loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(text: str, setting: str) -> str:
    origin = text.strip().lower()
    match = _ORIGIN.fullmatch(origin)
    if not match or not is_secure(origin) or not _has_valid_port(match["port"]):
        raise BadAddress(setting)
    return origin.removesuffix("/")


def _has_valid_port(port: str | None) -> bool:
    return port is None or 0 < int(port[1:]) < 65536
