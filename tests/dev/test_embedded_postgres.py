"""The embedded PostgreSQL: starts, comes back after a crash, and bears a long path."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from dev import paths
from dev.embedded_postgres import EmbeddedPostgres
from dev.postgres import Server


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedPostgres]:
    """A cluster of its own below a path that is too long for a unix socket."""
    monkeypatch.setattr(paths, "CACHE", tmp_path)  # its locks
    folder = tmp_path / ("a-long-name-" * 8) / "postgres"
    folder.mkdir(parents=True)
    made = EmbeddedPostgres(folder)
    yield made
    made.stop()


def connect(cluster: EmbeddedPostgres) -> Server:
    server = Server(str(cluster.socket_folder()), "", "postgres", "")
    cluster.ensure_started(lambda: server.connect().close())
    return server


def test_a_path_too_long_for_a_socket_gets_a_short_one_and_keeps_it(cluster: EmbeddedPostgres) -> None:
    server = connect(cluster)
    assert server.query("postgres", "SELECT 1") == [(1,)]
    assert not server.host.startswith(str(cluster.folder))
    assert str(EmbeddedPostgres(cluster.folder).socket_folder()) == server.host


def test_it_listens_on_no_network(cluster: EmbeddedPostgres) -> None:
    assert connect(cluster).query("postgres", "SHOW listen_addresses") == [("",)]


def test_it_starts_again_after_it_was_killed_and_has_kept_its_data(cluster: EmbeddedPostgres) -> None:
    server = connect(cluster)
    server.query("postgres", "CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert connect(cluster).query("postgres", "SELECT answer FROM kept") == [(42,)]


def test_it_can_be_stopped_twice(cluster: EmbeddedPostgres) -> None:
    server = connect(cluster)
    cluster.stop()
    cluster.stop()
    with pytest.raises(psycopg2.OperationalError):
        server.connect()
