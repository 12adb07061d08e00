"""Fixtures for tests of the whole system: real Odoo, PostgreSQL, the Zoom simulator, Chromium.

`stack`        the running system (one for the whole test run; see dev/trial_stack.py for every method)
    stack.odoo_url, stack.simulator_url       addresses without a slash at their end
    stack.rpc("dana", "calendar.event", "create", [{...}])     as that user; may raise dev.rpc.RpcError
    stack.simulator("GET", "/control/...")    the simulator's control API (any path), JSON in and out
    stack.sql("SELECT ...", (parameter,))     rows as tuples, committed at once
    stack.ref("zoom_telehealth.demo_event_soon"), stack.run_action("<XML id of a scheduled action>")
                 After a press in the browser wait for its effect before an action is run by hand: what wakes the action
                 in that very moment is passed over by Odoo's scheduler, for a minute.
    stack.move_clock(3600), stack.set_clock(0)    addon and simulator together; not past a lease while Zoom is asked
    stack.restart_odoo(), stack.kill_odoo()   kill is SIGKILL; restart starts a killed one too
    stack.mails()                             what Odoo sent, as email.message.EmailMessage
    stack.odoo_log, stack.simulator_log       paths of the logs
`fresh_stack`  the same, begun anew for this test: fresh demo practice, fresh Zoom, real time (two to four seconds).
               Use it where a test kills, moves the clock, or counts.
`connected`    a fresh practice (practice.Practice) for all tests of a file, where Dana is connected
`practice`     the same at the real time, with Zoom in good health: what most tests begin with
`dana`         Dana's browser window (back_office.BackOffice) there, still blank
`page_for`     page_for("alex", path="/my") returns a Playwright page (sync API) of a desktop's size that shows this
               path to alex, who is signed in; without a path it is still blank. Each call is a browser session of its
               own, in UTC wherever the machine stands. On any of its pages an uncaught exception in JavaScript, an
               error on the console, or a request to another host than 127.0.0.1 fails the test. `expect` waits for
               `patience.PATIENCE_MS`.
`new_page`     new_page() gives a page that nobody is signed in on, watched in the same way.

Logins, all with the login as password: admin; dana, omar (providers); sam (scheduler); mia (telehealth manager);
alex, brooke, chen, devi (clients, in the portal). One file:

    def test_a_provider_sees_the_calendar(page_for):
        page = page_for("dana", path="/odoo/calendar")  # or BackOffice(page_for("dana")).open_app("/odoo/calendar")
        page.get_by_role("button", name="New").wait_for()

Asyncio tests do not mix with Playwright's sync API: in this folder, write plain functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from dev import browser as chromium
from dev import leak_scan, paths, trial_stack
from dev.rpc import Rpc
from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.patience import PATIENCE_MS
from tests.system.practice import Practice, connected_practice
from tests.system.zoom_side import ZoomSide

DESKTOP = {"width": 1400, "height": 900}

LOOPBACK = ("127.0.0.1", "localhost")
# Leaving a page while it still loads something looks like this; nothing of ours is wrong.
CONSOLE_NOISE = ("net::ERR_ABORTED", "Failed to fetch", "Connection lost", "ConnectionLostError")

expect.set_options(timeout=PATIENCE_MS)
_ran_in_browser: set[str] = set()


@pytest.fixture(scope="session")
def stack() -> Iterator[TrialStack]:
    """The running system, shared by all tests of the run."""
    with trial_stack.running() as running:
        yield running


@pytest.fixture
def fresh_stack(stack: TrialStack) -> TrialStack:
    """The running system with nothing done to it yet."""
    stack.reset()
    return stack


@pytest.fixture(scope="module")
def connected(stack: TrialStack) -> Practice:
    """A fresh practice, one for each file, where Dana is connected and her demo sessions have their meetings."""
    stack.reset()
    return connected_practice(stack, "dana")


@pytest.fixture
def practice(connected: Practice) -> Practice:
    """The practice at the real time, with Zoom in good health and the scheduled action at work."""
    connected.stack.set_clock(0)
    ZoomSide(connected.stack).mend()
    connected.hold_back_action(held=False)
    return connected


@pytest.fixture
def dana(practice: Practice, page_for: Callable[..., Page]) -> BackOffice:
    """Dana, signed in."""
    return BackOffice(page_for("dana"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[], Page]]:
    """A function that opens a page in a browser session of its own; errors on it fail the test at its end."""
    contexts = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {_describe(error)}"))
        page.on("console", lambda message: errors.extend(_console_error(message)))
        page.on("request", lambda asked: errors.extend(_foreign_request(asked)))

    running: TrialStack = request.getfixturevalue("stack")
    scan = leak_scan.current()

    def open_page() -> Page:
        options: dict[str, Any] = {"viewport": DESKTOP, "timezone_id": "UTC", "locale": "en-US"}
        options["base_url"] = running.odoo_url
        if scan is not None:
            options |= {"record_har_path": scan.next_page_file(), "record_har_url_filter": _shown_by(running)}
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", watch)
        contexts.append(context)
        page = context.new_page()
        _ran_in_browser.add(request.node.nodeid)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, "A page did what it should not:\n" + "\n".join(errors)


@pytest.fixture
def page_for(request: pytest.FixtureRequest, new_page: Callable[[], Page]) -> Callable[..., Page]:
    """A function that returns a page on which a user is signed in: page_for(login, path="/my")."""
    running: TrialStack = request.getfixturevalue("stack")

    def open_page(login: str, path: str | None = None) -> Page:
        page = new_page()
        # By its cookie: the page to sign in, and the one it leads to, would take as long as many a test itself.
        session = Rpc(running.odoo_url, running.database, login, login).session
        cookie = {"name": "session_id", "value": session.cookies["session_id"], "url": running.odoo_url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        if path is not None:
            page.goto(path)
        return page

    return open_page


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which tests need the browser, so that `make test` can tell whether they all ran."""
    session.config.stash[_wanted] = [item.nodeid for item in session.items if "new_page" in _fixtures(item)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the two numbers for dev/test.py."""
    wanted = session.config.stash.get(_wanted, [])
    paths.make(paths.BROWSER_COUNT.parent)
    paths.BROWSER_COUNT.write_text(
        json.dumps({"wanted": len(wanted), "ran": len(_ran_in_browser.intersection(wanted))})
    )


_wanted = pytest.StashKey[list[str]]()


def _shown_by(running: TrialStack) -> re.Pattern[str]:
    """Return what matches the addresses of Odoo's pages and answers, without images, scripts and styles."""
    return re.compile(
        re.escape(running.odoo_url) + r"/(?!web/(assets|static|image|webclient/translations)|[^?]*\.\w{2,5}$)"
    )


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


def _console_error(message: ConsoleMessage) -> list[str]:
    noise = message.type != "error" or any(part in message.text for part in CONSOLE_NOISE)
    return [] if noise else [f"on the console: {message.text} ({message.location})"]


def _foreign_request(asked: Request) -> list[str]:
    address = urlsplit(asked.url)
    foreign = address.scheme in ("http", "https", "ws", "wss") and address.hostname not in LOOPBACK
    return [f"a request to another host: {asked.url}"] if foreign else []


def _describe(error: Error | Any) -> str:
    return str(getattr(error, "stack", None) or error)
