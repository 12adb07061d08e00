"""The parts of one running simulator, held together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from .agenda import Agenda
from .calls import CallLog
from .clock import Clock
from .cloud_recordings import process
from .faults import FaultBoard
from .presence import SECONDS_BEFORE_A_WAIT_IS_TOLD, WAITING_FOR_HOST, tell_the_wait
from .rate_limits import RateLimits
from .seed import seed_world
from .state import CloudRecording, Meeting, Person, Store, World
from .url_validation import UrlValidation
from .webhook_sender import WebhookSender
from .webhooks import Webhooks


@dataclass
class Simulator:
    """What a request handler needs. `root_url` is the simulator's own address without a closing slash."""

    clock: Clock
    store: Store
    calls: CallLog
    faults: FaultBoard
    agenda: Agenda
    sender: WebhookSender
    webhooks: Webhooks
    validation: UrlValidation
    root_url: str
    extra_redirect_uris: list[str]
    webhook_url: str
    limits: RateLimits = field(default_factory=RateLimits)

    @property
    def world(self) -> World:
        return self.store.world

    def now(self) -> float:
        """The simulated time in seconds since 1970."""
        return self.clock.now()

    def start(self) -> None:
        """Begin what goes on by itself; needs a running loop."""
        self.sender.start()
        self.agenda.start()
        self._take_up()

    async def stop(self) -> None:
        """End what goes on by itself."""
        self.agenda.stop()
        self.webhooks.stop()
        self.validation.stop()
        await self.sender.stop()

    def save(self) -> None:
        """Write what changed, then let the apps be told; nobody waits for that."""
        self.store.save()
        for meeting, recording in self.world.take_to_process():
            self._plan_processing(meeting, recording)
        self.webhooks.tell(self.world.take_happened())

    def reset(self) -> None:
        """Back to the seed: users, apps, tokens, meetings, faults, calls, deliveries."""
        self.faults.drop_landing()
        self.faults.clear()
        self.calls.clear()
        self.limits = RateLimits()
        self.agenda.clear()
        self.webhooks.faults.clear()
        self.webhooks.forget()
        self.validation.stop()
        self.store.world = seed_world(self.extra_redirect_uris, self.webhook_url)
        self.store.save()
        self._take_up()

    def watch(self, meeting: Meeting, person: Person) -> None:
        """Have the apps told if this person waits long for the host."""
        if person.place == WAITING_FOR_HOST and not person.wait_was_told:
            moment = person.arrived_at + SECONDS_BEFORE_A_WAIT_IS_TOLD
            self.agenda.at(moment, partial(self._tell_the_wait, meeting, person))

    def _tell_the_wait(self, meeting: Meeting, person: Person) -> None:
        tell_the_wait(self.world, meeting, person, self.now())
        self.save()

    def _plan_processing(self, meeting: Meeting, recording: CloudRecording) -> None:
        for moment in (recording.ready_at, recording.transcript_at):
            if moment is not None:
                self.agenda.at(moment, partial(self._process, meeting, recording))

    def _process(self, meeting: Meeting, recording: CloudRecording) -> None:
        process(self.world, self.root_url, meeting, recording, self.now())
        self.save()

    def _take_up(self) -> None:
        self.webhooks.start()
        self.validation.start()
        for meeting in self.world.live_meetings():
            for person in meeting.people:
                self.watch(meeting, person)
        for meeting in self.world.meetings.values():
            for recording in meeting.recordings:
                self._plan_processing(meeting, recording)


SIMULATOR: web.AppKey[Simulator] = web.AppKey("simulator", Simulator)


def simulator_of(request: web.Request) -> Simulator:
    """The simulator that serves this request."""
    return request.app[SIMULATOR]
