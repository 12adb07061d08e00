"""`make lint`: style, types, the direction of imports, and Odoo's own conventions. Runs every check, then sums up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from dev import paths
from dev.console import say

# What is checked as Python without Odoo. Parts that do not exist yet are left out until they do.
TYPED = (
    "dev",
    "tests/dev",
    paths.SIMULATOR,
    *(f"{paths.ADDON}/{part}" for part in ("zoom", "encryption", "clinical", "exports")),
)
CODE = ("dev", "tests", paths.SIMULATOR, paths.ADDON)

# Checks of OCA's that do not fit this project, with the reason.
PYLINT_WITHOUT = {
    "consider-merging-classes-inherited": "a model's concerns may stand in files of their own",
    "invalid-commit": "the reconciler commits on purpose: an attempt before its call, a result right after it",
    "manifest-required-author": "this is none of OCA's addons",
    "missing-readme": "the README is the repository's",
    "missing-return": "complains about classes that are no models, too",
    "no-wizard-in-models": "extending a wizard of Odoo's is a model's matter",
    "super-method-mismatch": "a step of create() or write() may have a method of its own",
}


def main(_arguments: list[str]) -> int:
    """Run all checks and return 0 if all of them are content."""
    checks = {
        "ruff check": ["ruff", "check", *_existing(CODE)],
        "ruff format": ["ruff", "format", "--check", *_existing(CODE)],
        "mypy": ["mypy", *_existing(TYPED)],
        "pylint-odoo": ["pylint", *_pylint_options(), *_existing([paths.ADDON])],
    }
    if len(_existing([paths.ADDON, paths.SIMULATOR])) == 2:
        checks["import-linter"] = ["lint-imports", "--cache-dir", str(paths.CACHE / "import-linter")]
    failed = [name for name, command in checks.items() if not _passes(name, command)]
    say(f"\nlint: {', '.join(failed)} failed." if failed else f"\nlint: {', '.join(checks)} passed.")
    return 1 if failed else 0


def _passes(name: str, command: list[str]) -> bool:
    say(f"\n== {name}")
    program, *arguments = command
    bin_folder = paths.VENV_PYTHON.parent
    env = {**os.environ, "PYTHONPATH": str(paths.ROOT), "PYLINTHOME": str(paths.CACHE / "pylint")}
    return subprocess.run([bin_folder / program, *arguments], cwd=paths.ROOT, env=env, check=False).returncode == 0


def _pylint_options() -> list[str]:
    # The order counts: everything off, Odoo's own checks on, the exceptions off again.
    without = ",".join(PYLINT_WITHOUT)
    return ["--rcfile=pyproject.toml", "--disable=all", "--enable=odoolint", f"--disable={without}"]


def _existing(folders: Sequence[str]) -> list[str]:
    return [folder for folder in folders if any((paths.ROOT / folder).rglob("*.py"))]
