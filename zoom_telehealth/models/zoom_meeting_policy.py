"""Whether Zoom keeps a meeting as private as it was told to (R17). What it must not be without shuts the door."""

from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from .. import clock
from ..zoom import policy

# Zoom is told again by itself only shortly before the session, and seldom: what it did not take over, it seldom does.
TELL_AGAIN_AFTER = timedelta(hours=6)
TELL_AGAIN_BEFORE = timedelta(days=1)


class ZoomMeetingPolicy(models.Model):
    _inherit = "zoom.meeting"

    agreed_policy = fields.Integer(readonly=True, help="The policy that Zoom was told with its last answer.")
    attempt_policy = fields.Integer(readonly=True)
    shut_by = fields.Selection(
        [("waiting_room", "No waiting room"), ("recording", "Zoom would record by itself")],
        "Door shut",
        readonly=True,
        help="Clients are not let in to this meeting until that is mended.",
    )
    mend_at = fields.Datetime(
        "Told again", readonly=True, help="When Zoom is told once more what it did not take over."
    )

    def _policy(self):
        """Return what this meeting must be like: the practice's policy and the provider's own, the stricter of both."""
        self.ensure_one()
        return self.company_id.telehealth_policy | self.provider_id.telehealth_own_policy

    def _wish(self):
        wish = super()._wish()
        wished = policy.wished(self._policy())
        wished["participant_video"] &= wish.participant_video
        return replace(wish, **wished)

    def _agrees(self):
        told_all = self.agreed_policy == self._policy() and not (self.mend_at and self.mend_at <= clock.now())
        return super()._agrees() and told_all

    def _note_unmet(self, seen, told):
        shut_by = policy.shut_by(self._policy(), seen.settings, self._wish().auto_recording)
        if seen.settings:
            self.shut_by = shut_by
        if told:
            self.agreed_policy = self.attempt_policy
        to_mend = super()._note_unmet(seen, told)
        self.mend_at = self._tell_again_at() if shut_by and not to_mend else False
        return to_mend

    def _tell_again_at(self):
        """Return when Zoom is told again by itself: a day before the session, or later where that has begun."""
        session = self.session_id
        moment = max(clock.now() + TELL_AGAIN_AFTER, session.start - TELL_AGAIN_BEFORE)
        return moment if moment < session.stop else False

    def _tell_again(self):
        """Have Zoom told now, since somebody mended there what stood in the way. A limit that Zoom set is kept to."""
        live = self.filtered(lambda meeting: meeting.state == "live")
        live.mend_at = clock.now()
        live.filtered(lambda meeting: meeting.failure != "limited").next_try = False
        self.env["zoom.reconciler"]._wake()

    def _is_too_late_to_mend(self):
        # A door that is shut is mended as long as somebody may want to come in.
        session = self.session_id
        if self.shut_by and session.state == "scheduled" and session.stop > clock.now():
            return False
        return super()._is_too_late_to_mend()

    def _is_shut(self):
        """Whether nobody is let in: Zoom lacks what is required, or was not told yet that it is."""
        self.ensure_one()
        lacks_waiting_room = policy.demands(self._policy() & ~self.agreed_policy, policy.WAITING_ROOM)
        return bool(self.shut_by) or lacks_waiting_room

    # === IN WORDS === #

    @api.model
    def _demand_words(self):
        """Return the name of each demand of a policy, as people read it."""
        return {
            policy.WAITING_ROOM: self.env._("waiting room"),
            policy.NO_CHAT: self.env._("no lasting chat"),
            policy.NO_AI_COMPANION: self.env._("no AI Companion by itself"),
            policy.MUTED: self.env._("muted when coming in"),
            policy.CAMERA_OFF: self.env._("camera off when coming in"),
        }

    @api.model
    def _setting_words(self):
        """Return what each setting at Zoom is called here, by the name under which it stands in ``unmet``."""
        demands = self._demand_words()
        return {
            "settings.waiting_room": demands[policy.WAITING_ROOM],
            "settings.waiting_room_options": self.env._("waiting room for everyone"),
            "settings.continuous_meeting_chat": self.env._("chat"),
            "settings.auto_start_meeting_summary": self.env._("AI Companion's summary"),
            "settings.auto_start_ai_companion_questions": self.env._("AI Companion's answers"),
            "settings.mute_upon_entry": demands[policy.MUTED],
            "settings.participant_video": self.env._("camera when coming in"),
            "settings.host_video": self.env._("the provider's camera at the start"),
            "settings.auto_recording": self.env._("no recording by itself"),
            "settings.join_before_host": self.env._("nobody before the provider"),
            "settings.meeting_authentication": self.env._("no sign-in at Zoom"),
            "settings.email_notification": self.env._("no e-mails from Zoom"),
            "settings.encryption_type": self.env._("kind of encryption"),
            "settings.use_pmi": self.env._("a meeting ID of its own"),
            "topic": self.env._("neutral topic"),
            "start_time": self.env._("start"),
            "duration": self.env._("length"),
            "password": self.env._("passcode"),
        }

    def _unmet_words(self):
        """Return what Zoom did not take over, as people read it; empty where it took over everything."""
        self.ensure_one()
        words = self._setting_words()
        return [words.get(name, name) for name in (self.unmet or "").split()]
