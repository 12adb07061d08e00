"""What we send to Zoom and what we keep of its answers.

Sent is the least that makes a private meeting; topic and passcode say nothing about anybody. The bodies hold to Zoom's
OpenAPI documents of 2026-03-10 (`POST /users/me/meetings`, `PATCH /meetings/{meetingId}`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from .answers import number_in
from .dial_in import DialIn
from .errors import MalformedAnswer

LONGEST_TOPIC = 200
LONGEST_DURATION_MINUTES = 1440
LONGEST_PASSCODE = 10
LONGEST_NAME = 64
# Zoom's meeting types without and with fixed times.
RECURRING_TYPES = (3, 8)

AUTO_RECORDING = ("none", "local", "cloud")

# Without letters and digits that are mistaken for one another when read aloud.
_LETTERS_UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS_LOWER = "abcdefghijkmnopqrstuvwxyz"
_DIGITS = "23456789"
# The special characters that every version of Zoom's documents allows in a passcode.
_SPECIALS = "@-_*"
_PASSCODE = re.compile(r"[A-Za-z0-9@_*-]{1,10}", re.ASCII)

_REFERENCE_ALPHABET = _LETTERS_UPPER + _DIGITS
_REFERENCE_PART = rf"[{_REFERENCE_ALPHABET}]{{4}}"
_REFERENCE = re.compile(rf"(?<![A-Z0-9-])(?:{_REFERENCE_PART}-){{2}}{_REFERENCE_PART}(?![A-Z0-9-])", re.ASCII)

_SETTINGS_KEPT = (
    "auto_recording",
    "auto_start_ai_companion_questions",
    "auto_start_meeting_summary",
    "continuous_meeting_chat",
    "email_notification",
    "encryption_type",
    "host_video",
    "join_before_host",
    "meeting_authentication",
    "mute_upon_entry",
    "participant_video",
    "use_pmi",
    "waiting_room",
    "waiting_room_options",
)


@dataclass(frozen=True)
class MeetingWish:
    """The meeting that Zoom should have.

    :ivar topic: at most 200 characters, neutral: see :func:`neutral_topic`
    :ivar start: naive UTC; sent as UTC whatever the time zone, so that no daylight saving can move it. Zoom turns a
        past start into "now" when creating and ignores it when updating.
    :ivar duration_minutes: 1 to 1440
    :ivar timezone: IANA name, for display at Zoom alone
    :ivar passcode: 1 to 10 letters, digits, `@`, `-`, `_` or `*`: see :func:`new_passcode`
    :ivar waiting_room: everyone waits until the host admits them
    :ivar auto_recording: `none`, `local` or `cloud`
    :ivar chat: Zoom keeps a chat beside the meeting, before and after it too
    :ivar ai_companion: Zoom's AI Companion listens from the start, answers questions and writes a summary
    :raises ValueError: a value that Zoom would not take (the message does not quote it)
    """

    topic: str
    start: datetime
    duration_minutes: int
    timezone: str
    passcode: str = field(repr=False)
    waiting_room: bool = True
    auto_recording: str = "none"
    host_video: bool = True
    participant_video: bool = True
    mute_upon_entry: bool = False
    chat: bool = False
    ai_companion: bool = False

    def __post_init__(self) -> None:
        _require(0 < len(self.topic) <= LONGEST_TOPIC, "A topic has 1 to 200 characters.")
        _require(self.start.tzinfo is None, "The start is given in UTC, without a time zone.")
        _require(0 < self.duration_minutes <= LONGEST_DURATION_MINUTES, "A meeting lasts 1 to 1440 minutes.")
        _require(bool(self.timezone), "A meeting has a time zone.")
        _require(
            _PASSCODE.fullmatch(self.passcode) is not None, "A passcode has 1 to 10 letters, digits, @, -, _ or *."
        )
        _require(self.auto_recording in AUTO_RECORDING, "Automatic recording is none, local or cloud.")

    def create_body(self) -> dict[str, Any]:
        """The body of `POST /users/me/meetings`."""
        # default_password: a passcode of Zoom's choice must not replace ours.
        return {**self.update_body(), "default_password": False}

    def update_body(self) -> dict[str, Any]:
        """The body of `PATCH /meetings/{meetingId}`, which does not know `default_password`."""
        return {
            "topic": self.topic,
            "type": 2,
            "start_time": self.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": self.duration_minutes,
            "timezone": self.timezone,
            "password": self.passcode,
            "pre_schedule": False,
            "settings": self.settings(),
        }

    def settings(self) -> dict[str, Any]:
        """Private by default: nobody comes in by themselves, nothing is kept, nobody gets a mail from Zoom."""
        waiting_room: dict[str, Any] = {"waiting_room": self.waiting_room}
        if self.waiting_room:
            waiting_room["waiting_room_options"] = {"mode": "custom", "who_goes_to_waiting_room": "everyone"}
        return {
            **waiting_room,
            "host_video": self.host_video,
            "participant_video": self.participant_video,
            "join_before_host": False,
            "jbh_time": 0,
            "mute_upon_entry": self.mute_upon_entry,
            "auto_recording": self.auto_recording,
            "meeting_authentication": False,
            "audio": "both",
            "approval_type": 2,
            "encryption_type": "enhanced_encryption",
            "private_meeting": True,
            "continuous_meeting_chat": {"enable": self.chat},
            "use_pmi": False,
            "email_notification": False,
            "auto_start_meeting_summary": self.ai_companion,
            "auto_start_ai_companion_questions": self.ai_companion,
        }


@dataclass(frozen=True)
class MeetingSeen:
    """A meeting as Zoom last told it. The start link, which makes whoever holds it the host, is not kept.

    :ivar id: digits; exceeds 32 bits
    :ivar start: naive UTC; None for a meeting without a fixed time
    :ivar status: `waiting` or `started`; empty in lists
    :ivar join_url: may contain the passcode: a secret; empty if not told
    :ivar passcode: empty if not told (lists do not)
    :ivar settings: those that matter for privacy, as Zoom gave them; empty in lists
    :ivar dial_in: how to come by phone, where Zoom gives numbers for that
    :ivar repeats: a recurring meeting: one id stands for several times
    """

    id: str
    uuid: str
    topic: str
    start: datetime | None
    duration_minutes: int | None
    timezone: str
    status: str
    join_url: str = field(repr=False)
    passcode: str = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    dial_in: DialIn | None = None
    repeats: bool = False

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> MeetingSeen:
        """Read a meeting out of a create, get or list answer.

        :raises MalformedAnswer: it has no id
        """
        number = number_in(body.get("id"))
        if number is None or number <= 0:
            raise MalformedAnswer
        settings = body.get("settings")
        kept = {key: settings[key] for key in _SETTINGS_KEPT if key in settings} if isinstance(settings, dict) else {}
        return cls(
            id=str(number),
            uuid=_text(body, "uuid"),
            topic=_text(body, "topic"),
            start=instant(_text(body, "start_time")),
            duration_minutes=number_in(body.get("duration")),
            timezone=_text(body, "timezone"),
            status=_text(body, "status"),
            join_url=_text(body, "join_url"),
            passcode=_text(body, "password"),
            settings=MappingProxyType(kept),
            dial_in=DialIn.from_answer(body),
            repeats=number_in(body.get("type")) in RECURRING_TYPES,
        )

    @property
    def reference(self) -> str | None:
        """Our reference in its topic, if any."""
        return reference_in(self.topic)

    def differs_from(self, wish: MeetingWish) -> tuple[str, ...]:
        """Names of what Zoom has otherwise than wished, among what it told; settings as `settings.<name>`.

        The time zone is left out: it is for display, and Zoom renames some.
        """
        told = {
            "topic": (self.topic or None, wish.topic),
            "start_time": (self.start, wish.start.replace(microsecond=0)),
            "duration": (self.duration_minutes, wish.duration_minutes),
            "password": (self.passcode or None, wish.passcode),
        }
        wished = wish.settings()
        told |= {f"settings.{key}": (value, wished.get(key)) for key, value in self.settings.items() if key in wished}
        return tuple(name for name, (seen, wanted) in told.items() if seen is not None and not _agrees(seen, wanted))


@dataclass(frozen=True)
class HeldSeen:
    """One time a meeting was held, from `GET /past_meetings/{meetingId}`.

    :ivar uuid: Zoom's id of this time
    :ivar started_at: naive UTC
    :ivar ended_at: naive UTC
    """

    uuid: str
    started_at: datetime
    ended_at: datetime

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> HeldSeen:
        """:raises MalformedAnswer: the answer lacks the id or a time."""
        uuid, began, ended = _text(body, "uuid"), instant(_text(body, "start_time")), instant(_text(body, "end_time"))
        if not uuid or began is None or ended is None:
            raise MalformedAnswer
        return cls(uuid, began, ended)


@dataclass(frozen=True)
class UserSeen:
    """The Zoom user behind a connection, from `GET /users/me`.

    :ivar id: Zoom's id of the user
    :ivar account_id: Zoom's id of the account the user belongs to
    :ivar type: 1 Basic, 2 Licensed, 4 unassigned, 99 none; None if not told
    :ivar timezone: IANA name, empty if not told
    """

    id: str
    account_id: str
    email: str = field(repr=False)
    display_name: str = field(repr=False)
    type: int | None
    timezone: str

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> UserSeen:
        """:raises MalformedAnswer: the answer has no user id."""
        user_id = _text(body, "id")
        if not user_id:
            raise MalformedAnswer
        full_name = " ".join(filter(None, (_text(body, "first_name"), _text(body, "last_name"))))
        return cls(
            id=user_id,
            account_id=_text(body, "account_id"),
            email=_text(body, "email"),
            display_name=_text(body, "display_name") or full_name,
            type=number_in(body.get("type")),
            timezone=_text(body, "timezone"),
        )


def new_reference(mark: int) -> str:
    """A reference such as `ABCD-EFGH-JKLM`: our marker in a meeting's topic.

    Its first part tells whose it is, the rest (40 bits) is random.

    :param mark: a number of the database's and practice's own
    """
    drawn = ["".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(4)) for _part in range(2)]
    return "-".join([mark_letters(mark), *drawn])


def mark_letters(mark: int) -> str:
    """The first part of every reference of this mark.

    :param mark: see :func:`new_reference`
    """
    size = len(_REFERENCE_ALPHABET)
    return "".join(_REFERENCE_ALPHABET[mark // size**place % size] for place in range(4))


def reference_mark(reference: str) -> str:
    """The part of a reference that tells whose it is."""
    return reference.split("-", 1)[0]


def neutral_topic(words: str, reference: str) -> str:
    """A topic such as "Telehealth session · ABCD-EFGH-JKLM"; the words give way where 200 characters are too few.

    :param words: what the practice calls every session; nothing about this one
    :raises ValueError: the reference has another form than :func:`new_reference` gives
    """
    _require(_REFERENCE.fullmatch(reference) is not None, "A reference reads ABCD-EFGH-JKLM.")
    tail = f" · {reference}"
    start = " ".join(words.split())[: LONGEST_TOPIC - len(tail)].rstrip()
    return f"{start}{tail}" if start else reference


def reference_in(topic: str) -> str | None:
    """The reference in a topic (the last one, should there be several); None if there is none."""
    found = _REFERENCE.findall(topic)
    return found[-1] if found else None


def new_passcode() -> str:
    """A random passcode of 10 characters that meets what a Zoom account may demand.

    That is: letters in both cases, a digit, a special character, no run such as `abcd` or `1111`
    (`meeting_password_requirement` in Zoom's user settings; "only numeric" is the one demand it does not meet).
    """
    while True:
        passcode = "".join(secrets.choice(kind) for kind in _passcode_kinds())
        if not _has_run(passcode):
            return passcode


def _passcode_kinds() -> list[str]:
    """For each place of a passcode the characters to choose from, in random order."""
    everything = _LETTERS_UPPER + _LETTERS_LOWER + _DIGITS
    kinds = [_LETTERS_UPPER, _LETTERS_LOWER, _DIGITS, _SPECIALS] + [everything] * (LONGEST_PASSCODE - 4)
    secrets.SystemRandom().shuffle(kinds)
    return kinds


def _has_run(passcode: str) -> bool:
    """Whether three neighbours are equal or follow one another, up or down."""
    steps = [ord(after) - ord(before) for before, after in pairwise(passcode)]
    return any(one == two and one in (-1, 0, 1) for one, two in pairwise(steps))


def _agrees(seen: object, wanted: object) -> bool:
    """Equal; an object agrees if it has all that was wished, since Zoom adds to some."""
    if isinstance(seen, Mapping) and isinstance(wanted, Mapping):
        return all(seen.get(key) == value for key, value in wanted.items())
    return seen == wanted


def instant(text: str) -> datetime | None:
    """Zoom's `2026-12-01T15:00:00Z` as naive UTC; None where there is no readable time."""
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
        return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)
