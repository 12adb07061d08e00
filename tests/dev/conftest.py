"""A second clone of the repository to try the set-up in, with the packages of this one but nothing else done yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

RunDev = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def new_clone(repository: Path, tmp_path: Path) -> Path:
    """A clone whose cache holds Python's packages alone."""
    clone = tmp_path / "clone"
    shutil.copytree(repository / "dev", clone / "dev", ignore=shutil.ignore_patterns("__pycache__"))
    (clone / ".cache").mkdir()
    (clone / ".cache" / "venv").symlink_to(Path(sys.prefix))
    return clone


@pytest.fixture
def run_dev() -> RunDev:
    """A function that runs `python -m dev <command>` in a folder, with changes to the environment by keyword."""

    def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ours = ("PGHOST", "PGPORT", "DATABASE_URL", "ODOO_PATH", "PYTHONPATH")
        env = {name: value for name, value in os.environ.items() if name not in ours}
        return subprocess.run(
            [_base_python(), "-m", "dev", *command],
            cwd=folder,
            env={**env, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run


def _base_python() -> str:
    """The Python that the environment was made from: what `python3` was when the user typed make."""
    return os.path.realpath(sys.executable)
