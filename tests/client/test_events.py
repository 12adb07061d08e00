"""What is read out of Zoom's deliveries, and that nothing else than "malformed" comes of any other content."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.client.webhook_samples import (
    END_AT,
    EVENT_AT,
    EVENT_MILLISECONDS,
    FILE_IDS,
    HOST_ID,
    JOIN,
    JOIN_AT,
    LEAVE,
    LEAVE_AT,
    MEETING_ID,
    PRESENCE_EVENTS,
    START_AT,
    UUID,
    WAITING_FOR_THE_HOST,
    sample,
)
from tests.contract.zoom_webhooks import documented_events, require_webhooks_document, sample_of
from zoom import events
from zoom.events import Event, Malformed, Presence, understand

UNKNOWN_IN_THE_DOCUMENT = {"user.updated", "user.settings_updated"}


def read_sample(event: str, **changes: Any) -> Event:
    """Understand a sample, its meeting or user changed."""
    content = sample(event)
    content["payload"]["object"].update(changes)
    return understand(events.read(json.dumps(content)))


def presence_in(event: str, **changes: Any) -> Presence:
    """What a participant's event says, the participant changed; a value of None takes a field away."""
    person = {**sample(event)["payload"]["object"]["participant"], **changes}
    presence = read_sample(
        event, participant={key: value for key, value in person.items() if value is not None}
    ).presence
    assert presence
    return presence


def test_a_meeting_that_started_is_read() -> None:
    assert read_sample(events.STARTED) == Event(
        events.STARTED, EVENT_AT, str(MEETING_ID), UUID, HOST_ID, started_at=START_AT
    )


def test_a_meeting_that_ended_is_read() -> None:
    assert read_sample(events.ENDED) == Event(
        events.ENDED, EVENT_AT, str(MEETING_ID), UUID, HOST_ID, started_at=START_AT, ended_at=END_AT
    )


@pytest.mark.parametrize("event", sorted(events.CHANGES | events.IDLE))
def test_of_a_change_nothing_is_taken_but_which_meeting_it_is_about(event: str) -> None:
    assert read_sample(event) == Event(event, EVENT_AT, str(MEETING_ID), UUID, HOST_ID)


def test_an_update_that_names_nothing_but_the_id_is_understood() -> None:
    content = {**sample("meeting.updated"), "payload": {"object": {"id": MEETING_ID}}}

    assert understand(content) == Event("meeting.updated", EVENT_AT, str(MEETING_ID))


@pytest.mark.parametrize("event", sorted(events.RECORDINGS))
def test_news_of_a_recording_name_its_files_in_an_order_of_their_own(event: str) -> None:
    seen = read_sample(event)

    assert (seen.meeting_id, seen.meeting_uuid, seen.file_ids) == (str(MEETING_ID), UUID, FILE_IDS)
    # A pause has no files.
    assert read_sample(event, recording_files=None).file_ids == ()
    assert read_sample(event, recording_files=[{"id": "f"}, {"id": "f"}, {"id": ""}, {}, "f", 7]).file_ids == ("f",)


@pytest.mark.parametrize("event", sorted(PRESENCE_EVENTS - WAITING_FOR_THE_HOST))
def test_what_a_participant_did_is_read(event: str) -> None:
    left = event.endswith("participant_left")

    assert read_sample(event).presence == Presence(
        kind=event.removeprefix("meeting.participant_"),
        at=LEAVE_AT if left else JOIN_AT,
        user_id="zoom-user-ana",
        key="stay-1",
        customer_key="our-key",
        name="Ana",
    )


@pytest.mark.parametrize("event", sorted(WAITING_FOR_THE_HOST))
def test_who_waits_for_the_host_is_told_apart_as_well_as_may_be(event: str) -> None:
    assert presence_in(event) == Presence(
        event.removeprefix("meeting.participant_"), EVENT_AT, "zoom-user-ana", "zoom-user-ana", "our-key", "Ana"
    )
    guest = presence_in(event, id="")
    assert (guest.user_id, guest.key) == ("", "our-key")
    assert presence_in(event, id="", customer_key=None).key == ""


@pytest.mark.parametrize("event", sorted(events.USERS))
def test_an_event_about_a_user_names_the_user(event: str) -> None:
    assert read_sample(event) == Event(event, EVENT_AT, zoom_user_id=HOST_ID)


def test_r4_an_app_that_was_removed_tells_its_time_in_a_place_of_its_own() -> None:
    assert understand(sample(events.DEAUTHORIZED)) == Event(
        events.DEAUTHORIZED, EVENT_AT, zoom_user_id=HOST_ID, client_id="app-1"
    )


@pytest.mark.parametrize("told", [None, "", "soon", 17, [], {}, "2026-13-01T00:00:00Z"])
def test_r4_an_app_that_was_removed_at_a_time_that_nobody_can_read_was_removed_all_the_same(told: object) -> None:
    content = sample(events.DEAUTHORIZED)
    content["payload"]["deauthorization_time"] = told

    assert understand(content) == Event(events.DEAUTHORIZED, None, zoom_user_id=HOST_ID, client_id="app-1")


def test_r4_an_event_time_that_cannot_be_gives_way_to_the_time_of_removal() -> None:
    content = {**sample(events.DEAUTHORIZED), "event_ts": EVENT_MILLISECONDS // 1000}

    assert understand(content).at == EVENT_AT


@pytest.mark.parametrize("event", sorted(events.KNOWN - events.USERS - {events.DEAUTHORIZED}))
def test_a_meetings_id_is_text_whether_zoom_wrote_a_number_or_text(event: str) -> None:
    assert [read_sample(event, id=written).meeting_id for written in (MEETING_ID, str(MEETING_ID))] == [
        "85746065431",
        "85746065431",
    ]


@pytest.mark.parametrize("event", sorted(PRESENCE_EVENTS))
def test_a_participants_ids_are_text_whether_zoom_wrote_numbers_or_text(event: str) -> None:
    number = presence_in(event, participant_uuid=None, user_id=16778240, id=42, participant_user_id=43, customer_key=44)

    assert (number.key, number.user_id, number.customer_key) == ("16778240", "43", "44")


@pytest.mark.parametrize(
    "meeting_id", [None, True, 0, -5, 1.5, "", "abc", "1 2", "१२", [1], {"id": 1}, 10**18, "9" * 19]
)
def test_what_is_no_meetings_id_is_malformed(meeting_id: object) -> None:
    with pytest.raises(Malformed, match=r"^object\.id$"):
        read_sample(events.STARTED, id=meeting_id)


@pytest.mark.parametrize("spelling", ["join_time", "date_time"])
def test_both_spellings_of_the_time_of_joining_are_taken(spelling: str) -> None:
    joined = presence_in("meeting.participant_joined", join_time=None, date_time=None)
    assert joined.at == EVENT_AT

    assert presence_in("meeting.participant_joined", **{"join_time": None, spelling: JOIN}).at == JOIN_AT
    assert presence_in("meeting.participant_admitted", **{"date_time": None, spelling: JOIN}).at == JOIN_AT


def test_who_left_did_so_at_the_time_of_leaving_though_the_time_of_joining_is_told_too() -> None:
    assert presence_in("meeting.participant_left", date_time=JOIN, join_time=JOIN).at == LEAVE_AT
    assert presence_in("meeting.participant_left", leave_time=None, date_time=LEAVE).at == LEAVE_AT


@pytest.mark.parametrize("odd", [None, "", "yesterday", 5, True, [], "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_cannot_be_is_replaced_by_the_events_own(odd: object) -> None:
    assert read_sample(events.STARTED, start_time=odd).started_at == EVENT_AT
    assert read_sample(events.ENDED, end_time=odd).ended_at == EVENT_AT
    # When it began is not what this event is about: better nothing than something made up.
    assert read_sample(events.ENDED, start_time=odd).started_at is None


@pytest.mark.parametrize(
    ("event", "part"),
    [
        (events.STARTED, "start_time"),
        (events.ENDED, "end_time"),
        ("meeting.participant_joined", "join_time"),
        ("meeting.participant_left", "leave_time"),
        ("meeting.participant_jbh_waiting", "join_time"),
    ],
)
def test_an_event_whose_time_nobody_told_is_malformed(event: str, part: str) -> None:
    content = sample(event)
    del content["event_ts"]
    about = content["payload"]["object"]
    for holder in (about, about.get("participant", {})):
        for key in [key for key in holder if key.endswith("_time")]:
            del holder[key]

    with pytest.raises(Malformed, match=f"^{part}$"):
        understand(content)


@pytest.mark.parametrize(
    ("event_ts", "at"),
    [
        (EVENT_MILLISECONDS, EVENT_AT),
        (str(EVENT_MILLISECONDS), EVENT_AT),
        (EVENT_MILLISECONDS + 1, EVENT_AT + timedelta(milliseconds=1)),
        (946684800000, datetime(2000, 1, 1)),
        # Seconds, not milliseconds; before and after all time; no number.
        (EVENT_MILLISECONDS // 1000, None),
        (-EVENT_MILLISECONDS, None),
        (10**17, None),
        (10**40, None),
        (1795300200123.0, None),
        (float("nan"), None),
        (True, None),
        ("2026-11-21 22:30:00", None),
        ([EVENT_MILLISECONDS], None),
        (None, None),
    ],
)
def test_the_events_time_is_in_milliseconds(event_ts: object, at: datetime | None) -> None:
    assert events.happened_at({**sample(events.STARTED), "event_ts": event_ts}) == at


@pytest.mark.parametrize(
    "event", sorted(events.KNOWN - events.CHANGES - events.IDLE - events.USERS - {events.DEAUTHORIZED})
)
def test_an_event_of_one_time_a_meeting_was_held_must_say_which(event: str) -> None:
    with pytest.raises(Malformed, match="^uuid$"):
        read_sample(event, uuid="")


@pytest.mark.parametrize(("event", "part"), [("user.deleted", "id"), (events.DEAUTHORIZED, "user_id")])
@pytest.mark.parametrize("user_id", [None, "", [], {}, True, "x" * 129, "a\x00b", "a\ud800b"])
def test_a_users_id_is_taken_as_it_is_or_not_at_all(event: str, part: str, user_id: object) -> None:
    content = sample(event)
    content["payload"].get("object", content["payload"])[part] = user_id

    with pytest.raises(Malformed, match=f"^{part}$"):
        understand(content)


def test_a_name_with_half_an_emoji_loses_the_half_and_no_more() -> None:
    presence = presence_in("meeting.participant_joined", user_name="Ana \ud83d\x00Lopez", customer_key="a\ud83d")

    assert (presence.name, presence.customer_key) == ("Ana Lopez", "")
    assert presence_in("meeting.participant_joined", user_name="Ana 😀").name == "Ana 😀"
    assert len(presence_in("meeting.participant_joined", user_name="A" * 5000).name) == events.LONGEST_ID


def test_neither_an_event_nor_a_presence_shows_a_name() -> None:
    assert "Ana" not in repr(read_sample("meeting.participant_joined"))


@pytest.mark.parametrize(
    ("event", "feature"),
    [
        ("meeting.participant_joined", events.ATTENDANCE_FEATURE),
        ("meeting.participant_role_changed", events.ATTENDANCE_FEATURE),
        ("recording.completed", events.RECORDING_FEATURE),
        ("recording.registration_created", events.RECORDING_FEATURE),
        ("meeting.aic_transcript_completed", events.RECORDING_FEATURE),
        (events.STARTED, None),
        (events.DEAUTHORIZED, None),
        ("meeting.alert", None),
        ("", None),
    ],
)
def test_an_event_belongs_to_the_feature_that_must_be_on_for_it(event: str, feature: str | None) -> None:
    assert events.feature_of(event) == feature


@pytest.mark.parametrize("event", ["meeting.alert", "user.updated", events.VALIDATION, "", "meeting.participant_"])
def test_an_event_that_is_not_known_is_not_understood_by_halves(event: str) -> None:
    with pytest.raises(Malformed, match="^event$"):
        understand({**sample("meeting.participant_joined"), "event": event})


def test_an_events_name_is_kept_only_where_it_can_be_one() -> None:
    assert events.name_of({"event": "meeting.alert"}) == "meeting.alert"
    assert [events.name_of({"event": odd}) for odd in (None, [], {}, True, "x" * 129, 10**128, "a\x00", "\ud800")] == [
        ""
    ] * 8
    assert events.name_of({}) == ""


def test_the_token_of_zooms_address_check_is_found() -> None:
    check = {"payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}, "event_ts": 1654503849680, "event": events.VALIDATION}

    assert events.plain_token(check) == "qgg8vlvZRS6UYooatFL8Aw"
    for payload in ({}, {"plainToken": ""}, {"plainToken": 7}, {"plainToken": ["x"]}):
        with pytest.raises(Malformed, match="^plainToken$"):
            events.plain_token({"payload": payload})
    with pytest.raises(Malformed, match="^payload$"):
        events.plain_token({"payload": "qgg8vlvZRS6UYooatFL8Aw"})


@pytest.mark.parametrize(
    "body",
    ["", " ", "null", "[]", "7", '"text"', "{", "{}}", "\ufeff{}", "{'event': 1}", "[" * 200_000, '{"a":' * 200_000],
)
def test_a_body_that_is_no_json_object_is_malformed_and_not_kept_by_the_error(body: str) -> None:
    with pytest.raises(Malformed, match="^not a JSON object$") as caught:
        events.read(body)

    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_every_sample_of_zooms_document_is_known_or_counted_as_unknown() -> None:
    require_webhooks_document()
    documented = documented_events()

    assert len(documented) == 31
    assert set(documented) - events.KNOWN == UNKNOWN_IN_THE_DOCUMENT
    assert events.KNOWN - set(documented) == set()
    assert {events.name_of(sample_of(event)) for event in documented} == set(documented)


def test_every_sample_of_zooms_document_is_understood() -> None:
    require_webhooks_document()

    for event in events.KNOWN:
        content = sample_of(event)
        seen, about = understand(events.read(json.dumps(content))), content["payload"].get("object", {})
        if event == events.DEAUTHORIZED:
            assert seen == Event(
                event,
                datetime(2020, 6, 17, 13, 52, 28, 632000),
                zoom_user_id="abcD3ojfdbjfg",
                client_id="ABCDEFGHIJKLMNOPQRST!V",
            )
            continue
        # 1626230691572 ms
        assert seen.at == datetime(2021, 7, 14, 2, 44, 51, 572000)
        if event in events.USERS:
            assert seen.zoom_user_id == about["id"]
            continue
        assert (seen.meeting_id, seen.meeting_uuid, seen.host_id) == (str(about["id"]), about["uuid"], about["host_id"])
        assert set(seen.file_ids) == {file["id"] for file in about.get("recording_files", [])}
        assert (seen.presence is not None) == ("participant" in about)
        if seen.presence:
            assert_presence_as_documented(seen.presence, about["participant"])


def assert_presence_as_documented(seen: Presence, person: dict[str, Any]) -> None:
    """Hold a presence against the participant of Zoom's sample."""
    told = person.get("leave_time") or person.get("date_time")
    if told:
        assert seen.at == datetime.strptime(told, "%Y-%m-%dT%H:%M:%SZ")
    else:
        assert seen.at == datetime(2021, 7, 14, 2, 44, 51, 572000)
    assert seen.key == person.get("participant_uuid", person["id"])
    assert (seen.name, seen.customer_key) == (person["user_name"], person["customer_key"])
