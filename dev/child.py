"""A server that runs beside us as a child process: started, waited for, stopped, or killed as a test asks."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dev import paths
from dev.failure import SetupFailure

STOP_SECONDS = 15.0
DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


class Child:
    """One server process with its output in a log file.

    :param name: what a person calls it ("Odoo")
    :param health_url: answers 200 once the server works
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        log: Path,
        health_url: str,
        cwd: Path = paths.ROOT,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.env = dict(env)
        self.log = log
        self.health_url = health_url
        self.cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id; 0 if it was never started."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it and return at once. Ctrl-C does not reach it (own session): we stop all in order."""
        paths.make(self.log.parent)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def wait_until_healthy(self, seconds: float = 90.0) -> None:
        """Wait for the first good answer.

        :raise SetupFailure: it ended, or gave none in time
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive:
                raise SetupFailure(f"{self.name} ended during its start: {self.last_words()} (all of it: {self.log}).")
            if _answers(self.health_url):
                return
            time.sleep(0.05)
        raise SetupFailure(f"{self.name} did not answer within {seconds:.0f} seconds; its log is {self.log}.")

    def stop(self) -> None:
        """End it in its own time, by force after 15 s; no complaint if it is down already."""
        if self._process is None:
            return
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and its own children as a power cut would (SIGKILL), whatever they are doing."""
        if self._process is not None and self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_words(self) -> str:
        """Return the last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1].rstrip(".") if lines else "it said nothing"


def free_port() -> int:
    """Return a port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, purpose: str, variable: str) -> None:
    """Check that `port` can be listened on.

    :raise SetupFailure: another program has it; the sentence names the environment variable that chooses another one
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SetupFailure(
                f"Port {port} for {purpose} is taken by another program; stop that one, or choose another port with "
                f"{variable}={port + 1000}."
            ) from None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def die_with_parent() -> None:
    """Let the process that is about to begin end with ours: were we killed, nobody would be left to stop it."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
