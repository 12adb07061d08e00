"""Writes the odoo.conf of one running Odoo, and keeps the master key of this clone."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev import paths
from dev.odoo_source import OdooSource
from dev.postgres import Server

CRON_THREADS = 2


@dataclass(frozen=True)
class Addresses:
    """Ports on 127.0.0.1 (0: not in use): Odoo's HTTP, the Zoom simulator, and the catcher of mails."""

    odoo_port: int = 0
    simulator_port: int = 0
    mail_port: int = 0

    @property
    def odoo_url(self) -> str:
        """Odoo's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.odoo_port}"

    @property
    def simulator_url(self) -> str:
        """The Zoom simulator's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.simulator_port}"


def addons_path(source: OdooSource, *more: Path) -> str:
    """Return the value of `addons_path`: Odoo's addons, this repository, and folders that a test adds."""
    return ",".join(map(str, (*source.addons, paths.ROOT, *more)))


def write(
    folder: Path,
    source: OdooSource,
    server: Server,
    database: str,
    addresses: Addresses,
    clock_file: Path,
    otherwise: Mapping[str, str] | None = None,
) -> Path:
    """Write `folder`/odoo.conf for one Odoo on `database` and return its path.

    :param otherwise: options that take the place of those written here
    """
    options = {
        "addons_path": addons_path(source),
        "data_dir": str(paths.make(paths.ODOO_DATA)),
        "db_name": database,
        "dbfilter": f"^{database}$",
        "list_db": "False",
        "admin_passwd": secrets.token_urlsafe(24),
        "http_interface": "127.0.0.1",
        "http_port": str(addresses.odoo_port or 8069),
        "workers": "0",
        "max_cron_threads": str(CRON_THREADS),
        # The discard port where no catcher runs: with no server at all Odoo fails before tests can catch the mail.
        "smtp_server": "127.0.0.1",
        "smtp_port": str(addresses.mail_port or 9),
        "email_from": "practice@sunrise-practice.example",
        "zoom_telehealth_key": master_key(),
        "zoom_telehealth_zoom_url": addresses.simulator_url,
        "zoom_telehealth_api_url": addresses.simulator_url,
        "zoom_telehealth_clock_file": str(clock_file),
        # Odoo warns of every option of an addon; the addon's own keys are meant.
        "log_handler": ":INFO,odoo.tools.config:ERROR",
        **server.odoo_options(),
        **(otherwise or {}),
    }
    conf = paths.make(folder) / "odoo.conf"
    lines = "".join(f"{name} = {value}\n" for name, value in options.items())
    with os.fdopen(os.open(conf, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(f"[options]\n{lines}")
    return conf


def master_key() -> str:
    """Return this clone's master key (base64 of 32 bytes), made at the first call."""
    try:
        handle = os.open(paths.make(paths.CACHE) / paths.MASTER_KEY.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return paths.MASTER_KEY.read_text().strip()
    with os.fdopen(handle, "w") as out:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        out.write(key + "\n")
    return key
