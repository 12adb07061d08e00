"""What Zoom has and what it was asked, by the simulator's control API; and its faults."""

from __future__ import annotations

from typing import Any

from dev.trial_stack import TrialStack

MEETINGS = "/v2/users/*/meetings"
TOKEN = "/oauth/token"


class ZoomSide:
    """The simulator of a running stack, seen by a test."""

    def __init__(self, stack: TrialStack) -> None:
        self._ask = stack.simulator

    # === MEETINGS === #

    def meetings(self) -> list[dict[str, Any]]:
        """Return every meeting that was ever made, deleted ones too."""
        return list(self._ask("GET", "/control/state")["meetings"])

    def live(self, host: str | None = None) -> list[dict[str, Any]]:
        """Return the meetings that stand at Zoom, of one host or of all."""
        return [one for one in self.meetings() if not one["deleted"] and host in (None, one["host_email"])]

    def meeting(self, zoom_id: str | int) -> dict[str, Any]:
        """Return one meeting by its id."""
        return next(one for one in self.meetings() if str(one["id"]) == str(zoom_id))

    def places(self, zoom_id: str | int) -> dict[str, str]:
        """Return where each person of a meeting is: a dict of name to place."""
        return {person["name"]: person["place"] for person in self.meeting(zoom_id)["people"]}

    # === CALLS === #

    def calls(self, method: str | None = None, path: str | None = None) -> list[dict[str, Any]]:
        """Return the calls since the last `forget_calls`, those of one method and with `path` in their path."""
        return [
            call
            for call in self._ask("GET", "/control/calls")["calls"]
            if method in (None, call["method"]) and (path is None or path in call["path"])
        ]

    def creates(self) -> list[dict[str, Any]]:
        """Return the calls that asked for a meeting."""
        return self.calls("POST", "/meetings")

    def refreshes(self) -> list[dict[str, Any]]:
        """Return the calls for a renewed token."""
        return self.calls("POST", TOKEN)

    def forget_calls(self) -> None:
        """Begin a new list of calls."""
        self._ask("DELETE", "/control/calls")

    # === FAULTS === #

    def fault(self, kind: str, path: str = "**", method: str | None = None, **options: Any) -> str:
        """Switch a fault on and return its id; `times=None` keeps it until `mend`."""
        made = self._ask("POST", "/control/faults", {"kind": kind, "path": path, "method": method, **options})
        return str(made["id"])

    def mend(self) -> None:
        """Switch all faults off; effects under way still land."""
        self._ask("DELETE", "/control/faults")

    def waiting(self) -> int:
        """Return how many callers a fault keeps waiting."""
        return int(self._ask("GET", "/control/faults")["waiting"])

    def landing(self) -> int:
        """Return how many effects have still to land."""
        return int(self._ask("GET", "/control/faults")["landing"])

    def expire_access(self, email: str | None = None) -> None:
        """Let Zoom refuse the access token of one user, or all, though Odoo thinks it good."""
        self._tokens("expire_access", email)

    def kill_refresh(self, email: str | None = None) -> None:
        """Let Zoom refuse refresh tokens by `invalid_grant`."""
        self._tokens("kill_refresh", email)

    def _tokens(self, action: str, email: str | None) -> None:
        whose = {"email": email} if email else {}
        assert self._ask("POST", "/control/tokens", {"action": action, **whose})["changed"]
