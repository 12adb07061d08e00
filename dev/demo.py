"""`make demo`: a demo practice to try by hand, kept from one run to the next."""

from __future__ import annotations

import os
import time
from pathlib import Path

from dev import odoo_source, paths, postgres
from dev.child import require_free
from dev.console import say
from dev.database import Databases
from dev.failure import SetupFailure
from dev.stack import Stack

DATABASE = f"{paths.DATABASE_PREFIX}_demo"
ODOO_PORT = 8069
SIMULATOR_PORT = 8100

WELCOME = """
  Odoo             {odoo}
  Zoom simulator   {simulator}

  Logins (the password is the login)
    admin          everything, Odoo's own settings too
    dana, omar     providers: they hold the sessions
    sam            scheduler: books for everybody
    mia            telehealth manager: the practice's settings
    alex, brooke, chen, devi     clients, in the portal

  Three things to try
    1. As dana: picture at the top right > My Preferences > Connect Zoom, then Allow on the simulator's page.
    2. As dana: Telehealth > New session, choose the client Alex, save; a meeting appears at {simulator}
    3. As dana: open the session that starts in five minutes and press Start; in a private window, as alex,
       open {odoo}/my/sessions and press Join.

  Mails are caught in {mails}, none leaves this machine.
  Ctrl-C stops everything; the data is kept (make demo-reset starts over).
"""


def main(_arguments: list[str]) -> int:
    """Run the demo until Ctrl-C.

    :raise SetupFailure: a port is taken, or a part does not come up or ends by itself
    """
    odoo_port = _port("DEMO_PORT", ODOO_PORT)
    simulator_port = _port("SIMULATOR_PORT", SIMULATOR_PORT)
    require_free(odoo_port, "Odoo", "DEMO_PORT")
    require_free(simulator_port, "the Zoom simulator", "SIMULATOR_PORT")
    source = odoo_source.ensure()
    with postgres.running() as server:
        databases = Databases(source, server)
        _prepare(databases, odoo_port)
        stack = Stack(databases, DATABASE, paths.DEMO, odoo_port, simulator_port, keep_state=True)
        try:
            say("Starting ...")
            stack.start()
            say(
                WELCOME.format(
                    odoo=stack.addresses.odoo_url,
                    simulator=stack.addresses.simulator_url,
                    mails=_short(stack.mail_catcher.folder),
                )
            )
            _watch(stack)
        except KeyboardInterrupt:
            say("\nStopping ...")
        finally:
            stack.stop()
    say("Stopped.")
    return 0


def reset(databases: Databases) -> None:
    """Remove the demo's database and everything that the simulator remembers of it."""
    databases.drop(DATABASE)
    for remembered in (paths.DEMO / "simulator-state.json", paths.DEMO / "clock", paths.DEMO / "addon-hash"):
        remembered.unlink(missing_ok=True)
    for mail in (paths.DEMO / "mails").glob("*.eml"):
        mail.unlink()


def _prepare(databases: Databases, odoo_port: int) -> None:
    """Have a demo database that fits the addon's files, with its times moved to today and its links to this port."""
    installed = paths.make(paths.DEMO) / "addon-hash"
    wanted = databases.addon_hash()
    if not databases.exists(DATABASE):
        template = databases.demo_template()
        reset(databases)
        databases.clone(template, DATABASE)
    elif not installed.exists() or installed.read_text() != wanted:
        say("The addon has changed: updating the demo's database ...")
        databases.update(DATABASE)
    installed.write_text(wanted)
    databases.set_parameter(DATABASE, "web.base.url", f"http://127.0.0.1:{odoo_port}")
    say("Moving the demo's times to today ...")
    databases.run_script(DATABASE, "move_demo_times", paths.DEMO)


def _watch(stack: Stack) -> None:
    while True:
        dead = stack.dead_part()
        if dead is not None:
            raise SetupFailure(f"{dead.name} ended by itself: {dead.last_words()} (all of it: {_short(dead.log)}).")
        time.sleep(0.5)


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    if text and not (text.isdigit() and 0 < int(text) < 65536):
        raise SetupFailure(f"{variable}={text} is not a port: a number from 1 to 65535 is needed.")
    return int(text or default)


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT))
