import logging
import zlib
from contextlib import contextmanager
from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import clock
from ..fields import Encrypted
from ..zoom import oauth
from ..zoom.errors import ClientRefused, OutcomeUnknown, Unreachable, ZoomError
from ..zoom.oauth import GrantRefused
from ..zoom.transport import BACKGROUND, new_session

_logger = logging.getLogger(__name__)

LOCK_CLASS = zlib.crc32(b"zoom.connection.token") - 2**31
# How long a waiter waits for the process that renews: longer in the background than where a person waits.
LOCK_SECONDS, LOCK_SECONDS_AT_A_CLICK = 10, 2
# A token this close to its end is renewed first: it must outlive the calls for which it is asked.
LEEWAY = timedelta(minutes=2)


class KeyUnusable(ZoomError):
    """The master key is absent or not the one that protects the tokens: nothing was sent."""

    sentence = "The key that protects this connection is not here."
    was_sent = False


class ConnectionUnusable(Exception):
    """The connection has no tokens to use: its provider connects again."""


class ZoomConnectionToken(models.Model):
    """The tokens of one connection, in a table that nothing references and that only this file writes.

    Zoom rotates refresh tokens: two processes that renew at once would end the connection. So one process at a time
    renews, under a session-level advisory lock and with no transaction open while Zoom is asked; the others wait,
    look again with a snapshot taken after the lock, and adopt what they find (design rule 5, R2).
    """

    _name = "zoom.connection.token"
    _description = "Tokens of a Zoom connection"
    _inherit = ["encrypted.row.mixin"]
    _allow_sudo_commands = False
    _log_access = False

    connection_id = fields.Many2one("zoom.connection", required=True, index=True, ondelete="cascade")
    access_token = Encrypted(groups=fields.NO_ACCESS)
    refresh_token = Encrypted(groups=fields.NO_ACCESS)
    expires_at = fields.Datetime()
    refreshed_at = fields.Datetime()
    refresh_began_at = fields.Datetime(
        help="Committed before Zoom is asked, emptied with its answer: tells that an answer was lost."
    )
    given_up = fields.Boolean(help="Disconnected here; the row is removed with the attempt to revoke it at Zoom.")

    _connection_unique = models.UniqueIndex("(connection_id) WHERE given_up IS NOT TRUE")
    _given_up = models.Index("(id) WHERE given_up")

    # === STORING === #

    @api.model
    def _store(self, connection, token_set):
        """Keep a token set as the connection's only one."""
        self.env["zoom.database"]._remember()
        values = {
            "access_token": token_set.access_token,
            "refresh_token": token_set.refresh_token,
            "expires_at": token_set.expires_at,
            "refreshed_at": clock.now(),
            "refresh_began_at": False,
        }
        row = self._of(connection)
        if row:
            row.write(values)
        else:
            self.create(dict(values, connection_id=connection.id))

    @api.model
    def _of(self, connection):
        return self.search([("connection_id", "=", connection.id), ("given_up", "=", False)])

    # === USING === #

    @api.model
    def _access_token(self, connection, refused=None, timeout=BACKGROUND, renewed_after=None):
        """Return an access token for a connection, renewed first where it is about to end.

        Works in cursors of its own and commits there, so that a rotated token is never lost with the caller's
        transaction. Do not call it with changes to the connection pending.

        :param connection: ``zoom.connection`` record
        :param refused: an access token that Zoom has just refused; one that differs from it is good
        :param timeout: :class:`~..zoom.transport.Timeouts` for asking Zoom
        :param renewed_after: naive UTC; renew however good the token is unless that was done since
        :raises ConnectionUnusable: when the provider must connect again
        :raises KeyUnusable: a :class:`ZoomError`, when the master key that protects the tokens is not here
        :raises DatabaseInDoubt: a :class:`ZoomError`, when this database may be a copy of the practice's
        :raises ZoomError: when Zoom gave no usable answer; nothing is lost, the next try may do
        """
        try:
            with self.env.registry.cursor() as cr:
                self.env["zoom.database"].with_env(self.env(cr=cr))._require_own()
                usable = self._usable(self._in(cr, connection), refused, renewed_after)
            if usable:
                return usable
            with self._renewing(connection, _lock_seconds(timeout)) as cr:
                usable = self._usable(self._in(cr, connection), refused, renewed_after)
                if usable:
                    return usable
                if timeout.left() < timeout.read:
                    raise Unreachable  # an answer that comes too late costs the connection: Zoom has rotated the token
                return self._in(cr, connection)._renew(timeout)
        except UserError as trouble:
            _logger.warning("Zoom connection %s cannot be used: %s", connection.id, trouble)
            raise KeyUnusable from None

    def _in(self, cr, connection):
        """Return the connection's token row, read in another cursor."""
        tokens = self.with_env(self.env(cr=cr, su=True, user=api.SUPERUSER_ID))
        row = tokens._of(connection)
        if not row:
            raise ConnectionUnusable
        return row

    @api.model
    def _usable(self, row, refused, renewed_after):
        lasts = row.expires_at and row.expires_at > clock.now() + LEEWAY
        recent = not renewed_after or (row.refreshed_at and row.refreshed_at > renewed_after)
        return row.access_token if lasts and recent and row.access_token != refused else None

    @contextmanager
    def _renewing(self, connection, seconds=LOCK_SECONDS):
        """Hold the connection's renewal lock on a cursor of its own, outside any transaction.

        :param seconds: how long to wait for the lock
        :raises Unreachable: another process kept it for longer
        """
        key = (LOCK_CLASS, connection.id)
        with self.env.registry.cursor() as cr:
            try:
                cr.execute(
                    "SELECT set_config('lock_timeout', %s, true)", [f"{seconds * 1000:.0f}ms"], log_exceptions=False
                )
                cr.execute("SELECT pg_advisory_lock(%s, %s)", key, log_exceptions=False)
            except psycopg2.errors.LockNotAvailable:
                cr.rollback()
                raise Unreachable from None
            cr.commit()  # what is read from here on was committed before the lock was ours
            try:
                yield cr
            finally:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    def _renew(self, timeout):
        """Ask Zoom for a new token set and commit it before anyone uses it. Runs under the renewal lock.

        :return: the new access token
        """
        cr = self.env.cr
        connection, app = self.connection_id, self.connection_id.app_id
        refresh_token, credentials, addresses = self.refresh_token, app._credentials(), app._addresses()
        answer_lost_before = bool(self.refresh_began_at)
        self.refresh_began_at = clock.now()
        cr.commit()
        try:
            token_set = _refresh(addresses, credentials, refresh_token, timeout)
        except GrantRefused as refusal:
            lost = answer_lost_before or refusal.answer_was_lost
            connection._mark("reconnect_needed", "refresh_lost" if lost else "grant_refused")
            self.unlink()
            cr.commit()
            raise ConnectionUnusable from None
        except ClientRefused:
            self._settle(answer_lost_before)
            connection._mark("misconfigured", "client_refused")
            cr.commit()
            raise
        except ZoomError as failure:
            if failure.outcome_known:
                self._settle(answer_lost_before)
                cr.commit()
            raise
        if not self._keep(connection, token_set):
            self._revoke(app, token_set.access_token)
            raise ConnectionUnusable
        connection.write({"scopes": " ".join(sorted(token_set.scopes)), "api_url": token_set.api_url})
        if connection.state == "misconfigured":
            connection._mark("connected")
        cr.commit()
        return token_set.access_token

    def _settle(self, answer_lost_before):
        """Note that Zoom answered and rotated nothing, unless an earlier answer is still missing."""
        if not answer_lost_before:
            self.refresh_began_at = False

    def _keep(self, connection, token_set):
        """Commit a renewed token set, unless the connection was given up while Zoom was asked.

        :return: whether it was kept
        """
        self.env.invalidate_all()
        try:
            if not self._of(connection):
                return False
            self._store(connection, token_set)
            self.env.cr.commit()
        except psycopg2.errors.SerializationFailure:
            # Somebody gave the tokens up between our look and our write.
            self.env.cr.rollback()
            return False
        return True

    # === GIVING UP === #

    @api.model
    def _give_up(self, connection):
        """Erase the refresh token at once; the next run of the scheduled action removes the rest and revokes it."""
        self._of(connection).write({"given_up": True, "refresh_token": False})

    @api.model
    def _revoke_given_up(self):
        """Remove each given-up row, then tell Zoom. One attempt: without its row nobody can use the tokens anyway.

        Commits; called by the reconciler's loop.
        """
        for row in self.search([("given_up", "=", True)]):
            connection, app = row.connection_id, row.connection_id.app_id
            access_token = row.access_token
            connected_again = bool(self._of(connection))
            row.unlink()
            self.env.cr.commit()
            # Where it is connected again Zoom ended these tokens itself, and a revocation could reach the new ones.
            if not connected_again:
                self._revoke(app, access_token)

    @api.model
    def _revoke(self, app, access_token):
        """Ask Zoom to forget a grant; no transaction is open. Without our row nobody can use it anyway."""
        credentials, addresses = app._credentials(), app._addresses()
        self.env.cr.commit()
        try:
            with new_session() as session:
                oauth.revoke(session, addresses, credentials, access_token)
        except ZoomError as failure:
            _logger.info("Zoom did not confirm a revocation (%s); the tokens are erased here", failure)


def _lock_seconds(timeout):
    """Return how long to wait for the lock, such that a renewal may follow. Never 0, which is endless to PostgreSQL."""
    seconds = LOCK_SECONDS_AT_A_CLICK if timeout.hurried else LOCK_SECONDS
    return max(0.001, min(seconds, timeout.left() - timeout.read))


def _refresh(addresses, credentials, refresh_token, timeout):
    """Ask Zoom for a new token set; once more with the same token where no answer came, before any verdict.

    :raises GrantRefused: with ``answer_was_lost`` where it refused only the second time: the first rotated the token
    :raises ZoomError: no usable answer
    """
    with new_session() as session:
        try:
            return oauth.refresh(session, addresses, credentials, refresh_token, clock.now(), timeout=timeout)
        except OutcomeUnknown:
            if timeout.hurried:
                raise  # a person waits: the next try is the scheduled action's
        try:
            return oauth.refresh(session, addresses, credentials, refresh_token, clock.now(), timeout=timeout)
        except GrantRefused as refusal:
            refusal.answer_was_lost = True
            raise
