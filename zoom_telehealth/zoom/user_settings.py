"""What a person has set in Zoom, as far as it matters for telehealth. Nothing else of it is kept.

Source: `GET /users/{userId}/settings` of Zoom's OpenAPI document of users of 2026-03-10; what is said of encryption
between people's devices (E2EE) stands in the part for `option=meeting_security` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

CLOUD_RECORDING = "recording.cloud_recording"
LOCAL_RECORDING = "recording.local_recording"
AUTO_RECORDING = "recording.auto_recording"
AUDIO_TRANSCRIPT = "recording.recording_audio_transcript"
PASSCODE = "schedule_meeting.require_password_for_scheduling_new_meetings"
JOIN_BEFORE_HOST = "schedule_meeting.join_before_host"
WAITING_ROOM = "in_meeting.waiting_room"
AUTO_SAVING_CHAT = "in_meeting.auto_saving_chat"
ENCRYPTION = "meeting_security.encryption_type"
E2EE_ALLOWED = "meeting_security.end_to_end_encrypted_meetings"

KEPT = (
    CLOUD_RECORDING,
    LOCAL_RECORDING,
    AUTO_RECORDING,
    AUDIO_TRANSCRIPT,
    PASSCODE,
    JOIN_BEFORE_HOST,
    WAITING_ROOM,
    AUTO_SAVING_CHAT,
    ENCRYPTION,
    E2EE_ALLOWED,
)
# Settings whose values are words; all others are on or off.
WORDS = MappingProxyType({AUTO_RECORDING: ("local", "cloud", "none"), ENCRYPTION: ("enhanced_encryption", "e2ee")})

Value = bool | str


@dataclass(frozen=True)
class SettingsSeen:
    """Settings by their names in Zoom's API, `section.name`; what Zoom did not tell is absent."""

    values: Mapping[str, Value]

    @classmethod
    def from_answers(cls, *bodies: Mapping[str, Any]) -> SettingsSeen:
        """Read the kept settings out of Zoom's answers; what has another type than documented counts as not told."""
        values: dict[str, Value] = {}
        for name in KEPT:
            section, _dot, key = name.partition(".")
            for body in bodies:
                part = body.get(section)
                value = part.get(key) if isinstance(part, Mapping) else None
                if value is not None and _is_value(name, value):
                    values[name] = value
        return cls(MappingProxyType(values))

    def get(self, name: str) -> Value | None:
        """A setting's value; None where Zoom did not tell it."""
        return self.values.get(name)

    def changed_since(self, earlier: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the settings that Zoom told both times, and otherwise."""
        return tuple(
            name for name in KEPT if name in self.values and name in earlier and self.values[name] != earlier[name]
        )


def _is_value(name: str, value: Any) -> bool:
    return value in WORDS[name] if name in WORDS else isinstance(value, bool)
