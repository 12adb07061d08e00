"""The browser of the browser tests: Debian's Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

from dev import commands, stamp
from dev.console import say
from dev.failure import SetupFailure

CHROMIUM = Path("/usr/bin/chromium")
# For tests: without root's sandbox, and silent towards the internet.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def ensure() -> Path:
    """Return Chromium's path, installed first where it is missing and we are root.

    :raise SetupFailure: it is missing and cannot be installed from here
    """
    with stamp.one_at_a_time("browser"):
        if not CHROMIUM.exists():
            if shutil.which("apt-get"):
                say("Chromium is missing ...")
            commands.apt_install(["chromium"], "Testing in a browser")
    if not CHROMIUM.exists():
        raise SetupFailure(f"Testing in a browser needs {CHROMIUM}, which is still missing after its installation.")
    return CHROMIUM
