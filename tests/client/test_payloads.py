"""What is sent to Zoom and what is kept of its answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from zoom.errors import MalformedAnswer
from zoom.payloads import (
    MeetingSeen,
    MeetingWish,
    UserSeen,
    neutral_topic,
    new_passcode,
    new_reference,
    reference_in,
)

REFERENCE = "ABCD-EFGH-JKLM"
START = datetime(2026, 12, 1, 15)
WISH = MeetingWish(f"Telehealth session · {REFERENCE}", START, 50, "America/New_York", "aB3-dEf9hK")
# One zone west, one east, one that moves by half an hour, one in the south: each changes its clock twice a year.
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Auckland")


def clock_changes(zone: str, year: int = 2027) -> list[datetime]:
    """The instants (naive UTC) at which a zone's clock changes in a year."""
    hours = [datetime(year, 1, 1) + timedelta(minutes=30 * step) for step in range(2 * 24 * 365)]
    offsets = [pytz.utc.localize(hour).astimezone(pytz.timezone(zone)).utcoffset() for hour in hours]
    return [hours[place] for place in range(1, len(hours)) if offsets[place] != offsets[place - 1]]


CHANGES = [(zone, change) for zone in ZONES for change in clock_changes(zone)]


def test_a_new_meeting_is_private_by_default() -> None:
    body = WISH.create_body()

    assert {key: body[key] for key in body if key != "settings"} == {
        "topic": "Telehealth session · ABCD-EFGH-JKLM",
        "type": 2,
        "start_time": "2026-12-01T15:00:00Z",
        "duration": 50,
        "timezone": "America/New_York",
        "password": "aB3-dEf9hK",
        "default_password": False,
        "pre_schedule": False,
    }
    assert body["settings"] == {
        "host_video": True,
        "participant_video": True,
        "join_before_host": False,
        "jbh_time": 0,
        "mute_upon_entry": False,
        "waiting_room": True,
        "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"},
        "auto_recording": "none",
        "meeting_authentication": False,
        "audio": "both",
        "approval_type": 2,
        "encryption_type": "enhanced_encryption",
        "private_meeting": True,
        "continuous_meeting_chat": {"enable": False},
        "use_pmi": False,
        "email_notification": False,
        "auto_start_meeting_summary": False,
        "auto_start_ai_companion_questions": False,
    }


def test_an_update_says_the_same_but_for_what_zoom_takes_at_creation_alone() -> None:
    created = WISH.create_body()
    del created["default_password"]

    assert WISH.update_body() == created


def test_a_practices_wishes_change_their_settings_and_nothing_else() -> None:
    wish = replace(WISH, waiting_room=False, auto_recording="cloud", host_video=False, participant_video=False)
    before, after = WISH.settings(), wish.settings()

    assert {key for key in before if before[key] != after.get(key)} == {
        *("waiting_room", "waiting_room_options", "auto_recording", "host_video", "participant_video")
    }
    assert "waiting_room_options" not in after
    assert after["join_before_host"] is False


def test_r13_every_zone_has_both_of_its_clock_changes() -> None:
    assert {zone: sum(1 for other, _ in CHANGES if other == zone) for zone in ZONES} == dict.fromkeys(ZONES, 2)


@given(place=st.sampled_from(CHANGES), minutes=st.integers(-26 * 60, 26 * 60))
def test_r13_around_a_clock_change_zoom_is_told_the_very_instant(place: tuple[str, datetime], minutes: int) -> None:
    zone, change = place
    start = change + timedelta(minutes=minutes)

    body = replace(WISH, start=start, timezone=zone).create_body()

    # Read as Zoom reads it: a time with Z is UTC, whatever `timezone` says.
    told = datetime.strptime(body["start_time"], "%Y-%m-%dT%H:%M:%SZ")
    chosen = pytz.utc.localize(start).astimezone(pytz.timezone(zone))
    shown = pytz.utc.localize(told).astimezone(pytz.timezone(body["timezone"]))
    assert told == start
    assert (shown, shown.strftime("%H:%M %Z")) == (chosen, chosen.strftime("%H:%M %Z"))
    assert MeetingSeen.from_answer({"id": 1, **body}).start == start


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"topic": ""}, "200 characters"),
        ({"topic": "x" * 201}, "200 characters"),
        ({"start": pytz.utc.localize(START)}, "without a time zone"),
        ({"duration_minutes": 0}, "1440"),
        ({"duration_minutes": 1441}, "1440"),
        ({"timezone": ""}, "time zone"),
        ({"passcode": ""}, "passcode"),
        ({"passcode": "12345678901"}, "passcode"),
        ({"passcode": "with space"}, "passcode"),
        ({"passcode": "ünsafe"}, "passcode"),
        ({"auto_recording": "everything"}, "recording"),
    ],
)
def test_a_wish_that_zoom_would_not_take_cannot_be_made(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(WISH, **changes)


def test_a_meeting_is_read_with_its_long_id_as_text_and_without_its_start_link() -> None:
    seen = MeetingSeen.from_answer(
        {
            "id": 98765432109876,
            "uuid": "/a//b==",
            "topic": WISH.topic,
            "status": "started",
            "start_time": "2026-12-01T15:00:00Z",
            "duration": 50,
            "timezone": "America/New_York",
            "join_url": "https://zoom.us/j/1?pwd=p",
            "start_url": "https://zoom.us/s/1?zak=host",
            "password": "pass",
            "settings": {"waiting_room": True, "alternative_hosts": "x@y.example", "dynamic": {"host_key": 1}},
        }
    )

    assert (seen.id, seen.uuid, seen.status, seen.start) == ("98765432109876", "/a//b==", "started", START)
    assert (seen.join_url, seen.passcode, seen.duration_minutes) == ("https://zoom.us/j/1?pwd=p", "pass", 50)
    assert dict(seen.settings) == {"waiting_room": True}
    assert "zak" not in str(vars(seen))
    assert "pwd=p" not in repr(seen)
    assert "pass'" not in repr(seen)


def test_a_list_entry_is_read_with_what_it_has() -> None:
    seen = MeetingSeen.from_answer({"id": "85746065431", "topic": "x", "type": 3})

    assert (seen.id, seen.start, seen.duration_minutes, seen.join_url) == ("85746065431", None, None, "")
    assert seen.settings == {}


@pytest.mark.parametrize("meeting_id", [None, "", "abc", True, 1.5, -1, 0, [1]])
def test_an_answer_without_a_meeting_id_is_malformed(meeting_id: object) -> None:
    with pytest.raises(MalformedAnswer):
        MeetingSeen.from_answer({"id": meeting_id, "topic": "x"})


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-12-01T15:00:00Z", START),
        ("2026-12-01T15:00:00.500Z", START.replace(microsecond=500000)),
        ("2026-12-01T10:00:00-05:00", START),
        ("2026-12-01T15:00:00", START),
        ("tomorrow", None),
        ("", None),
        (None, None),
    ],
)
def test_zooms_times_are_read_as_utc(text: object, start: datetime | None) -> None:
    assert MeetingSeen.from_answer({"id": 1, "start_time": text}).start == start


def as_zoom_shows(wish: MeetingWish) -> dict[str, Any]:
    return {"id": 1, **wish.create_body()}


def test_a_meeting_that_is_as_wished_differs_in_nothing() -> None:
    assert MeetingSeen.from_answer(as_zoom_shows(WISH)).differs_from(WISH) == ()
    # What Zoom adds of its own, and what a list leaves out, is no difference.
    extended = as_zoom_shows(WISH)
    extended["settings"]["continuous_meeting_chat"]["channel_id"] = "c"
    assert MeetingSeen.from_answer(extended).differs_from(WISH) == ()
    assert MeetingSeen.from_answer({"id": 1}).differs_from(WISH) == ()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"topic": "Other words"}, "topic"),
        ({"start_time": "2026-12-01T16:00:00Z"}, "start_time"),
        ({"duration": 60}, "duration"),
        ({"password": "other"}, "password"),
        ({"settings": {"waiting_room": False}}, "settings.waiting_room"),
        ({"settings": {"auto_recording": "cloud"}}, "settings.auto_recording"),
        (
            {"settings": {"waiting_room_options": {"mode": "follow_setting"}}},
            "settings.waiting_room_options",
        ),
    ],
)
def test_what_zoom_has_otherwise_is_named(change: dict[str, Any], name: str) -> None:
    shown = {**as_zoom_shows(WISH), **change}

    assert MeetingSeen.from_answer(shown).differs_from(WISH) == (name,)


def test_a_user_is_read_and_a_user_without_id_is_malformed() -> None:
    user = UserSeen.from_answer({"id": "u", "display_name": "Dana R.", "first_name": "Dana", "timezone": "UTC"})

    assert (user.display_name, user.account_id, user.type, user.timezone) == ("Dana R.", "", None, "UTC")
    assert "Dana" not in repr(user)
    with pytest.raises(MalformedAnswer):
        UserSeen.from_answer({"email": "dana@x.example"})


@given(words=st.text(max_size=300))
def test_a_topic_keeps_its_reference_and_zooms_length_whatever_the_words(words: str) -> None:
    topic = neutral_topic(words, REFERENCE)

    assert reference_in(topic) == REFERENCE
    assert 0 < len(topic) <= 200
    assert "\n" not in topic


def test_a_topic_reads_as_the_practice_calls_its_sessions() -> None:
    assert neutral_topic("  Telehealth\n session ", REFERENCE) == "Telehealth session · ABCD-EFGH-JKLM"
    assert neutral_topic(" ", REFERENCE) == REFERENCE


@pytest.mark.parametrize("reference", ["", "ABCD", "abcd-efgh-jklm", "ABCD-EFGH-JKL0", "ABCD-EFGH-JKLM-NPQR"])
def test_only_a_reference_of_ours_marks_a_topic(reference: str) -> None:
    with pytest.raises(ValueError, match="ABCD-EFGH-JKLM"):
        neutral_topic("Telehealth session", reference)


@pytest.mark.parametrize(
    ("topic", "reference"),
    [
        (REFERENCE, REFERENCE),
        (f"{REFERENCE} (moved by Dana)", REFERENCE),
        (f"QRST-UVWX-YZ23 · {REFERENCE}", REFERENCE),
        ("Telehealth session", None),
        ("", None),
        (f"X{REFERENCE}", None),
        (f"{REFERENCE}-NPQR", None),
        (f"{REFERENCE}X", None),
        ("ABCD-EFGH-JKL0", None),
        ("ABCD-EFGH", None),
    ],
)
def test_a_reference_is_found_wherever_a_person_moved_it_and_nothing_else_is_taken_for_one(
    topic: str, reference: str | None
) -> None:
    assert reference_in(topic) == reference


def test_references_are_random_and_fit_a_topic() -> None:
    references = {new_reference(7) for _ in range(200)}

    assert len(references) == 200
    assert {reference_in(neutral_topic("Telehealth session", reference)) for reference in references} == references


def test_a_passcode_meets_what_zoom_accounts_demand() -> None:
    passcodes = {new_passcode() for _ in range(500)}

    assert len(passcodes) == 500
    for passcode in passcodes:
        assert re.fullmatch(r"[A-Za-z0-9@_*-]{10}", passcode)
        for kind in ("[A-Z]", "[a-z]", "[0-9]", "[@_*-]"):
            assert re.search(kind, passcode)
        assert not re.search(r"(.)\1\1|abc|cba|123|321|234|432", passcode)
        assert replace(WISH, passcode=passcode).create_body()["password"] == passcode
