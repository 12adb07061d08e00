"""What the demo practice's people do, as requests of theirs and without a browser; and what its database then says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests

from dev.rpc import Rpc
from dev.trial_stack import TrialStack

DANA = "dana.reyes@sunrise-practice.example"
OMAR = "omar.haddad@sunrise-practice.example"
ZOOM_USERS = {"dana": DANA, "omar": OMAR}
ACTION = "zoom_telehealth.ir_cron_reconcile"
ODOO_FORMAT = "%Y-%m-%d %H:%M:%S"
TIMEOUT_SECONDS = 60.0


class Booked(NamedTuple):
    """One booked session: its id, its calendar event's, and the token in its links."""

    id: int
    event_id: int
    token: str


def connected_practice(stack: TrialStack, *logins: str) -> Practice:
    """Return a fresh stack's practice in which these providers are connected and Zoom has what it is to have."""
    practice = Practice(stack)
    for login in logins:
        practice.connect(login)
    practice.settle()
    return practice


class Practice:
    """The demo practice on a running stack."""

    def __init__(self, stack: TrialStack) -> None:
        self.stack = stack

    # === PEOPLE === #

    def sign_in(self, login: str) -> requests.Session:
        """Return an HTTP session in which `login` is signed in to Odoo."""
        return Rpc(self.stack.odoo_url, self.stack.database, login, login).session

    def connect(self, login: str, zoom_user: str | None = None) -> None:
        """Connect a provider to Zoom, by the same addresses as a browser."""
        person = self.sign_in(login)
        done = person.get(self.allow_at_zoom(person, zoom_user or ZOOM_USERS[login]), timeout=TIMEOUT_SECONDS)
        assert "Zoom is connected" in done.text, done.text

    def allow_at_zoom(self, person: requests.Session, zoom_user: str) -> str:
        """Choose Connect, let the app in at Zoom, and return the address to which Zoom sends the browser."""
        asked = person.get(f"{self.stack.odoo_url}/zoom_telehealth/oauth/connect", allow_redirects=False, timeout=30)
        consent = urlsplit(asked.headers["Location"])
        form = dict(parse_qsl(consent.query), user=zoom_user, decision="allow")
        allowed = requests.post(
            f"{self.stack.simulator_url}{consent.path}", data=form, allow_redirects=False, timeout=TIMEOUT_SECONDS
        )
        return allowed.headers["Location"]

    def disconnect(self, login: str, **choices: bool) -> None:
        """End a provider's connection, as the dialog behind Disconnect does."""
        dialog = self.stack.rpc(login, "res.users", "action_zoom_disconnect", [[self.user(login)]])
        if choices:
            self.stack.rpc(login, "zoom.disconnect", "write", [[dialog["res_id"]], choices])
        self.stack.rpc(login, "zoom.disconnect", "action_disconnect", [[dialog["res_id"]]])

    def set_up(self, **settings: Any) -> None:
        """Change the practice's settings, as its telehealth manager does."""
        [dialog] = self.stack.rpc("mia", "telehealth.settings", "create", [[{}]])
        self.stack.rpc("mia", "telehealth.settings", "write", [[dialog], settings])
        self.stack.rpc("mia", "telehealth.settings", "action_save", [[dialog]])

    def open_page(self, person: requests.Session, session: Booked) -> Callable[[], str]:
        """Open the session's page, as a signed-in client; what is returned presses Join and tells where it leads."""
        page = person.get(f"{self.stack.odoo_url}/my/sessions/{session.token}", timeout=TIMEOUT_SECONDS).text
        form = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert form
        enter, content = f"{self.stack.odoo_url}/telehealth/join/{session.token}/enter", {"csrf_token": form[1]}

        def press() -> str:
            answer = person.post(enter, data=content, allow_redirects=False, timeout=TIMEOUT_SECONDS)
            assert answer.status_code == 303, answer.text[:300]
            return answer.headers["Location"]

        return press

    def press_join(self, person: requests.Session, session: Booked) -> str:
        """Press Join on the session's page, as a signed-in client, and return where it leads."""
        return self.open_page(person, session)()

    def partner(self, login: str) -> int:
        """Return the id of a person's contact."""
        return self.stack.ref(f"zoom_telehealth.demo_partner_{login}")

    def user(self, login: str) -> int:
        """Return the id of a person's user."""
        return self.stack.ref(f"zoom_telehealth.demo_user_{login}")

    # === SESSIONS === #

    def now(self) -> datetime:
        """Return the present as the addon and the simulator see it, naive UTC."""
        ahead = self.stack.clock_file.read_text().strip() if self.stack.clock_file.exists() else ""
        return datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=float(ahead or 0))

    def moment(self, days: float = 2, minutes: float = 0) -> datetime:
        """Return a full minute that lies so far ahead, naive UTC."""
        return (self.now() + timedelta(days=days, minutes=minutes)).replace(second=0, microsecond=0)

    def book_many(
        self,
        starts: Sequence[datetime],
        login: str = "dana",
        clients: Sequence[str] = ("alex",),
        minutes: int = 50,
        **values: Any,
    ) -> list[Booked]:
        """Book a session for each start, in one request, without sending invitations."""
        rows = [
            {
                "start": start.strftime(ODOO_FORMAT),
                "stop": (start + timedelta(minutes=minutes)).strftime(ODOO_FORMAT),
                "client_ids": [[4, self.partner(client)] for client in clients],
                **values,
            }
            for start in starts
        ]
        quiet = {"context": {"no_mail_to_attendees": True, "dont_notify": True}}
        made = self.stack.rpc(login, "telehealth.session", "create", [rows], quiet)
        return [self.session(one) for one in made]

    def book(self, start: datetime | None = None, **options: Any) -> Booked:
        """Book one session (see `book_many`), two days ahead unless said otherwise."""
        return self.book_many([start or self.moment()], **options)[0]

    def session(self, session_id: int) -> Booked:
        """Return a session by its id."""
        [row] = self.stack.sql("SELECT id, event_id, token FROM telehealth_session WHERE id = %s", (session_id,))
        return Booked(*row)

    def demo_session(self, name: str) -> Booked:
        """Return the session behind one of the demo's events: `soon`, `week`, ..."""
        event = self.stack.ref(f"zoom_telehealth.demo_event_{name}")
        [[found]] = self.stack.sql("SELECT id FROM telehealth_session WHERE event_id = %s", (event,))
        return self.session(found)

    def move(self, session: Booked, start: datetime, login: str = "dana", minutes: int = 50) -> None:
        """Move a session's event, as dragging it in the calendar does."""
        stop = start + timedelta(minutes=minutes)
        times = {"start": start.strftime(ODOO_FORMAT), "stop": stop.strftime(ODOO_FORMAT)}
        self.stack.rpc(login, "calendar.event", "write", [[session.event_id], times])

    def cancel(self, session: Booked, login: str = "dana") -> None:
        """Cancel a session by its own button."""
        self.stack.rpc(login, "telehealth.session", "action_cancel", [[session.id]])

    def restore(self, session: Booked, login: str = "dana") -> None:
        """Bring a cancelled session back."""
        self.stack.rpc(login, "calendar.event", "write", [[session.event_id], {"active": True}])

    def status(self, session: Booked, login: str = "dana") -> str:
        """Return the state of a session's Zoom meeting as its form shows it."""
        [row] = self.stack.rpc(login, "telehealth.session", "read", [[session.id], ["meeting_status"]])
        return str(row["meeting_status"])

    # === THE SCHEDULED ACTION === #

    def reconcile(self) -> None:
        """Run the reconciler's action once and wait for its end."""
        self.stack.run_action(ACTION)

    def hold_back_action(self, held: bool = True) -> None:
        """Keep the scheduled action from running by itself, or let it again."""
        self.stack.sql("UPDATE ir_cron SET active = %s WHERE id = %s RETURNING id", (not held, self.stack.ref(ACTION)))

    @contextmanager
    def nothing_by_itself(self) -> Iterator[None]:
        """Keep every scheduled action, Odoo's own as well, from running by itself while the block runs."""
        held = self.stack.sql("UPDATE ir_cron SET active = FALSE WHERE active RETURNING id")
        try:
            yield
        finally:
            self.stack.sql("UPDATE ir_cron SET active = TRUE WHERE id = ANY(%s)", ([action for (action,) in held],))

    def open_work(self) -> list[tuple[Any, ...]]:
        """Return what Zoom still has to be told: sessions without an agreeing meeting, meetings without a session."""
        return self.stack.sql(
            """
            SELECT s.id, m.id, s.state, m.state, m.failure FROM telehealth_session s
              JOIN res_company c ON c.id = s.company_id
              JOIN res_users u ON u.id = s.provider_id
         LEFT JOIN zoom_meeting m ON m.session_id = s.id AND m.state IN ('wanted', 'live')
             WHERE s.state = 'scheduled' AND s.place = 'zoom' AND s.confirmation IS DISTINCT FROM 'awaiting'
               AND s.stop > %(now)s
               AND s.start < %(now)s + make_interval(days => c.telehealth_horizon_days)
               AND EXISTS (SELECT FROM zoom_connection k WHERE k.user_id = s.provider_id AND k.state = 'connected')
               AND (m.state IS DISTINCT FROM 'live' OR m.agreed_version <> s.version
                    OR m.agreed_policy <> (c.telehealth_policy | u.telehealth_own_policy))
         UNION ALL
            SELECT s.id, m.id, s.state, m.state, m.failure FROM zoom_meeting m
         LEFT JOIN telehealth_session s ON s.id = m.session_id
             WHERE m.state = 'leaving' OR m.state = 'live' AND m.look_again_at IS NOT NULL
                   OR m.state IN ('wanted', 'live') AND (s.id IS NULL OR s.state = 'cancelled')
            """.replace("%(now)s", f"'{self.now():{ODOO_FORMAT}}'::timestamp")
        )

    def settle(self, rounds: int = 60, step_seconds: float = 61.0) -> None:
        """Let time pass, by the moved clock, until Zoom and the practice agree and nothing is left to look at.

        :raise AssertionError: work was left after `rounds` steps
        """
        for _round in range(rounds):
            self.reconcile()
            if not self.open_work():
                return
            self.stack.move_clock(step_seconds)
        raise AssertionError(f"Still open after {rounds} steps of {step_seconds} s: {self.open_work()}")
