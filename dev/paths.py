"""Where things lie: the repository, its addon, and the one ignored folder that holds every cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ADDON = "zoom_telehealth"
SIMULATOR = "zoom_simulator"

ROOT = Path(__file__).resolve().parent.parent
ADDON_FOLDER = ROOT / ADDON
CACHE = ROOT / ".cache"

VENV = CACHE / "venv"
VENV_PYTHON = VENV / "bin" / "python"
APT = CACHE / "apt"
ODOO = CACHE / "odoo"
POSTGRES = CACHE / "postgres"
ODOO_DATA = CACHE / "odoo-data"
LOGS = CACHE / "logs"
DEMO = CACHE / "demo"
RUNS = CACHE / "runs"
MASTER_KEY = CACHE / "master-key"
BROWSER_COUNT = RUNS / "browser-tests.json"  # left by the browser tests for `make test`
BENCH_RESULT = CACHE / "bench.json"

# Two clones of the repository may share one PostgreSQL server (PGHOST): their databases must not meet.
DATABASE_PREFIX = "telehealth_" + hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:6]


def make(folder: Path) -> Path:
    """Return `folder`, created where it was missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
