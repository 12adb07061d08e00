"""What the simulated Zoom knows, as plain records, and how it is kept in a file."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 2  # 1 knew no webhooks; what it lacks has a default
READABLE_FORMATS = (1, FORMAT)


class UnreadableState(Exception):
    """The saved file is not one that this version of the simulator wrote."""


@dataclass
class ZoomUser:
    """A person with a Zoom account. `type`: 1 Basic, 2 Licensed (Zoom's OpenAPI document of users).

    `settings` holds only what was changed, by section. `has_dial_in`: the account has numbers by which one calls in.
    """

    id: str
    email: str
    first_name: str
    last_name: str
    type: int
    may_host: bool
    account_id: str
    account_number: int
    pmi: int
    timezone: str
    created_at: float
    requires_passcode: bool = True
    has_dial_in: bool = False
    status: str = "active"
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass
class ZoomApp:
    """A user-managed General app as registered in Zoom's Marketplace, with its one event subscription.

    `webhook_secret` is what Zoom calls the Secret Token. `endpoint_url` is empty where there is no subscription, and
    no `events` means all. `needs_approval`: the Zoom account's administrator has to approve it first.
    `subscription_state`: none (not validated yet), active or disabled.
    """

    client_id: str
    client_secret: str
    name: str
    scopes: list[str]
    redirect_uris: list[str]
    webhook_secret: str = ""
    endpoint_url: str = ""
    events: list[str] = field(default_factory=list)
    subscription_state: str = "none"
    validated_at: float | None = None
    checked_at: float | None = None
    failed_validations: int = 0
    last_validation: str = ""
    needs_approval: bool = False

    def __post_init__(self) -> None:
        self.webhook_secret = self.webhook_secret or f"whsecret-{self.client_id}"

    def set_endpoint(self, url: str) -> None:
        """Subscribe with this address, which is to be validated anew; an empty one ends the subscription."""
        self.endpoint_url = url
        self.subscription_state = "none"
        self.validated_at = self.checked_at = None
        self.failed_validations = 0
        self.last_validation = ""


@dataclass
class AuthorizationCode:
    """What Allow handed out: good once, for five minutes, for one app, one redirect address and one PKCE challenge."""

    code: str
    client_id: str
    user_id: str
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires_at: float


@dataclass
class TokenSet:
    """The one live set of tokens of a Zoom user and an app. A dead refresh token is the empty string."""

    user_id: str
    client_id: str
    scopes: list[str]
    access_token: str
    access_expires_at: float
    refresh_token: str
    refresh_expires_at: float
    issued: int = 1
    authorizations: int = 1


@dataclass
class Person:
    """Somebody at a meeting. `place`: in, waiting_room, waiting_for_host, left, removed or ended.

    `number` and `uuid` are what webhooks call `user_id` and `participant_uuid`; `zoom_user_id` is empty for whoever
    joined without signing in. `wait_was_told`: an event said that this person waits for the host.
    """

    key: str
    name: str
    role: str
    place: str
    arrived_at: float
    joined_at: float | None = None
    left_at: float | None = None
    number: int = 0
    uuid: str = ""
    zoom_user_id: str = ""
    customer_key: str = ""
    wait_was_told: bool = False


@dataclass
class Instance:
    """One time a meeting was held; Zoom gives each its own uuid."""

    uuid: str
    started_at: float
    ended_at: float | None = None


@dataclass
class CloudRecording:
    """What was recorded of one time a meeting was held, that began at `held_at`.

    `key` is a uuid of its own. `state`: recording, paused, stopped, completed, trashed or deleted. Its files are ready
    at `ready_at`, its transcript at `transcript_at`; None: not to be told of (any more).
    """

    uuid: str
    held_at: float
    started_at: float
    key: str
    state: str = "recording"
    stopped_at: float | None = None
    ready_at: float | None = None
    transcript_at: float | None = None


@dataclass
class Meeting:
    """A meeting; times in seconds since 1970, `duration` in minutes. `settings` holds only what was asked for.

    A deleted meeting can be recovered while it is `in_trash`.
    """

    id: int
    uuid: str
    host_id: str
    topic: str
    type: int
    duration: int
    timezone: str
    created_at: float
    creation_source: str
    start: float | None = None
    agenda: str = ""
    password: str = ""
    pre_schedule: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    tracking_fields: list[dict[str, Any]] = field(default_factory=list)
    template_id: str = ""
    status: str = "waiting"
    deleted_at: float | None = None
    deleted_by: str = ""
    in_trash: bool = True
    changes: int = 0
    people: list[Person] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    recordings: list[CloudRecording] = field(default_factory=list)

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


@dataclass
class WebhookOptions:
    """How Zoom's webhooks behave where Zoom's documents leave it open.

    `sign_retries_anew`: a retry carries the time at which it is sent, not the first attempt's. `join_time_spelling`:
    `join_time` (the schema's), `date_time` (the sample's) or `both`.
    """

    sign_retries_anew: bool = False
    join_time_spelling: str = "join_time"


@dataclass
class Happening:
    """What a webhook will tell: event, time, payload, what stands `beside` it, and the apps that may know."""

    event: str
    at: float
    payload: dict[str, Any]
    client_ids: list[str]
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Everything at once: what `--state` saves and what a reset makes anew.

    `happened` is what was not told to any app yet, `to_process` what was recorded and is not planned to be processed
    yet; neither is saved.
    """

    users: dict[str, ZoomUser] = field(default_factory=dict)
    apps: dict[str, ZoomApp] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    token_sets: list[TokenSet] = field(default_factory=list)
    revoked_access_tokens: list[str] = field(default_factory=list)
    meetings: dict[int, Meeting] = field(default_factory=dict)
    signing_key: str = field(default_factory=lambda: secrets.token_hex(32))
    meetings_made: int = 0
    webhook_options: WebhookOptions = field(default_factory=WebhookOptions)
    happened: list[Happening] = field(default_factory=list, compare=False)
    to_process: list[tuple[Meeting, CloudRecording]] = field(default_factory=list, compare=False)

    def take_happened(self) -> list[Happening]:
        """What happened since the last call, oldest first."""
        happened, self.happened = self.happened, []
        return happened

    def take_to_process(self) -> list[tuple[Meeting, CloudRecording]]:
        """What was recorded since the last call."""
        recorded, self.to_process = self.to_process, []
        return recorded

    def user_by_email(self, email: str) -> ZoomUser | None:
        """The user with this e-mail address, whatever its case."""
        wanted = email.lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def token_set(self, user_id: str, client_id: str) -> TokenSet | None:
        """The live set of this user and app, if any."""
        for tokens in self.token_sets:
            if tokens.user_id == user_id and tokens.client_id == client_id:
                return tokens
        return None

    def live_meetings(self) -> list[Meeting]:
        """Meetings that were not deleted, in the order in which they were made."""
        return [meeting for meeting in self.meetings.values() if not meeting.is_deleted]


class Store:
    """Holds the world and writes it to its file on every change.

    The file is replaced as a whole, so a kill at any moment leaves the old or the new one. It is not flushed to the
    disk: a killed process must lose nothing, a power cut may.
    """

    def __init__(self, world: World, path: Path | None = None) -> None:
        self.world = world
        self._path = path

    def save(self) -> None:
        """Write the world; nothing to do without a file. Raises OSError when the folder cannot be written to."""
        if self._path is None:
            return
        draft = self._path.with_name(self._path.name + ".new")
        world = {name: value for name, value in vars(self.world).items() if name not in ("happened", "to_process")}
        draft.write_text(json.dumps({"format": FORMAT, "world": world}, default=vars))
        os.replace(draft, self._path)


def load_world(path: Path) -> World | None:
    """The world that a file holds; None when there is no file yet. Raises UnreadableState on any other content."""
    try:
        saved = json.loads(path.read_text())
        if saved["format"] not in READABLE_FORMATS:
            raise UnreadableState(f"{path} was written by another version of the simulator.")
        return _world_from(saved["world"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableState(f"{path} does not hold a saved state of the simulator.") from error


def _world_from(data: dict[str, Any]) -> World:
    return World(
        users={key: ZoomUser(**user) for key, user in data["users"].items()},
        apps={key: ZoomApp(**app) for key, app in data["apps"].items()},
        codes={key: AuthorizationCode(**code) for key, code in data["codes"].items()},
        token_sets=[TokenSet(**tokens) for tokens in data["token_sets"]],
        revoked_access_tokens=data["revoked_access_tokens"],
        meetings={int(key): _meeting_from(meeting) for key, meeting in data["meetings"].items()},
        signing_key=data["signing_key"],
        meetings_made=data["meetings_made"],
        webhook_options=WebhookOptions(**data.get("webhook_options", {})),
    )


def _meeting_from(data: dict[str, Any]) -> Meeting:
    people = [Person(**person) for person in data["people"]]
    instances = [Instance(**instance) for instance in data["instances"]]
    recordings = [CloudRecording(**recording) for recording in data.get("recordings", [])]
    return Meeting(**{**data, "people": people, "instances": instances, "recordings": recordings})
