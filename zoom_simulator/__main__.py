"""`python -m zoom_simulator`: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from .server import Options, PortTaken, start
from .state import UnreadableState

DEFAULT_PORT = 8090


def main() -> int:
    """Run from the command line; the exit code is 1 for whatever a sentence on stderr explains."""
    options = _options()
    try:
        asyncio.run(_serve(options))
    except (PortTaken, UnreadableState) as error:
        print(f"The Zoom simulator cannot start: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The Zoom simulator cannot write its state: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(options: Options) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await start(options)
    print(f"Zoom simulator on {server.root_url}", flush=True)
    await stopped.wait()
    await server.stop()


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m zoom_simulator", description="A Zoom of one's own on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file and load it at start")
    parser.add_argument("--clock-file", type=Path, metavar="FILE", help="a number of seconds added to the real time")
    parser.add_argument("--redirect-uri", action="append", default=[], metavar="URL", help="allow this OAuth redirect")
    parser.add_argument(
        "--webhook-url",
        default="",
        metavar="URL",
        help="send webhooks of every app without an endpoint there; {client_id} stands for the app's own",
    )
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="append every secret that is issued or told")
    given = parser.parse_args()
    return Options(given.port, given.state, given.clock_file, given.redirect_uri, given.webhook_url, given.ledger)


if __name__ == "__main__":
    sys.exit(main())
