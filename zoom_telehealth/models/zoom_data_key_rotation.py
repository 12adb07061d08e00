"""Changing the master key, and going on after it was lost."""

import logging
from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..encryption import cipher
from ..fields import Encrypted

_logger = logging.getLogger(__name__)

APP_SECRETS = ("client_secret", "earlier_client_secret", "webhook_secret", "earlier_webhook_secret")


@dataclass(frozen=True)
class Rotation:
    """What a rotation came to.

    :ivar fingerprint: of the master key that wraps now
    :ivar wrapped: how many data keys were wrapped anew
    :ivar lost: ids of data keys that none of the master keys opens
    :ivar can_go: fingerprints of the master keys that this database needs no more
    """

    fingerprint: str
    wrapped: int
    lost: tuple[str, ...]
    can_go: tuple[str, ...]


class ZoomDataKeyRotation(models.Model):
    _inherit = "zoom.data.key"

    @api.model
    def _rewrap(self):
        """Wrap every data key by the first master key; no encrypted field is rewritten.

        :return: :class:`Rotation`
        :raises UserError: without a usable master key
        """
        first, *others = self._master_keys()
        wrapped, lost = 0, []
        for row in self.search([("wrapped_by", "!=", first.fingerprint)]):
            try:
                key = self._key(row.key_id)
            except UserError:
                lost.append(row.key_id)
                continue
            row.write({"wrapped": first.wrap(key, row.key_id), "wrapped_by": first.fingerprint})
            wrapped += 1
            _logger.info("Data key %s is now wrapped by master key %s", row.key_id, first.fingerprint)
        return Rotation(first.fingerprint, wrapped, tuple(lost), tuple(other.fingerprint for other in others))

    @api.autovacuum
    def _gc_rewrap(self):
        """Do what the command does, for those who do not know it."""
        try:
            lost = self._rewrap().lost
        except UserError:
            return
        if lost and self._is_lost():
            _logger.warning("No master key in odoo.conf opens the data keys %s", ", ".join(lost))

    # === A LOST KEY === #

    @api.model
    def _is_lost(self):
        """Whether there is a usable master key, and it is not the one that protects this database."""
        try:
            self._master_keys()
        except UserError:
            return False
        return bool(self._trouble())

    @api.model
    def _begin_anew(self):
        """Go on with the present master key where the earlier one is lost: a new data key encrypts from here on.

        Connections whose tokens cannot be read have to be connected again, and apps need their secrets again. Meetings
        stay at Zoom, get a new passcode, and are taken up again. Titles stay as they are: should the key be found, they
        are readable again.

        :return: dict of counts: ``connections``, ``apps``, ``meetings``
        :raises UserError: without a usable master key, or when nothing is lost
        """
        self._master_keys()
        if not self._is_lost():
            raise UserError(self.env._("Nothing is lost: the master key in odoo.conf opens what is saved now."))
        lost = set(self._rewrap().lost)
        self._make()
        tokens = self._rows_under(lost, "zoom.connection.token", ("access_token", "refresh_token"))
        connections = tokens.connection_id
        tokens.unlink()
        for connection in connections.filtered(lambda one: one.state not in ("revoked", "disconnected")):
            connection._mark("reconnect_needed", "key_lost")
        theirs = ("zoom_email", "zoom_name")
        self._empty(self._rows_under(lost, "zoom.connection", theirs), theirs, lost)
        apps = self._rows_under(lost, "zoom.app", APP_SECRETS)
        self._empty(apps, APP_SECRETS, lost)
        meetings = self._rows_under(lost, "zoom.meeting", ("join_link", "passcode"))
        for meeting in meetings:
            meeting.write({"join_link": False, "agreed_version": 0, **meeting._new_passcode()})
        _logger.warning("The data keys %s were given up: their master key is lost", ", ".join(sorted(lost)))
        return {"connections": len(connections), "apps": len(apps), "meetings": len(meetings)}

    @api.model
    def _rows_under(self, key_ids, model, names):
        """Return rows of a model of which an encrypted field was sealed under one of these data keys."""
        return self.env[model].browse(sorted({row for name in names for row in self._sealed(key_ids, model, name)}))

    @api.model
    def _empty(self, rows, names, key_ids):
        for name in names:
            rows.browse(self._sealed(key_ids, rows._name, name)).write({name: False})

    @api.model
    def _sealed(self, key_ids, model, name):
        """Return the ids of rows whose field stands under one of these data keys, told from the ciphertext's head."""
        records = self.env[model]
        field = records._fields[name]
        if not isinstance(field, Encrypted):
            raise TypeError(f"{field} is not encrypted.")
        records.flush_model([name])
        column, table = SQL.identifier(name), SQL.identifier(records._table)
        self.env.cr.execute(SQL("SELECT id, %s FROM %s WHERE %s IS NOT NULL", column, table, column))
        return [row for row, ciphertext in self.env.cr.fetchall() if _key_of(ciphertext) in key_ids]


def _key_of(ciphertext):
    try:
        return cipher.key_id_of(ciphertext)
    except cipher.CannotDecrypt:
        return None
