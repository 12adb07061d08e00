"""What leaves as a file: the PDF says what the page says, the file for support names nobody and tells no secret."""

import json
import re
from io import BytesIO

from pypdf import PdfReader

from odoo.exceptions import AccessError

from ..models.telehealth_readiness_pdf import FONT_FILE
from .common import ANA, ANAS_TITLE, HELP_PHONE, TelehealthHttpCase
from .readiness_case import ReadinessCase
from .simulator import DANA, NORA, PRACTICE_APP

GREEK_AND_CYRILLIC = "Ζωή Παπαδάκη Łucja Жданова"


class TestPdf(ReadinessCase):
    def setUp(self):
        super().setUp()
        self.mia.name = GREEK_AND_CYRILLIC
        self.connect(self.dana, DANA)
        self.look()
        self.as_user("telehealth.attestation", self.mia).create({"kind": "hipaa_mode"})

    def text(self, page):
        pdf = page._pdf()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages))

    def test_it_says_what_the_page_says_and_who_attested_in_any_script(self):
        page = self.page().with_user(self.mia)
        text = self.text(page)
        for line in page.line_ids:
            with self.subTest(line=line.key):
                self.assertIn(line.title.split()[0], text)
        for word in (
            "Dana Reyes",
            "Waiting room by default",
            "Must be mended",
            GREEK_AND_CYRILLIC.split()[1],
            "HIPAA policies",
        ):
            self.assertIn(word, text)

    def test_a_providers_own_holds_their_page_alone(self):
        text = self.text(self.page(self.dana).with_user(self.dana))
        self.assertIn("Dana Reyes", text)
        self.assertNotIn("Omar Haddad", text)
        self.assertNotIn("HIPAA policies", text)
        with self.assertRaises(AccessError):
            self.page(self.omar).with_user(self.dana)._pdf()

    def test_its_font_is_odoos_own(self):
        self.assertTrue(FONT_FILE.startswith("web/static/"))


class TestDiagnostics(ReadinessCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.session()
        self.simulator.fault("status", status=503, path="/v2/users/me/meetings", times=None)
        self.work()
        self.look()

    def told(self, user=None):
        return self.page().with_user(user or self.mia)._diagnostics()

    def test_it_holds_versions_states_last_errors_and_counts(self):
        told = self.told()
        self.assertTrue(told["versions"]["odoo"].startswith("19.0"))
        self.assertEqual(told["counts"]["zoom.connection"], {"connected": 1})
        self.assertEqual([one["failure"] for one in told["last_errors"]], ["unknown"])
        self.assertIn("503", told["last_errors"][0]["facts"])
        self.assertIn("ir_cron_reconcile", told["actions"])
        self.assertIn(
            ("practice", "baa", "missing"), {(one["page"], one["key"], one["finding"]) for one in told["lines"]}
        )

    def test_nothing_secret_is_in_it_and_no_names(self):
        tokens = self.env["zoom.connection.token"]._of(self.connection)
        text = json.dumps(self.told())
        for hidden in (
            *PRACTICE_APP, tokens.access_token, tokens.refresh_token, DANA, self.connection.zoom_user_id,
            self.connection.zoom_account_id, "Dana", "Reyes", "Mia", "Sunrise", ANA, ANAS_TITLE, HELP_PHONE,
            self.app.name, "dana", "@",
        ):  # fmt: skip
            with self.subTest(hidden=hidden):
                self.assertNotIn(hidden, text)

    def test_people_of_another_practice_that_shares_the_app_are_not_in_it(self):
        self.app.company_ids |= self.harbour
        theirs = self.connect(self.otto, NORA)
        told = self.told()
        self.assertEqual([one["id"] for one in told["connections"]], [self.connection.id])
        self.assertEqual(told["counts"]["zoom.connection"], {"connected": 1})
        self.assertNotEqual(theirs, self.connection)

    def test_it_is_the_managers_alone(self):
        for user in (self.dana, self.sam, self.ada, self.max):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.told(user)


class TestDownloads(TelehealthHttpCase):
    def test_files_are_served_to_those_who_may_read_the_page_and_to_nobody_else(self):
        page = self.env["telehealth.readiness"]._page(self.sunrise)
        page._refresh()
        for suffix, mimetype in ((".pdf", "application/pdf"), ("/diagnostics.json", "application/json")):
            address = f"/zoom_telehealth/readiness/{page.id}{suffix}"
            self.sign_in(self.mia)
            answer = self.visit(address)
            self.assertEqual(answer.status_code, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith(mimetype))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            for user in (self.dana, self.max, self.ana):
                with self.subTest(user=user.login, file=suffix):
                    self.sign_in(user)
                    self.assertEqual(self.visit(address).status_code, 404)
        self.sign_in(self.mia)
        self.assertEqual(self.visit("/zoom_telehealth/readiness/999999.pdf").status_code, 404)
