"""Video links that people typed: what one must be like, and those that providers and practices keep as their own."""

import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..fields import Encrypted
from ..routes import JOIN_ROUTE, START_ROUTE

LONGEST_LINK = 2000
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


class TelehealthVideoLink(models.Model):
    """The link to a provider's or a practice's own video service. Nobody reads it but where it is used."""

    _name = "telehealth.video.link"
    _description = "Own video link"
    _inherit = ["encrypted.row.mixin"]

    user_id = fields.Many2one("res.users", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
    address = Encrypted(required=True, prefetch=True)

    _one_owner = models.Constraint("CHECK (num_nonnulls(user_id, company_id) = 1)", "A link belongs to one owner.")
    _user_unique = models.UniqueIndex("(user_id) WHERE user_id IS NOT NULL")
    _company_unique = models.UniqueIndex("(company_id) WHERE company_id IS NOT NULL")

    @api.constrains("address")
    def _check_address(self):
        for link in self:
            self._check(link.address)

    @api.model
    def _check(self, text):
        """Refuse what is no complete link to a video service. The sentence never quotes it.

        :raises ValidationError: saying what is wrong
        """
        if len(text) > LONGEST_LINK or _UNSAFE.search(text):
            raise ValidationError(
                self.env._("A video link is one address without spaces, of at most %s characters.", LONGEST_LINK)
            )
        try:
            parts = urlsplit(text)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            raise ValidationError(self.env._("This video link cannot be read as an address.")) from None
        if parts.scheme != "https":
            raise ValidationError(self.env._("A video link begins with https://, so that nobody listens in."))
        if "@" in parts.netloc:
            raise ValidationError(self.env._("A video link carries no user name and no password before an “@”."))
        if not _HOST.fullmatch(host):
            raise ValidationError(self.env._("The video link names no server: copy it whole from your video service."))
        if host == urlsplit(self.get_base_url()).hostname and parts.path.startswith((JOIN_ROUTE, START_ROUTE)):
            raise ValidationError(self.env._("This is a session's own link: enter the one of your video service."))

    @api.model
    def _keep(self, owner, text):
        """Keep, change or forget an owner's own link.

        :param owner: a ``res.users`` or ``res.company`` record
        :param text: the link, or nothing
        """
        name = "user_id" if owner._name == "res.users" else "company_id"
        known = self.search([(name, "=", owner.id)])
        text = (text or "").strip()
        if not text:
            known.unlink()
        elif known:
            known.address = text
        else:
            self.create({name: owner.id, "address": text})
