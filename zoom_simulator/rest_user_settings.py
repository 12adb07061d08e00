"""REST: `GET /v2/users/{me}/settings`, what a person has set in Zoom, as far as telehealth asks for it.

The values of a user are the ones below until the control API changes some (`POST /control/user_settings`).
"""

from __future__ import annotations

import copy
from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, user_of
from .errors import FieldError, validation_failed
from .rest_access import own_user
from .simulator import Simulator
from .state import ZoomUser

SCOPE = "user:read:settings"
# What Zoom's documents know; the two about authentication are not simulated.
OPTIONS = ("meeting_authentication", "recording_authentication", "meeting_security")
QUERY = ("login_type", "option", "custom_query_fields")

PASSCODE_RULES = {
    "length": 6,
    "have_letter": False,
    "have_number": False,
    "have_special_character": False,
    "have_upper_and_lower_characters": False,
    "only_allow_numeric": False,
    "consecutive_characters_length": 0,
    "weak_enhance_detection": False,
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "schedule_meeting": {
        "host_video": True,
        "participants_video": True,
        "audio_type": "both",
        "join_before_host": False,
        "require_password_for_scheduling_new_meetings": True,
        "require_password_for_instant_meetings": True,
        "require_password_for_pmi_meetings": "all",
        "embed_password_in_join_link": True,
        "use_pmi_for_scheduled_meetings": False,
        "continuous_meeting_chat": {"enable": False},
    },
    "in_meeting": {
        "waiting_room": True,
        "e2e_encryption": False,
        "chat": True,
        "private_chat": False,
        "auto_saving_chat": False,
        "file_transfer": False,
        "allow_live_streaming": False,
        "meeting_summary_with_ai_companion": {"enable": False, "auto_enable": False},
    },
    "recording": {
        "local_recording": False,
        "cloud_recording": True,
        "auto_recording": "none",
        "recording_audio_transcript": True,
        "record_audio_file": True,
        "auto_delete_cmr": False,
        "save_chat_text": False,
        "save_close_caption": False,
        "ask_participants_to_consent_disclaimer": True,
        "ask_host_to_confirm_disclaimer": True,
    },
    "meeting_security": {
        "auto_security": True,
        "encryption_type": "enhanced_encryption",
        "end_to_end_encrypted_meetings": False,
        "meeting_password": True,
        "waiting_room": True,
        "embed_password_in_join_link": True,
        "meeting_password_requirement": PASSCODE_RULES,
    },
}


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/v2/users/{user_id}/settings", get_settings),
        web.post("/control/user_settings", answered(_change)),
    ]


def settings_of(user: ZoomUser) -> dict[str, dict[str, Any]]:
    """What a user has set, with the defaults for the rest."""
    settings = copy.deepcopy(DEFAULTS)
    for section, values in user.settings.items():
        settings[section].update(values)
    return settings


async def get_settings(request: web.Request) -> web.Response:
    """The caller's own settings, or with `option=meeting_security` that part alone. Scope `user:read:settings`."""
    user = own_user(request, SCOPE)
    option = request.query.get("option")
    unknown = sorted(set(request.query) - set(QUERY))
    if unknown or option not in (None, *OPTIONS):
        field = unknown[0] if unknown else "option"
        raise validation_failed([FieldError(field, "Invalid field.")])
    settings = settings_of(user)
    security = settings.pop("meeting_security")
    if option == "meeting_security":
        return web.json_response({"meeting_security": security})
    if option:
        return web.json_response({"authentication_options": {}})
    return web.json_response(_only(settings, request.query.get("custom_query_fields", "")))


def _only(settings: dict[str, dict[str, Any]], names: str) -> dict[str, dict[str, Any]]:
    """The named fields alone, where `custom_query_fields` names some."""
    wanted = {name for name in names.split(",") if name}
    if not wanted:
        return settings
    chosen = {
        section: {name: values[name] for name in values if name in wanted} for section, values in settings.items()
    }
    return {section: values for section, values in chosen.items() if values}


async def _change(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Somebody changes settings in Zoom: `{"email", "settings": {"recording": {"cloud_recording": false}}, "type"}`."""
    user, changes = user_of(simulator, data), data.get("settings", {})
    if set(data) - {"email", "settings", "type"} or not isinstance(changes, dict):
        raise BadRequest("Known keys: email, settings, type.")
    for section, values in changes.items():
        known = DEFAULTS.get(section)
        if known is None or not isinstance(values, dict) or set(values) - set(known):
            raise BadRequest(f"{section} has no such setting here.")
        for name, value in values.items():
            if type(value) is not type(known[name]):
                raise BadRequest(f"{section}.{name} has another type.")
    for section, values in changes.items():
        user.settings.setdefault(section, {}).update(values)
    if "type" in data:
        if data["type"] not in (1, 2, 4, 99):
            raise BadRequest("type is 1, 2, 4 or 99.")
        user.type = data["type"]
    return settings_of(user)
