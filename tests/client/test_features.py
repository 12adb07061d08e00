"""The scopes of each feature, held against Zoom's documents and against what is promised never to be asked for."""

from __future__ import annotations

import pytest

from tests.contract.zoom_openapi import require_openapi, scopes_of
from zoom import features, scopes


def test_each_feature_lacks_what_was_not_granted_in_order() -> None:
    attendance = features.FEATURES[features.ATTENDANCE]
    assert attendance.missing(attendance.needed) == ()
    assert attendance.missing(attendance.needed - {"meeting:read:participant"}) == ("meeting:read:participant",)
    assert attendance.missing([]) == tuple(sorted(attendance.needed))


def test_meetings_need_what_the_client_calls() -> None:
    assert features.FEATURES[features.MEETINGS].needed == scopes.MEETINGS


def is_never_asked(scope: str) -> bool:
    """Whether a scope is one of which the settings say that it is never asked for."""
    return any(
        scope.endswith(mark) if mark.startswith(":") else scope.startswith(mark)
        for _name, marks in features.NEVER_ASKED
        for mark in marks
    )


@pytest.mark.parametrize("scope", sorted(features.all_asked()))
def test_no_feature_asks_for_what_is_never_asked_for(scope: str) -> None:
    assert not is_never_asked(scope)


@pytest.mark.parametrize(
    "scope",
    ["user:read:user:admin", "account:read:settings:admin", "user:read:zak", "user:update:settings", "phone:read"],
)
def test_what_is_never_asked_for_is_recognised(scope: str) -> None:
    assert is_never_asked(scope)


@pytest.mark.parametrize(
    ("path", "method", "feature", "scope"),
    [
        ("/meetings/{meetingId}/invite_links", "post", features.JOIN_LINKS, "meeting:write:invite_links"),
        ("/past_meetings/{meetingId}/participants", "get", features.ATTENDANCE, "meeting:read:list_past_participants"),
        ("/past_meetings/{meetingId}/instances", "get", features.ATTENDANCE, "meeting:read:list_past_instances"),
        ("/users/{userId}/recordings", "get", features.RECORDINGS, "cloud_recording:read:list_user_recordings"),
        ("/meetings/{meetingId}/recordings", "get", features.RECORDINGS, "cloud_recording:read:list_recording_files"),
        ("/meetings/{meetingId}/transcript", "get", features.RECORDINGS, "cloud_recording:read:meeting_transcript"),
        (
            "/meetings/{meetingId}/recordings",
            "delete",
            features.RECORDING_DELETION,
            "cloud_recording:delete:meeting_recording",
        ),
        (
            "/meetings/{meetingId}/recordings/{recordingId}",
            "delete",
            features.RECORDING_DELETION,
            "cloud_recording:delete:recording_file",
        ),
    ],
)
def test_the_scopes_are_those_of_zooms_documents(path: str, method: str, feature: str, scope: str) -> None:
    require_openapi()
    assert scope in features.FEATURES[feature].needed
    assert scope in scopes_of(path, method)


def test_reading_settings_needs_the_scope_that_zoom_names() -> None:
    require_openapi()
    assert features.FEATURES[features.SETUP_CHECK].needed == {features.READ_SETTINGS}
    assert features.READ_SETTINGS in scopes_of("/users/{userId}/settings", "get", "users")
