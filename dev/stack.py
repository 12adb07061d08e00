"""The whole system on 127.0.0.1: Odoo with the addon, the Zoom simulator, a catcher of mails."""

from __future__ import annotations

import os
from pathlib import Path

from dev import leak_scan, odoo_conf, paths
from dev.child import Child
from dev.database import Databases
from dev.mail_catcher import MailCatcher
from dev.odoo_conf import Addresses

CALLBACK = "/zoom_telehealth/oauth/callback"
# The demo practice's apps have their client id as the key of their webhook's address.
WEBHOOK = "/zoom_telehealth/webhook/{client_id}"


class Stack:
    """One Odoo on one database, with a simulator of its own.

    :param folder: its odoo.conf, clock file, mails, and the simulator's state where `keep_state`
    :param odoo_port, simulator_port: free ports on 127.0.0.1
    :param keep_state: for people to try: the simulator saves what it knows and loads it again at its start, and tells
        Odoo what happens. Tests begin without either, and set up what they are about.
    """

    def __init__(
        self,
        databases: Databases,
        database: str,
        folder: Path,
        odoo_port: int,
        simulator_port: int,
        keep_state: bool = False,
    ) -> None:
        self.databases = databases
        self.database = database
        self.folder = paths.make(folder)
        self.clock_file = folder / "clock"
        self.options: dict[str, str] = {}  # of odoo.conf, at Odoo's next start
        self.mail_catcher = MailCatcher(folder / "mails")
        self.addresses = Addresses(odoo_port, simulator_port, self.mail_catcher.port)
        self.simulator = self._make_simulator(keep_state)
        self.odoo = self._make_odoo()

    def start(self) -> None:
        """Start everything and return once Odoo answers.

        :raise SetupFailure: a part does not come up
        """
        self.databases.set_parameter(self.database, "web.base.url", self.addresses.odoo_url)
        self.databases.set_parameter(self.database, "web.base.url.freeze", "True")
        self.mail_catcher.start()
        self.start_simulator()
        self.start_odoo()
        self.simulator.wait_until_healthy()
        self.wait_for_odoo()

    def start_simulator(self) -> None:
        """Start the simulator without waiting."""
        self.simulator.start()

    def start_odoo(self) -> None:
        """Start Odoo without waiting."""
        conf = odoo_conf.write(
            self.folder,
            self.databases.source,
            self.databases.server,
            self.database,
            self.addresses,
            self.clock_file,
            self.options,
        )
        assert conf == self.folder / "odoo.conf"
        self.odoo.start()

    def wait_for_odoo(self) -> None:
        """Wait until Odoo serves pages of the database (its health check alone answers before that).

        :raise SetupFailure: it does not come up
        """
        self.odoo.wait_until_healthy()

    def stop(self) -> None:
        """Stop everything in order; what is down already stays down."""
        self.odoo.stop()
        self.simulator.stop()
        self.mail_catcher.stop()

    def dead_part(self) -> Child | None:
        """Return a server that ended by itself, if any."""
        return next((child for child in (self.odoo, self.simulator) if not child.alive), None)

    def _make_odoo(self) -> Child:
        source = self.databases.source
        return Child(
            "Odoo",
            [*source.command(), "-c", self.folder / "odoo.conf"],
            source.environment(),
            paths.LOGS / f"{self.folder.name}-odoo.log",
            f"{self.addresses.odoo_url}/web/login",
        )

    def _make_simulator(self, for_people: bool) -> Child:
        port = self.addresses.simulator_port
        redirects = [f"{self.addresses.odoo_url}{CALLBACK}", f"http://localhost:{self.addresses.odoo_port}{CALLBACK}"]
        command: list[str | Path] = [paths.VENV_PYTHON, "-m", paths.SIMULATOR, "--port", str(port)]
        command += ["--clock-file", self.clock_file]
        if for_people:
            command += ["--state", self.folder / "simulator-state.json"]
            command += ["--webhook-url", f"{self.addresses.odoo_url}{WEBHOOK}"]
        scan = leak_scan.current()
        if scan is not None:
            command += ["--ledger", scan.ledger]
        for redirect in redirects:
            command += ["--redirect-uri", redirect]
        return Child(
            "The Zoom simulator",
            command,
            {**os.environ, "PYTHONUNBUFFERED": "1"},
            paths.LOGS / f"{self.folder.name}-simulator.log",
            f"{self.addresses.simulator_url}/control/health",
        )
