"""A stack to try things on: a fresh copy of the demo practice that tests and benches may change and break."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests
from psycopg2.sql import SQL, Composed, Identifier, Literal

from dev import leak_scan, odoo_conf, odoo_source, paths, postgres
from dev.child import free_port
from dev.database import Databases
from dev.rpc import Rpc, RpcError
from dev.stack import Stack

TIMEOUT_SECONDS = 30.0
COMMAND_SECONDS = 120.0
ACTION_SECONDS = 60.0
PLACED_SECONDS = 120.0  # how long "the demo session that starts in five minutes" is taken for true
SOON = timedelta(minutes=5)
NEXT_SESSION = f"{paths.ADDON}.demo_event_soon"
ODOO_FORMAT = "%Y-%m-%d %H:%M:%S"
QUIETLY = {"no_mail_to_attendees": True, "dont_notify": True, "tracking_disable": True}
# Else everything that runs every so often would run beside a file's first test: a template is hours old.
AS_IF_ALL_HAD_JUST_RUN = """
    UPDATE ir_cron SET lastcall = now() AT TIME ZONE 'UTC',
                       nextcall = now() AT TIME ZONE 'UTC' + (interval_number || ' ' || interval_type)::interval
"""
_numbers = itertools.count(1)


class TrialStack:
    """A running copy of the demo practice with a Zoom simulator of its own. Every login's password is the login."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._name = f"run_{os.getpid()}_{next(_numbers)}"
        self._folder = paths.RUNS / self._name
        self._rpc: dict[str, Rpc] = {}
        self._placed = f"{paths.DATABASE_PREFIX}_{self._name}_placed"
        self._placed_at = datetime.min
        self._stack = self._fresh()

    @property
    def odoo_url(self) -> str:
        """Odoo's address, without a slash at its end."""
        return self._stack.addresses.odoo_url

    @property
    def simulator_url(self) -> str:
        """The Zoom simulator's address, without a slash at its end."""
        return self._stack.addresses.simulator_url

    @property
    def database(self) -> str:
        """The database's name."""
        return self._stack.database

    @property
    def clock_file(self) -> Path:
        """The file with the seconds that addon and simulator add to the real time."""
        return self._stack.clock_file

    @property
    def odoo_log(self) -> Path:
        """Odoo's log of this run."""
        return self._stack.odoo.log

    @property
    def simulator_log(self) -> Path:
        """The simulator's log of this run."""
        return self._stack.simulator.log

    def start(self) -> None:
        """Start everything and wait until it works."""
        self._stack.start()
        if _now() - self._placed_at > timedelta(seconds=PLACED_SECONDS):
            self._place_next_session()

    def close(self) -> None:
        """Stop everything and remove the databases."""
        self._end_stack()
        self._databases.drop(self._placed)

    def reset(self) -> None:
        """Begin anew with a fresh practice and a fresh Zoom (two to four seconds); both addresses change."""
        self._end_stack()
        self._rpc.clear()
        self._stack = self._fresh()
        self.start()

    def addons_path(self, *more: Path) -> str:
        """Return the odoo.conf option `addons_path` with these folders added to it."""
        return odoo_conf.addons_path(self._databases.source, *more)

    def restart_odoo(self, **options: str) -> None:
        """Stop Odoo if it runs, start it, and wait until it works again. The simulator keeps running.

        :param options: of odoo.conf, in place of the usual ones, from now on until `reset`
        """
        self._stack.odoo.stop()
        self._stack.options.update(options)
        self._stack.start_odoo()
        self._stack.wait_for_odoo()

    def backup(self, name: str) -> str:
        """Copy the database as it stands, identity and all, and return the copy's name. Odoo is down meanwhile."""
        copied = f"{self.database}_{name}"
        self._stack.odoo.stop()
        self._databases.copy(self.database, copied)
        self.restart_odoo()
        return copied

    @contextmanager
    def beside(self, database: str) -> Iterator[TrialStack]:
        """Run one more Odoo, on another database of this server, which meets the same Zoom, and the same clock.

        The database is removed afterwards.
        """
        other = _Beside(self, database)
        try:
            other.start()
            yield other
        finally:
            other.close()

    def kill_odoo(self) -> None:
        """End Odoo with SIGKILL, in the middle of whatever it is doing."""
        self._stack.odoo.kill()

    def rpc(
        self,
        login: str,
        model: str,
        method: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a model's method as the user `login`, under that user's rights.

        :raise dev.rpc.RpcError: Odoo raised an exception; `.kind` is its class
        """
        if login not in self._rpc:
            self._rpc[login] = Rpc(self.odoo_url, self.database, login, login)
        return self._rpc[login].call(model, method, args, kwargs)

    def ref(self, xml_id: str) -> int:
        """Return the database id of the record with this XML id."""
        module, name = xml_id.split(".")
        rows = self.sql("SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", (module, name))
        return int(rows[0][0])

    def run_action(self, xml_id: str) -> None:
        """Run a scheduled action now and wait for its end; where it runs already, once more after that."""
        deadline = time.monotonic() + ACTION_SECONDS
        while True:
            try:
                self.rpc("admin", "ir.cron", "method_direct_trigger", [[self.ref(xml_id)]])
            except RpcError as refusal:
                if "executing" not in refusal.message or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def sql(
        self, query: str, parameters: tuple[Any, ...] | None = None, database: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one SQL statement on the database (or another), committed at once, and return its rows."""
        return self._databases.server.query(database or self.database, query, parameters)

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Let everybody else wait who wants to read or write a table, for as long as the block runs."""
        with self._transaction(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(Identifier(table))):
            yield

    @contextmanager
    def action_held(self, xml_id: str) -> Iterator[None]:
        """Keep a scheduled action from running, as if somebody else ran it, for as long as the block runs."""
        row = SQL("SELECT FROM ir_cron WHERE id = {} FOR NO KEY UPDATE").format(Literal(self.ref(xml_id)))
        with self._transaction(row):
            yield

    @contextmanager
    def written(self, table: str) -> Iterator[None]:
        """Let somebody write every row of a table while the block runs, committed at its end."""
        with self._transaction(SQL("UPDATE {} SET id = id").format(Identifier(table))):
            yield

    @contextmanager
    def _transaction(self, statement: Composed) -> Iterator[None]:
        connection = self._databases.server.connect(self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(statement)
                yield
                cursor.execute("COMMIT")
        finally:
            connection.close()

    def set_clock(self, seconds: float) -> None:
        """Let addon and simulator be `seconds` ahead of real time (negative: behind)."""
        swap = self.clock_file.with_name("clock.new")
        swap.write_text(f"{seconds}\n")
        swap.replace(self.clock_file)  # at once, so that no reader finds an empty file

    def move_clock(self, seconds: float) -> None:
        """Move the clock of addon and simulator by `seconds` from where it is."""
        now = self.clock_file.read_text().strip() if self.clock_file.exists() else ""
        self.set_clock(float(now or 0) + seconds)

    def simulator(self, method: str, path: str, json: Any = None) -> Any:
        """Send one request to the simulator (its control API: "/control/...") and return the JSON of its answer.

        :return: None for an answer without a body
        :raise requests.HTTPError: it refused
        """
        answer = requests.request(method, self.simulator_url + path, json=json, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def measure_in_odoo(self, script: Path) -> Any:
        """Run `script` in `odoo shell` on a copy of the demo practice of its own, where nothing else is at work.

        :param script: finds `env` and `report_to`, the path of the file into which it writes its result as JSON
        """
        database = f"{paths.DATABASE_PREFIX}_{self._name}_shell"
        result = paths.make(self._folder / "shell") / "result.json"
        code = f"report_to = {str(result)!r}\n{script.read_text()}"
        self._databases.clone(self._databases.demo_template(), database)
        try:
            self._databases.run_code(database, code.encode(), f"Running {script.name} in Odoo", self._folder / "shell")
            return json.loads(result.read_text())
        finally:
            self._databases.drop(database)

    @contextmanager
    def second_database(self) -> Iterator[str]:
        """Give the name of another fresh copy of the demo practice on the same server, removed afterwards."""
        name = f"{self.database}_second"
        self._databases.clone(self._placed, name)
        try:
            yield name
        finally:
            self._databases.drop(name)

    def run_odoo(self, *arguments: str, stdin: str = "", **options: str) -> subprocess.CompletedProcess[str]:
        """Run one of Odoo's commands on the database, beside the server.

        :param arguments: the command and what belongs to it
        :param options: what its odoo.conf says otherwise than the server's
        """
        changed = [line for line in self._conf.read_text().splitlines() if line.split(" = ")[0] not in options]
        conf = self._conf.with_name("command.conf")
        conf.write_text("\n".join([*changed, *(f"{name} = {value}" for name, value in options.items())]) + "\n")
        source = self._databases.source
        return subprocess.run(
            [*source.command(), *arguments, "-c", str(conf), "-d", self.database],
            env=source.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    @property
    def _conf(self) -> Path:
        return self._folder / "odoo.conf"

    def start_beside(self, code: str) -> subprocess.Popen[bytes]:
        """Start one more Odoo process on the running database, which runs `code` in `odoo shell` and ends.

        Who starts it ends it. Its log stands beside Odoo's.
        """
        source, log = self._databases.source, self.odoo_log.with_name(f"{self._name}-beside.log")
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*map(str, source.command()), "shell", "-c", str(self._conf), "--no-http"],
                env=source.environment(),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        assert process.stdin is not None
        process.stdin.write(code.encode())
        process.stdin.close()
        return process

    def mails(self) -> list[EmailMessage]:
        """Return every mail that Odoo has sent, oldest first."""
        return self._stack.mail_catcher.mails()

    def _fresh(self) -> Stack:
        database = f"{paths.DATABASE_PREFIX}_{self._name}"
        if _now().date() != self._placed_at.date():
            self._place_demo_times()
        self._databases.clone(self._placed, database)
        self.sql(AS_IF_ALL_HAD_JUST_RUN, database=database)
        return Stack(self._databases, database, self._folder, free_port(), free_port())

    def _place_demo_times(self) -> None:
        """Keep a copy of the demo practice with its times at today: moving all takes longer than all the rest."""
        self._databases.drop(self._placed)
        self._databases.clone(self._databases.demo_template(), self._placed)
        self._databases.run_script(self._placed, "move_demo_times", self._folder)
        self._placed_at = _now()

    def _place_next_session(self) -> None:
        """Let the demo's next session start in five minutes, though the copy with today's times is older."""
        start = _now().replace(second=0, microsecond=0) + SOON
        [event] = self.rpc("dana", "calendar.event", "read", [[self.ref(NEXT_SESSION)], ["duration"]])
        times = {
            "start": f"{start:{ODOO_FORMAT}}",
            "stop": f"{start + timedelta(hours=event['duration']):{ODOO_FORMAT}}",
        }
        self.rpc("dana", "calendar.event", "write", [[event["id"]], times], {"context": QUIETLY})

    def _end_stack(self) -> None:
        self._stack.odoo.kill()  # at once: nothing of it is needed any more
        self._stack.stop()
        scan = leak_scan.current()
        if scan is not None and self._databases.exists(self.database):
            scan.look_at_stack(self._databases, self.database, self._folder)
        self._databases.drop(self.database)
        shutil.rmtree(self._folder, ignore_errors=True)


class _Beside(TrialStack):
    """An Odoo on a database that is there already, beside a running practice whose Zoom it meets."""

    def __init__(self, living: TrialStack, database: str) -> None:
        self._living, self._existing = living, database
        super().__init__(living._databases)

    def start(self) -> None:
        self._stack.mail_catcher.start()
        self._databases.set_parameter(self.database, "web.base.url", self.odoo_url)
        self._stack.start_odoo()
        self._stack.wait_for_odoo()

    def _fresh(self) -> Stack:
        simulator_port = self._living._stack.addresses.simulator_port
        stack = Stack(self._databases, self._existing, self._folder, free_port(), simulator_port)
        stack.clock_file = self._living.clock_file
        return stack


@contextmanager
def running() -> Iterator[TrialStack]:
    """Give a running copy of the demo practice, removed afterwards.

    :raise dev.failure.SetupFailure: something on this machine is in the way
    """
    with postgres.running() as server:
        databases = Databases(odoo_source.ensure(), server)
        drop_left_behind(databases)
        stack = TrialStack(databases)
        try:
            stack.start()
            yield stack
        finally:
            stack.close()


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def drop_left_behind(databases: Databases) -> None:
    """Remove the databases of runs whose process was killed."""
    for name in databases.names("run_"):
        pid = name.removeprefix(f"{paths.DATABASE_PREFIX}_run_").split("_")[0]
        if not Path(f"/proc/{pid}").exists():
            databases.drop(name)
            shutil.rmtree(paths.RUNS / name.removeprefix(f"{paths.DATABASE_PREFIX}_"), ignore_errors=True)
