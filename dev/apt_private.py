"""apt with folders of its own in `.cache`: fetches packages of Debian's unstable suite, the machine stays untouched.

Needs no root. The mirror's address is the one that this machine's own apt uses (or `DEBIAN_MIRROR`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dev import commands, paths
from dev.failure import SetupFailure

KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
TARGETS = "$(REPO_URI) $(ORIGIN) $(CODENAME) $(COMPONENT)"
UNREACHABLE = "Is Debian's mirror reachable? An Odoo 19 of your own works too: set ODOO_PATH to it."

# Read last, hence after the machine's own settings, which stay in force (proxies, certificates). The hooks are
# cleared because they would run on the machine's own cache; without Error-Mode a dead mirror counts as success.
CONFIG = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{folder}/none";
Dir::State "{folder}/state";
Dir::State::status "{folder}/state/status";
Dir::Cache "{folder}/cache";
Acquire::Languages "none";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Retries "2";
"""


class Mirror(NamedTuple):
    """Where this machine gets Debian from."""

    address: str
    codename: str


def mirror() -> Mirror:
    """Return the mirror that this machine's apt uses for Debian's main component.

    :raise SetupFailure: there is no apt, or it knows no Debian mirror
    """
    listing = commands.read(
        ["apt-get", "indextargets", "--format", TARGETS, "Created-By: Packages"],
        purpose="Finding Debian's mirror",
    )
    found = debian_main(listing)
    if found is None:
        raise SetupFailure(
            "This machine's apt knows no Debian mirror to get Odoo 19 from; please set ODOO_PATH to an Odoo 19."
        )
    return Mirror(os.environ.get("DEBIAN_MIRROR") or found.address, found.codename)


def download(packages: Sequence[str], source: Mirror, into: Path) -> None:
    """Fetch `packages` (each "name/suite") as .deb files into the folder `into`.

    :raise SetupFailure: the mirror does not answer, or has no such package
    """
    config = _configure(source)
    apt: list[str | Path] = ["apt-get", "-c", config, "-q"]
    commands.run([*apt, "update"], purpose="Asking Debian's mirror for Odoo 19", log="apt", hint=UNREACHABLE)
    commands.run(
        [*apt, "download", *packages], purpose="Fetching Odoo 19", log="apt", cwd=paths.make(into), hint=UNREACHABLE
    )


def debian_main(listing: str) -> Mirror | None:
    """Return the mirror among the lines of `apt-get indextargets`, each "address origin codename component"."""
    for line in listing.splitlines():
        address, origin, codename, component = [*line.split(), "", "", "", ""][:4]
        if origin == "Debian" and component == "main" and "-" not in codename and "security" not in address:
            return Mirror(address, codename)
    return None


def _configure(source: Mirror) -> Path:
    folder = paths.make(paths.APT)
    for needed in ("none", "state/lists/partial", "cache/archives/partial"):
        paths.make(folder / needed)
    (folder / "state" / "status").touch()
    key = next((ring for ring in KEYRINGS if ring.exists()), None)
    if key is None:
        raise SetupFailure("Debian's archive keyring is missing; please install the package debian-archive-keyring.")
    suites = dict.fromkeys(("unstable", source.codename))
    lines = [f"deb [signed-by={key}] {source.address} {suite} main\n" for suite in suites]
    (folder / "sources.list").write_text("".join(lines))
    config = folder / "apt.conf"
    config.write_text(CONFIG.format(folder=folder))
    return config
