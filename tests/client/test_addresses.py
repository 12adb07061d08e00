"""Which addresses of Zoom's are believed."""

from __future__ import annotations

import pytest

from zoom.addresses import BadAddress, ZoomAddresses, is_secure


def test_without_settings_the_addresses_are_zooms_own() -> None:
    assert ZoomAddresses.parse() == ZoomAddresses("https://zoom.us", "https://api.zoom.us")
    assert ZoomAddresses.parse("", "") == ZoomAddresses()


def test_a_simulator_on_a_loopback_host_may_be_plain_http() -> None:
    addresses = ZoomAddresses.parse("http://127.0.0.1:8095/", "http://LOCALHOST:8095")

    assert addresses == ZoomAddresses("http://127.0.0.1:8095", "http://localhost:8095")
    assert ZoomAddresses.parse("http://[::1]:80", None).zoom_url == "http://[::1]:80"


@pytest.mark.parametrize(
    "address",
    [
        "http://zoom.us",
        "http://192.168.1.10:8095",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://[::2]:80",
        "http://0.0.0.0:80",
        "ftp://zoom.us",
        "zoom.us",
        "https://",
        "https://zoom.us/v2",
        "https://zoom.us?x=1",
        "https://zoom.us#x",
        "https://user@zoom.us",
        "https://zoom.us:0",
        "https://zoom.us:99999",
        "https://zoom us",
        "https://zoom.us\\@evil.example",
        "javascript:alert(1)",
    ],
)
def test_any_other_address_is_refused_by_the_name_of_its_setting(address: str) -> None:
    with pytest.raises(BadAddress, match="zoom_telehealth_api_url") as caught:
        ZoomAddresses.parse(None, address)
    assert "evil" not in str(caught.value)
    with pytest.raises(BadAddress, match="zoom_telehealth_zoom_url"):
        ZoomAddresses.parse(address, None)


@pytest.mark.parametrize(
    "offered",
    ["https://api.zoom.us", "https://api-us.zoom.us/", "https://eu01.api.zoom.us", "https://api.zoomgov.com"],
)
def test_an_api_address_of_zooms_own_is_taken_from_the_token_answer(offered: str) -> None:
    addresses = ZoomAddresses()

    assert addresses.is_acceptable_api_url(offered)
    assert addresses.accepted_api_url(offered) == offered.removesuffix("/")


def test_the_configured_api_address_is_taken_from_the_token_answer() -> None:
    addresses = ZoomAddresses.parse("http://127.0.0.1:8095", "http://127.0.0.1:8095")

    assert addresses.is_acceptable_api_url("http://127.0.0.1:8095")
    assert not addresses.is_acceptable_api_url("http://127.0.0.1:8096")


@pytest.mark.parametrize(
    "offered",
    [
        "http://api.zoom.us",
        "https://zoom.us.evil.example",
        "https://evilzoom.us",
        "https://api.zoom.us.evil.example",
        "https://evil.example/.zoom.us",
        "https://evil.example#.zoom.us",
        "https://evil.example?.zoom.us",
        "https://evil.example\\.zoom.us",
        "https://api.zoom.us@evil.example",
        "https://user@api.zoom.us",
        "https://api.zoom.us:8443",
        "https://api.zoom.us/v2",
        "https://api.zoom.us\n.evil.example",
        "https://apі.zoom.us.",
        "http://127.0.0.1:8095",
        "http://localhost",
        "https://10.0.0.1",
        "//api.zoom.us",
        "api.zoom.us",
    ],
)
def test_any_other_api_address_gives_way_to_the_configured_one(offered: str) -> None:
    addresses = ZoomAddresses()

    assert not addresses.is_acceptable_api_url(offered)
    assert addresses.accepted_api_url(offered) == "https://api.zoom.us"


def test_no_offer_means_the_configured_address() -> None:
    assert ZoomAddresses().accepted_api_url(None) == "https://api.zoom.us"
    assert ZoomAddresses().accepted_api_url("") == "https://api.zoom.us"


@pytest.mark.parametrize("url", ["http://[", "http://", "", "https:///path", "file:///etc/passwd", "javascript:x"])
def test_what_is_no_web_address_is_not_secure(url: str) -> None:
    assert not is_secure(url)
