"""What each feature needs from Zoom, and what is never asked for.

Source of the scopes: the `security` lists and the "Granular Scopes" lines of Zoom's OpenAPI documents of 2026-03-10
and, for webhooks, those of Zoom's webhook document. A user-managed app takes them without a suffix; `:admin` and
`:master` ones reach other people of the account and are never asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import scopes

MEETINGS = "meetings"
JOIN_LINKS = "join_links"
ATTENDANCE = "attendance"
RECORDINGS = "recordings"
RECORDING_DELETION = "recording_deletion"
SETUP_CHECK = "setup_check"

# Reads what a person has set in Zoom; without it the lines about settings say that they cannot be seen.
READ_SETTINGS = "user:read:settings"
# Switches the sharing of a recording's link off, recording by recording.
CHANGE_RECORDING_SETTINGS = "cloud_recording:update:recording_settings"


@dataclass(frozen=True)
class Feature:
    """One thing that a practice switches on, and the scopes without which it does not work.

    :ivar needed: without one of these the feature is off, and nothing else is
    :ivar better_with: with these it does more
    """

    name: str
    needed: frozenset[str]
    better_with: frozenset[str] = frozenset()

    def missing(self, granted: Iterable[str]) -> tuple[str, ...]:
        """The needed scopes that are not among the granted ones, in the alphabet's order."""
        return tuple(sorted(self.needed - frozenset(granted)))


FEATURES = {
    feature.name: feature
    for feature in (
        Feature(MEETINGS, scopes.MEETINGS),
        Feature(JOIN_LINKS, frozenset({"meeting:write:invite_links"})),
        Feature(
            ATTENDANCE,
            frozenset(
                {
                    "meeting:read:participant",
                    "meeting:read:past_meeting",
                    "meeting:read:list_past_instances",
                    "meeting:read:list_past_participants",
                }
            ),
        ),
        Feature(
            RECORDINGS,
            frozenset(
                {
                    "cloud_recording:read:recording",
                    "cloud_recording:read:list_user_recordings",
                    "cloud_recording:read:list_recording_files",
                    "cloud_recording:read:meeting_transcript",
                }
            ),
            better_with=frozenset({CHANGE_RECORDING_SETTINGS}),
        ),
        Feature(
            RECORDING_DELETION,
            frozenset({"cloud_recording:delete:meeting_recording", "cloud_recording:delete:recording_file"}),
        ),
        Feature(SETUP_CHECK, frozenset({READ_SETTINGS})),
    )
}

# What no feature needs, so that nobody has to grant it. Each as (what it would allow, how such scopes are recognised).
NEVER_ASKED = (
    ("everybody", (":admin", ":master")),
    ("host_key", ("user:read:zak", "user:read:token")),
    ("change_person", ("user:update:", "user:write:", "user:delete:")),
    ("messages", ("team_chat:", "chat_", "imchat:")),
    ("mail_calendar", ("mail:", "calendar:", "scheduler:")),
    ("contacts_phone", ("contact:", "phone:", "sms:")),
    ("live_stream", ("meeting:update:livestream", "meeting:read:livestream")),
)


def all_asked() -> frozenset[str]:
    """Every scope that some feature needs or is better with."""
    return frozenset().union(*(feature.needed | feature.better_with for feature in FEATURES.values()))
