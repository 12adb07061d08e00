"""Mails of demo and tests are kept as files and go nowhere."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

from dev.mail_catcher import MailCatcher


def test_a_mail_is_kept_as_it_was_sent(tmp_path: Path) -> None:
    catcher = MailCatcher(tmp_path / "mails")
    catcher.start()
    try:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Grüße"
        mail.set_content("Hello\n.a line with a dot\n..two\nbye\n")
        mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invite.ics")
        with smtplib.SMTP("127.0.0.1", catcher.port) as server:
            server.send_message(mail)
            server.send_message(mail)
    finally:
        catcher.stop()
    kept = catcher.mails()
    assert len(kept) == 2
    assert kept[0]["Subject"] == "Grüße"
    body = kept[0].get_body()
    assert body is not None
    assert body.get_content() == "Hello\n.a line with a dot\n..two\nbye\n"
    assert next(kept[0].iter_attachments()).get_filename() == "invite.ics"


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    (tmp_path / "00001.eml").write_bytes(b"Subject: old\n\n")
    catcher = MailCatcher(tmp_path)
    catcher.keep(b"Subject: new\n\n")
    assert [mail["Subject"] for mail in catcher.mails()] == ["old", "new"]
