"""After sessions were booked, held, moved and cancelled: no secret stands anywhere in clear, and Zoom knows nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import DANA, Booked, Practice
from tests.system.zoom_side import ZoomSide

CLIENT = "Quillon Zebrafish"
CLIENT_MAIL = "quillon.zebrafish@example.org"
LABEL = "Marzipan review of the week"
CLIENT_SECRET = "simulated-practice-secret-0123456789"
NEEDLES = (CLIENT, "Quillon", "Zebrafish", CLIENT_MAIL, LABEL, "Marzipan")
# What the simulator's tokens, codes and links look like (zoom_simulator/tokens.py, meeting_answers.py).
SECRET_SIGNS = ("sim.access.", "sim.refresh.", "zak=", "start_url", "?pwd=", "&tk=", CLIENT_SECRET, "client_secret=")


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice whose Dana held one session, moved one and cancelled one, with people of telling names."""
    stack.reset()
    practice = Practice(stack)
    stack.rpc("admin", "res.partner", "write", [[practice.partner("alex")], {"name": CLIENT, "email": CLIENT_MAIL}])
    practice.connect("dana")
    practice.set_up(telehealth_join_links=True)
    held = book_with_mails(practice, minutes_ahead=5)
    moved, cancelled = (book_with_mails(practice, minutes_ahead=day * 1440) for day in (2, 3))
    practice.settle()
    hold(practice, held)
    practice.move(moved, practice.moment(days=4))
    practice.cancel(cancelled)
    practice.settle()
    ZoomSide(stack).expire_access(DANA)
    book_with_mails(practice, minutes_ahead=5 * 1440)
    ZoomSide(stack).fault("status", "/v2/**", status=500, body={"code": 1, "message": "no"})
    book_with_mails(practice, minutes_ahead=6 * 1440)
    practice.settle()
    for action in ("mail.ir_cron_mail_scheduler_action", "base.autovacuum_job"):
        stack.run_action(action)
    return practice


def book_with_mails(practice: Practice, minutes_ahead: float) -> Booked:
    values = {
        "start": f"{practice.moment(days=0, minutes=minutes_ahead):%Y-%m-%d %H:%M:%S}",
        "stop": f"{practice.moment(days=0, minutes=minutes_ahead + 50):%Y-%m-%d %H:%M:%S}",
        "client_ids": [[4, practice.partner("alex")]],
        "label": LABEL,
    }
    [made] = practice.stack.rpc("dana", "telehealth.session", "create", [[values]])
    return practice.session(made)


def hold(practice: Practice, session: Booked) -> None:
    """Both sides open Zoom by their own links, as a browser would."""
    base = practice.stack.odoo_url
    host = practice.sign_in("dana").get(f"{base}/telehealth/start/{session.token}", allow_redirects=False, timeout=30)
    assert "zak=" in host.headers["Location"]
    client = practice.press_join(practice.sign_in("alex"), session)
    assert "?pwd=" in client and "&tk=" in client  # the client's own


def secrets(practice: Practice) -> list[str]:
    """Return every secret that Zoom handed out, and what secrets look like."""
    meetings = ZoomSide(practice.stack).meetings()
    found = [one["password"] for one in meetings] + [one["join_url"] for one in meetings]
    links = [one["join_url"].split("pwd=")[1] for one in meetings]
    assert len(found) > 10
    return [*SECRET_SIGNS, *found, *links]


def rows_of_the_database(practice: Practice) -> Iterator[tuple[str, str]]:
    """Give every row of every table as text, with its table's name."""
    tables = practice.stack.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    for (table,) in tables:
        for (row,) in practice.stack.sql(f'SELECT t::text FROM "{table}" t'):
            yield table, row


# Views, help texts and translations speak of these things without holding any.
TALK = {"ir_ui_view", "ir_model_fields", "ir_attachment", "ir_asset", "ir_module_module"}


def test_the_database_holds_no_secret_in_clear(practice: Practice) -> None:
    wanted = secrets(practice)
    looked_at, found = 0, []
    for table, row in rows_of_the_database(practice):
        looked_at += 1
        if table not in TALK:
            found += [(table, secret) for secret in wanted if secret in row]
    assert looked_at > 1000
    assert found == []
    # The names and the label are of use to the practice, the label as an encrypted field.
    clear = [table for table, row in rows_of_the_database(practice) if LABEL in row]
    assert clear == []


def test_the_dump_shows_what_it_would_show(practice: Practice) -> None:
    """The search above finds what is there: Odoo's own contacts are in clear."""
    assert any(CLIENT in row for table, row in rows_of_the_database(practice) if table == "res_partner")


def test_the_logs_hold_no_secret_and_name_no_client(practice: Practice) -> None:
    log = practice.stack.odoo_log.read_text()
    assert "/zoom_telehealth/oauth/callback" in log
    assert [secret for secret in (*secrets(practice), *NEEDLES) if secret in log] == []
    assert not re.search(r"/oauth/callback\?\S*(code|state)=", log)


def test_mails_hold_no_zoom_link_no_secret_and_no_label(practice: Practice) -> None:
    mails = practice.stack.mails()
    assert len(mails) >= 3
    everything = "\n".join(text_of(mail) for mail in mails)
    assert "/telehealth/join/" in everything
    unwanted = (*secrets(practice), LABEL, "Marzipan", practice.stack.simulator_url)
    assert [secret for secret in unwanted if secret in everything] == []


def text_of(mail: EmailMessage) -> str:
    """Return a mail's subject and all its parts, calendar files too, as text."""
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    texts = [part if isinstance(part, str) else part.decode(errors="replace") for part in parts]
    return "\n".join([str(mail["Subject"]), *texts])


def test_the_portal_shows_no_zoom_link_and_no_secret(practice: Practice) -> None:
    alex = practice.sign_in("alex")
    tokens = practice.stack.sql(
        "SELECT s.token FROM telehealth_session s JOIN telehealth_participant p ON p.session_id = s.id"
        " WHERE p.partner_id = %s",
        (practice.partner("alex"),),
    )
    paths = ["/my", "/my/sessions", *(f"/my/sessions/{token}" for (token,) in tokens)]
    assert len(paths) > 5
    for path in paths:
        page = alex.get(practice.stack.odoo_url + path, timeout=30).text
        assert [secret for secret in (*secrets(practice), practice.stack.simulator_url) if secret in page] == [], path
        assert LABEL not in page


def test_no_call_to_zoom_names_a_client_or_a_label(practice: Practice) -> None:
    calls = ZoomSide(practice.stack).calls()
    assert len([call for call in calls if call["method"] in ("POST", "PATCH") and "/meetings" in call["path"]]) > 5
    for call in calls:
        sent = f"{call['path']} {call['query']} {call['body']}"
        assert [needle for needle in (*NEEDLES, "Dana", "Reyes", "Individual") if needle in sent] == [], call["path"]


def test_stored_files_hold_no_secret(practice: Practice) -> None:
    """Attachments (calendar files, chatter) stand beside the database."""
    attachments = practice.stack.sql(
        "SELECT id FROM ir_attachment WHERE mimetype NOT LIKE 'image/%%' AND url IS NULL AND res_model IS NOT NULL"
    )
    wanted = [*secrets(practice), LABEL]
    for (attachment,) in attachments:
        [row] = practice.stack.rpc("admin", "ir.attachment", "read", [[attachment], ["raw"]])
        raw = str(row["raw"])
        assert [secret for secret in wanted if secret in raw] == []
