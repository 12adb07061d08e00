"""A policy: of two the stricter counts, and what Zoom tells of a meeting is held against it (R17)."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from zoom import policy
from zoom.payloads import MeetingWish

EVERY = [policy.policy_of(names) for names in ((), *((name,) for name in policy.BITS), tuple(policy.BITS))]


def settings_for(number: int) -> dict[str, object]:
    wish = MeetingWish("Neutral", datetime(2026, 12, 1, 15), 50, "UTC", "aB3-dEf9hK", **policy.wished(number))
    return wish.settings()


@pytest.mark.parametrize(("practice", "provider"), list(product(EVERY, EVERY)))
def test_of_two_policies_every_demand_of_either_holds(practice: int, provider: int) -> None:
    both = practice | provider
    for name in policy.BITS:
        assert policy.demands(both, name) == (policy.demands(practice, name) or policy.demands(provider, name))


def test_each_demand_is_what_zoom_is_told() -> None:
    nothing, everything = settings_for(0), settings_for(policy.policy_of(policy.BITS))
    told = {
        name: (nothing.get(name), everything.get(name)) for name in nothing if nothing[name] != everything.get(name)
    }
    assert told == {
        "waiting_room": (False, True),
        "continuous_meeting_chat": ({"enable": True}, {"enable": False}),
        "auto_start_meeting_summary": (True, False),
        "auto_start_ai_companion_questions": (True, False),
        "mute_upon_entry": (False, True),
        "participant_video": (True, False),
    }


@pytest.mark.parametrize("number", EVERY)
def test_no_policy_loosens_what_always_holds(number: int) -> None:
    told = settings_for(number)
    assert (told["auto_recording"], told["join_before_host"], told["use_pmi"]) == ("none", False, False)
    assert (told["meeting_authentication"], told["email_notification"]) == (False, False)


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"waiting_room": True, "auto_recording": "none"}, None),
        ({"waiting_room": True}, None),
        ({"waiting_room": False}, "waiting_room"),
        ({"auto_recording": "none"}, "waiting_room"),
        ({"waiting_room": "true"}, "waiting_room"),
        ({"waiting_room": True, "auto_recording": "cloud"}, "recording"),
        ({"waiting_room": True, "auto_recording": "local"}, "recording"),
        ({"waiting_room": True, "auto_recording": ""}, "recording"),
        ({}, None),
    ],
)
def test_what_zoom_tells_shuts_the_door_or_does_not(settings: dict[str, object], cause: str | None) -> None:
    assert policy.shut_by(policy.policy_of(policy.DEFAULTS), settings) == cause


def test_a_waiting_room_that_nobody_demands_may_be_missing() -> None:
    assert policy.shut_by(0, {"waiting_room": False}) is None


def test_a_recording_that_was_asked_for_shuts_nothing() -> None:
    assert policy.shut_by(0, {"auto_recording": "cloud"}, auto_recording="cloud") is None
