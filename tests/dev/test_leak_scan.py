"""`make test` fails when a secret stands in clear in a database, a mail, a page, a stored file or a log."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from dev import leak_scan, odoo_source, paths, postgres
from dev.database import Databases, filestore
from dev.leak_scan import LeakScan, Secrets, Watch

TOKEN = "sim.access." + secrets.token_urlsafe(24)
LINK = f"http://127.0.0.1:8090/s/85746065431?a=b&zak={secrets.token_urlsafe(24)}"


@pytest.fixture
def scan(tmp_path: Path) -> LeakScan:
    """A scan that knows one token and one link."""
    made = LeakScan(tmp_path)
    entries = [{"kind": "access token", "value": TOKEN}, {"kind": "start link", "value": LINK}]
    made.ledger.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return made


@pytest.fixture
def database() -> Iterator[tuple[Databases, str]]:
    """An empty database."""
    with postgres.running() as server:
        databases, name = Databases(odoo_source.ensure(), server), f"{paths.DATABASE_PREFIX}_leaks_{os.getpid()}"
        server.query("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        yield databases, name
        databases.drop(name)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        f"GET /oauth?to={LINK}",
        "next=http%3A%2F%2F127.0.0.1%3A8090%2Fs%2F85746065431%3Fa%3Db%26zak%3D" + LINK.split("zak=")[1],
        '<a href="' + LINK.replace("&", "&amp;") + '">',
        '{"url": "' + LINK.replace("/", r"\/") + '"}',
        "\\\\x" + TOKEN.encode().hex(),
        "x" * (leak_scan.CHUNK - 5) + TOKEN,
    ],
    ids=["a header", "a link", "a link in a query", "HTML", "JSON", "a bytea", "across two chunks"],
)
def test_a_secret_is_found_in_each_spelling(scan: LeakScan, text: str) -> None:
    assert len(scan.secrets().kinds_in(text.encode())) == 1


def test_what_only_begins_like_a_secret_is_none() -> None:
    known = Secrets()
    known.add("access token", TOKEN)
    assert known.kinds_in(b"tokens look like sim.access.something") == set()


def test_a_secret_in_a_table_a_stored_file_and_a_mail_is_named_by_kind_and_place(
    scan: LeakScan, database: tuple[Databases, str], tmp_path: Path
) -> None:
    databases, name = database
    databases.server.query(name, "CREATE TABLE note (id integer, body text)")
    databases.server.query(name, "CREATE TABLE file (data bytea)")
    scan.look_at_stack(databases, name, tmp_path)
    databases.server.query(name, "INSERT INTO note VALUES (1, %s), (2, 'clean')", (f"It is {TOKEN}.",))
    databases.server.query(name, "INSERT INTO file VALUES (%s)", (f"{LINK}\n".encode(),))
    paths.make(filestore(name) / "ab").joinpath("abcd").write_text(f"calendar file with {LINK}")
    mail = EmailMessage()
    mail.set_content(f"Dear Alex, {LINK} ä", cte="base64")
    (tmp_path / "00001.eml").write_bytes(bytes(mail))
    assert TOKEN not in (tmp_path / "00001.eml").read_text()

    scan.look_at_stack(databases, name, tmp_path)

    clean, leaking = scan.results()
    assert clean["leaks"] == []
    assert leaking["rows"] == 3
    assert {(leak["kind"], leak["where"]) for leak in leaking["leaks"]} == {
        ("access token", f"table note of {name}"),
        ("start link", f"table file of {name}"),
        ("start link", f"a stored file of {name}"),
        ("start link", f"a mail (00001.eml) of {name}"),
    }
    assert TOKEN not in json.dumps(scan.results())


def test_a_secret_on_a_page_is_found_and_the_way_to_zoom_is_none(scan: LeakScan) -> None:
    def answer(status: int, text: str, **more: str) -> dict[str, object]:
        return {"response": {"status": status, "content": {"text": text, **more}}}

    encoded = base64.b64encode(TOKEN.encode()).decode()
    entries = [answer(303, LINK), answer(200, f"<p>{TOKEN}</p>"), answer(200, encoded, encoding="base64")]
    scan.next_page_file().write_text(json.dumps({"log": {"entries": entries}}))

    assert [scan.secrets().kinds_in(page) for page in scan.shown()] == [{"access token"}, {"access token"}]


def test_a_run_with_a_secret_in_a_log_complains_without_quoting_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROOT", "RUNS", "LOGS", "POSTGRES", "ODOO_DATA"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower() if name != "ROOT" else tmp_path)
    monkeypatch.setenv(leak_scan.VARIABLE, "kept for pytest to put back")
    old = paths.make(paths.LOGS) / "old.log"
    old.write_text(f"an earlier run's {TOKEN}\n")
    watch = Watch()
    scan = leak_scan.current()
    assert scan is not None
    scan.ledger.write_text(json.dumps({"kind": "access token", "value": TOKEN}) + "\n")
    assert watch.complaints(whole_run=False) == []

    (paths.LOGS / "new.log").write_text(f"INFO renewed {TOKEN}\n")
    [complaint] = watch.complaints(whole_run=False)
    assert complaint == "a secret stands in clear (access token): the log logs/new.log."
    [_, blind] = watch.complaints(whole_run=True)
    assert "saw only" in blind
    watch.close()
    assert leak_scan.current() is None
    assert not scan.folder.exists()
