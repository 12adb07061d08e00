"""The encrypted field: bound to its row, plain in Python, noise in the database; and the keys behind it."""

import base64
import os
import secrets
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, config

from .. import conf
from ..encryption import cipher
from .common import ANAS_TITLE, BENS_TITLE, TelehealthCase, soon


class EncryptionCase(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(cls.book(cls.dana, [cls.ana], ANAS_TITLE))
        cls.omars = cls.session_of(cls.book(cls.omar, [cls.ben], BENS_TITLE))
        cls.env.flush_all()

    def column(self, record, name):
        """Return what really stands in the database."""
        record.flush_recordset()
        query = SQL("SELECT %s FROM %s WHERE id = %s", SQL.identifier(name), SQL.identifier(record._table), record.id)
        [[value]] = self.env.execute_query(query)
        return value

    def put(self, record, name, value):
        """Write into the database past the ORM."""
        record.flush_recordset()
        table, column = SQL.identifier(record._table), SQL.identifier(name)
        self.env.cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", table, column, value, record.id))
        record.invalidate_recordset()


class TestEncryptedField(EncryptionCase):
    def test_the_column_holds_a_ciphertext_and_python_the_text(self):
        stored = self.column(self.danas, "label")
        self.assertTrue(cipher.is_ciphertext(stored))
        self.assertNotIn("Grief", stored)
        self.danas.invalidate_recordset()
        self.assertEqual(self.danas.label, ANAS_TITLE)

    def test_writing_flushing_and_forgetting_keep_the_text(self):
        for text in ("short", "x" * 5000, "Ümläute – 漢字 🙂", "a\nb\tc", "'; DROP TABLE x; --"):
            with self.subTest(text=text[:20]):
                self.danas._follow_event({"label": text})
                self.assertEqual(self.danas.label, text, "before the flush")
                self.assertNotEqual(self.column(self.danas, "label"), text)
                self.danas.invalidate_recordset()
                self.assertEqual(self.danas.label, text, "after it")

    def test_equal_texts_have_different_ciphertexts(self):
        self.omars._follow_event({"label": ANAS_TITLE})
        self.assertNotEqual(self.column(self.danas, "label"), self.column(self.omars, "label"))
        before = self.column(self.danas, "label")
        self.danas._follow_event({"label": "another"})
        self.danas._follow_event({"label": ANAS_TITLE})
        self.assertNotEqual(self.column(self.danas, "label"), before)

    def test_an_empty_text_is_no_ciphertext(self):
        self.danas._follow_event({"label": False})
        self.assertIsNone(self.column(self.danas, "label"))
        self.danas.invalidate_recordset()
        self.assertFalse(self.danas.label)

    def test_a_batch_is_bound_row_by_row(self):
        events = self.as_user("calendar.event", self.dana).create(
            [
                self.event_values(self.dana, [self.ana], f"Title {number}", start=soon(days=number))
                for number in range(1, 6)
            ]
        )
        sessions = events.sudo().telehealth_session_ids
        sessions.flush_recordset()
        sessions.invalidate_recordset()
        self.assertEqual(len(set(sessions.mapped("row_key"))), 5)
        self.assertEqual(sorted(sessions.mapped("label")), [f"Title {number}" for number in range(1, 6)])

    def test_one_write_to_many_rows_seals_the_text_for_each(self):
        both = self.danas | self.omars
        both.with_context(from_calendar_event=True).write({"label": "The same"})
        both.flush_recordset()
        both.invalidate_recordset()
        self.assertEqual(both.mapped("label"), ["The same", "The same"])
        self.assertNotEqual(self.column(self.danas, "label"), self.column(self.omars, "label"))

    def test_a_ciphertext_moved_to_another_row_or_field_does_not_open(self):
        app = self.app
        stolen = self.column(app, "client_secret")
        self.put(self.harbour_app, "client_secret", stolen)
        with self.assertRaisesRegex(UserError, "changed outside Odoo"):
            _ = self.harbour_app.client_secret
        self.put(self.danas, "label", stolen)
        with self.assertRaisesRegex(UserError, "changed outside Odoo"):
            _ = self.danas.label
        self.assertTrue(app.client_secret, "the original still opens")

    def test_a_changed_ciphertext_and_a_plain_column_do_not_open(self):
        sound = self.column(self.danas, "label")
        for value in (sound[:-1] + ("A" if sound[-1] != "A" else "B"), sound[:-4], "Planted plain text"):
            self.put(self.danas, "label", value)
            with self.subTest(value=value[-12:]):
                with self.assertRaisesRegex(UserError, "changed outside Odoo") as caught:
                    _ = self.danas.label
                self.assertNotIn("Planted", str(caught.exception), "an error quotes no content")
        self.put(self.danas, "label", sound)
        self.assertEqual(self.danas.label, ANAS_TITLE)

    def test_a_typed_text_that_looks_like_a_ciphertext_stays_that_text(self):
        lookalike = self.column(self.omars, "label")
        self.assertTrue(cipher.is_ciphertext(lookalike))
        session = self.danas.with_user(self.dana)
        session.label = lookalike
        self.assertEqual(session.label, lookalike)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(session.label, lookalike, "and not Ben's title")
        created = self.session_of(self.book(self.dana, [], lookalike))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(created.label, lookalike)

    def test_a_copy_of_a_row_has_a_key_of_its_own_and_no_secret(self):
        copy = self.app.copy({"client_id": "another"})
        self.assertNotEqual(copy.row_key, self.app.row_key)
        self.assertFalse(copy.client_secret)
        self.assertFalse(copy.has_client_secret)

    def test_nobody_chooses_or_changes_a_rows_key(self):
        with self.assertRaises(AccessError):
            self.app.write({"row_key": self.harbour_app.row_key})
        app = self.env["zoom.app"].create({"name": "X", "client_id": "x", "row_key": self.app.row_key})
        self.assertNotEqual(app.row_key, self.app.row_key)

    def test_saving_twice_the_same_text_in_one_transaction_keeps_it(self):
        session = self.danas
        session._follow_event({"label": "first"})
        session._follow_event({"label": "second"})
        session.invalidate_recordset()
        self.assertEqual(session.label, "second")
        self.assertEqual(session.read(["label"])[0]["label"], "second")
        self.assertEqual(session.search_read([("id", "=", session.id)], ["label"])[0]["label"], "second")

    def test_a_dump_of_our_tables_contains_no_planted_secret(self):
        """Rule 8: a stolen database dump is noise."""
        connection = self.connection_row(self.dana, self.app, "planted")
        self.app.client_secret_entry = "planted-client-secret"
        self.meeting_row(self.danas, connection, passcode="plantedPW", join_link="https://zoom.us/j/1?pwd=planted-join")
        connection.zoom_email = "planted-mail@zoom.example"
        self.env.flush_all()
        self.env.cr.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^(zoom_|telehealth_|calendar_|mail_)'")
        tables = [table for [table] in self.env.cr.fetchall()]
        self.assertIn("zoom_connection_token", tables)
        dump = ""
        for table in tables:
            self.env.cr.execute(SQL("SELECT t::text FROM %s t", SQL.identifier(table)))
            dump += "\n".join(row for [row] in self.env.cr.fetchall())
        for secret in (
            ANAS_TITLE, BENS_TITLE, "planted-client-secret", "planted-join", "plantedPW", "planted-mail",
            "access-of-planted",
            "refresh-of-planted", config[conf.MASTER_KEY_OPTION],
        ):  # fmt: skip
            with self.subTest(secret=secret):
                self.assertNotIn(secret, dump)
        self.assertIn("zt1:", dump, "the tables were really read")


class TestKeys(EncryptionCase):
    def new_key(self):
        return base64.b64encode(secrets.token_bytes(32)).decode()

    @property
    def old_key(self):
        return config[conf.MASTER_KEY_OPTION]

    def test_the_wrong_master_key_is_told_in_a_sentence_that_says_what_to_do(self):
        for key in (self.new_key(), f"{self.new_key()},{self.new_key()}"):
            self.danas.invalidate_recordset()
            with self.master_key(key), self.assertRaisesRegex(UserError, "puts the earlier key back"):
                _ = self.danas.label
        self.danas.invalidate_recordset()
        self.assertEqual(self.danas.label, ANAS_TITLE, "nothing was lost")

    def test_without_a_master_key_nothing_is_saved_in_plain(self):
        self.danas.flush_recordset()
        with self.master_key(""), self.assertRaisesRegex(UserError, "openssl rand -base64 32"), self.env.cr.savepoint():
            self.app.client_secret_entry = "new"
            self.app.flush_recordset()
        self.app.invalidate_recordset()
        self.assertNotEqual(self.app.client_secret, "new")

    def test_the_master_key_may_stand_in_the_environment(self):
        old = self.old_key
        self.danas.invalidate_recordset()
        with self.master_key(""), patch.dict(os.environ, {conf.MASTER_KEY_ENVIRONMENT: old}):
            self.assertEqual(self.danas.label, ANAS_TITLE)

    def test_a_change_of_the_master_key_rewraps_the_data_keys_and_rewrites_no_field(self):
        new, old = self.new_key(), self.old_key
        stored = self.column(self.danas, "label")
        keys = self.env["zoom.data.key"]
        wrapped = {row.key_id: row.wrapped for row in keys.search([])}
        with self.master_key(f"{new},{old}"):
            self.danas.invalidate_recordset()
            self.assertEqual(self.danas.label, ANAS_TITLE, "the old key still opens")
            keys._gc_rewrap()
            self.env.flush_all()
        self.assertEqual(self.column(self.danas, "label"), stored)
        for row in keys.search([]):
            self.assertNotEqual(row.wrapped, wrapped[row.key_id])
        with self.master_key(new):
            self.danas.invalidate_recordset()
            self.assertEqual(self.danas.label, ANAS_TITLE, "the new key alone is enough")
        with self.master_key(old), self.assertRaises(UserError):
            self.danas.invalidate_recordset()
            _ = self.danas.label

    def test_rewrapping_without_a_key_or_with_a_wrong_one_destroys_nothing(self):
        keys = self.env["zoom.data.key"]
        wrapped = keys.search([]).mapped("wrapped")
        with self.master_key(""):
            keys._gc_rewrap()
        with (
            self.master_key(self.new_key()),
            self.assertLogs("odoo.addons.zoom_telehealth.models.zoom_data_key_rotation", "WARNING"),
        ):
            keys._gc_rewrap()
        self.assertEqual(keys.search([]).mapped("wrapped"), wrapped)

    def test_a_second_data_key_leaves_what_the_first_sealed_readable(self):
        first = cipher.key_id_of(self.column(self.danas, "label"))
        self.env["zoom.data.key"]._make()
        self.danas.invalidate_recordset()
        self.assertEqual(self.danas.label, ANAS_TITLE)
        self.danas._follow_event({"label": "sealed by the second"})
        self.assertNotEqual(cipher.key_id_of(self.column(self.danas, "label")), first)
