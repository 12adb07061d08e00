"""Whether a practice and its providers are set up right: facts in, one green, amber or red line for each matter out.

Pure: what Zoom told and what Odoo knows comes as facts, and a line names its finding; the sentences to a finding are
written, in the reader's language, where Odoo is (`models/telehealth_readiness_words.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from . import features as feature_names
from . import plans, user_settings
from .features import FEATURES
from .user_settings import SettingsSeen

GREEN, AMBER, RED = "green", "amber", "red"
PROVIDER, MANAGER, ZOOM_ADMINISTRATOR, SERVER_ADMINISTRATOR = "provider", "manager", "zoom_admin", "server_admin"

# Where in Zoom's web portal a setting stands (Zoom's own words, English portal); an account's administrator finds the
# same under Account Management ▸ Account Settings, and can lock it there.
PLACES = MappingProxyType(
    {
        "licence": "zoom.us ▸ Admin ▸ User Management ▸ Users",
        "may_host": "zoom.us ▸ Admin ▸ User Management ▸ Users",
        "scopes": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Scopes",
        "settings": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Scopes",
        "cloud_recording": "zoom.us ▸ Settings ▸ Recording ▸ Cloud recording",
        "auto_recording": "zoom.us ▸ Settings ▸ Recording ▸ Automatic recording",
        "local_recording": "zoom.us ▸ Settings ▸ Recording ▸ Record to computer files",
        "transcript": "zoom.us ▸ Settings ▸ Recording ▸ Cloud recording ▸ Audio transcript",
        "link_sharing": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Scopes",
        "passcode": "zoom.us ▸ Settings ▸ Meeting ▸ Security ▸ Meeting Passcode",
        "waiting_room": "zoom.us ▸ Settings ▸ Meeting ▸ Security ▸ Waiting Room",
        "join_before_host": "zoom.us ▸ Settings ▸ Meeting ▸ Schedule Meeting ▸ Allow participants to join before host",
        "chat": "zoom.us ▸ Settings ▸ Meeting ▸ In Meeting (Basic) ▸ Auto saving chats",
        "e2ee": "zoom.us ▸ Settings ▸ Meeting ▸ Security ▸ Allow use of end-to-end encryption",
        "credentials": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Basic Information",
        "redirect": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Basic Information ▸ OAuth allow list",
        "webhook": "marketplace.zoom.us ▸ Manage ▸ the app ▸ Features ▸ Access ▸ Event subscription",
        "baa": "zoom.us ▸ Admin ▸ Account Management ▸ Account Profile",
        "hipaa_mode": "zoom.us ▸ Admin ▸ Account Management ▸ Account Settings",
        "admin_locks": "zoom.us ▸ Admin ▸ Account Management ▸ Account Settings (the lock beside each setting)",
    }
)
# Who mends a line that is not green, unless the line says otherwise.
WHO = MappingProxyType(
    {
        "connection": PROVIDER,
        "licence": ZOOM_ADMINISTRATOR,
        "may_host": ZOOM_ADMINISTRATOR,
        "scopes": MANAGER,
        "strays": MANAGER,
        "settings": MANAGER,
        "changed": PROVIDER,
        "link_sharing": MANAGER,
        "redirect": SERVER_ADMINISTRATOR,
        "key": SERVER_ADMINISTRATOR,
        "clock": SERVER_ADMINISTRATOR,
        "actions": SERVER_ADMINISTRATOR,
        "mail": SERVER_ADMINISTRATOR,
        "sms": SERVER_ADMINISTRATOR,
        "hipaa_mode": ZOOM_ADMINISTRATOR,
        "admin_locks": ZOOM_ADMINISTRATOR,
        "cloud_recording": PROVIDER,
        "auto_recording": PROVIDER,
        "local_recording": PROVIDER,
        "transcript": PROVIDER,
        "passcode": PROVIDER,
        "waiting_room": PROVIDER,
        "join_before_host": PROVIDER,
        "chat": PROVIDER,
        "e2ee": PROVIDER,
    }
)
# While one of these is red the recording features do not switch on.
RECORDING_RESTS_ON = ("cloud_recording", "auto_recording", "e2ee", "scopes_recordings")

# A clock that is this far off makes Zoom's events look forged (5 minutes), or is worth mending (1 minute).
CLOCK_RED, CLOCK_AMBER = 240.0, 60.0


@dataclass(frozen=True)
class Line:
    """One matter and how it stands.

    :ivar finding: which of the matter's sentences applies
    :ivar facts: what the sentence fills in
    """

    key: str
    level: str
    finding: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where in Zoom it is mended; empty where it is not mended in Zoom."""
        return PLACES.get(self.key, "")

    @property
    def who(self) -> str:
        """Who mends it."""
        return WHO.get(self.key.partition("_for_")[0], MANAGER)


@dataclass(frozen=True)
class ProviderFacts:
    """What is known of one provider in one practice.

    :ivar connection: state of the connection; empty where there is none
    :ivar user_type: Zoom's `type`; None if not told
    :ivar plan: code of the plan that was attested for the practice's account; empty if none was
    :ivar refused_to_host: Zoom answered 3161 to the last meeting
    :ivar on: names of the features that are switched on
    :ivar settings: None where they could not be seen
    :ivar unseen: why not: `off`, `scope` or `trouble`
    :ivar changed: names of settings that changed since a person last looked
    :ivar consent_first: recordings need consent before they begin
    """

    connection: str = ""
    user_type: int | None = None
    lowest_plan: str = plans.ANY
    plan: str = ""
    refused_to_host: bool = False
    granted: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    settings: SettingsSeen | None = None
    unseen: str = "trouble"
    changed: tuple[str, ...] = ()
    consent_first: bool = True

    @property
    def records(self) -> bool:
        """Whether the practice records sessions."""
        return feature_names.RECORDINGS in self.on


def provider_lines(facts: ProviderFacts) -> list[Line]:
    """The lines of a provider's page. Without a connection there is only that to say."""
    lines = [_connection(facts)]
    if facts.connection in ("connected", "misconfigured"):
        lines += [_licence(facts), _may_host(facts), *_scopes(facts), *_settings(facts), _link_sharing(facts)]
    return lines


def blocks_recording(facts: ProviderFacts) -> tuple[str, ...]:
    """Keys of the red lines that would stand in the way, were recordings switched on."""
    wanted = ProviderFacts(**{**vars(facts), "on": facts.on | {feature_names.RECORDINGS}})
    return tuple(line.key for line in provider_lines(wanted) if line.level == RED and line.key in RECORDING_RESTS_ON)


def _connection(facts: ProviderFacts) -> Line:
    if facts.connection == "connected":
        return Line("connection", GREEN, "connected")
    if facts.connection in ("", "disconnected"):
        return Line("connection", AMBER, "none")
    return Line("connection", RED, facts.connection)


def _licence(facts: ProviderFacts) -> Line:
    if not plans.may_connect(facts.lowest_plan, facts.user_type, facts.plan):
        return Line("licence", RED, f"below_{facts.lowest_plan}")
    if facts.user_type == plans.LICENSED:
        return Line("licence", GREEN, "licensed")
    return Line("licence", AMBER, "basic" if facts.user_type == plans.BASIC else "unknown")


def _may_host(facts: ProviderFacts) -> Line:
    if facts.refused_to_host:
        return Line("may_host", RED, "refused")
    if facts.user_type in (plans.UNASSIGNED, plans.NO_TYPE):
        return Line("may_host", RED, "no_licence")
    return Line("may_host", AMBER, "unknown") if facts.user_type is None else Line("may_host", GREEN, "may")


def _scopes(facts: ProviderFacts) -> list[Line]:
    """One line for each feature that is on and lacks something, or one that says that none does."""
    lacking = []
    for name in FEATURES:
        missing = FEATURES[name].missing(facts.granted)
        if name in facts.on and missing:
            level = RED if name in (feature_names.MEETINGS, feature_names.RECORDINGS) else AMBER
            lacking.append(Line(f"scopes_{name}", level, "missing", {"scopes": ", ".join(missing)}))
    return lacking or [Line("scopes", GREEN, "all")]


def _settings(facts: ProviderFacts) -> list[Line]:
    seen = facts.settings
    if seen is None:
        return [Line("settings", AMBER, f"unseen_{facts.unseen}")]
    lines = [
        _cloud_recording(seen, facts),
        _auto_recording(seen, facts),
        _switch(seen, "local_recording", user_settings.LOCAL_RECORDING, wanted=False),
        _transcript(seen, facts),
        _switch(seen, "passcode", user_settings.PASSCODE, wanted=True),
        _switch(seen, "waiting_room", user_settings.WAITING_ROOM, wanted=True),
        _switch(seen, "join_before_host", user_settings.JOIN_BEFORE_HOST, wanted=False),
        _switch(seen, "chat", user_settings.AUTO_SAVING_CHAT, wanted=False),
        _e2ee(seen, facts),
    ]
    if facts.changed:
        names = ", ".join(name.partition(".")[2] for name in facts.changed)
        return [*lines, Line("changed", AMBER, "changed", {"settings": names})]
    return [*lines, Line("changed", GREEN, "same")]


def _switch(seen: SettingsSeen, key: str, name: str, *, wanted: bool) -> Line:
    value = seen.get(name)
    if value is None:
        return Line(key, AMBER, "untold")
    return Line(key, GREEN if value is wanted else AMBER, "on" if value else "off")


def _cloud_recording(seen: SettingsSeen, facts: ProviderFacts) -> Line:
    value = seen.get(user_settings.CLOUD_RECORDING)
    if not facts.records:
        return Line("cloud_recording", GREEN, "not_needed")
    if value is None:
        return Line("cloud_recording", AMBER, "untold")
    return Line("cloud_recording", GREEN, "on") if value else Line("cloud_recording", RED, "off")


def _auto_recording(seen: SettingsSeen, facts: ProviderFacts) -> Line:
    """Automatic recording of every meeting is amber, red where a recording needs consent first."""
    value = seen.get(user_settings.AUTO_RECORDING)
    if value is None:
        return Line("auto_recording", AMBER, "untold")
    if value == "none":
        return Line("auto_recording", GREEN, "none")
    if facts.consent_first:
        return Line("auto_recording", RED, f"{value}_before_consent")
    return Line("auto_recording", AMBER, str(value))


def _transcript(seen: SettingsSeen, facts: ProviderFacts) -> Line:
    value = seen.get(user_settings.AUDIO_TRANSCRIPT)
    if not facts.records:
        return Line("transcript", GREEN, "not_needed")
    if value is None:
        return Line("transcript", AMBER, "untold")
    return Line("transcript", GREEN, "on") if value else Line("transcript", AMBER, "off")


def _e2ee(seen: SettingsSeen, facts: ProviderFacts) -> Line:
    """Zoom records nothing in the cloud of a meeting that is encrypted from device to device."""
    encryption, allowed = seen.get(user_settings.ENCRYPTION), seen.get(user_settings.E2EE_ALLOWED)
    if encryption is None:
        return Line("e2ee", AMBER, "untold")
    if encryption == "e2ee":
        return Line("e2ee", RED, "in_the_way") if facts.records else Line("e2ee", GREEN, "default")
    return Line("e2ee", GREEN, "allowed" if allowed else "off")


def _link_sharing(facts: ProviderFacts) -> Line:
    """No setting tells it, and nothing of ours switches it off yet: a person does, for each recording."""
    if not facts.records:
        return Line("link_sharing", GREEN, "not_needed")
    if feature_names.CHANGE_RECORDING_SETTINGS in facts.granted:
        return Line("link_sharing", AMBER, "per_recording")
    return Line("link_sharing", AMBER, "no_scope", {"scopes": feature_names.CHANGE_RECORDING_SETTINGS})
