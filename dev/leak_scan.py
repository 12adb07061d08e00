"""Looks for secrets where none may be: at the end of `make test` none that Zoom issued or was told stands in clear.

While tests run, every simulator notes each token, code, link, passcode and app secret in one ledger (its `--ledger`).
Each is then looked for in every row of every table of each test database before it is dropped, in the files stored
beside it, in the mails that were caught, in the pages that browsers showed, in HTTP sessions, and in all logs of the
run. What is found is named by its kind and its place, never by its value.
"""

from __future__ import annotations

import base64
import email
import html
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg2.sql import SQL, Identifier

from dev import paths
from dev.console import say
from dev.database import Databases, filestore

VARIABLE = "TELEHEALTH_LEAK_SCAN"  # names the folder of a run's scan to its child processes
REDIRECTIONS = range(300, 400)
BEGINNING = 8  # bytes; the ledger has no shorter secret
CHUNK = 1 << 20
# A whole run that knows fewer secrets, or looked into fewer databases, looked in the wrong place.
FEWEST_SECRETS = 100
FEWEST_DATABASES = 3
ALL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@dataclass(frozen=True)
class Leak:
    """A secret in clear: its kind, and where it was found."""

    kind: str
    where: str


class Secrets:
    """Values to look for, in the spellings in which they may stand in a page, a JSON text, a link or a bytea."""

    def __init__(self) -> None:
        self.count = 0
        self._by_beginning: dict[bytes, list[tuple[bytes, str]]] = {}

    def add(self, kind: str, value: str) -> None:
        """Look for one more."""
        self.count += 1
        spellings = {value, quote(value, safe=""), html.escape(value), value.replace("/", r"\/"), value.encode().hex()}
        for spelling in map(str.encode, spellings):
            self._by_beginning.setdefault(spelling[:BEGINNING], []).append((spelling, kind))

    def kinds_in(self, text: bytes) -> set[str]:
        """Return the kinds of those that stand in `text`. Its cost does not grow with their number."""
        found = set()
        for begin in range(0, len(text), CHUNK):
            chunk = text[begin : begin + CHUNK + BEGINNING - 1]
            pieces = {chunk[at : at + BEGINNING] for at in range(len(chunk) - BEGINNING + 1)}
            for beginning in pieces & self._by_beginning.keys():
                found |= {kind for secret, kind in self._by_beginning[beginning] if secret in text}
        return found


class LeakScan:
    """One run's scan, in a folder that the run's processes share.

    :param folder: holds the ledger, the shown pages and what was found
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = folder / "ledger.jsonl"
        self.pages = folder / "pages"
        self._results = folder / "results.jsonl"
        self._lines_seen: set[bytes] = set()
        self._browsers = 0

    def secrets(self) -> Secrets:
        """Return all that is known by now."""
        secrets = Secrets()
        if paths.MASTER_KEY.exists():
            secrets.add("master key", paths.MASTER_KEY.read_text().strip())
        for entry in _json_lines(self.ledger):
            secrets.add(entry["kind"], entry["value"])
        return secrets

    def look_at_stack(self, databases: Databases, name: str, folder: Path) -> None:
        """Look into a database that is about to be dropped, its stored files and the mails below `folder`."""
        secrets = self.secrets()
        leaks, rows = self._leaks_in_database(secrets, databases, name)
        # A clone shares the files of its template by hard links; what has one link is new.
        stored = [path for path in _files(filestore(name)) if path.stat().st_nlink == 1]
        leaks += [Leak(kind, f"a stored file of {name}") for path in stored for kind in secrets.kinds_in(_bytes(path))]
        for path in folder.rglob("*.eml"):
            leaks += [Leak(kind, f"a mail ({path.name}) of {name}") for kind in secrets.kinds_in(_mail_text(path))]
        self._note({"database": name, "rows": rows, "leaks": [vars(leak) for leak in leaks]})

    def next_page_file(self) -> Path:
        """Return where a browser is to keep, as HAR, the answers that it got from Odoo."""
        self._browsers += 1
        return paths.make(self.pages) / f"{os.getpid()}_{self._browsers}.har"

    def shown(self) -> list[bytes]:
        """Return each page and other answer that Odoo gave to a browser.

        A redirection is none: Start leads the provider to the host's link, and the link is in it.
        """
        entries = [entry for path in _files(self.pages) for entry in json.loads(path.read_text())["log"]["entries"]]
        answers = [entry["response"] for entry in entries if entry["response"]["status"] not in REDIRECTIONS]
        return [_content(answer["content"]) for answer in answers]

    def results(self) -> list[dict[str, Any]]:
        """Return what was noted of each database, in the order of its end."""
        return list(_json_lines(self._results))

    def _leaks_in_database(self, secrets: Secrets, databases: Databases, name: str) -> tuple[list[Leak], int]:
        leaks, rows = [], 0
        for table, lines in _dump(databases, name):
            rows += len(lines)
            # Most rows stand in every database, and secrets are issued once: what was clean stays so.
            fresh = b"\n".join(line for line in lines if line not in self._lines_seen)
            self._lines_seen.update(lines)
            leaks += [Leak(kind, f"table {table} of {name}") for kind in secrets.kinds_in(fresh)]
        return leaks, rows

    def _note(self, result: dict[str, Any]) -> None:
        with self._results.open("a") as out:
            out.write(json.dumps(result) + "\n")


class Watch:
    """The scan of one `make test`, from its first test to its verdict."""

    def __init__(self) -> None:
        folder = paths.RUNS / f"leak_scan_{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        self._scan = LeakScan(paths.make(folder))
        self._sizes = {path: path.stat().st_size for path in _logs()}
        self._sessions = set(_files(paths.ODOO_DATA / "sessions"))
        os.environ[VARIABLE] = str(folder)

    def complaints(self, whole_run: bool) -> list[str]:
        """Return a sentence for each kind of secret in each place, and for a scan that saw too little."""
        secrets, results = self._scan.secrets(), self._scan.results()
        leaks = [Leak(**leak) for result in results for leak in result["leaks"]]
        written = {path: _bytes(path)[self._sizes.get(path, 0) :] for path in _logs()}
        for path, text in written.items():
            leaks += [Leak(kind, f"the log {path.relative_to(paths.ROOT)}") for kind in secrets.kinds_in(text)]
        shown = self._scan.shown()
        leaks += [Leak(kind, "a page that a browser got") for page in shown for kind in secrets.kinds_in(page)]
        sessions = set(_files(paths.ODOO_DATA / "sessions")) - self._sessions
        for path in sessions:
            leaks += [Leak(kind, "a stored HTTP session") for kind in secrets.kinds_in(_bytes(path))]
        rows = sum(result["rows"] for result in results)
        say(
            f"\nLooked for {secrets.count:,} secrets in {len(results)} databases ({rows:,} rows), {len(shown)} pages, "
            f"{len(sessions)} HTTP sessions and {sum(map(len, written.values())) // 1000:,} kB of logs."
        )
        found = [f"a secret stands in clear ({leak.kind}): {leak.where}." for leak in dict.fromkeys(leaks)]
        return found + (_too_little(secrets.count, results) if whole_run else [])

    def close(self) -> None:
        """Remove the ledger and everything else that the scan kept."""
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(self._scan.folder, ignore_errors=True)


_current: dict[str, LeakScan] = {}


def current() -> LeakScan | None:
    """Return the scan of the run that this process belongs to, or None where nothing is looked for."""
    folder = os.environ.get(VARIABLE)
    if folder is None:
        return None
    return _current.setdefault(folder, LeakScan(Path(folder)))


def _too_little(secrets: int, results: list[dict[str, Any]]) -> list[str]:
    if secrets >= FEWEST_SECRETS and len(results) >= FEWEST_DATABASES:
        return []
    return [f"the search for secrets saw only {secrets} secrets and {len(results)} databases."]


def _dump(databases: Databases, name: str) -> Iterator[tuple[str, list[bytes]]]:
    """Give every table of a database with its rows, each a line of PostgreSQL's own text format."""
    connection = databases.server.connect(name)
    try:
        with connection.cursor() as cursor:
            cursor.execute(ALL_TABLES)
            for (table,) in cursor.fetchall():
                out = io.BytesIO()
                cursor.copy_expert(SQL("COPY {} TO STDOUT").format(Identifier(table)), out)
                yield table, out.getvalue().splitlines()
    finally:
        connection.close()


def _mail_text(path: Path) -> bytes:
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return b"\n".join([path.read_bytes(), *(part for part in parts if isinstance(part, bytes))])


def _content(kept: dict[str, str]) -> bytes:
    text = kept.get("text", "").encode()
    return base64.b64decode(text) if kept.get("encoding") == "base64" else text


def _logs() -> Iterable[Path]:
    return [*_files(paths.LOGS), *paths.POSTGRES.glob("*.log")]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # removed meanwhile by its owner
        return b""


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())
