"""The meeting in the browser: who gets in, who waits, who may do what."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import requests

from tests.simulator.running_simulator import SECONDS, RunningSimulator, ZoomCaller


class Guest:
    """Somebody with a browser, at a meeting."""

    def __init__(self, url: str, name: str | None = None) -> None:
        self.root_url = url.split("/s/")[0].split("/j/")[0]
        if name is None:
            self.entered = requests.get(url, timeout=SECONDS)
        else:
            self.entered = requests.post(url, data={"name": name}, timeout=SECONDS)
        self.room = self.entered.url

    def text(self) -> str:
        """What the page says now, without markup."""
        answer = requests.get(f"{self.room}/now", timeout=SECONDS)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))

    def press(self, what: str) -> requests.Response:
        """Press a button that leads to `what` under the room's address."""
        return requests.post(f"{self.room}/{what}", timeout=SECONDS)

    def press_admit(self) -> None:
        """Admit the first who waits, by the button on the page."""
        page = requests.get(f"{self.room}/now", timeout=SECONDS).text
        action = re.search(r'action="([^"]+/admit/[^"]+)"', page)
        assert action is not None, "no Admit button on the host's page"
        requests.post(f"{self.root_url}{action[1]}", timeout=SECONDS)

    @property
    def key(self) -> str:
        return self.room.rsplit("/", 1)[1]


def _meeting(caller: ZoomCaller, **settings: Any) -> dict[str, Any]:
    return caller.create(topic="Telehealth session", settings=settings)


def _start_url(caller: ZoomCaller, meeting: dict[str, Any]) -> str:
    url: str = caller.call("GET", f"/meetings/{meeting['id']}").json()["start_url"]
    return url


def test_the_host_starts_the_meeting_and_both_see_each_other(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    host = Guest(meeting["start_url"])
    client = Guest(meeting["join_url"], "Ann Example")
    assert "You are Dana Reyes Host" in host.text() and "You are in the meeting" in host.text()
    assert "You are Ann Example Participant" in client.text()
    for page in (host, client):
        assert "In the meeting (2) Dana Reyes" in page.text() and "Ann Example" in page.text()
    assert dana.call("GET", f"/meetings/{meeting['id']}").json()["status"] == "started"
    front = requests.get(simulator.root_url, timeout=SECONDS).text
    assert "Dana Reyes (host), Ann Example" in front


def test_a_participant_without_the_host_waits_and_gets_in_when_the_host_comes(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    client = Guest(meeting["join_url"], "Ann")
    assert "Waiting for the host" in client.text() and "In the meeting" not in client.text()
    assert dana.call("GET", f"/meetings/{meeting['id']}").json()["status"] == "waiting"
    Guest(meeting["start_url"])
    assert "You are in the meeting" in client.text()


def test_a_waiting_room_lets_nobody_in_before_the_host_admits(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana, waiting_room=True)
    early = Guest(meeting["join_url"], "Early")
    host = Guest(meeting["start_url"])
    late = Guest(meeting["join_url"], "Late")
    for client in (early, late):
        assert "The host will let you in soon" in client.text() and "Dana" not in client.text()
    assert "Waiting room (2)" in host.text()
    host.press_admit()
    assert "You are in the meeting" in early.text()
    assert "The host will let you in soon" in late.text()
    assert "Waiting room (1) Late" in host.text()


@pytest.mark.parametrize(("minutes_before", "place"), [(11, "Waiting for the host"), (9, "You are in the meeting")])
def test_joining_before_the_host_obeys_its_minutes(
    simulator: RunningSimulator, minutes_before: int, place: str
) -> None:
    dana = simulator.connect()
    meeting = dana.create(start_time="2035-12-01T15:00:00Z", settings={"join_before_host": True, "jbh_time": 10})
    start = simulator.meetings()[0]["start"]
    simulator.move_clock(start - minutes_before * 60 - simulator.control("GET", "/health")["now"])
    assert place in Guest(meeting["join_url"], "Ann").text()


def test_only_the_host_may_end_admit_and_remove(simulator: RunningSimulator) -> None:
    meeting = _meeting(simulator.connect())
    host, client, other = Guest(meeting["start_url"]), Guest(meeting["join_url"], "A"), Guest(meeting["join_url"], "B")
    for what in ("end", f"remove/{other.key}", f"admit/{other.key}"):
        assert client.press(what).status_code == 403
    assert "You are in the meeting" in other.text()
    assert host.press(f"remove/{other.key}").status_code == 200
    assert "The host has removed you" in other.text()


def test_end_is_for_everybody_and_the_next_time_is_another_instance(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    host, client = Guest(meeting["start_url"]), Guest(meeting["join_url"], "Ann")
    host.press("end")
    assert "This meeting has been ended" in client.text() and "This meeting has been ended" in host.text()
    read = dana.call("GET", f"/meetings/{meeting['id']}").json()
    assert (read["status"], read["uuid"]) == ("waiting", meeting["uuid"])
    Guest(_start_url(dana, meeting))
    again = dana.call("GET", f"/meetings/{meeting['id']}").json()
    assert again["status"] == "started" and again["uuid"] != meeting["uuid"] and again["id"] == meeting["id"]
    instances = simulator.meetings()[0]["instances"]
    assert [instance["uuid"] for instance in instances] == [meeting["uuid"], again["uuid"]]
    assert instances[0]["ended_at"] is not None and instances[1]["ended_at"] is None


def test_the_last_to_leave_ends_the_meeting(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    host, client = Guest(meeting["start_url"]), Guest(meeting["join_url"], "Ann")
    host.press("leave")
    assert "You have left" in host.text() and "You are in the meeting" in client.text()
    assert simulator.meetings()[0]["status"] == "started"
    client.press("leave")
    assert simulator.meetings()[0]["status"] == "waiting"


def test_opening_the_start_link_twice_makes_one_host(simulator: RunningSimulator) -> None:
    meeting = _meeting(simulator.connect())
    first, second = Guest(meeting["start_url"]), Guest(meeting["start_url"])
    assert first.room == second.room and "In the meeting (1)" in first.text()


def test_a_start_link_expires_after_two_hours_and_a_fresh_one_is_had_by_asking(simulator: RunningSimulator) -> None:
    meeting = _meeting(simulator.connect())
    simulator.move_clock(2 * 3600 - 10)
    assert Guest(meeting["start_url"]).entered.status_code == 200
    simulator.move_clock(2 * 3600 + 1)
    expired = Guest(meeting["start_url"]).entered
    assert expired.status_code == 403 and "expired" in expired.text
    assert Guest(_start_url(simulator.connect(), meeting)).entered.status_code == 200


def test_looking_at_the_head_of_a_start_link_starts_nothing(simulator: RunningSimulator) -> None:
    meeting = _meeting(simulator.connect())
    assert requests.head(meeting["start_url"], timeout=SECONDS).status_code == 405
    assert simulator.meetings()[0]["status"] == "waiting"


def test_a_start_link_opens_its_own_meeting_only(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    one, other = _meeting(dana), _meeting(dana)
    address, zak = one["start_url"].split("?zak=")
    foreign = other["start_url"].split("?zak=")[0] + "?zak=" + zak
    for url in (foreign, one["start_url"][:-3], address):
        assert Guest(url).entered.status_code == 403
    assert simulator.meetings()[0]["people"] == []


def test_a_join_link_needs_the_passcode_of_today(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    for url in (meeting["join_url"].split("?")[0], meeting["join_url"] + "x"):
        assert Guest(url, "Ann").entered.status_code == 403
        assert "Wrong passcode" in requests.get(url, timeout=SECONDS).text
    dana.call("PATCH", f"/meetings/{meeting['id']}", json={"password": "changed"})
    assert Guest(meeting["join_url"], "Ann").entered.status_code == 403
    assert simulator.meetings()[0]["people"] == []


def test_a_personal_link_decides_the_name(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    body = {"attendees": [{"name": "Ann Example"}]}
    link = dana.call("POST", f"/meetings/{meeting['id']}/invite_links", json=body).json()["attendees"][0]["join_url"]
    client = Guest(link, "Somebody Else")
    assert "You are Ann Example Participant" in client.text() and "Somebody Else" not in client.text()
    assert Guest(link[:-3], "Ann").entered.status_code == 403


def test_by_a_personal_link_one_waits_in_the_same_waiting_room_until_it_has_expired(
    simulator: RunningSimulator,
) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana, waiting_room=True)
    path = f"/meetings/{meeting['id']}/invite_links"

    def link(**life: int) -> str:
        answer = dana.call("POST", path, json={"attendees": [{"name": "A. E."}], **life})
        return str(answer.json()["attendees"][0]["join_url"])

    short, usual, endless = link(ttl=600), link(), link(ttl=0)
    host = Guest(meeting["start_url"])
    client = Guest(short, "")
    Guest(meeting["join_url"], "Ben")
    assert "The host will let you in soon" in client.text()
    assert "Waiting room (2) A. E." in host.text() and "Ben" in host.text()
    host.press_admit()
    assert "You are in the meeting" in client.text() and "In the meeting (2) Dana Reyes" in host.text()
    simulator.move_clock(601)
    assert Guest(short, "A. E.").entered.status_code == 403
    assert "Waiting room (1) Ben" in host.text()
    assert "You are in the meeting" in client.text(), "whoever is in stays in"
    simulator.move_clock(7201)
    assert [Guest(one, "").entered.status_code for one in (usual, endless)] == [403, 200]
    dana = simulator.connect()  # her earlier access token has expired as well
    dana.call("DELETE", f"/meetings/{meeting['id']}")
    assert Guest(endless, "").entered.status_code == 404
    assert dana.call("POST", path, json={"attendees": [{"name": "A. E."}]}).json()["code"] == 3001


def test_a_name_is_needed_and_shown_as_text(simulator: RunningSimulator) -> None:
    meeting = _meeting(simulator.connect())
    assert Guest(meeting["join_url"], "  ").entered.status_code == 400
    client = Guest(meeting["join_url"], "<b>Ann</b>")
    assert "<b>Ann</b>" not in client.entered.text and "<b>Ann</b>" in html.unescape(client.entered.text)


def test_a_deleted_meeting_is_gone_in_the_browser_and_whoever_was_in_is_out(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    host = Guest(meeting["start_url"])
    dana.call("DELETE", f"/meetings/{meeting['id']}")
    assert "This meeting has been ended" in host.text()
    for url in (meeting["start_url"], meeting["join_url"]):
        answer = requests.get(url, timeout=SECONDS)
        assert answer.status_code == 404 and "does not exist" in answer.text


def test_the_front_page_shows_users_meetings_and_calls_and_no_secret(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = dana.create(topic="Telehealth session", start_time="2035-12-01T15:00:00Z")
    page = requests.get(simulator.root_url, timeout=SECONDS).text
    for expected in ("Telehealth session", "2035-12-01 15:00", "Omar Haddad", "POST /v2/users/me/meetings", "201"):
        assert expected in page
    for secret in (dana.tokens["access_token"], meeting["password"], "zak=", "pwd="):
        assert secret not in page


def test_pages_load_nothing_from_elsewhere(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting = _meeting(dana)
    host = Guest(meeting["start_url"])
    authorize = f"{simulator.root_url}/oauth/authorize"
    pages = [
        requests.get(simulator.root_url, timeout=SECONDS).text,
        requests.get(meeting["join_url"], timeout=SECONDS).text,
        requests.get(host.room, timeout=SECONDS).text,
        requests.get(authorize, params=simulator.wish(), timeout=SECONDS).text,
    ]
    for page in pages:
        assert not re.search(r"(src|href)=[\"'](https?:)?//", page) and "@import" not in page
