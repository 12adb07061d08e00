"""Zoom's deliveries spoilt in every way that comes to mind: each is understood, or malformed, and nothing else.

Hypothesis prints the spoilt body and the seed that makes it again.
"""

from __future__ import annotations

import contextlib
import json
import random
from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client.spoiling import ODD_VALUES, paths_in, replaced, samples, shuffled, without
from tests.client.webhook_samples import sample
from zoom import events
from zoom.events import Event, Malformed, Presence, understand

SAMPLES = samples()

# All that the text of Malformed may be: names of parts, and nothing that was sent.
REASONS = {
    "not a JSON object",
    *("event", "payload", "object", "participant", "plainToken"),
    *("object.id", "id", "uuid", "user_id", "client_id"),
    *("start_time", "end_time", "join_time", "leave_time"),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
).map(json.dumps)


@st.composite
def spoilt_bodies(draw: st.DrawFn) -> str:
    """A sample shuffled, with up to four parts taken away or replaced, perhaps cut or with letters strewn in."""
    content = shuffled(draw(st.sampled_from(SAMPLES)), draw(st.randoms(use_true_random=False)))
    odd: dict[str, str] = {}
    for number in range(draw(st.integers(0, 4))):
        path = draw(st.sampled_from(list(paths_in(content))))
        if path and draw(st.booleans()):
            content = without(content, path)
        else:
            odd[f'"odd {number}"'] = draw(st.sampled_from(ODD_VALUES) | json_values)
            content = replaced(content, path, f"odd {number}")
        if not isinstance(content, (dict, list)):
            break
    body = json.dumps(content, ensure_ascii=draw(st.booleans()))
    for marker, value in odd.items():
        body = body.replace(marker, value)
    if draw(st.integers(0, 3)) == 0:
        body = body[: draw(st.integers(0, len(body)))]
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(body)))
        body = body[:place] + draw(st.text(st.characters(exclude_categories=[]), max_size=5)) + body[place:]
    return body


def is_storable(text: object) -> bool:
    """Whether a database column takes it: UTF-8, no NUL, not endless."""
    if not isinstance(text, str) or "\x00" in text or len(text) > 128:
        return False
    return text.encode("utf-8", "ignore").decode() == text


def is_time(moment: object) -> bool:
    """Whether it is naive, and years can be added to it or taken away."""
    return isinstance(moment, datetime) and moment.tzinfo is None and 2000 <= moment.year < 2100


def assert_right_types(event: Event) -> None:
    """Check every field of an event and of its presence."""
    assert event.name in events.KNOWN
    for name in ("meeting_id", "meeting_uuid", "host_id", "zoom_user_id", "client_id"):
        assert is_storable(getattr(event, name)), name
    assert event.meeting_id == "" or (event.meeting_id.isascii() and event.meeting_id.isdecimal())
    for moment in (event.at, event.started_at, event.ended_at):
        assert moment is None or is_time(moment)
    assert isinstance(event.file_ids, tuple)
    assert all(is_storable(file_id) and file_id for file_id in event.file_ids)
    if event.presence:
        assert_right_types_of_presence(event.presence)


def assert_right_types_of_presence(presence: Presence) -> None:
    """Check every field of a presence."""
    assert presence.kind in events.PRESENCES
    assert is_time(presence.at)
    texts = {one.name for one in fields(Presence)} - {"kind", "at"}
    assert all(is_storable(getattr(presence, name)) for name in texts)


def assert_effect_is_whole(event: Event) -> None:
    """Check that an event has all that its effect needs."""
    if event.name == events.DEAUTHORIZED:
        assert event.zoom_user_id and event.client_id
    elif event.name in events.USERS:
        assert event.zoom_user_id
    else:
        assert event.meeting_id
        assert event.meeting_uuid or event.name in events.CHANGES | events.IDLE
        assert (event.presence is not None) == event.name.startswith("meeting.participant_")
        assert event.started_at or event.name != events.STARTED
        assert event.ended_at or event.name != events.ENDED


def outcome_of(body: str) -> Event | Malformed:
    """What becomes of a body; any other error than Malformed is the test's failure."""
    try:
        return understand(events.read(body))
    except Malformed as trouble:
        return trouble


def assert_whole_or_malformed(outcome: Event | Malformed) -> None:
    """Check that nothing is half-understood, and that an error keeps nothing of what was sent."""
    if isinstance(outcome, Malformed):
        assert outcome.args == (str(outcome),)
        assert str(outcome) in REASONS
        assert (outcome.__cause__, outcome.__context__) == (None, None)
    else:
        assert_right_types(outcome)
        assert_effect_is_whole(outcome)


@given(body=spoilt_bodies())
@settings(max_examples=800, print_blob=True)
def test_a_spoilt_delivery_is_understood_whole_or_malformed_and_nothing_else(body: str) -> None:
    assert_whole_or_malformed(outcome_of(body))


@given(body=spoilt_bodies())
@settings(max_examples=250, print_blob=True)
def test_what_is_asked_of_a_delivery_before_it_is_stored_never_fails(body: str) -> None:
    with contextlib.suppress(Malformed):
        content = events.read(body)
        name, at = events.name_of(content), events.happened_at(content)
        assert is_storable(name)
        assert at is None or is_time(at)
        assert events.feature_of(name) in (None, events.ATTENDANCE_FEATURE, events.RECORDING_FEATURE)


@given(body=st.text(st.characters(exclude_categories=[])) | json_values)
def test_anything_else_is_malformed_or_at_least_not_understood(body: str) -> None:
    outcome = outcome_of(body)

    assert isinstance(outcome, Malformed)
    assert_whole_or_malformed(outcome)


@given(body=spoilt_bodies())
@settings(max_examples=200, print_blob=True)
def test_a_spoilt_check_of_the_address_has_a_token_or_is_malformed(body: str) -> None:
    try:
        token = events.plain_token(events.read(body.replace('"account_id"', '"plainToken"')))
    except Malformed as trouble:
        assert_whole_or_malformed(trouble)
    else:
        assert isinstance(token, str) and token


@given(number=st.integers(0, len(SAMPLES) - 1), order=st.randoms(use_true_random=False))
def test_the_order_of_the_parts_changes_nothing(number: int, order: random.Random) -> None:
    content = SAMPLES[number]
    if content["event"] in events.KNOWN:
        assert understand(shuffled(content, order)) == understand(content)


@pytest.mark.parametrize("event", sorted(events.KNOWN))
def test_a_delivery_cut_anywhere_is_malformed(event: str) -> None:
    body = json.dumps(sample(event))

    for length in range(len(body)):
        with pytest.raises(Malformed, match="^not a JSON object$"):
            events.read(body[:length])


@pytest.mark.parametrize("event", sorted(events.KNOWN))
def test_every_part_of_every_event_may_hold_every_odd_value(event: str) -> None:
    content = sample(event)

    for path in list(paths_in(content))[1:]:
        for value in ODD_VALUES:
            body = json.dumps(replaced(content, path, "odd")).replace('"odd"', value)
            assert_whole_or_malformed(outcome_of(body))
