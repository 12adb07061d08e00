"""Whose a connection is, and what happens to coming meetings when a provider changes to another Zoom user."""

from odoo import fields, models

from .zoom_connection import WORKING


class ZoomConnectionHands(models.Model):
    _inherit = "zoom.connection"

    move_asked = fields.Boolean(
        readonly=True,
        copy=False,
        help="The provider's coming meetings stand on another Zoom user. Not used before the provider has said whether "
        "they are to move here.",
    )

    # === ANOTHER PROVIDER === #

    def _pass_to(self, user):
        """Make another provider the owner. The meetings of the one before are removed from this Zoom user.

        :param user: ``res.users`` who owns the Zoom user
        """
        self.ensure_one()
        before = self.user_id
        self._meetings_ahead().filtered(lambda meeting: meeting.provider_id == before)._let_go()
        self.write({"user_id": user.id, "move_asked": False})
        self.message_post(body=self.env._("%(before)s → %(after)s", before=before.name, after=user.name))

    def _change_hands(self, user):
        """Make the person who has just shown at Zoom that this Zoom user is theirs the owner, and tell the one before.

        :param user: ``res.users`` who connected and confirmed
        """
        self.ensure_one()
        before = self.user_id
        self._pass_to(user)
        told = self.with_context(lang=before.lang)
        self.message_notify(
            partner_ids=before.partner_id.ids,
            subject=told.env._("Your Zoom connection was handed over"),
            body=told.env._(
                "%s signed in to Zoom with the account that you had connected, and said that it is theirs. Your coming "
                "sessions have no video until you connect your own Zoom account in “My Preferences”.",
                user.name,
            ),
        )
        self._ask_about_meetings_elsewhere()
        self.env["zoom.meeting"]._hurry_all_of(user | before)
        (self.env["zoom.connection"].search([("user_id", "=", before.id)]) | self)._announce_change()
        before.partner_id._bus_send("zoom_telehealth.changed", {})
        self.env["zoom.reconciler"]._wake()

    # === ANOTHER ZOOM USER === #

    def _ask_about_meetings_elsewhere(self):
        """Have the provider asked first where coming meetings stand on another Zoom user of theirs."""
        for connection in self:
            connection.move_asked = bool(connection._meetings_elsewhere())

    def _meetings_elsewhere(self):
        """Return the provider's coming meetings on other Zoom users, in the practices that this connection serves."""
        self.ensure_one()
        others = self.search([("user_id", "=", self.user_id.id), ("id", "!=", self.id)])
        return others._meetings_ahead().filtered(
            lambda meeting: (
                meeting.provider_id == self.user_id
                and meeting.company_id in self.app_id.company_ids
                and meeting.zoom_id
                and not meeting.let_go
            )
        )

    def _move_question(self):
        """Ask whether the coming meetings are to move to this connection's Zoom user; False where there are none."""
        self.ensure_one()
        meetings = self._meetings_elsewhere()
        names = [name for name in (other._readable("zoom_email") for other in meetings.connection_id) if name]
        return self.env._(
            "You are connected as %(here)s, but %(count)s of your coming meetings are on %(there)s. Shall they move? "
            "Your clients' links stay the same. Until you say so, this connection is not used.",
            here=self._readable("zoom_email") or self.env._("another Zoom account"),
            count=len(meetings),
            there=", ".join(names) or self.env._("another Zoom account"),
        )

    def _move_meetings_here(self):
        """Have the provider's coming meetings made anew on this Zoom user; the ones on the other are removed there."""
        self.ensure_one()
        meetings, practices = self._meetings_elsewhere(), self.app_id.company_ids
        self.move_asked = False
        for other in meetings.connection_id:
            if other.state in WORKING and not (other.app_id.company_ids - practices):
                other._disconnect("person", remove_meetings=True)
            elif other.state in WORKING:
                meetings.filtered(lambda meeting, other=other: meeting.connection_id == other)._let_go()
        self.env["zoom.meeting"]._hurry_all_of(self.user_id)
        self.env["zoom.reconciler"]._wake()
        self._announce_change()
