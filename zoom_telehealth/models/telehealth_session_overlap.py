"""Two sessions of one host at one time: warned of while typing, refused where the practice says so (R16).

Refused is judged at the end of the transaction, so that a series may be rewritten and two sessions may change places
within one. Two requests at the same time do not see each other's rows; between them the database decides.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime, format_time

from .zoom_connection import WORKING

# Sessions take a day at most (so do services, and meetings at Zoom): earlier ones are not looked at.
LONGEST_SESSION = timedelta(days=1)
TOUCHED = "zoom_telehealth.overlap"
# Set where the system writes what really happened.
HAPPENED_CONTEXT = "telehealth_happened"
# One session of another for each of these times. A host is a provider, or whoever uses the same Zoom user: two
# providers who share one can both be busy, but not both on Zoom.
OTHERS_AT_THAT_TIME = """
    WITH asked AS (
        SELECT * FROM unnest(%(keys)s::int[], %(sessions)s::int[], %(providers)s::int[], %(places)s::text[],
                             %(starts)s::timestamp[], %(stops)s::timestamp[])
            AS asked(key, session_id, provider_id, place, start, stop)
    ), host AS (
        SELECT DISTINCT provider_id, provider_id AS other_id FROM asked
         UNION
        SELECT mine.user_id, other.user_id FROM zoom_connection mine
          JOIN zoom_connection other ON other.zoom_user_id = mine.zoom_user_id AND other.state IN %(working)s
         WHERE mine.user_id = ANY(%(providers)s) AND mine.state IN %(working)s
    )
    SELECT DISTINCT ON (asked.key) asked.key, asked.provider_id, s.company_id, s.provider_id, s.start, s.stop
      FROM asked
      JOIN host ON host.provider_id = asked.provider_id
      JOIN telehealth_session s ON s.provider_id = host.other_id AND s.state IN ('scheduled', 'live')
           AND s.start < asked.stop AND s.start > asked.start - %(longest)s AND s.stop > asked.start
           AND s.id IS DISTINCT FROM asked.session_id AND s.id <> ALL(%(moving)s::int[])
           AND (s.provider_id = asked.provider_id OR (s.place = 'zoom' AND asked.place = 'zoom'))
  ORDER BY asked.key, s.start, s.id
"""


class TelehealthSessionOverlap(models.Model):
    _inherit = "telehealth.session"

    overlap_sentence = fields.Char(compute="_compute_overlap_sentence")
    unscheduled = fields.Boolean(
        readonly=True, copy=False, help="Begun at once, without a booking: no overlap stands in its way."
    )
    exclusive = fields.Boolean(
        compute="_compute_exclusive",
        store=True,
        help="Booked while the practice allowed no overlap: the database refuses a second one, too.",
    )

    _by_provider = models.Index("(provider_id, start) WHERE state IN ('scheduled', 'live')")
    # What two requests at the same time cannot see of each other. Ranges of one number stand for equality, which
    # would need an extension of PostgreSQL's.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(provider_id, provider_id, '[]') WITH &&, tsrange(start, stop) WITH &&)"
        " WHERE (exclusive AND state = 'scheduled' AND provider_id IS NOT NULL AND start < stop)"
        " DEFERRABLE INITIALLY DEFERRED",
        "Another session of this provider was booked for this time just now. Choose another time.",
    )

    # === COMPUTE METHODS === #

    @api.depends("start", "stop", "provider_id", "place", "state")
    @api.depends_context("uid", "lang", "tz")
    def _compute_overlap_sentence(self):
        asked = {
            number: (session._origin.id, session.provider_id._origin.id, session.place, session.start, session.stop)
            for number, session in enumerate(self)
            if session.state == "scheduled"
        }
        sentences = self._overlap_sentences(asked)
        for number, session in enumerate(self):
            session.overlap_sentence = sentences.get(number, False)

    # The practice's choice of later is none of the sessions booked before it.
    @api.depends("start", "stop", "provider_id", "unscheduled")
    def _compute_exclusive(self):
        for session in self:
            session.exclusive = session.company_id.sudo().telehealth_overlap_blocked and not session.unscheduled

    # === ASKING === #

    @api.model
    def _overlap_sentences(self, asked, moving=()):
        """Return a sentence for each asked time at which its host holds another session; one query for all.

        Past the record rules: a session of another practice counts too. To who does not work there, nothing of it is
        told but that it is.

        :param asked: dict of any number to ``(session id or False, provider id, place, start, stop)``
        :param moving: ids of sessions that are about to be held at another time, and do not count
        :return: dict of those numbers to sentences
        """
        rows = [(key, *one) for key, one in asked.items() if one[1] and one[3] and one[4]]
        if not rows:
            return {}
        self.env["telehealth.session"].flush_model()
        self.env["zoom.connection"].flush_model()
        keys, sessions, providers, places, starts, stops = map(list, zip(*rows))
        self.env.cr.execute(
            OTHERS_AT_THAT_TIME,
            {
                "keys": keys,
                "sessions": [session or None for session in sessions],
                "providers": providers,
                "places": places,
                "starts": starts,
                "stops": stops,
                "moving": list(moving),
                "working": WORKING,
                "longest": LONGEST_SESSION,
            },
        )
        return {key: self._overlap_sentence(*facts) for key, *facts in self.env.cr.fetchall()}

    @api.model
    def _overlap_sentence(self, asked_id, company_id, provider_id, start, stop):
        # As superuser: a colleague's name, and the practices that the reader could switch to.
        people, own = self.env["res.users"].sudo(), self.env.user.sudo().company_ids.ids
        if company_id not in own:
            return self.env._("%s is not free: there is another session at this time.", people.browse(asked_id).name)
        zone = self.env.context.get("tz") or self.env.user.tz or "UTC"
        return self.env._(
            "%(provider)s holds another session at this time: %(start)s to %(stop)s.",
            provider=people.browse(provider_id).name,
            start=format_datetime(self.env, start, tz=zone, dt_format="short"),
            stop=format_time(self.env, stop, tz=zone, time_format="short"),
        )

    # === REFUSING === #

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        sessions._watch_overlap()
        return sessions

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"start", "stop", "provider_id", "place"} or vals.get("state") == "scheduled":
            self._watch_overlap()
        return result

    def _happened(self, values):
        """What really happened is refused by nobody: there is no person here to choose another time."""
        return super(TelehealthSessionOverlap, self.with_context(**{HAPPENED_CONTEXT: True}))._happened(values)

    def _catch_up(self):
        super()._catch_up()
        # It may come back to where another was booked meanwhile; the database must not refuse that either.
        self.exclusive = False

    def _watch_overlap(self):
        """Have these sessions looked at before this transaction is committed, where the practice allows no overlap."""
        if self.env.context.get(HAPPENED_CONTEXT):
            return
        watched = self.sudo().filtered(lambda one: one.company_id.telehealth_overlap_blocked)
        precommit = self.env.cr.precommit
        if watched and TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = set()
            precommit.add(self.env["telehealth.session"]._refuse_overlap)
        if watched:
            precommit.data[TOUCHED].update(watched.ids)

    @api.model
    def _refuse_overlap(self):
        """Refuse what overlaps among the sessions that this transaction touched.

        :raises ValidationError: naming the first of them
        """
        touched = self.sudo().browse(self.env.cr.precommit.data.pop(TOUCHED, ())).exists()
        asked = {
            one.id: (one.id, one.provider_id.id, one.place, one.start, one.stop)
            for one in touched
            if one.state == "scheduled" and not one.unscheduled
        }
        sentences = self._overlap_sentences(asked)
        if sentences:
            raise ValidationError(
                self.env._(
                    "%s Your practice allows no two sessions at one time: choose another time or provider.",
                    sentences[min(sentences)],
                )
            )
        self.env.cr.execute("SET CONSTRAINTS telehealth_session_no_overlap IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS telehealth_session_no_overlap DEFERRED")
