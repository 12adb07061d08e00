"""`python3 -m dev <command>`, which `make` calls: begins on the system's Python, goes on in the project's own."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from types import FrameType

from dev import python_env
from dev.failure import SetupFailure

COMMANDS = {
    "demo": "run Odoo with a demo practice and the Zoom simulator",
    "demo-reset": "throw the demo's data away; the next `make demo` starts over",
    "test": "run every test",
    "lint": "check style, types and the direction of imports",
    "bench": "measure, print a table, write it to .cache/bench.json",
    "setup": "get what the other commands need, and stop",
}
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run one command and return the process's exit code; a set-up that cannot go on ends in one sentence."""
    lines = [f"  {name:<12}{what}" for name, what in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="python3 -m dev", formatter_class=argparse.RawDescriptionHelpFormatter, epilog="\n".join(lines)
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="passed on to the command (test: to pytest)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        python_env.ensure()
        python_env.continue_inside()
        # Only now: these modules import what the environment brings.
        command = importlib.import_module("dev." + options.command.replace("-", "_"))
        return int(command.main(options.rest))
    except SetupFailure as failure:
        print(f"error: {failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
