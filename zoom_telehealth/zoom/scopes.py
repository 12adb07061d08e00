"""The scopes that each feature needs, by their user-level granular names.

Source: the `security` lists of Zoom's OpenAPI documents of 2026-03-10. Scopes are ticked in the Zoom app, never sent
with the authorize address: a wrong value there fails the whole authorization.
"""

from __future__ import annotations

IDENTITY = frozenset({"user:read:user"})
MEETINGS = IDENTITY | frozenset(
    {
        "meeting:read:meeting",
        "meeting:write:meeting",
        "meeting:update:meeting",
        "meeting:delete:meeting",
        "meeting:read:list_meetings",
        "meeting:read:past_meeting",
    }
)
