"""The one field type for secrets and health information: encrypted in the database, plain in Python.

The ciphertext is bound to its model, field and row, so that a value copied to another row does not decrypt. Every
model that uses it inherits ``encrypted.row.mixin``, which gives each row the random key it is bound to.
"""

from odoo import fields
from odoo.exceptions import UserError

from .encryption import cipher

ROW_KEY = "row_key"


class Sealed(str):
    """A ciphertext on its way from the database. Its own type, so that no typed text is ever taken for one."""

    __slots__ = ()


class Encrypted(fields.Text):
    """Text that is stored encrypted (AES-256-GCM). It cannot be searched, sorted, grouped or copied."""

    prefetch = False
    copy = False

    def _description_sortable(self, env):
        return False

    def _description_groupable(self, env):
        return False

    # === DATABASE === #

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if isinstance(value, Sealed):
            return str(value)
        text = super().convert_to_column_insert(value, record, values, validate)
        if text is None:
            return None
        row_key = values[ROW_KEY] if values else record.sudo()[ROW_KEY]
        return seal(record.env, record._name, self.name, row_key, text)

    def _insert_cache(self, records, values):
        super()._insert_cache(records, (value if value is None else Sealed(value) for value in values))

    def convert_to_cache(self, value, record, validate=True):
        return value if isinstance(value, Sealed) else super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        if isinstance(value, Sealed):
            return unseal(record.env, record._name, self.name, record.sudo()[ROW_KEY], value)
        return super().convert_to_record(value, record)

    # === SEARCH === #

    def _condition_to_sql(self, field_expr, operator, value, model, alias, query):
        asks_only_whether_set = operator in ("in", "not in") and not any(value)
        if not asks_only_whether_set:
            raise UserError(model.env._("“%s” is stored encrypted and cannot be searched.", self.string))
        return super()._condition_to_sql(field_expr, operator, value, model, alias, query)


def seal(env, model: str, field: str, row_key: str, text: str) -> str:
    """Return the ciphertext that belongs in this model's field of the row with this key.

    :raises UserError: when the server has no usable master key
    """
    key_id, key = env["zoom.data.key"].sudo()._current()
    associated_data = cipher.associated_data(model, field, row_key)
    return cipher.encrypt(text, key_id=key_id, key=key, associated_data=associated_data)


def unseal(env, model: str, field: str, row_key: str, ciphertext: str) -> str:
    """Return the text behind a ciphertext of this model's field and row.

    :raises UserError: when the master key is absent or wrong, or the ciphertext does not belong to this row
    """
    try:
        key = env["zoom.data.key"].sudo()._key(cipher.key_id_of(ciphertext))
        return cipher.decrypt(ciphertext, key=key, associated_data=cipher.associated_data(model, field, row_key))
    except cipher.CannotDecrypt:
        raise UserError(
            env._("A protected text could not be read: it was changed outside Odoo. Restore it from a backup.")
        ) from None
