"""One click on Connect, on its way to Zoom and back: what ties the answer to the person and the browser that asked."""

import secrets
import zlib
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import hash_sign, verify_hash_signed

from .. import clock
from ..fields import seal, unseal
from ..zoom import oauth

STATE_SCOPE = "zoom_telehealth.oauth"
STATE_LIFE = timedelta(minutes=10)
# As many tabs of one browser may be on their way to Zoom at once.
MOST_PENDING = 3
# Not Odoo's session: its store writes whole sessions, so a page that loads at the moment of Connect may save an older
# one over ours. And one cookie for each way, so that two tabs at once do not overwrite each other's.
COOKIE = "zoom_telehealth_way_"
PATH = "/zoom_telehealth/oauth"
OUTCOME_COOKIE = "zoom_telehealth_outcome"
LOCK_CLASS = zlib.crc32(b"zoom_telehealth.oauth") - 2**31
# Longer than Zoom is waited for.
LOCK_SECONDS = 30


class Stray(Exception):
    """An answer to nothing that this person asked for, or one that another request is still busy with."""


class Late(Exception):
    """The answer to a click that was more than ten minutes ago."""


class Way(NamedTuple):
    """What the state says, which travels through Zoom, signed.

    :ivar app_id: of the ``zoom.app``
    :ivar nonce: random, names this way and no other
    :ivar began: when Connect was chosen, in seconds since the epoch
    """

    user_id: int
    app_id: int
    nonce: str
    began: float

    @classmethod
    def begin(cls, user, app):
        """Set out: PKCE's verifier stays behind in the browser, encrypted.

        :return: the signed state and PKCE's challenge, both for Zoom's consent page
        """
        way = cls(user.id, app.id, secrets.token_urlsafe(16), clock.now().timestamp())
        pkce = oauth.new_pkce()
        for oldest in _pending()[: 1 - MOST_PENDING]:
            forget(oldest)
        remember(way._cookie, seal(request.env, *way._place, pkce.verifier), STATE_LIFE)
        return hash_sign(request.env(su=True), STATE_SCOPE, list(way)), pkce.challenge

    @classmethod
    def returned(cls, state, user):
        """Return the way that a state of this person's tells of.

        :raises Stray: forged, or another person's
        :raises Late: begun more than ten minutes ago
        """
        try:
            way = cls(*verify_hash_signed(request.env(su=True), STATE_SCOPE, state or ""))
        except (ValueError, TypeError, KeyError, IndexError):
            raise Stray from None
        if way.user_id != user.id:
            raise Stray
        if not 0 <= clock.now().timestamp() - way.began <= STATE_LIFE.total_seconds():
            raise Late
        return way

    @property
    def _cookie(self):
        """The cookie's name; by the time in it, names sort from the oldest to the newest."""
        return f"{COOKIE}{int(self.began * 1_000_000)}_{self.nonce}"

    @property
    def _place(self):
        """What the verifier's ciphertext is bound to: in another person's or way's cookie it does not open."""
        return "zoom.oauth", "verifier", f"{self.user_id}/{self.nonce}"

    def use_up(self):
        """Return PKCE's verifier, which the browser then no longer has.

        None where this browser did not set out by this way, or came back by it already.
        """
        sealed = request.cookies.get(self._cookie)
        forget(self._cookie)
        try:
            return unseal(request.env, *self._place, sealed or "")
        except UserError:
            return None

    @contextmanager
    def alone(self):
        """Let one request at a time come back by this way: a browser may repeat one whose answer it did not get.

        No transaction is open meanwhile, and what is read inside was committed before.

        :raises Stray: another request kept the way for longer than Zoom is waited for
        """
        key = (LOCK_CLASS, zlib.crc32(self.nonce.encode()) - 2**31)
        with request.env.registry.cursor() as cr:
            try:
                cr.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"], log_exceptions=False)
                cr.execute("SELECT pg_advisory_lock(%s, %s)", key, log_exceptions=False)
            except psycopg2.errors.LockNotAvailable:
                cr.rollback()
                raise Stray from None
            cr.commit()
            request.env.cr.commit()  # pylint: disable=invalid-commit
            try:
                yield
            finally:
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    def is_done(self):
        """Whether this person became connected after setting out.

        Then a repeated answer has nothing left to do. Zoom's code is good once, and who shows it twice may lose what it
        gave (RFC 6749, 4.1.2).
        """
        mine = [("user_id", "=", self.user_id), ("app_id", "=", self.app_id), ("state", "=", "connected")]
        connection = request.env["zoom.connection"].sudo().search(mine, limit=1)
        # Compared here: a search leaves out what is less than a second.
        return bool(connection) and connection.connected_at >= datetime.fromtimestamp(self.began)


def remember(cookie, value, life=None):
    """Keep a value in this browser, for our own OAuth routes alone.

    :param life: ``timedelta``; as long as the browser is open if None
    """
    request.future_response.set_cookie(
        cookie,
        value,
        max_age=life and int(life.total_seconds()),
        expires=None,
        path=PATH,
        secure=request.httprequest.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def forget(cookie):
    """Remove a value from this browser."""
    remember(cookie, "", timedelta(0))


def _pending():
    """Return the names of this browser's cookies of ways, from the oldest to the newest."""
    return sorted(name for name in request.cookies if name.startswith(COOKIE))
