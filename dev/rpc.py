"""Calls Odoo as its web client does: signed in as a user, hence under that user's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

TIMEOUT_SECONDS = 60.0


class RpcError(Exception):
    """Odoo refused or failed; `kind` is its exception's name (odoo.exceptions.AccessError), `message` the text."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Rpc:
    """One signed-in user of one Odoo.

    :raise RpcError: when login or password are wrong
    """

    def __init__(self, odoo_url: str, database: str, login: str, password: str) -> None:
        self.odoo_url = odoo_url
        self.session = requests.Session()
        identity = {"db": database, "login": login, "password": password}
        answer = self._post("/web/session/authenticate", identity)
        self.uid = int(answer["uid"])

    def call(self, model: str, method: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        """Call `method` of `model` and return what it returns.

        :raise RpcError: Odoo raised an exception
        """
        parameters = {"model": model, "method": method, "args": list(args), "kwargs": dict(kwargs or {})}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def _post(self, path: str, parameters: Mapping[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self.session.post(self.odoo_url + path, json=body, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        content = answer.json()
        if "error" in content:
            data = content["error"].get("data", {})
            raise RpcError(str(data.get("name", "unknown")), str(data.get("message", content["error"]["message"])))
        return content.get("result")  # absent where a method returns None
