"""Secrets are the superuser's alone, and nobody searches, sorts or groups by what is encrypted (rule 8, decision 7)."""

from odoo.exceptions import AccessError, UserError

from .common import ANAS_TITLE, TelehealthCase

SECRETS = {
    "zoom.app": ("client_secret",),
    "zoom.meeting": ("join_link", "passcode", "dial_in"),
    "telehealth.session": ("token",),
    "zoom.connection.token": ("access_token", "refresh_token"),
}


class TestSecretFields(TelehealthCase):
    """Decision 7 and rule 8: superuser alone reads secrets, and nobody searches what is encrypted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls.session_of(cls.book(cls.dana, [cls.ana], ANAS_TITLE))
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.session, cls.connection)
        cls.records = {
            "zoom.app": cls.app,
            "zoom.meeting": cls.meeting,
            "telehealth.session": cls.session,
            "zoom.connection.token": cls.env["zoom.connection.token"]._of(cls.connection),
        }

    def test_no_role_reads_exports_searches_or_writes_a_secret(self):
        for model, names in SECRETS.items():
            for name in names:
                for user in (self.dana, self.sam, self.mia, self.ada, self.eve, self.ana):
                    record = self.as_user(model, user).browse(self.records[model].id)
                    with self.subTest(field=f"{model}.{name}", user=user.login):
                        self._assert_closed(record, name)

    def _assert_closed(self, record, name):
        record.env.user.sudo().group_ids += self.env.ref("base.group_allow_export")
        for refused in (
            lambda: record.read([name]),
            lambda: record[name],
            lambda: record.web_read({name: {}}),
            lambda: record.export_data([name]),
            lambda: record.search([(name, "!=", False)]),
            lambda: record.search_read([(name, "=like", "a%")], ["id"]),
            lambda: record._read_group([], [name], ["__count"]),
            lambda: record.write({name: "changed"}),
        ):
            with self.assertRaises(AccessError):
                refused()
        with self.assertRaises(UserError):  # an encrypted column is refused for that, before anybody's rights are asked
            record.search([], order=name)
        if record.has_access("read"):
            self.assertNotIn(name, record.fields_get())

    def test_a_secret_is_not_reached_through_another_model(self):
        self.mia.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.as_user("zoom.connection", self.mia).search([("app_id.client_secret", "!=", False)])
        for name in ("telehealth_session_ids.token", "telehealth_session_ids.meeting_ids.join_link"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_user("calendar.event", self.mia).search([(name, "!=", False)])
            with self.subTest(exported=name), self.assertRaises(AccessError):
                self.as_user("calendar.event", self.mia).browse(self.session.event_id.id).export_data(
                    [name.replace(".", "/")]
                )

    def test_no_encrypted_text_is_searched_sorted_or_grouped_even_by_superuser(self):
        for model, name, value in (
            ("telehealth.session", "label", "Grief"),
            ("zoom.connection", "zoom_email", "dana"),
            ("zoom.app", "client_secret", "simulated"),
        ):
            records = self.env[model]
            for operator in ("=", "ilike", "=like", "in"):
                wanted = [value] if operator == "in" else value
                with self.subTest(field=name, operator=operator), self.assertRaisesRegex(UserError, "stored encrypted"):
                    records.search([(name, operator, wanted)])
            with self.subTest(sorted=name), self.assertRaisesRegex(UserError, "encrypted"):
                records.search([], order=name)
            with self.subTest(grouped=name), self.assertRaisesRegex(UserError, "encrypted"):
                records._read_group([], [name], ["__count"])

    def test_the_client_secret_entry_is_write_only(self):
        app = self.as_user("zoom.app", self.mia).browse(self.app.id)
        app.client_secret_entry = "a-new-secret"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(app.client_secret_entry)
        self.assertTrue(app.has_client_secret)
        self.assertEqual(self.app.client_secret, "a-new-secret")
        app.write({"name": "Another name", "client_secret_entry": ""})
        self.assertEqual(self.app.client_secret, "a-new-secret", "an empty entry changes nothing")

    def test_a_title_is_readable_by_those_who_may_see_the_session_alone(self):
        for user in (self.dana, self.sam, self.mia):
            self.assertEqual(self.as_user("telehealth.session", user).browse(self.session.id).label, ANAS_TITLE)
        for user in (self.omar, self.eve, self.ada, self.otto, self.max, self.ana):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("telehealth.session", user).browse(self.session.id).read(["label"])
