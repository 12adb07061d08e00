import secrets

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from .. import conf
from ..encryption import cipher
from ..encryption.keys import BadMasterKey, MasterKey, WrongMasterKey

# Where a transaction keeps the id of the data key that encrypts.
CURRENT = "zoom_telehealth.current_data_key"


class ZoomDataKey(models.Model):
    """A key that encrypts fields, itself wrapped by the master key, which is outside the database.

    Changing the master key re-wraps these few rows and rewrites no field. ``odoo.conf`` may name several master keys
    separated by commas: the first wraps, the others still open what they wrapped before.
    """

    _name = "zoom.data.key"
    _description = "Data key"
    _order = "id desc"
    _allow_sudo_commands = False

    key_id = fields.Char(required=True, readonly=True, copy=False)
    wrapped = fields.Char(required=True, copy=False)
    wrapped_by = fields.Char(required=True, help="Fingerprint of the master key that wraps this data key.")

    _key_id_unique = models.UniqueIndex("(key_id)")

    # === MASTER KEYS === #

    @api.model
    def _master_keys(self):
        """Return the administrator's master keys, the one that wraps first.

        :raises UserError: when there is none, or one cannot be read
        """
        texts = [text.strip() for text in conf.master_key_text().split(",") if text.strip()]
        if not texts:
            raise UserError(
                self.env._(
                    "This server has no key to protect health information, so nothing was saved. The server's "
                    "administrator makes one with “openssl rand -base64 32” and writes it into odoo.conf as "
                    "“%s”, then restarts Odoo.",
                    conf.MASTER_KEY_OPTION,
                )
            )
        try:
            return [MasterKey.parse(text) for text in texts]
        except BadMasterKey as refusal:
            raise UserError(str(refusal)) from None

    @api.model
    def _require_master_key(self):
        """Raise the sentence that tells how to make a master key where none is usable.

        :raises UserError: when fields could not be encrypted now
        """
        self._current()

    @api.model
    def _trouble(self):
        """Return the sentence that tells what is wrong with the master key, or False where all is well."""
        try:
            self._require_master_key()
        except UserError as trouble:
            return str(trouble)
        return False

    # === DATA KEYS === #

    @api.model
    def _current(self):
        """Return ``(key_id, key)`` of the data key that encrypts now, made at first need.

        :raises UserError: without a usable master key
        """
        # Looked for once in a transaction, not for each of a thousand texts.
        known = self.env.cr.cache
        if not known.get(CURRENT):
            newest = self.search_fetch([], ["key_id"], limit=1) or self._make()
            known[CURRENT] = newest.key_id
        return known[CURRENT], self._key(known[CURRENT])

    @api.model
    def _make(self):
        master = self._master_keys()[0]
        self.env.cr.cache.pop(CURRENT, None)
        key_id = secrets.token_hex(4)
        return self.create(
            {
                "key_id": key_id,
                "wrapped": master.wrap(cipher.new_data_key(), key_id),
                "wrapped_by": master.fingerprint,
            }
        )

    @api.model
    @tools.ormcache("key_id")
    def _key(self, key_id: str) -> bytes:
        """Return the data key with this id, unwrapped; kept in the process's memory, never on disk.

        :raises UserError: when no such key is here, or no master key opens it
        """
        row = self.search([("key_id", "=", key_id)])
        for master in self._master_keys():
            try:
                if row:
                    return master.unwrap(row.wrapped, key_id)
            except WrongMasterKey:
                continue
        raise UserError(
            self.env._(
                "Protected texts of this database cannot be read: the master key in odoo.conf is not the one they were "
                "saved with. The server's administrator puts the earlier key back (it may stand behind the new one, "
                "after a comma) and restarts Odoo. Nothing was lost."
            )
        )
