"""Odoo 19 itself: the user's own (`ODOO_PATH`), or Debian's package, unpacked into `.cache/odoo`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev import apt_private, paths, stamp
from dev.console import say, warn
from dev.failure import SetupFailure

SERIES = "19.0"
TESTED = "19.0.0+dfsg-1"  # Debian's version of odoo-19 that all of this was tried with

# What the package's symbolic links point to; Font Awesome 4 left unstable, so it comes from the machine's own suite.
FROM_UNSTABLE = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
FROM_OWN_SUITE = ("fonts-font-awesome",)

# 271 MB instead of 1.2 GB. `dist-packages/addons` is a copy of `odoo/addons` without its data; partner_autocomplete
# calls a service on the internet.
LEFT_OUT = (
    "*/i18n/*.po",
    "*/addons/l10n_*",
    "./usr/lib/python3/dist-packages/addons",
    "*/addons/partner_autocomplete",
    "./usr/share/doc",
)
DIST_PACKAGES = Path("usr/lib/python3/dist-packages")
# Debian leaves this file out as non-free, yet the bundle names it: without it every page logs an error.
MISSING_ASSET = Path("mail/static/lib/selfie_segmentation/selfie_segmentation.js")
# What Odoo (or Python) would take from the environment in place of the configuration written for it.
OVERRULES = frozenset(
    ("ODOO_RC", "OPENERP_SERVER", "ODOO_DEV", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH")
    + ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGDATABASE_TEMPLATE", "PGPATH", "PGAPPNAME")
    + ("PGHOST_REPLICA", "PGPORT_REPLICA")
)
LAUNCHER = 'import odoo.cli\n\nif __name__ == "__main__":\n    odoo.cli.main()\n'


@dataclass(frozen=True)
class OdooSource:
    """An Odoo that can be run.

    `import_path` goes on PYTHONPATH, `addons` into addons_path, and `version` tells one release from another.
    """

    import_path: Path
    addons: tuple[Path, ...]
    version: str

    def command(self) -> list[str]:
        """Return the start of a command line that runs Odoo in the project's environment."""
        launcher = paths.make(paths.CACHE / "launcher") / "odoo"
        if not launcher.exists():
            launcher.write_text(LAUNCHER)
        return [str(paths.VENV_PYTHON), str(launcher)]

    def environment(self) -> dict[str, str]:
        """Return the environment for a process that imports Odoo; nothing of the caller's own Odoo or Python set-up."""
        kept = {name: value for name, value in os.environ.items() if name not in OVERRULES}
        return {**kept, "PYTHONPATH": str(self.import_path)}


def ensure() -> OdooSource:
    """Return the Odoo to run, fetched first where there is none.

    :raise SetupFailure: `ODOO_PATH` holds no Odoo 19, or the download failed
    """
    own = os.environ.get("ODOO_PATH")
    source = _find(Path(own).expanduser().resolve()) if own else _from_debian()
    if source is None:
        raise SetupFailure(f"ODOO_PATH={own} holds neither a checkout of Odoo nor an installed odoo package.")
    if not source.version.startswith(SERIES):
        raise SetupFailure(f"{source.import_path} holds Odoo {source.version}; this project needs Odoo {SERIES}.")
    if source.version != TESTED:
        warn(f"Odoo {source.version} is used; this project was tested with {TESTED}.")
    _add_missing_asset(source.addons)
    return source


def _find(path: Path) -> OdooSource | None:
    """Look for Odoo in a checkout, an unpacked package, or a folder of installed Python packages."""
    for base in (path, path / DIST_PACKAGES, path.parent):
        release = base / "odoo" / "release.py"
        if release.exists():
            addons = tuple(folder for folder in (base / "odoo" / "addons", base / "addons") if _has_modules(folder))
            return OdooSource(base, addons, _version(base, release))
    return None


def _has_modules(folder: Path) -> bool:
    return next(folder.glob("*/__manifest__.py"), None) is not None


def _version(base: Path, release: Path) -> str:
    recorded = base / "odoo-debian-version"
    if recorded.exists():
        return recorded.read_text().strip()
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.MULTILINE)
    return ".".join(found.groups()) if found else "unknown"


def _from_debian() -> OdooSource | None:
    wanted = stamp.fingerprint(TESTED, *FROM_UNSTABLE, *FROM_OWN_SUITE, *LEFT_OUT)
    with stamp.one_at_a_time("odoo"):
        if not stamp.is_done(paths.ODOO, wanted):
            say("Fetching Odoo 19 from Debian (once, 130 MB) ...")
            _fetch_and_unpack()
            stamp.mark_done(paths.ODOO, wanted)
    return _find(paths.ODOO)


def _fetch_and_unpack() -> None:
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    debs = paths.APT / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    mirror = apt_private.mirror()
    packages = [f"{name}/unstable" for name in FROM_UNSTABLE] + [f"{name}/{mirror.codename}" for name in FROM_OWN_SUITE]
    apt_private.download(packages, mirror, debs)
    paths.make(paths.ODOO)
    for deb in sorted(debs.glob("*.deb")):
        _unpack(deb)
    odoo_deb = next(debs.glob("odoo-19_*.deb"))
    (paths.ODOO / DIST_PACKAGES / "odoo-debian-version").write_text(odoo_deb.name.split("_")[1] + "\n")
    shutil.rmtree(debs)


def _unpack(deb: Path) -> None:
    """Unpack one package; `dpkg -x` could not leave anything out."""
    with subprocess.Popen(["dpkg", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as package:
        excludes = [f"--exclude={pattern}" for pattern in LEFT_OUT]
        tar = subprocess.run(
            ["tar", "-x", "-C", str(paths.ODOO), *excludes], stdin=package.stdout, stderr=subprocess.PIPE, check=False
        )
    if package.returncode or tar.returncode:
        reason = (tar.stderr.decode(errors="replace").strip().splitlines() or ["the file is damaged"])[-1]
        raise SetupFailure(f"Unpacking {deb.name} failed: {reason}.")


def _add_missing_asset(addons: tuple[Path, ...]) -> None:
    mail = next((folder for folder in addons if (folder / "mail").is_dir()), None)
    if mail is None or (mail / MISSING_ASSET).exists():
        return
    try:
        paths.make((mail / MISSING_ASSET).parent)
        (mail / MISSING_ASSET).touch()
    except OSError:
        warn(f"{mail / MISSING_ASSET} is missing and cannot be made here: browser tests inside Odoo may fail.")
