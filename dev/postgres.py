"""PostgreSQL: the user's own server (`PGHOST`, `PGPORT`, `DATABASE_URL`), or one embedded in `.cache/postgres`.

The embedded server listens on a unix socket alone. Every command that needs it holds a shared lock; the last one to
leave stops it, so that `make test` beside a running `make demo` neither starts a second server nor stops the first.
"""

from __future__ import annotations

import fcntl
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2

from dev import paths
from dev.embedded_postgres import EmbeddedPostgres
from dev.failure import SetupFailure

ROLE = "odoo"  # Odoo refuses to run as the user postgres


@dataclass(frozen=True)
class Server:
    """How to reach PostgreSQL: `host` is a name or a socket's folder, `port` is text, empty for the default."""

    host: str
    port: str
    user: str
    password: str

    def connect(self, database: str = "postgres") -> Any:
        """Open a connection that commits every statement at once (the caller closes it)."""
        connection = psycopg2.connect(
            host=self.host or None,
            port=self.port or None,
            user=self.user,
            password=self.password or None,
            dbname=database,
            connect_timeout=10,
        )
        connection.autocommit = True
        return connection

    def query(self, database: str, sql: str, parameters: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows (none for a statement that has no result)."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def odoo_options(self) -> dict[str, str]:
        """Return the lines that odoo.conf needs."""
        options = {"db_host": self.host, "db_port": self.port, "db_user": self.user, "db_password": self.password}
        return {name: value for name, value in options.items() if value}


@contextmanager
def running() -> Iterator[Server]:
    """Give a reachable server, for as long as the block runs.

    :raise SetupFailure: it cannot be started or reached
    """
    own = _from_environment(dict(os.environ))
    if own is not None:
        _check(own)
        yield own
        return
    with (paths.make(paths.POSTGRES) / "users.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        embedded = EmbeddedPostgres(paths.POSTGRES)
        try:
            yield _start(embedded)
        finally:
            _stop_unless_used(embedded, lock.fileno())


def _start(embedded: EmbeddedPostgres) -> Server:
    superuser = Server(str(embedded.socket_folder()), "", "postgres", "")
    embedded.ensure_started(lambda: superuser.connect().close())
    if not superuser.query("postgres", "SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)):
        superuser.query("postgres", f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    return Server(superuser.host, "", ROLE, "")


def _stop_unless_used(embedded: EmbeddedPostgres, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another command still works with it, and will stop it
    embedded.stop()


def _from_environment(environ: dict[str, str]) -> Server | None:
    url = environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise SetupFailure("DATABASE_URL must begin with postgresql://, as in postgresql://user@host:5432/.")
        user = unquote(parts.username or "") or getpass.getuser()
        return Server(parts.hostname or "", str(parts.port or ""), user, unquote(parts.password or ""))
    if environ.get("PGHOST") or environ.get("PGPORT"):
        user = environ.get("PGUSER") or getpass.getuser()
        return Server(environ.get("PGHOST", ""), environ.get("PGPORT", ""), user, environ.get("PGPASSWORD", ""))
    return None


def _check(server: Server) -> None:
    if server.user == "postgres":
        raise SetupFailure("Odoo refuses to work as the PostgreSQL user postgres; please set PGUSER to another one.")
    try:
        allowed = server.query("postgres", "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    except psycopg2.OperationalError as error:
        reason = (str(error).strip().splitlines() or ["no answer"])[0]
        raise SetupFailure(f"PostgreSQL (PGHOST, PGPORT or DATABASE_URL) cannot be reached: {reason}") from None
    if not allowed or not allowed[0][0]:
        raise SetupFailure(f"The PostgreSQL user {server.user} may not create databases (ALTER ROLE ... CREATEDB).")
