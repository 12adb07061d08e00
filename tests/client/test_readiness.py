"""Each line of "Is my practice set up right?": what makes it green, amber or red, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from zoom import features, plans, practice_readiness, readiness, user_settings
from zoom.practice_readiness import Attested, PracticeFacts, practice_lines
from zoom.readiness import AMBER, GREEN, RED, ProviderFacts, blocks_recording, provider_lines
from zoom.user_settings import SettingsSeen

GOOD_SETTINGS = {
    user_settings.CLOUD_RECORDING: True,
    user_settings.LOCAL_RECORDING: False,
    user_settings.AUTO_RECORDING: "none",
    user_settings.AUDIO_TRANSCRIPT: True,
    user_settings.PASSCODE: True,
    user_settings.JOIN_BEFORE_HOST: False,
    user_settings.WAITING_ROOM: True,
    user_settings.AUTO_SAVING_CHAT: False,
    user_settings.ENCRYPTION: "enhanced_encryption",
    user_settings.E2EE_ALLOWED: False,
}
GOOD = ProviderFacts(
    connection="connected",
    user_type=plans.LICENSED,
    granted=features.all_asked(),
    on=frozenset(features.FEATURES),
    settings=SettingsSeen(GOOD_SETTINGS),
)
NOT_RECORDING = GOOD.on - {features.RECORDINGS, features.RECORDING_DELETION}
TODAY = date(2026, 11, 21)
GOOD_PRACTICE = PracticeFacts(
    today=TODAY,
    allowed=True,
    plan="pro",
    app="entered",
    credentials="accepted",
    redirect_uri="https://practice.example/zoom_telehealth/oauth/callback",
    reached=True,
    webhook="good",
    key="good",
    seconds_ahead=0.4,
    mail="able",
    test="passed",
    providers=2,
    connected=2,
    attested={kind: Attested(on=TODAY, by="Mia", document=True) for kind in practice_readiness.ATTESTED},
)


# Whoever records switches sharing by link off for each recording: no setting tells it.
BY_HAND = {"link_sharing"}


def told(facts: ProviderFacts) -> dict[str, tuple[str, str]]:
    return {line.key: (line.level, line.finding) for line in provider_lines(facts)}


def set_otherwise(**values: object) -> ProviderFacts:
    by_constant = {getattr(user_settings, name): value for name, value in values.items()}
    return replace(GOOD, settings=SettingsSeen({**GOOD_SETTINGS, **by_constant}))  # type: ignore[dict-item]


def test_all_is_green_where_all_is_well_but_for_what_is_done_by_hand() -> None:
    assert {key for key, (level, _finding) in told(GOOD).items() if level != GREEN} == BY_HAND
    assert {level for level, _finding in told(replace(GOOD, on=NOT_RECORDING)).values()} == {GREEN}
    assert {line.level for line in practice_lines(GOOD_PRACTICE)} == {GREEN}


@pytest.mark.parametrize(
    ("facts", "key", "level", "finding"),
    [
        (replace(GOOD, user_type=plans.BASIC), "licence", AMBER, "basic"),
        (replace(GOOD, user_type=plans.BASIC, lowest_plan=plans.LICENCE), "licence", RED, "below_licensed"),
        (replace(GOOD, lowest_plan=plans.BUSINESS, plan="pro"), "licence", RED, "below_business"),
        (replace(GOOD, lowest_plan=plans.BUSINESS, plan="business"), "licence", GREEN, "licensed"),
        (replace(GOOD, user_type=None), "licence", AMBER, "unknown"),
        (replace(GOOD, user_type=None), "may_host", AMBER, "unknown"),
        (replace(GOOD, user_type=plans.UNASSIGNED), "may_host", RED, "no_licence"),
        (replace(GOOD, refused_to_host=True), "may_host", RED, "refused"),
        (replace(GOOD, settings=None, unseen="scope"), "settings", AMBER, "unseen_scope"),
        (replace(GOOD, changed=(user_settings.WAITING_ROOM,)), "changed", AMBER, "changed"),
        (set_otherwise(CLOUD_RECORDING=False), "cloud_recording", RED, "off"),
        (replace(set_otherwise(CLOUD_RECORDING=False), on=NOT_RECORDING), "cloud_recording", GREEN, "not_needed"),
        (set_otherwise(AUTO_RECORDING="cloud"), "auto_recording", RED, "cloud_before_consent"),
        (replace(set_otherwise(AUTO_RECORDING="cloud"), consent_first=False), "auto_recording", AMBER, "cloud"),
        (set_otherwise(AUTO_RECORDING="local"), "auto_recording", RED, "local_before_consent"),
        (set_otherwise(LOCAL_RECORDING=True), "local_recording", AMBER, "on"),
        (set_otherwise(AUDIO_TRANSCRIPT=False), "transcript", AMBER, "off"),
        (set_otherwise(PASSCODE=False), "passcode", AMBER, "off"),
        (set_otherwise(WAITING_ROOM=False), "waiting_room", AMBER, "off"),
        (set_otherwise(JOIN_BEFORE_HOST=True), "join_before_host", AMBER, "on"),
        (set_otherwise(AUTO_SAVING_CHAT=True), "chat", AMBER, "on"),
        (set_otherwise(ENCRYPTION="e2ee"), "e2ee", RED, "in_the_way"),
        (replace(set_otherwise(ENCRYPTION="e2ee"), on=NOT_RECORDING), "e2ee", GREEN, "default"),
        (set_otherwise(E2EE_ALLOWED=True), "e2ee", GREEN, "allowed"),
        (replace(GOOD, granted=GOOD.granted - {features.CHANGE_RECORDING_SETTINGS}), "link_sharing", AMBER, "no_scope"),
        (replace(GOOD, granted=GOOD.granted - {"meeting:write:meeting"}), "scopes_meetings", RED, "missing"),
        (replace(GOOD, granted=GOOD.granted - {"meeting:read:participant"}), "scopes_attendance", AMBER, "missing"),
    ],
)  # fmt: skip
def test_a_provider_line_turns_for_its_own_cause_alone(
    facts: ProviderFacts, key: str, level: str, finding: str
) -> None:
    lines = told(facts)
    assert lines[key] == (level, finding)
    of_the_licence = {"licence", "may_host"} if facts.user_type != plans.LICENSED else set()
    assert {name for name, (other, _finding) in lines.items() if other != GREEN} - {key} - BY_HAND <= of_the_licence


def test_what_zoom_does_not_tell_is_amber_and_never_guessed() -> None:
    lines = told(replace(GOOD, settings=SettingsSeen({})))
    untold = {key for key, line in lines.items() if line == (AMBER, "untold")}
    assert untold == {
        "cloud_recording", "auto_recording", "local_recording", "transcript", "passcode", "waiting_room",
        "join_before_host", "chat", "e2ee",
    }  # fmt: skip


def test_a_missing_scope_of_a_feature_that_is_off_is_no_matter() -> None:
    lines = told(replace(GOOD, granted=GOOD.granted - {"cloud_recording:read:recording"}, on=NOT_RECORDING))
    assert lines["scopes"] == (GREEN, "all")


def test_without_the_settings_scope_only_those_lines_are_missing() -> None:
    lines = told(replace(GOOD, settings=None, unseen="scope"))
    assert set(told(GOOD)) - set(lines) == {
        "cloud_recording", "auto_recording", "local_recording", "transcript", "passcode", "waiting_room",
        "join_before_host", "chat", "e2ee", "changed",
    }  # fmt: skip
    assert {key for key, (level, _finding) in lines.items() if level != GREEN} == {"settings"} | BY_HAND


@pytest.mark.parametrize(
    ("state", "level"), [("", AMBER), ("disconnected", AMBER), ("reconnect_needed", RED), ("revoked", RED)]
)
def test_without_a_working_connection_there_is_only_that_to_say(state: str, level: str) -> None:
    [line] = provider_lines(replace(GOOD, connection=state))
    assert (line.key, line.level) == ("connection", level)


def test_what_would_stand_in_the_way_of_recording_is_known_before_it_is_switched_on() -> None:
    off = replace(set_otherwise(CLOUD_RECORDING=False, ENCRYPTION="e2ee"), on=NOT_RECORDING)
    assert blocks_recording(off) == ("cloud_recording", "e2ee")
    assert blocks_recording(replace(GOOD, on=NOT_RECORDING)) == ()
    assert blocks_recording(replace(GOOD, granted=GOOD.granted - {"cloud_recording:read:recording"})) == (
        "scopes_recordings",
    )


def practice(**changes: object) -> dict[str, tuple[str, str]]:
    facts = replace(GOOD_PRACTICE, **changes)  # type: ignore[arg-type]
    return {line.key: (line.level, line.finding) for line in practice_lines(facts)}


def attested(kind: str, **values: object) -> dict[str, object]:
    return {"attested": {**GOOD_PRACTICE.attested, kind: Attested(**values)}}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "key", "level", "finding"),
    [
        ({"key": "missing"}, "key", RED, "missing"),
        ({"key": "weak"}, "key", RED, "weak"),
        ({"key": "trial"}, "key", AMBER, "trial"),
        (attested("responsibility"), "responsibility", RED, "missing"),
        (attested("plan"), "plan", AMBER, "missing"),
        ({"plan": "basic"}, "plan", AMBER, "cannot_sign"),
        ({"lowest_plan": "business"}, "plan", RED, "below_business"),
        (attested("baa"), "baa", RED, "missing"),
        (attested("baa", requested_on=TODAY), "baa", AMBER, "requested"),
        (attested("baa", on=TODAY), "baa", AMBER, "no_document"),
        (attested("baa", on=TODAY, document=True, until=date(2026, 12, 21)), "baa", AMBER, "renew"),
        (attested("baa", on=TODAY, document=True, until=date(2026, 12, 22)), "baa", GREEN, "signed"),
        (attested("baa", on=TODAY, document=True, until=date(2026, 11, 20)), "baa", RED, "expired"),
        (attested("hipaa_mode"), "hipaa_mode", AMBER, "missing"),
        (attested("admin_locks", on=TODAY, until=date(2026, 1, 1)), "admin_locks", AMBER, "expired"),
        ({"app": "none"}, "app", RED, "none"),
        ({"redirect_uri": "http://127.0.0.1/x"}, "redirect", RED, "not_https"),
        ({"reached": False}, "redirect", AMBER, "unproven"),
        ({"credentials": "refused"}, "credentials", RED, "refused"),
        ({"credentials": "untried"}, "credentials", AMBER, "untried"),
        ({"webhook": "bad"}, "webhook", RED, "bad"),
        ({"webhook": "off"}, "webhook", AMBER, "off"),
        ({"connected": 1}, "providers", AMBER, "some"),
        ({"connected": 0}, "providers", AMBER, "nobody"),
        ({"seconds_ahead": None}, "clock", AMBER, "unknown"),
        ({"seconds_ahead": -61.0}, "clock", AMBER, "off"),
        ({"seconds_ahead": 300.0}, "clock", RED, "off"),
        ({"actions": ("Inbox",)}, "actions", RED, "stopped"),
        ({"mail": "none"}, "mail", RED, "none"),
        ({"mail": "failing"}, "mail", AMBER, "failing"),
        ({"sms": "failing"}, "sms", AMBER, "failing"),
        ({"strays": 2}, "strays", AMBER, "some"),
        ({"test": "failed"}, "test", RED, "failed"),
        ({"test": "old"}, "test", AMBER, "old"),
    ],
)
def test_a_practice_line_turns_for_its_own_cause_alone(
    changes: dict[str, object], key: str, level: str, finding: str
) -> None:
    lines = practice(**changes)
    assert lines[key] == (level, finding)
    assert {name for name, (other, _finding) in lines.items() if other != GREEN} == {key} - (
        {key} if level == GREEN else set()
    )


def test_before_zoom_is_allowed_what_is_missing_is_a_step_and_no_alarm() -> None:
    lines = practice(allowed=False, app="none", **attested("responsibility"))
    assert (lines["app"][0], lines["responsibility"][0], lines["allowed"][0]) == (AMBER, AMBER, AMBER)


def test_every_paid_plan_can_sign_and_the_free_one_cannot() -> None:
    assert {plan.code for plan in plans.PLANS if not plan.can_sign_baa} == {"basic"}


@pytest.mark.parametrize(
    ("lowest", "user_type", "plan", "may"),
    [
        ("any", 1, "", True),
        ("any", None, "", True),
        ("licensed", 1, "business", False),
        ("licensed", 2, "", True),
        ("licensed", None, "", False),
        ("business", 2, "", False),
        ("business", 2, "pro", False),
        ("business", 2, "enterprise", True),
        ("business", 1, "enterprise", False),
    ],
)
def test_the_lowest_plan_decides_who_may_connect(lowest: str, user_type: int | None, plan: str, may: bool) -> None:
    assert plans.may_connect(lowest, user_type, plan) is may


def test_settings_are_read_out_of_both_answers_and_nothing_else_is_kept() -> None:
    seen = SettingsSeen.from_answers(
        {"recording": {"cloud_recording": True, "auto_recording": "weekly", "secret": "x"}, "in_meeting": []},
        {"meeting_security": {"encryption_type": "e2ee", "end_to_end_encrypted_meetings": 1}},
    )
    assert dict(seen.values) == {user_settings.CLOUD_RECORDING: True, user_settings.ENCRYPTION: "e2ee"}


def test_a_change_is_what_was_told_both_times_and_otherwise() -> None:
    seen = SettingsSeen({user_settings.WAITING_ROOM: False, user_settings.PASSCODE: True})
    earlier = {user_settings.WAITING_ROOM: True, user_settings.PASSCODE: True, user_settings.E2EE_ALLOWED: True}
    assert seen.changed_since(earlier) == (user_settings.WAITING_ROOM,)


def test_every_line_that_can_be_mended_in_zoom_says_where() -> None:
    assert all(
        line.place.startswith(("zoom.us ▸", "marketplace.zoom.us ▸")) for line in provider_lines(GOOD) if line.place
    )
    assert {line.key for line in provider_lines(GOOD)} - set(readiness.PLACES) == {"connection", "changed"}
