"""Promises about the repository's own files."""

from __future__ import annotations

import subprocess
from pathlib import Path

# In two parts, or this file would contain what it forbids.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("ftp", "debian", "org"),
        ("snapshot", "debian", "org"),
        ("registry", "npmjs", "org"),
        ("proxy", "golang", "org"),
    )
)


def tracked_files(repository: Path) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True).stdout
    return [repository / name for name in listing.decode().split("\0") if name]


def test_no_file_names_a_package_registry_or_mirror(repository: Path) -> None:
    files = [path for path in tracked_files(repository) if path.is_file()]
    assert len(files) > 20
    found = [
        f"{path.relative_to(repository)}: {registry}"
        for path in files
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    ]
    assert not found


def test_every_cache_lies_in_one_ignored_folder(repository: Path) -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", ".cache/anything"], cwd=repository, check=False)
    assert ignored.returncode == 0


def test_every_requirement_has_an_exact_version(repository: Path) -> None:
    lines = (repository / "dev" / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [line for line in pins if "==" not in line.split(";")[0]] == []
