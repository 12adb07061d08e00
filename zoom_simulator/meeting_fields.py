"""The fields that Zoom takes for a meeting, with their types and limits (Zoom's OpenAPI document of meetings).

A contract test compares these tables with that document.
"""

from __future__ import annotations

from typing import Any

from .body_check import Choice, Flag, Many, Passcode, Rule, Text, Thing, Whole

_INVITEES = Many(Thing({"email": Text()}))
_COUNTRIES = Many(Text())

_INTERPRETERS = Many(Thing({"email": Text(), "languages": Text(), "interpreter_languages": Text()}))
_SIGN_INTERPRETERS = Many(Thing({"email": Text(), "sign_language": Text()}))

SETTINGS: dict[str, Rule] = {
    "allow_host_control_participant_mute_state": Flag(),
    "allow_multiple_devices": Flag(),
    "alternative_host_manage_cloud_recording": Flag(),
    "alternative_host_manage_meeting_summary": Flag(),
    "alternative_host_update_polls": Flag(),
    "alternative_hosts": Text(),
    "alternative_hosts_email_notification": Flag(),
    "approval_type": Choice(0, 1, 2),
    "approved_or_denied_countries_or_regions": Thing(
        {
            "approved_list": _COUNTRIES,
            "denied_list": _COUNTRIES,
            "enable": Flag(),
            "method": Choice("approve", "deny"),
        }
    ),
    "audio": Choice("both", "telephony", "voip", "thirdParty"),
    "audio_conference_info": Text(2048),
    "authentication_domains": Text(),
    "authentication_exception": Many(Thing({"email": Text(), "name": Text()})),
    "authentication_option": Text(),
    "auto_add_recording_to_video_management": Thing(
        {
            "enable": Flag(),
            "channels": Many(Thing({"channel_id": Text(), "name": Text()}, required=("channel_id",)), 1, 5),
        },
        required=("enable",),
    ),
    "auto_recording": Choice("local", "cloud", "none"),
    "auto_start_ai_companion_questions": Flag(),
    "auto_start_meeting_summary": Flag(),
    "breakout_room": Thing({"enable": Flag(), "rooms": Many(Thing({"name": Text(), "participants": Many(Text())}))}),
    "calendar_type": Choice(1, 2),
    "close_registration": Flag(),
    "cn_meeting": Flag(),
    "contact_email": Text(),
    "contact_name": Text(),
    "continuous_meeting_chat": Thing(
        {"enable": Flag(), "auto_add_invited_external_users": Flag(), "auto_add_meeting_participants": Flag()}
    ),
    "device_testing": Flag(),
    "disable_participant_video": Flag(),
    "email_in_attendee_report": Flag(),
    "email_notification": Flag(),
    "encryption_type": Choice("enhanced_encryption", "e2ee"),
    "focus_mode": Flag(),
    "global_dial_in_countries": _COUNTRIES,
    "host_save_video_order": Flag(),
    "host_video": Flag(),
    "in_meeting": Flag(),
    "internal_meeting": Flag(),
    "jbh_time": Choice(0, 5, 10, 15),
    "join_before_host": Flag(),
    "language_interpretation": Thing({"enable": Flag(), "interpreters": _INTERPRETERS}),
    "meeting_authentication": Flag(),
    "meeting_invitees": _INVITEES,
    "mute_upon_entry": Flag(),
    "participant_focused_meeting": Flag(),
    "participant_video": Flag(),
    "private_meeting": Flag(),
    "push_change_to_calendar": Flag(),
    "question_and_answer": Thing(
        {
            "enable": Flag(),
            "allow_submit_questions": Flag(),
            "allow_anonymous_questions": Flag(),
            "question_visibility": Choice("answered", "all"),
            "attendees_can_comment": Flag(),
            "attendees_can_upvote": Flag(),
        }
    ),
    "registrants_confirmation_email": Flag(),
    "registrants_email_notification": Flag(),
    "registration_type": Choice(1, 2, 3),
    "request_permission_to_unmute_participants": Flag(),
    "resources": Many(
        Thing(
            {
                "resource_type": Choice("whiteboard"),
                "resource_id": Text(),
                "permission_level": Choice("editor", "commenter", "viewer"),
            }
        )
    ),
    "show_share_button": Flag(),
    "sign_language_interpretation": Thing({"enable": Flag(), "interpreters": _SIGN_INTERPRETERS}),
    "summary_template_id": Text(),
    "use_pmi": Flag(),
    "waiting_room": Flag(),
    "waiting_room_options": Thing(
        {
            "mode": Choice("follow_setting", "custom"),
            "who_goes_to_waiting_room": Choice(
                "everyone",
                "users_not_in_account",
                "users_not_in_account_or_whitelisted_domains",
                "users_not_on_invite",
            ),
        },
        required=("mode",),
    ),
    "watermark": Flag(),
    "who_can_ask_questions": Choice(1, 2, 3, 4, 5),
    "who_will_receive_summary": Choice(1, 2, 3, 4),
}

CREATE_ONLY_SETTINGS: dict[str, Rule] = {
    "additional_data_center_regions": Many(Text()),
    "show_join_info": Flag(),
}

CHANGE_ONLY_SETTINGS: dict[str, Rule] = {
    "authentication_exception": Many(Thing({"email": Text(), "name": Text(), "join_url": Text()})),
    "authentication_name": Text(),
    "custom_keys": Many(Thing({"key": Text(64), "value": Text(256)}), 0, 10),
    "enforce_login": Flag(),
    "enforce_login_domains": Text(),
    "global_dial_in_numbers": Many(
        Thing(
            {
                "city": Text(),
                "country": Text(),
                "country_name": Text(),
                "number": Text(),
                "type": Choice("toll", "tollfree"),
            }
        )
    ),
}

_MEETING: dict[str, Rule] = {
    "agenda": Text(2000),
    "duration": Whole(1, 1440),
    "password": Passcode(10),
    "pre_schedule": Flag(),
    "recurrence": Thing(
        {
            "end_date_time": Text(),
            "end_times": Whole(1, 60),
            "monthly_day": Whole(1, 31),
            "monthly_week": Choice(-1, 1, 2, 3, 4),
            "monthly_week_day": Choice(1, 2, 3, 4, 5, 6, 7),
            "repeat_interval": Whole(1, 99),
            "type": Choice(1, 2, 3),
            "weekly_days": Text(),
        },
        required=("type",),
    ),
    "schedule_for": Text(),
    "start_time": Text(),
    "template_id": Text(),
    "timezone": Text(),
    "topic": Text(200),
    "tracking_fields": Many(Thing({"field": Text(), "value": Text()}, required=("field",))),
    "type": Choice(1, 2, 3, 8, 10),
}

CREATE_BODY = Thing({**_MEETING, "default_password": Flag(), "settings": Thing({**SETTINGS, **CREATE_ONLY_SETTINGS})})
CHANGE_BODY = Thing(
    {
        **_MEETING,
        "tracking_fields": Many(Thing({"field": Text(), "value": Text()})),
        "settings": Thing({**SETTINGS, **CHANGE_ONLY_SETTINGS}),
    }
)

INVITE_LINKS_BODY = Thing(
    {
        "attendees": Many(
            Thing({"name": Text(64), "disable_video": Flag(), "disable_audio": Flag()}, required=("name",)), 1, 500
        ),
        "ttl": Whole(0, 7776000),
    },
    required=("attendees",),
)

DEFAULT_SETTINGS: dict[str, Any] = {
    "allow_host_control_participant_mute_state": False,
    "allow_multiple_devices": False,
    "alternative_host_manage_cloud_recording": False,
    "alternative_host_manage_meeting_summary": False,
    "alternative_host_update_polls": False,
    "alternative_hosts": "",
    "alternative_hosts_email_notification": True,
    "approval_type": 2,
    "approved_or_denied_countries_or_regions": {"enable": False},
    "audio": "both",
    "auto_recording": "none",
    "auto_start_ai_companion_questions": False,
    "auto_start_meeting_summary": False,
    "breakout_room": {"enable": False},
    "close_registration": False,
    "cn_meeting": False,
    "continuous_meeting_chat": {"enable": True},
    "device_testing": False,
    "disable_participant_video": False,
    "email_in_attendee_report": False,
    "email_notification": True,
    "encryption_type": "enhanced_encryption",
    "enforce_login": False,
    "enforce_login_domains": "",
    "focus_mode": False,
    "global_dial_in_countries": ["US"],
    "host_save_video_order": False,
    "host_video": False,
    "in_meeting": False,
    "internal_meeting": False,
    "jbh_time": 0,
    "join_before_host": False,
    "meeting_authentication": False,
    "meeting_invitees": [],
    "mute_upon_entry": False,
    "participant_focused_meeting": False,
    "participant_video": False,
    "private_meeting": False,
    "push_change_to_calendar": False,
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "request_permission_to_unmute_participants": False,
    "resources": [],
    "show_join_info": False,
    "show_share_button": False,
    "use_pmi": False,
    "waiting_room": False,
    "watermark": False,
}
