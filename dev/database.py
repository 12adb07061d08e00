"""Databases: a template with the addon installed, one with the demo practice on top, and clones of either.

Cloning takes a fifth of a second, installing takes twenty. A template's name ends in a hash over what went into it, so
that a changed addon makes a new one and an unchanged one is found again.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg2.errors
from psycopg2.sql import SQL, Identifier

from dev import commands, odoo_conf, paths, stamp
from dev.console import say
from dev.odoo_source import OdooSource
from dev.postgres import Server

SCRIPTS = Path(__file__).with_name("in_odoo")
MODULES = (paths.ADDON, "contacts")
# What an installation does not put into the database: it is read from the files at run time.
NOT_INSTALLED = frozenset({"tests", "static", "i18n", "controllers", "zoom", "__pycache__"})
END_OWN_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user
"""


class Databases:
    """The databases of this clone on one server."""

    def __init__(self, source: OdooSource, server: Server) -> None:
        self.source = source
        self.server = server

    def template(self) -> str:
        """Return the name of the template with the addon installed and no demo data, made if there is none."""
        return self._ensure(f"{paths.DATABASE_PREFIX}_template_{self.addon_hash()}", self._install)

    def demo_template(self) -> str:
        """Return the name of the template with the demo practice loaded, made if there is none."""
        base = self.template()
        demo = stamp.fingerprint(base, *contents(paths.ADDON_FOLDER / "demo"))
        return self._ensure(f"{paths.DATABASE_PREFIX}_demo_template_{demo}", lambda name: self._load_demo(base, name))

    def addon_hash(self) -> str:
        """Return a hash over everything that an installation of the addon depends on."""
        scripts = [path.read_bytes() for path in sorted(SCRIPTS.glob("*.py")) if path.name != "move_demo_times.py"]
        files = contents(paths.ADDON_FOLDER, NOT_INSTALLED | {"demo"})
        return stamp.fingerprint(self.source.version, odoo_conf.master_key(), *MODULES, *scripts, *files)

    def exists(self, name: str) -> bool:
        """Tell whether there is a database of this name."""
        return bool(self.server.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", (name,)))

    def clone(self, template: str, name: str) -> None:
        """Make the database `name` as a copy of `template`, with an identity of its own."""
        self.copy(template, name)
        self.set_parameter(name, "database.uuid", str(uuid.uuid4()))

    def copy(self, template: str, name: str) -> None:
        """Make the database `name` as a copy of `template`, identity and all, as restoring a backup does."""
        with stamp.one_at_a_time("clone"):  # PostgreSQL copies a database only while nobody is connected to it
            self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        source = filestore(template)
        if source.exists():
            # Odoo never writes into a stored file again, so clones may share them.
            shutil.copytree(source, filestore(name), copy_function=os.link, dirs_exist_ok=True)

    def drop(self, name: str) -> None:
        """Remove the database `name` and its files, whoever is connected; no complaint if it is gone."""
        # Not WITH (FORCE): that is refused while PostgreSQL vacuums there, whose worker only a superuser may end. A
        # plain DROP ends that worker itself and waits five seconds for the connections that are on their way out.
        self.server.query("postgres", END_OWN_CONNECTIONS, (name,))
        self._execute("DROP DATABASE IF EXISTS {}", name)
        shutil.rmtree(filestore(name), ignore_errors=True)

    def names(self, beginning: str) -> list[str]:
        """Return this clone's databases whose name goes on with `beginning` after the common prefix."""
        pattern = f"{paths.DATABASE_PREFIX}_{beginning}".replace("_", r"\_") + "%"
        rows = self.server.query("postgres", "SELECT datname FROM pg_database WHERE datname LIKE %s", (pattern,))
        return [row[0] for row in rows]

    def set_parameter(self, name: str, key: str, value: str) -> None:
        """Set a system parameter of the database `name`, while no Odoo runs on it."""
        statement = (
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
        )
        self.server.query(name, statement, (key, value))

    def run_script(self, name: str, script: str, folder: Path | None = None) -> None:
        """Run `dev/in_odoo/<script>.py` in `odoo shell` on the database `name`, with the clock of `folder`."""
        self.run_code(name, (SCRIPTS / f"{script}.py").read_bytes(), f"Running {script} in Odoo", folder)

    def run_code(self, name: str, code: bytes, purpose: str, folder: Path | None = None) -> None:
        """Run Python code in `odoo shell` on the database `name`; it must commit what is to stay."""
        self._odoo(name, ["shell"], purpose, folder, stdin=code)

    def update(self, name: str) -> None:
        """Bring the installed addon of the database `name` to what the files say."""
        self._odoo(name, ["-u", paths.ADDON, "--stop-after-init"], "Updating the addon")

    def _ensure(self, name: str, build: Callable[[str], None]) -> str:
        with stamp.one_at_a_time("template"):
            if not self.exists(name):
                kind = name.rsplit("_", 1)[0]
                building = f"{kind}_building"
                self.drop(building)
                build(building)
                self._rename(building, name)
                for old in self.names(kind.removeprefix(paths.DATABASE_PREFIX + "_") + "_"):
                    if old != name:
                        self.drop(old)
        return name

    def _install(self, name: str) -> None:
        say(f"Installing {paths.ADDON} into a template database (once per change, about 20 seconds) ...")
        self._execute("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        self._odoo(name, ["-i", ",".join(MODULES), "--stop-after-init"], f"Installing {paths.ADDON}")
        self.run_script(name, "prepare_template")

    def _load_demo(self, base: str, name: str) -> None:
        say("Loading the demo practice ...")
        self.clone(base, name)
        self.run_script(name, "load_demo")

    def _rename(self, old: str, new: str) -> None:
        shutil.rmtree(filestore(new), ignore_errors=True)
        if filestore(old).exists():
            filestore(old).rename(filestore(new))
        self._execute("ALTER DATABASE {} RENAME TO {}", old, new)

    def _odoo(
        self, name: str, arguments: list[str], purpose: str, folder: Path | None = None, stdin: bytes = b""
    ) -> None:
        folder = folder or paths.CACHE / "template"
        conf = odoo_conf.write(folder, self.source, self.server, name, odoo_conf.Addresses(), folder / "clock")
        first, *rest = arguments
        shell = [first] if first == "shell" else []
        options: list[str | Path] = ["-c", conf, "--no-http", *(rest if shell else arguments)]
        commands.run(
            [*self.source.command(), *shell, *options],
            purpose=purpose,
            log="install",
            env={**self.source.environment(), "TELEHEALTH_ADDON": paths.ADDON},
            stdin=stdin,
        )

    def _execute(self, statement: str, *names: str) -> None:
        connection = self.server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(SQL(statement).format(*map(Identifier, names)))
        except psycopg2.errors.DuplicateDatabase:
            raise RuntimeError(f"The database {names[0]} is there already.") from None
        finally:
            connection.close()


def contents(folder: Path, without: frozenset[str] = frozenset({"__pycache__"})) -> list[str | bytes]:
    """Return names and contents of all files below `folder`, except in its subfolders named in `without`."""
    parts: list[str | bytes] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in without and "__pycache__" not in inside.parts:
            parts += [str(inside), path.read_bytes()]
    return parts


def filestore(name: str) -> Path:
    """Return the folder of the files that Odoo stores beside the database `name`."""
    return paths.ODOO_DATA / "filestore" / name
