"""One HTTP request to an app's endpoint, as Zoom makes it."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass

import aiohttp

ANSWER_SECONDS = 3.0  # of real time: Zoom waits no longer (zoom.md, section 5.1)
KEPT_CHARACTERS = 300
MOST_AT_ONCE = 200  # thousands of retries that fall due in one jump of the clock would only keep each other waiting


@dataclass
class Attempt:
    """One try. `at` is simulated time in seconds since 1970; `status` is None when there was no answer.

    `answer` is the beginning of the answer's body.
    """

    at: float
    status: int | None
    error: str
    milliseconds: int
    answer: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def worth_a_retry(self) -> bool:
        """No answer, or trouble of the server's own; Zoom takes 3xx and 4xx for final."""
        return self.status is None or self.status >= 500


class WebhookSender:
    """Holds the connections; a request's three seconds begin when it is its turn."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Open the session; needs a running loop."""
        # A connection is used once: one that the server has closed meanwhile would look like an endpoint in trouble.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def stop(self) -> None:
        """Cut whatever is under way."""
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: str, headers: dict[str, str], at: float) -> tuple[Attempt, bytes]:
        """Send and wait up to three seconds. Returns what came of it and the answer's body; raises nothing of HTTP's.

        `at` is what the simulated clock shows now.
        """
        if self._session is None:
            raise RuntimeError("The sender was not started.")
        async with self._room:
            return await self._post(self._session, url, body, headers, at)

    async def _post(
        self, session: aiohttp.ClientSession, url: str, body: str, headers: dict[str, str], at: float
    ) -> tuple[Attempt, bytes]:
        began = time.monotonic()
        status, error, raw = None, "", b""
        try:
            async with session.post(
                url, data=body.encode(), headers={**_own_headers(), **headers}, allow_redirects=False
            ) as answer:
                raw = await answer.read()
                status = answer.status
        except asyncio.TimeoutError:
            error = f"No answer within {ANSWER_SECONDS:g} s."
        except (aiohttp.ClientError, ValueError, OSError) as trouble:
            error = f"{type(trouble).__name__}: {trouble}"
        milliseconds = round((time.monotonic() - began) * 1000)
        return Attempt(at, status, error, milliseconds, raw.decode(errors="replace")[:KEPT_CHARACTERS]), raw


def _own_headers() -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Zoom Marketplace/1.0a",
        "x-zm-trackingid": f"v=2.0;clid=us04;rid=WEB_{secrets.token_hex(16)}",
    }
