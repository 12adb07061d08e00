"""All that Zoom's document knows, through the signed door into the database: each has its effect whole, or none.

What an event should lead to is reckoned from `zoom.events`, which `tests/client/` holds against Zoom's document.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dev.trial_stack import TrialStack
from tests.client.spoiling import ODD_VALUES, paths_in, replaced, samples, shuffled, without
from tests.system.patience import eventually
from tests.system.practice import Practice
from tests.system.webhook_side import CLIENT_ID, WebhookSide
from tests.system.webhook_wire import Watched
from zoom import events, webhook

SAMPLES = samples()
SPOILT = 400
SOMEBODY_ELSES = 20  # one in so many is about another's meeting
FOREIGN = "1"
MOST_SPOILT_PARTS = 3
CLIENTS = 4
EFFECT_SECONDS = 120.0
# What Zoom tells without a time happened when it was told.
UPON_RECEIPT = "upon receipt"


@dataclass
class Effects:
    """What stands in the database of what Zoom told, each once; moments in whole seconds.

    :ivar hinted: ids of the meetings that are to be read
    :ivar held: ids of meetings and uuids of the times they were held
    :ivar times: the same with start and end, where both are told for certain
    """

    hinted: set[str] = field(default_factory=set)
    held: set[tuple[str, str]] = field(default_factory=set)
    times: dict[tuple[str, str], tuple[datetime | None, datetime | None]] = field(default_factory=dict)
    presences: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    recordings: Counter[tuple[Any, ...]] = field(default_factory=Counter)


class Told:
    """What was sent, and what should follow from it."""

    def __init__(self, side: WebhookSide) -> None:
        self.side = side
        rows = side.stack.sql("SELECT zoom_id FROM zoom_meeting WHERE state = 'live' ORDER BY id")
        self.meetings = [str(zoom_id) for (zoom_id,) in rows]
        self.states: dict[str, str] = {}
        self.effects = Effects()

    def add(self, body: bytes) -> bytes:
        """Note what is to follow from a body, and return it."""
        self.states[webhook.fingerprint(body)] = self._state_after(body.decode())
        return body

    def _state_after(self, body: str) -> str:
        try:
            content = events.read(body)
            if events.name_of(content) not in events.KNOWN:
                return "unknown"
            event = events.understand(content)
        except events.Malformed:
            return "parked"
        if event.name == events.DEAUTHORIZED:
            return "parked" if event.client_id != CLIENT_ID else "foreign"
        if event.meeting_id not in self.meetings:
            return "done" if event.name in events.IDLE else "foreign"
        self._expect(event)
        return "done"

    def _expect(self, event: events.Event) -> None:
        effects, held = self.effects, (event.meeting_id, event.meeting_uuid)
        if event.name in events.CHANGES:
            effects.hinted.add(event.meeting_id)
        elif event.name in events.RECORDINGS:
            told_apart = ",".join(event.file_ids) or _second(event.at) or UPON_RECEIPT
            effects.recordings[event.meeting_id, event.name, event.meeting_uuid, told_apart] = 1
        elif event.name not in events.IDLE:
            again = held in effects.held
            effects.held.add(held)
            effects.times[held] = (None, None)
            if event.presence:
                one = event.presence
                effects.presences[(*held, one.kind, one.key, _second(one.at))] = 1
            elif event.name == events.STARTED:
                effects.times[held] = (_second(event.started_at), None)
            else:
                began = min(filter(None, [event.started_at, event.ended_at]))
                effects.times[held] = (_second(began), _second(event.ended_at))
            if again:
                del effects.times[held]  # of several events about one holding, the order decides


def effects_in_odoo(stack: TrialStack) -> Effects:
    """Return what Odoo made of it all."""
    holdings = stack.sql(
        "SELECT m.zoom_id, i.zoom_uuid, i.started_at, i.ended_at FROM zoom_meeting_instance i"
        " JOIN zoom_meeting m ON m.id = i.meeting_id"
    )
    presences = stack.sql(
        "SELECT m.zoom_id, i.zoom_uuid, p.kind, p.person_key, p.at FROM zoom_meeting_presence p"
        " JOIN zoom_meeting_instance i ON i.id = p.instance_id JOIN zoom_meeting m ON m.id = i.meeting_id"
    )
    recordings = stack.sql(
        "SELECT m.zoom_id, n.event, n.zoom_uuid, n.file_ids, n.at FROM zoom_recording_notice n"
        " JOIN zoom_meeting m ON m.id = n.meeting_id"
    )
    return Effects(
        hinted={zoom_id for (zoom_id,) in stack.sql("SELECT zoom_id FROM zoom_meeting WHERE hinted_at IS NOT NULL")},
        held={(zoom_id, uuid) for zoom_id, uuid, *_times in holdings},
        times={(zoom_id, uuid): (_second(began), _second(ended)) for zoom_id, uuid, began, ended in holdings},
        presences=Counter((*row, _second(at)) for *row, at in presences),
        recordings=Counter((*row, files or _told_at(at)) for *row, files, at in recordings),
    )


def states_in_odoo(side: WebhookSide) -> dict[str, str]:
    """Return each delivery's state by its fingerprint."""
    return dict(side.stack.sql("SELECT fingerprint, state FROM zoom_delivery"))


def _second(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=0)


def _told_at(moment: datetime) -> datetime | str | None:
    """No sample's own time is as late as that."""
    an_hour_ago = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=1)
    return UPON_RECEIPT if moment > an_hour_ago else _second(moment)


def about_ours(content: Any, zoom_id: str, uuid: str) -> Any:
    """Return a sample that speaks of one of our meetings; of what is no meeting's, it stays as it is."""
    content = copy.deepcopy(content)
    about = content["payload"].get("object", {})
    if "uuid" in about or content["event"] in events.CHANGES:
        about |= {"id": int(zoom_id) if isinstance(about.get("id"), int) else zoom_id, "uuid": uuid}
    return content


def spoilt(content: Any, dice: random.Random) -> bytes:
    """Return a sample with its parts in another order, some taken away or of another type, and perhaps cut short."""
    content, odd = shuffled(content, dice), {}
    for number in range(dice.randint(0, MOST_SPOILT_PARTS)):
        path = dice.choice(list(paths_in(content))[1:])
        if dice.random() < 0.5:
            content = without(content, path)
        else:
            odd[f'"odd {number}"'] = dice.choice(ODD_VALUES)
            content = replaced(content, path, f"odd {number}")
        if not content:
            break
    text = json.dumps(content)
    for marker, value in odd.items():
        text = text.replace(marker, value)
    return (text[: dice.randrange(len(text))] if dice.random() < 0.15 else text).encode()


def deliver(side: WebhookSide, bodies: list[bytes]) -> Counter[int]:
    """Send them, some at once, wait until all are worked on, and return how often each status was answered."""
    url = side.url
    with ThreadPoolExecutor(CLIENTS) as people:
        statuses = Counter(people.map(lambda body: side.send(body, url=url).status_code, bodies))
    eventually(lambda: not side.states().get("new"), "all is worked on", EFFECT_SECONDS)
    return statuses


@pytest.fixture(scope="module")
def subscribed(stack: TrialStack) -> Iterator[WebhookSide]:
    """A practice that keeps attendance and recordings, with a meeting for each sample, told by nobody but this test."""
    stack.reset()
    practice = Practice(stack)
    practice.connect("dana")
    practice.book_many([practice.moment(days=2, minutes=60 * number) for number in range(len(SAMPLES))])
    practice.settle()
    side = WebhookSide(practice)
    side.subscribe()
    side.wait_until_worked_on()
    side.switch_on("attendance", "recordings")
    stack.simulator("POST", "/control/apps", {"client_id": CLIENT_ID, "events": ["none.at_all"]})
    practice.hold_back_action()  # hints are to be seen, not followed
    yield side
    stack.reset()


@pytest.fixture
def side(subscribed: WebhookSide) -> WebhookSide:
    """The same with nothing told yet."""
    for table in ("zoom_delivery", "zoom_recording_notice", "zoom_meeting_instance"):
        subscribed.stack.sql(f"DELETE FROM {table} RETURNING id")
    subscribed.stack.sql("UPDATE zoom_meeting SET hinted_at = NULL RETURNING id")
    return subscribed


def assert_quiet(watched: Watched) -> None:
    """Nothing went wrong in Odoo."""
    text = watched.text()
    assert [word for word in ("Traceback", " ERROR ", " WARNING ") if word in text] == [], text


def test_samples_about_others_are_taken_and_nothing_of_them_is_kept(side: WebhookSide) -> None:
    told, watched = Told(side), Watched(side)
    assert deliver(side, [told.add(json.dumps(content).encode()) for content in SAMPLES]) == {200: len(SAMPLES)}
    assert states_in_odoo(side) == told.states
    assert set(told.states.values()) <= {"done", "foreign", "unknown", "parked"}
    kept = side.stack.sql("SELECT event FROM zoom_delivery WHERE body IS NOT NULL")
    assert {event for (event,) in kept} <= {events.DEAUTHORIZED}, "signed by Zoom for another app: a person is to look"
    assert effects_in_odoo(side.stack) == Effects()
    assert_quiet(watched)


def test_each_sample_about_our_own_has_its_effect(side: WebhookSide) -> None:
    told, watched = Told(side), Watched(side)
    bodies = [
        told.add(json.dumps(about_ours(content, zoom_id, f"uuid-{number}==")).encode())
        for number, (content, zoom_id) in enumerate(zip(SAMPLES, told.meetings))
        if content["event"] not in events.USERS | {events.DEAUTHORIZED}
    ]
    random.shuffle(bodies)
    assert deliver(side, bodies + bodies) == {200: 2 * len(bodies)}
    assert states_in_odoo(side) == told.states
    assert set(told.states.values()) <= {"done", "unknown"}
    assert effects_in_odoo(side.stack) == told.effects
    assert_quiet(watched)


@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_spoilt_and_doubled_samples_have_each_their_whole_effect_or_none(side: WebhookSide, seed: int) -> None:
    """The seed, another one in each run, stands in the test's name."""
    dice, told, watched = random.Random(seed), Told(side), Watched(side)
    meetings = [content for content in SAMPLES if content["event"] not in events.USERS | {events.DEAUTHORIZED}]
    genuine = []
    for one in range(SPOILT):
        zoom_id = dice.choice(told.meetings) if one % SOMEBODY_ELSES else FOREIGN
        content = dice.choice(meetings if dice.random() < 0.9 else SAMPLES)
        genuine.append(about_ours(content, zoom_id, f"uuid-{one}"))
    bodies = [told.add(spoilt(content, dice)) for content in genuine]
    bodies += dice.sample(bodies, SPOILT // 4)
    dice.shuffle(bodies)
    assert deliver(side, bodies) == {200: len(bodies)}
    assert states_in_odoo(side) == told.states
    assert set(told.states.values()) == {"done", "foreign", "unknown", "parked"}
    found = effects_in_odoo(side.stack)
    found.times = {held: times for held, times in found.times.items() if held in told.effects.times}
    assert found == told.effects
    assert_quiet(watched)


def test_users_and_removed_apps_of_our_own_have_their_effect(side: WebhookSide) -> None:
    """R4."""
    stack, soon = side.stack, datetime.now(timezone.utc) + timedelta(minutes=1)
    [[zoom_user]] = stack.sql("SELECT zoom_user_id FROM zoom_connection WHERE state = 'connected'")
    for content in [copy.deepcopy(one) for one in SAMPLES if one["event"] in events.USERS]:
        stack.sql("UPDATE zoom_meeting SET hinted_at = NULL RETURNING id")
        content["payload"]["object"]["id"] = zoom_user
        assert deliver(side, [json.dumps(content).encode()]) == {200: 1}
        assert effects_in_odoo(stack).hinted, "the coming meetings are read"
    assert set(side.states()) == {"done"}
    [content] = [copy.deepcopy(one) for one in SAMPLES if one["event"] == events.DEAUTHORIZED][-1:]
    content["payload"] |= {
        "user_id": zoom_user,
        "client_id": CLIENT_ID,
        "deauthorization_time": soon.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    assert deliver(side, [json.dumps(content).encode()]) == {200: 1}
    assert stack.sql("SELECT state FROM zoom_connection") == [("revoked",)]
    assert stack.sql("SELECT count(*) FROM zoom_connection_token") == [(0,)]
