import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .. import clock
from ..fields import Encrypted
from ..zoom.payloads import LONGEST_DURATION_MINUTES, MeetingWish, neutral_topic, new_passcode, new_reference
from ..zoom.rate_limits import next_midnight

# How long a meeting of which nobody heard that it ended is asked for; past that Zoom is not asked any more.
ASKED_FOR = timedelta(days=9)
# Zoom takes 100 changes a day for each host: two who undo each other must not use them up.
MOST_MENDS_A_DAY = 5

STATES = [
    ("wanted", "Not made yet"),
    ("live", "At Zoom"),
    ("leaving", "To be removed"),
    ("gone", "Gone"),
    ("over", "Over"),
]
# The rows that stand for a session's meeting: at most one for each session.
CURRENT = ("wanted", "live")
# The rows on which something may be left to do.
OPEN = (*CURRENT, "leaving")
# Each says what happened and who must act; when it is tried next is added.
FAILURES = [
    (
        "unreachable",
        "Zoom cannot be reached. Nobody has to act; if it lasts, the server's administrator looks.",
    ),
    (
        "unknown",
        "Zoom did not answer, so it is not known yet whether the meeting was made. We look before trying again; "
        "nobody has to act.",
    ),
    ("trouble", "Zoom has trouble of its own. Nobody has to act."),
    ("limited", "Zoom's limit of calls is reached. Nobody has to act."),
    (
        "quota",
        "Zoom takes 100 new or changed meetings a day for each host, and today's are used up. Nobody has to act; for a "
        "session before the next try the provider chooses another place.",
    ),
    ("token", "Zoom refused the connection's access. If it does so again, the provider connects again."),
    (
        "connection",
        "The Zoom connection does not work: the provider connects again in “My Preferences”, tab “Telehealth”.",
    ),
    ("scope", "The Zoom app lacks a scope: a telehealth manager ticks it in Zoom, then the provider connects again."),
    ("app", "Zoom refuses the Zoom app's Client ID or secret: a telehealth manager enters both again."),
    ("own", "Odoo could not work on this meeting: the server's administrator finds the cause in Odoo's log."),
    ("not_host", "This Zoom user may not host meetings: the Zoom account's administrator gives a licence or role."),
    ("user", "Zoom does not know this user in its account: the provider connects again."),
    ("refused", "Zoom refused the meeting: a telehealth manager looks at the Zoom code below."),
]


class ZoomMeeting(models.Model):
    """What Zoom has for a session, as last seen. Written by the reconciler alone (design decision 1).

    A row survives its session and keeps the connection that made its meeting, since only that one can remove it.
    """

    _name = "zoom.meeting"
    _description = "Zoom meeting"
    _inherit = ["encrypted.row.mixin"]
    _order = "id desc"
    _rec_name = "reference"

    session_id = fields.Many2one("telehealth.session", readonly=True, index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one("res.company", "Practice", required=True, readonly=True, index=True)
    provider_id = fields.Many2one("res.users", "Host", required=True, readonly=True, ondelete="restrict")
    connection_id = fields.Many2one("zoom.connection", required=True, readonly=True, index=True, ondelete="restrict")
    state = fields.Selection(STATES, required=True, readonly=True, default="wanted")
    reference = fields.Char(required=True, readonly=True, help="Our marker in the meeting's topic at Zoom.")
    zoom_id = fields.Char("Zoom meeting ID", readonly=True, index="btree_not_null")
    zoom_uuid = fields.Char("Zoom meeting UUID", readonly=True)
    join_link = Encrypted(groups=fields.NO_ACCESS)
    passcode = Encrypted(groups=fields.NO_ACCESS)
    start = fields.Datetime("Start at Zoom", readonly=True)
    duration = fields.Integer("Minutes at Zoom", readonly=True)
    seen_at = fields.Datetime("Last seen", readonly=True)
    agreed_version = fields.Integer(readonly=True, help="The session's version with which Zoom agrees.")
    mends = fields.Integer(readonly=True, help="How often a change made in Zoom was undone on that day.")
    mended_on = fields.Date(readonly=True)
    unmet = fields.Char("Not taken over", readonly=True, help="What Zoom keeps otherwise than it was told.")
    # The attempt, committed before Zoom is called.
    attempt = fields.Selection(
        [
            ("create", "Create"),
            ("look", "Look"),
            ("read", "Read"),
            ("pull", "Ask"),
            ("update", "Update"),
            ("delete", "Delete"),
        ],
        readonly=True,
    )
    attempt_version = fields.Integer(readonly=True)
    create_sent = fields.Boolean(readonly=True, help="A create was sent whose outcome is not known.")
    looks = fields.Integer(readonly=True, help="How often we looked since the outcome became unknown.")
    look_again_at = fields.Datetime(readonly=True, help="When to look for a double that Zoom made late.")
    let_go = fields.Boolean(readonly=True, help="To be removed at Zoom though its session is still to come.")
    hinted_at = fields.Datetime(readonly=True, help="When Zoom, or a click, told that something may have changed.")
    missing = fields.Boolean(
        "Missing at Zoom", readonly=True, help="Zoom said so twice at a click: nobody is led there until it was read."
    )
    pulled_at = fields.Datetime("Last asked", readonly=True, help="When Zoom was asked whether it runs or was held.")
    lease_until = fields.Datetime(readonly=True, help="Until then one process works on this meeting.")
    next_try = fields.Datetime("Next try", readonly=True)
    instance_ids = fields.One2many("zoom.meeting.instance", "meeting_id", "Times held")
    failures = fields.Integer("Failed tries", readonly=True)
    failure = fields.Selection(FAILURES, readonly=True)
    failure_facts = fields.Char(
        "Facts for support", readonly=True, help="Zoom's codes and tracking id; nothing of a client."
    )

    _one_current = models.UniqueIndex("(session_id) WHERE state IN ('wanted', 'live') AND session_id IS NOT NULL")
    _reference_zoom_id = models.UniqueIndex("(reference, zoom_id)")
    # What the reconciler looks through: never the meetings that are gone or over.
    _open = models.Index("(state, next_try) WHERE state IN ('wanted', 'live', 'leaving')")
    _hinted = models.Index("(hinted_at) WHERE hinted_at IS NOT NULL")

    # === FOR OTHERS === #

    @api.model
    def _current_by_session(self, sessions):
        """Return each session's current meeting, as a dict by session id; in one query."""
        found = self.search([("session_id", "in", sessions.ids), ("state", "in", CURRENT)])
        return {meeting.session_id.id: meeting for meeting in found}

    def _failure_sentence(self):
        """Say what went wrong, when it is tried next, and who must act (R28)."""
        self.ensure_one()
        cause = dict(self._fields["failure"]._description_selection(self.env))[self.failure]
        if self.failure == "quota":
            reset = format_datetime(self.env, next_midnight(clock.now()), dt_format="short")
            cause = self.env._("%(cause)s Zoom counts anew from %(time)s.", cause=cause, time=reset)
        if not self.next_try or self.next_try <= clock.now():
            return self.env._("%s It is being tried again.", cause)
        next_try = format_datetime(self.env, self.next_try, dt_format="short")
        return self.env._("%(cause)s Next try: %(time)s.", cause=cause, time=next_try)

    def _pending_sentence(self):
        """Say what is done about a meeting that stands at Zoom, or did."""
        self.ensure_one()
        if self.missing:
            return self.env._(
                "Zoom says that it has no such meeting. Odoo looks again, and makes it anew where it is gone."
            )
        return self.env._("Zoom is being told about the change.")

    def _hurry(self):
        """Have the next try now, since somebody waits or has mended the cause. A limit that Zoom set is kept to.

        A row that waits for the outcome of a create keeps its time too: Zoom's list lags behind.
        """
        self.filtered(lambda meeting: meeting.failure not in (False, "limited", "unknown")).next_try = False
        self.env["zoom.reconciler"]._wake()

    def _hint(self, recovered=False):
        """Have these meetings read at Zoom now: something may have changed, and what did is Zoom's to say.

        :param recovered: Zoom took one out of its bin, so that a meeting that is gone may be there again
        """
        known = (*CURRENT, "gone", "over") if recovered else CURRENT
        hinted = self.filtered(lambda meeting: meeting.zoom_id and meeting.state in known)
        hinted.hinted_at = clock.now()
        # A limit that Zoom set is kept to.
        hinted.filtered(lambda meeting: meeting.failure != "limited").next_try = False
        if hinted:
            self.env["zoom.reconciler"]._wake()

    @api.model
    def _told_of(self, app, zoom_id):
        """Return the meeting that an event of an app is about, or none: an app speaks for its own connections alone.

        :param app: ``zoom.app`` record
        :param zoom_id: Zoom's meeting id, as text
        """
        return self.search([("zoom_id", "=", zoom_id), ("connection_id.app_id", "=", app.id)], limit=1)

    @api.model
    def _hurry_all_of(self, providers):
        """Have all that was put off for providers tried now: they connected again, or their app was mended."""
        self.search([("provider_id", "in", providers.ids), ("state", "in", OPEN)])._hurry()

    # === THE WISH === #

    @api.model
    def _values_for(self, session, connection):
        """Return the values of a new row for a session that has no meeting."""
        return {
            "session_id": session.id,
            "company_id": session.company_id.id,
            "provider_id": session.provider_id.id,
            "connection_id": connection.id,
            "reference": new_reference(self._practice_mark(session.company_id)),
            **self._new_passcode(),
        }

    @api.model
    def _new_passcode(self):
        return {"passcode": new_passcode()}

    @api.model
    def _practice_mark(self, company):
        """Return a number that is this database's and practice's own, for the marker's first part."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return int.from_bytes(hashlib.sha256(f"{database}/{company.id}".encode()).digest()[:8], "big")

    def _wish(self):
        """Return the :class:`MeetingWish` that the session's present state asks for."""
        self.ensure_one()
        session = self.session_id
        return MeetingWish(
            topic=neutral_topic(session.company_id._telehealth_neutral_name(), self.reference),
            start=session.start,
            duration_minutes=min(max(session.minutes, 1), LONGEST_DURATION_MINUTES),
            timezone=session.provider_id.tz or "UTC",
            passcode=self.passcode,
        )

    def _see(self, seen, version):
        """Record what Zoom has now.

        :param seen: :class:`MeetingSeen`
        :param version: the session's version that Zoom was told
        """
        self.ensure_one()
        values = {
            "state": "live",
            "zoom_id": seen.id,
            "zoom_uuid": seen.uuid or self.zoom_uuid,
            "start": seen.start,
            "duration": seen.duration_minutes or 0,
            "seen_at": clock.now(),
            "agreed_version": version,
        }
        if seen.join_url and (seen.passcode or not self.join_link):
            # A list's entry has no passcode, and its link may lack it.
            values["join_link"] = seen.join_url
        self.write(values | self._settled())

    def _agrees(self):
        """Whether Zoom was told all that the session asks for."""
        self.ensure_one()
        return self.agreed_version == self.session_id.version

    def _note_unmet(self, seen, told):
        """Remember what Zoom keeps otherwise than wished, and return whether the rest is to be mended.

        What Zoom did not take over when it was told (an account's locked setting) is no drift, or mending would go in
        circles with the events that it causes. What it took over and has otherwise now, somebody changed there.

        :param seen: :class:`MeetingSeen`
        :param told: whether Zoom was told the wish just now
        """
        self.ensure_one()
        differs = self._differences(seen)
        unmet = differs if told else differs & set((self.unmet or "").split())
        self.unmet = " ".join(sorted(unmet)) or False
        return not told and self._drifted(seen) and self._may_mend()

    def _drifted(self, seen):
        """Return whether Zoom has otherwise than wished what it took over when it was told.

        :param seen: :class:`MeetingSeen`
        """
        self.ensure_one()
        return bool(self._differences(seen) - set((self.unmet or "").split()))

    def _differences(self, seen):
        """Return the names of what Zoom has otherwise than wished.

        Not its start once that has come: a meeting that is made late, or runs, has the moment of that.

        :param seen: :class:`MeetingSeen`
        """
        differs = set(seen.differs_from(self._wish()))
        return differs - {"start_time"} if self.session_id.start <= clock.now() else differs

    def _may_mend(self):
        """Whether a change made in Zoom is undone now: not once the session is due, and not without end in a day."""
        if self._is_too_late_to_mend():
            return False
        today = clock.now().date()
        mends = self.mends + 1 if self.mended_on == today else 1
        self.write({"mends": mends, "mended_on": today})
        return mends <= MOST_MENDS_A_DAY

    def _is_too_late_to_mend(self):
        return self.session_id.state != "scheduled" or self.session_id.start <= clock.now()

    @api.model
    def _settled(self):
        """Values of a row with which nothing is left to do."""
        return {
            "attempt": False,
            "lease_until": False,
            "next_try": False,
            "failures": 0,
            "failure": False,
            "failure_facts": False,
            "create_sent": False,
            "looks": 0,
        }

    @api.autovacuum
    def _gc_over(self):
        """Take meetings of long-past sessions out of the reconciler's sight; Zoom expires them by itself."""
        yesterday = clock.now() - timedelta(days=1)
        settled = Domain("state", "=", "wanted") | Domain("session_id.state", "=", "ended")
        domain = Domain("state", "in", CURRENT) & settled & Domain("session_id.stop", "<", yesterday)
        domain |= Domain("state", "in", CURRENT) & Domain("session_id.stop", "<", clock.now() - ASKED_FOR)
        domain |= Domain("state", "=", "leaving") & Domain("start", "<", yesterday)
        past = self.search(domain, limit=1000)
        past.write({"state": "over"})
        return len(past), len(past)
