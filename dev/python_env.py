"""The virtual environment with everything at exact versions (dev/requirements.txt). Made by the system's Python."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from dev import commands, paths, stamp
from dev.console import say
from dev.failure import SetupFailure

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
OLDEST = (3, 10)
NEWEST = (3, 13)


def ensure() -> None:
    """Make the environment in `.cache/venv`, unless it stands already for these very requirements and this Python.

    :raise SetupFailure: this Python is too old or too new, cannot make environments, or the download failed
    """
    _check_version()
    wanted = stamp.fingerprint(REQUIREMENTS.read_bytes(), sys.version, os.path.realpath(sys.executable))
    with stamp.one_at_a_time("venv"):
        if stamp.is_done(paths.VENV, wanted):
            return
        say("Setting up Python's packages (once, about half a minute) ...")
        shutil.rmtree(paths.VENV, ignore_errors=True)
        installer = _create()
        commands.run(
            [*installer, "install", "--disable-pip-version-check", "--no-input", "-r", REQUIREMENTS],
            purpose="Installing Python's packages",
            log="pip",
            hint="Is the package index reachable?",
        )
        stamp.mark_done(paths.VENV, wanted)


def continue_inside() -> None:
    """Go on in the environment's Python: replaces this process, and returns only when already inside."""
    if Path(sys.prefix).resolve() == paths.VENV.resolve():
        return
    # Odoo compiles thousands of files: without its byte code every start would take twice as long.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(paths.VENV_PYTHON, [str(paths.VENV_PYTHON), "-m", "dev", *sys.argv[1:]])


def _check_version() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = ".".join(map(str, sys.version_info[:2]))
        raise SetupFailure(
            f"Odoo 19 and its packages need Python 3.10 to 3.13, and this is {have} (make PYTHON=python3.12 ...)."
        )


def _create() -> list[str | Path]:
    """Create the bare environment and return the command that installs packages into it."""
    if not _have("ensurepip") and not _have("pip"):
        commands.apt_install(["python3-venv"], "Making a Python environment")
    with_pip = _have("ensurepip")
    create: list[str | Path] = [sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), paths.VENV]
    commands.run(create, purpose="Making a Python environment", log="pip")
    if with_pip:
        return [paths.VENV_PYTHON, "-m", "pip"]
    # Debian without python3-venv: the system's pip can install into another environment.
    return [sys.executable, "-m", "pip", "--python", paths.VENV_PYTHON]


def _have(module: str) -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec(module) is not None
