"""The client and OAuth against the simulator, as strict as Zoom; every call is held against Zoom's documents."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.contract.zoom_openapi import assert_request_conforms, require_openapi
from tests.simulator.running_simulator import BEA, CALLBACK, DANA, NORA, PRACTICE_APP, RunningSimulator
from zoom import calls
from zoom.addresses import ZoomAddresses
from zoom.client import ZoomClient
from zoom.errors import (
    ClientRefused,
    GrantRefused,
    MalformedAnswer,
    MeetingGone,
    NotAllowedToHost,
    OutcomeUnknown,
    Refused,
    ScopeMissing,
    ServerTrouble,
    TokenRefused,
    ZoomError,
)
from zoom.oauth import AppCredentials, TokenSet, authorize_url, exchange_code, new_pkce, refresh, revoke
from zoom.payloads import MeetingWish, neutral_topic, new_passcode, new_reference
from zoom.transport import Timeouts, new_session
from zoom.user_settings import ENCRYPTION, KEPT, WAITING_ROOM

APP = AppCredentials(*PRACTICE_APP)
NOW = datetime(2026, 11, 21, 12)
IMPATIENT = Timeouts(connect=1.0, read=1.5, total=4.0)
ALL_SCOPES = {
    "meeting:write:meeting",
    "meeting:read:meeting",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:read:list_meetings",
    "meeting:read:past_meeting",
    "user:read:user",
    "user:read:settings",
}


class Provider:
    """A Zoom user who connects through our OAuth, as in the browser."""

    def __init__(self, simulator: RunningSimulator, session: requests.Session) -> None:
        self.simulator = simulator
        self.session = session
        self.addresses = ZoomAddresses.parse(simulator.root_url, simulator.root_url)

    def allow(self, email: str) -> tuple[str, str]:
        """Press Allow on the page that our authorize address opens; the code and its verifier."""
        pkce = new_pkce()
        url = authorize_url(self.addresses, APP.client_id, CALLBACK, "opaque state", pkce.challenge)
        assert self.session.get(url).status_code == 200
        wish = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        query = parse_qs(urlsplit(self.simulator.decide(wish, email).headers["Location"]).query)
        assert query["state"] == ["opaque state"]
        return query["code"][0], pkce.verifier

    def exchange(self, code: str, verifier: str, app: AppCredentials = APP) -> TokenSet:
        return exchange_code(self.session, self.addresses, app, code, CALLBACK, verifier, NOW)

    def connect(self, email: str = DANA) -> TokenSet:
        return self.exchange(*self.allow(email))

    def refresh(self, tokens: TokenSet, app: AppCredentials = APP) -> TokenSet:
        return refresh(self.session, self.addresses, app, tokens.refresh_token, NOW)

    def client(self, tokens: TokenSet, timeout: Timeouts = IMPATIENT) -> ZoomClient:
        return ZoomClient(self.session, tokens.api_url, tokens.access_token, timeout=timeout)


@pytest.fixture
def provider(simulator: RunningSimulator, session: requests.Session) -> Provider:
    return Provider(simulator, session)


@pytest.fixture
def zoom(provider: Provider) -> ZoomClient:
    """Dana's client, connected."""
    return provider.client(provider.connect())


def wish_for(reference: str, **changes: object) -> MeetingWish:
    start = (datetime.now() + timedelta(days=7)).replace(hour=15, minute=0, second=0, microsecond=0)
    wish = MeetingWish(neutral_topic("Telehealth session", reference), start, 50, "America/New_York", new_passcode())
    return replace(wish, **changes)  # type: ignore[arg-type]


def test_a_provider_connects_and_is_recognized(provider: Provider) -> None:
    tokens = provider.connect()

    assert tokens.scopes >= ALL_SCOPES
    assert tokens.expires_at == NOW + timedelta(seconds=3599)
    assert (tokens.api_url, tokens.api_url_refused) == (provider.simulator.root_url, False)
    me = provider.client(tokens).me()
    assert (me.email, me.display_name, me.type) == (DANA, "Dana Reyes", 2)
    assert me.id
    assert me.account_id


def test_a_code_is_good_once_and_for_its_verifier_alone(provider: Provider) -> None:
    code, verifier = provider.allow(DANA)
    provider.exchange(code, verifier)

    with pytest.raises(GrantRefused):
        provider.exchange(code, verifier)
    fresh, _ = provider.allow(DANA)
    with pytest.raises(Refused):
        provider.exchange(fresh, new_pkce().verifier)


def test_a_code_expires(provider: Provider) -> None:
    code, verifier = provider.allow(DANA)
    provider.simulator.move_clock(301)

    with pytest.raises(GrantRefused):
        provider.exchange(code, verifier)


def test_wrong_credentials_of_the_app_are_told_apart_from_a_dead_grant(provider: Provider) -> None:
    tokens = provider.connect()

    with pytest.raises(ClientRefused):
        provider.refresh(tokens, AppCredentials(APP.client_id, "wrong"))
    # Nothing was lost by it.
    assert provider.refresh(tokens).access_token != tokens.access_token


def test_a_refresh_rotates_and_the_old_token_is_dead_at_once(provider: Provider) -> None:
    first = provider.connect()
    second = provider.refresh(first)

    assert second.refresh_token != first.refresh_token
    assert provider.client(second).me().email == DANA
    with pytest.raises(TokenRefused):
        provider.client(first).me()
    with pytest.raises(GrantRefused):
        provider.refresh(first)


def test_an_expired_access_token_is_refused_until_refreshed(provider: Provider) -> None:
    tokens = provider.connect()
    provider.simulator.control("POST", "/tokens", action="expire_access")

    with pytest.raises(TokenRefused):
        provider.client(tokens).me()
    assert provider.client(provider.refresh(tokens)).me().email == DANA


def test_connecting_again_ends_the_earlier_connection(provider: Provider) -> None:
    earlier = provider.connect()
    provider.connect()

    with pytest.raises(TokenRefused):
        provider.client(earlier).me()


def test_a_revoked_connection_is_over_at_zoom(provider: Provider) -> None:
    tokens = provider.connect()

    revoke(provider.session, provider.addresses, APP, tokens.access_token)

    with pytest.raises(TokenRefused):
        provider.client(tokens).me()
    with pytest.raises(GrantRefused):
        provider.refresh(tokens)


def test_a_meeting_lives_from_creation_to_deletion(zoom: ZoomClient) -> None:
    reference = new_reference(7)
    wish = wish_for(reference)

    created = zoom.create_meeting(wish)
    assert int(created.id) > 2**31
    assert created.reference == reference
    assert (created.start, created.duration_minutes) == (wish.start, 50)
    assert zoom.meeting(created.id).differs_from(wish) == ()

    moved = replace(wish, start=wish.start + timedelta(hours=3), duration_minutes=30)
    assert zoom.meeting(created.id).differs_from(moved) == ("start_time", "duration")
    zoom.update_meeting(created.id, moved)
    seen = zoom.meeting(created.id)
    assert seen.differs_from(moved) == ()
    # R6: a move keeps the meeting and its link.
    assert (seen.id, seen.join_url) == (created.id, created.join_url)

    zoom.delete_meeting(created.id)
    for ask in (zoom.meeting, zoom.start_link, zoom.delete_meeting):
        with pytest.raises(MeetingGone):
            ask(created.id)
    with pytest.raises(MeetingGone):
        zoom.update_meeting(created.id, moved)


def test_r13_zoom_shows_the_instant_that_was_asked_for_on_both_sides_of_a_clock_change(zoom: ZoomClient) -> None:
    for start in (datetime(2027, 3, 14, 6, 30), datetime(2027, 3, 14, 7, 30), datetime(2027, 11, 7, 5, 30)):
        created = zoom.create_meeting(wish_for(new_reference(7), start=start))
        assert zoom.meeting(created.id).start == start


def test_the_host_gets_a_start_link_that_no_meeting_shows(zoom: ZoomClient, session: requests.Session) -> None:
    created = zoom.create_meeting(wish_for(new_reference(7)))

    link = zoom.start_link(created.id)

    # Zoom's page lets the host in and takes the token out of the address bar.
    assert session.get(link).status_code in (200, 303)
    assert session.get(link.partition("?")[0]).status_code not in (200, 303)
    assert link not in str(vars(zoom.meeting(created.id)))


def test_a_client_gets_a_personal_link(zoom: ZoomClient, session: requests.Session) -> None:
    created = zoom.create_meeting(wish_for(new_reference(7)))

    one, other = (zoom.invite_link(created.id, name, 600) for name in ("Ana", "Ben"))

    assert one != other
    assert session.get(one).status_code == 200


def test_every_coming_meeting_is_listed_and_ours_is_found_among_them(zoom: ZoomClient) -> None:
    references = [new_reference(7) for _ in range(4)]
    created = {reference: zoom.create_meeting(wish_for(reference)).id for reference in references}

    assert {seen.id for seen in zoom.upcoming_meetings()} == set(created.values())
    for reference in references:
        assert [seen.id for seen in zoom.find_by_reference(reference)] == [created[reference]]
    assert zoom.find_by_reference(new_reference(7)) == []


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("user:read:user", lambda zoom: zoom.me()),
        ("user:read:settings", lambda zoom: zoom.settings()),
        ("meeting:write:meeting", lambda zoom: zoom.create_meeting(wish_for(new_reference(7)))),
        ("meeting:read:list_meetings", lambda zoom: zoom.find_by_reference(new_reference(7))),
        ("meeting:read:meeting", lambda zoom: zoom.meeting("85746065431")),
        ("meeting:read:past_meeting", lambda zoom: zoom.last_held("85746065431")),
        ("meeting:update:meeting", lambda zoom: zoom.update_meeting("85746065431", wish_for(new_reference(7)))),
        ("meeting:delete:meeting", lambda zoom: zoom.delete_meeting("85746065431")),
    ],
)
def test_r10_a_scope_that_is_not_ticked_is_named_and_not_granted(
    provider: Provider, scope: str, call: Callable[[ZoomClient], object]
) -> None:
    provider.simulator.control("POST", "/apps", client_id=APP.client_id, scopes=sorted(ALL_SCOPES - {scope}))
    tokens = provider.connect()

    with pytest.raises(ScopeMissing) as caught:
        call(provider.client(tokens))

    assert scope in caught.value.scopes
    assert tokens.scopes == ALL_SCOPES - {scope}


def test_settings_are_those_that_stand_in_zoom(zoom: ZoomClient, simulator: RunningSimulator) -> None:
    assert set(zoom.settings().values) == set(KEPT)
    assert zoom.settings().get(WAITING_ROOM) is True
    changes = {"in_meeting": {"waiting_room": False}, "meeting_security": {"encryption_type": "e2ee"}}
    simulator.control("POST", "/user_settings", email=DANA, settings=changes)
    assert (zoom.settings().get(WAITING_ROOM), zoom.settings().get(ENCRYPTION)) == (False, "e2ee")


def test_this_servers_clock_is_held_against_zooms(provider: Provider) -> None:
    tokens = provider.connect()
    assert abs(provider.client(tokens).seconds_ahead_of_zoom() or 0) < 60
    with new_session() as session:
        fast = ZoomClient(
            session, tokens.api_url, tokens.access_token, clock=lambda: calls.utc_now() + timedelta(minutes=10)
        )
        assert 540 < (fast.seconds_ahead_of_zoom() or 0) < 660


def test_a_user_without_the_right_to_host_is_told_so(provider: Provider) -> None:
    with pytest.raises(NotAllowedToHost):
        provider.client(provider.connect(NORA)).create_meeting(wish_for(new_reference(7)))
    assert provider.client(provider.connect(BEA)).me().type == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "answer_lost"}, OutcomeUnknown),
        ({"kind": "delay", "seconds": 4}, OutcomeUnknown),
        ({"kind": "hang"}, OutcomeUnknown),
        ({"kind": "reset"}, OutcomeUnknown),
        ({"kind": "html"}, MalformedAnswer),
        ({"kind": "empty"}, MalformedAnswer),
        ({"kind": "status", "status": 503}, ServerTrouble),
    ],
)
def test_a_create_that_fails_on_the_way_is_tried_once_and_its_outcome_is_not_claimed(
    zoom: ZoomClient, simulator: RunningSimulator, fault: dict[str, object], error: type[ZoomError]
) -> None:
    simulator.fault(method="POST", path="/v2/users/me/meetings", times=None, **fault)

    with pytest.raises(error) as caught:
        zoom.create_meeting(wish_for(new_reference(7)))

    assert not caught.value.outcome_known
    assert caught.value.worth_retrying
    assert len([call for call in simulator.calls() if call["path"] == "/v2/users/me/meetings"]) == 1


def test_r12_a_meeting_whose_answer_was_lost_is_found_by_its_reference(
    zoom: ZoomClient, simulator: RunningSimulator
) -> None:
    reference = new_reference(7)
    simulator.fault(kind="answer_lost", method="POST", path="/v2/users/me/meetings")

    with pytest.raises(OutcomeUnknown):
        zoom.create_meeting(wish_for(reference))

    assert [seen.id for seen in zoom.find_by_reference(reference)] == [
        str(meeting["id"]) for meeting in simulator.meetings()
    ]


def test_a_reading_survives_one_lost_answer(zoom: ZoomClient, simulator: RunningSimulator) -> None:
    simulator.fault(kind="reset", method="GET", path="/v2/users/me")

    assert zoom.me().email == DANA


def test_four_threads_with_a_session_each_do_not_disturb_one_another(provider: Provider) -> None:
    tokens = provider.connect()
    seen: list[str] = []

    def work() -> None:
        with new_session() as session:
            client = ZoomClient(session, tokens.api_url, tokens.access_token)
            seen.extend(client.create_meeting(wish_for(new_reference(7))).id for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(seen)) == 12


@pytest.mark.parametrize("waiting_room", [True, False])
@pytest.mark.parametrize("auto_recording", ["none", "local", "cloud"])
def test_what_is_sent_is_what_zooms_documents_allow(waiting_room: bool, auto_recording: str) -> None:
    require_openapi()
    wish = wish_for(new_reference(7), waiting_room=waiting_room, auto_recording=auto_recording)

    assert_request_conforms("POST", "/users/me/meetings", {}, wish.create_body())
    assert_request_conforms("PATCH", "/meetings/85746065431", {}, wish.update_body())
