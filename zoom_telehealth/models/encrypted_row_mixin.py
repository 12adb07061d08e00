import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..fields import ROW_KEY, Encrypted


class EncryptedRowMixin(models.AbstractModel):
    """Gives each row the random key to which its encrypted fields are bound."""

    _name = "encrypted.row.mixin"
    _description = "Row with encrypted fields"

    row_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_hex(16),
        export_string_translation=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Two rows with one key would accept each other's ciphertexts, so nobody chooses it.
        return super().create([{name: value for name, value in vals.items() if name != ROW_KEY} for vals in vals_list])

    def write(self, vals):
        if ROW_KEY in vals:
            raise AccessError(self.env._("The key of an encrypted row cannot be changed."))
        return super().write(vals)

    def _order_field_to_sql(self, alias, field_name, *args):
        sql = super()._order_field_to_sql(alias, field_name, *args)  # who may not read the field is told that first
        self._refuse_encrypted(field_name)
        return sql

    def _read_group_groupby(self, alias, groupby_spec, query):
        sql = super()._read_group_groupby(alias, groupby_spec, query)
        self._refuse_encrypted(groupby_spec)
        return sql

    def _read_group_select(self, aggregate_spec, query):
        sql = super()._read_group_select(aggregate_spec, query)
        field_name, _colon, aggregate = aggregate_spec.partition(":")
        if aggregate not in ("count", "count_distinct"):
            self._refuse_encrypted(field_name)
        return sql

    def _refuse_encrypted(self, field_name):
        """Refuse to sort or group by ciphertext: it would mean nothing, and grouping would show it."""
        field = self._fields.get(field_name)
        if isinstance(field, Encrypted):
            raise UserError(self.env._("“%s” is stored encrypted: it cannot be sorted or grouped by.", field.string))

    def _readable(self, name):
        """Return an encrypted field's text, or False where the master key is absent or wrong.

        For names shown in passing: a calendar must open without its server's key, if only with neutral names.
        """
        try:
            return self[name]
        except UserError:
            return False
