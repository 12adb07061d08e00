"""The one way in which a command of this folder gives up."""

from __future__ import annotations


class SetupFailure(Exception):
    """Something on this machine is in the way. The message is one clear sentence for the person at the terminal."""
