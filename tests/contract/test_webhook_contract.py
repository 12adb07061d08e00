"""Every event that the simulator raises by itself, held against Zoom's OpenAPI document of webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.zoom_openapi import NotConforming
from tests.contract.zoom_webhooks import assert_event_conforms, require_webhooks_document, scopes_of_event
from tests.simulator.running_simulator import BEA, DANA, OMAR, PRACTICE_APP
from tests.simulator.webhook_receiver import Hooks, eventually
from zoom_simulator.events import SCOPES

# Zoom tells these to admin-managed apps alone; the simulator tells them all the same.
FOR_ADMINS = {"user.deactivated", "user.disassociated"}


@pytest.fixture(autouse=True)
def _document() -> None:
    require_webhooks_document()


def _plan(hooks: Hooks) -> None:
    """A meeting is planned, changed, deleted, recovered, deleted for good, by the app and on Zoom's own page."""
    dana, control = hooks.simulator.connect(), hooks.simulator.control
    dana.create()
    full = {"topic": "T", "start_time": "2035-12-01T15:00:00Z", "password": "abc123", "settings": {"jbh_time": 5}}
    meeting_id = dana.create(**full)["id"]
    change = {"start_time": "2035-12-02T15:00:00Z", "duration": 30, "password": "", "settings": {"waiting_room": True}}
    dana.call("PATCH", f"/meetings/{meeting_id}", json=change)
    tracking = [{"field": "a", "value": "b"}]
    control("PATCH", f"/meetings/{meeting_id}", topic="U", agenda="A", tracking_fields=tracking)
    dana.call("DELETE", f"/meetings/{meeting_id}")
    control("POST", f"/meetings/{meeting_id}/recover")
    control("DELETE", f"/meetings/{meeting_id}")
    control("DELETE", f"/meetings/{meeting_id}", permanently=True)


def _hold(hooks: Hooks, **body: Any) -> None:
    """A meeting is held: somebody waits too long and goes, others come, are let in, sent back, put out, ended."""
    control = hooks.simulator.control
    meeting_id = control("POST", "/meetings", email=DANA, settings={"waiting_room": True}, **body)["id"]
    control("POST", "/people", meeting_id=meeting_id, name="Early", customer_key="k-1")
    hooks.simulator.move_clock(31)
    hooks.receiver.wait_for_event("meeting.participant_jbh_waiting")
    control("DELETE", "/people", meeting_id=meeting_id, name="Early")
    control("POST", "/people", meeting_id=meeting_id, role="host")
    for name in ("Ann", "Ben"):
        control("POST", "/people", meeting_id=meeting_id, name=name, customer_key="k-2", admit=name == "Ann")
    control("PATCH", "/people", meeting_id=meeting_id, name="Ann", action="put_in_waiting_room")
    control("DELETE", "/people", meeting_id=meeting_id)
    open_to_all = control("POST", "/meetings", email=DANA, settings={"join_before_host": True})["id"]
    control("POST", "/people", meeting_id=open_to_all, name="First")
    control("DELETE", f"/meetings/{open_to_all}")


def _record(hooks: Hooks) -> None:
    """A meeting is recorded, with a pause; the recording is processed, thrown away, taken back, deleted."""
    control = hooks.simulator.control
    meeting_id = control("POST", "/meetings", email=DANA)["id"]
    control("POST", "/people", meeting_id=meeting_id, role="host")
    for action in ("begin", "pause", "resume"):
        control("POST", "/recordings", meeting_id=meeting_id, action=action)
    control("DELETE", "/people", meeting_id=meeting_id)
    hooks.simulator.move_clock(1000)
    hooks.receiver.wait_for_event("recording.transcript_completed")
    for action in ("trash", "recover", "delete"):
        control("POST", "/recordings", meeting_id=meeting_id, action=action)


def _part(hooks: Hooks) -> None:
    """Users remove the app, or are removed."""
    control = hooks.simulator.control
    control("POST", "/deauthorize", email=DANA, client_id=PRACTICE_APP[0])
    for email, action in ((DANA, "deactivate"), (OMAR, "delete"), (BEA, "disassociate")):
        hooks.simulator.connect(email)
        control("POST", "/users", email=email, action=action)


@pytest.mark.parametrize("spelling", ["join_time", "date_time"])
def test_every_event_conforms_to_zooms_document(hooks: Hooks, spelling: str) -> None:
    hooks.simulator.control("POST", "/webhooks", join_time_spelling=spelling)
    scopes = [*hooks.app()["scopes"], "cloud_recording:read:recording"]
    hooks.simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=scopes)
    _plan(hooks)
    _hold(hooks)
    _hold(hooks, type=3)
    _record(hooks)
    _part(hooks)
    eventually(lambda: all(one["state"] == "delivered" for one in hooks.deliveries()))
    assert set(hooks.receiver.events) == {*SCOPES, "app_deauthorized"}
    for received in hooks.receiver.received:
        if received.event == "meeting.participant_joined" and spelling == "date_time":
            with pytest.raises(NotConforming, match="join_time"):  # so Zoom's own sample has it
                assert_event_conforms(received.body)
        else:
            assert_event_conforms(received.body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body["payload"]["object"].update(id=85746065012),
        lambda body: body["payload"]["object"].pop("uuid"),
        lambda body: body["payload"]["object"].update(surprise=1),
        lambda body: body["payload"]["object"]["participant"].update(join_time="today"),
        lambda body: body["payload"]["object"]["participant"].update(email="nobody"),
        lambda body: body["payload"].pop("account_id"),
        lambda body: body.update(event_ts="1626230691572"),
        lambda body: body.update(event="meeting.participant_eaten"),
    ],
)
def test_an_event_that_breaks_the_contract_is_found_out(hooks: Hooks, spoil: Any) -> None:
    meeting_id = hooks.simulator.connect().create()["id"]
    hooks.simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    body = hooks.receiver.wait_for_event("meeting.participant_joined").body
    assert_event_conforms(body)
    spoil(body)
    with pytest.raises(NotConforming):
        assert_event_conforms(body)


@pytest.mark.parametrize("event", sorted(set(SCOPES) - FOR_ADMINS))
def test_the_scope_that_an_event_asks_for_is_zooms(event: str) -> None:
    assert SCOPES[event] in scopes_of_event(event)


@pytest.mark.parametrize("event", sorted(FOR_ADMINS))
def test_what_the_simulator_tells_too_freely_is_as_described(event: str) -> None:
    assert scopes_of_event(event) and SCOPES[event] not in scopes_of_event(event)
